/**
 * Attempts to get script through Markdown, written for this project and multiplied: every scheme in every
 * disguise at every place an address can stand, every handler on every kind of element, and the tricks that
 * live on how parsers disagree. Each would call `alert` in a browser that got it unchecked, or might.
 */
export function createVectors(): string[] {
  return [
    ...new Set([...addresses(), ...handlers(), ...elements(), ...confusions(), ...markdown()]),
  ];
}

const each = <A, B>(left: readonly A[], right: readonly B[]): [A, B][] =>
  left.flatMap((a) => right.map((b): [A, B] => [a, b]));

const script = "<script>alert(1)</script>";

const schemes = [
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "vbscript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
  "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
  "livescript:alert(1)",
  "blob:https://example.org/alert(1)",
  "feed:javascript:alert(1)",
  "view-source:javascript:alert(1)",
];

const decimal = (text: string): string =>
  [...text].map((character) => `&#${character.codePointAt(0)};`).join("");
const hexadecimal = (text: string): string =>
  [...text].map((character) => `&#x${character.codePointAt(0)?.toString(16)}`).join("");

const disguises: ((url: string) => string)[] = [
  (url) => url,
  (url) => ` \u00A0${url}`,
  (url) => `\u0001${url}`,
  (url) => `\u0000${url}`,
  (url) => `\u200B${url}`,
  (url) => url.replace(":", "\t:"),
  (url) => url.replace(":", "\n:"),
  (url) => url.replace(":", "&Tab;:"),
  (url) => url.replace(":", "&NewLine;:"),
  (url) => url.replace(":", "&colon;"),
  (url) => url.replace(":", "&#58"),
  (url) => url.replace(":", "&#x0000003A;"),
  (url) => url.replace("s", "\u0000s"),
  (url) => url.replace("s", "&#x09;s"),
  (url) => url.replace("s", "s\u00AD"),
  (url) => url.replace("a", "&#97"),
  (url) => decimal(url.slice(0, 12)) + url.slice(12),
  (url) => hexadecimal(url.slice(0, 12)) + url.slice(12),
  (url) => `//${url}`,
  (url) => `\\${url}`,
  (url) => url.replace(":", "%3A"),
  (url) => url.replace("a", "%61"),
  (url) => url.replace("javascript", "&amp;#106;avascript"),
];

const places: ((url: string) => string)[] = [
  (url) => `[a](${url})`,
  (url) => `[a](<${url}>)`,
  (url) => `![a](<${url}>)`,
  (url) => `[a][b]\n\n[b]: <${url}>`,
  (url) => `<${url}>`,
  (url) => `<a href="${url}">a</a>`,
  (url) => `<a href='${url}' target=_blank>a</a>`,
  (url) => `<a href=${url}>a</a>`,
  (url) => `<img src="${url}">`,
  (url) => `<img srcset="${url} 1x, /b 2x">`,
  (url) => `<source srcset="${url}" src="${url}">`,
  (url) => `<video src="${url}" poster="${url}" controls></video>`,
  (url) => `<audio src="${url}"></audio>`,
  (url) => `<iframe src="${url}"></iframe>`,
  (url) => `<object data="${url}"><p>a</p></object>`,
  (url) => `<embed src="${url}">`,
  (url) => `<form action="${url}"><button formaction="${url}">a</button></form>`,
  (url) => `<base href="${url}"><a href="alert(1)">a</a>`,
  (url) => `<link rel=stylesheet href="${url}">`,
  (url) => `<meta http-equiv="refresh" content="0;url=${url}">`,
  (url) => `<svg><a xlink:href="${url}" href="${url}"><text>a</text></a></svg>`,
  (url) => `<math href="${url}"><mtext xlink:href="${url}">a</mtext></math>`,
  (url) => `<blockquote cite="${url}">a</blockquote>`,
  (url) => `<map><area href="${url}"></map>`,
  (url) => `<input type=image src="${url}">`,
  (url) => `<table background="${url}"><tr><td background="${url}">a</td></tr></table>`,
  (url) => `<img lowsrc="${url}" dynsrc="${url}" longdesc="${url}" usemap="${url}">`,
  (url) => `<a ping="${url}" href="/a">a</a>`,
  (url) => `<div style="background:url(${url})">a</div>`,
];

const addresses = (): string[] => {
  const first = schemes[0] ?? "";
  const all = [...schemes, ...disguises.map((disguise) => disguise(first))];
  return each(places, all).map(([place, url]) => place(url));
};

const tags = [
  "a", "img", "p", "div", "span", "details open", "summary", "video controls", "audio", "source", "input",
  "input type=checkbox", "button autofocus", "select autofocus", "textarea autofocus", "form", "svg",
  "svg/onload=alert(1)", "math", "iframe", "object", "embed", "body", "html", "marquee", "table", "td",
  "style", "link", "meta", "frameset", "isindex", "keygen", "x-custom", "math><mi", "svg><animate", "bgsound",
  "dialog open", "slot", "template", "portal", "fencedframe", "h1", "li", "figure",
]; // prettier-ignore

const spellings: ((event: string) => string)[] = [
  (event) => `${event}="alert(1)"`,
  (event) => `${event}=alert(1)`,
  (event) => `${event.toUpperCase()}='alert(1)'`,
  (event) => `src=x/${event}=alert(1)//`,
  (event) => `"${event}="alert(1)"`,
  (event) => `a="&quot;" ${event}\n=\n"alert&lpar;1&rpar;"`,
  (event) => `=${event}=alert(1) ${event}=alert(1)`,
];

const events = [
  "onerror",
  "onload",
  "onclick",
  "onfocus",
  "onmouseover",
  "ontoggle",
  "onanimationstart",
];

const handlers = (): string[] => [
  ...each(tags, spellings).map(
    ([tag, spelling], index) =>
      `<${tag} src=x ${spelling(events[index % events.length] ?? "onload")}>a`,
  ),
  ...events.map((event) => `<img src=x ${event}=alert(1) tabindex=0 contenteditable id=x>`),
];

const wrappers = [
  "script", "SCRIPT", "scr\u0000ipt", "script/x", "script\n", "style", "svg", "math", "template", "noscript",
  "xmp", "iframe", "noembed", "noframes", "plaintext", "textarea", "title", "object", "applet", "form",
  "select", "option", "frameset", "frame", "layer", "ilayer", "listing", "comment", "xml", "foreignObject",
  "desc", "annotation-xml encoding=text/html", "mglyph", "malignmark", "image", "isindex", "dialog", "slot",
]; // prettier-ignore

const elements = (): string[] =>
  wrappers.flatMap((tag) => {
    const name = tag.split(/[\s/]/)[0] ?? tag;
    return [
      `<${tag}>alert(1)</${name}>`,
      `<${tag}><img src=x onerror=alert(1)></${name}>`,
      `<${tag}><img title="</${name}><img src=x onerror=alert(1)>"></${name}>`,
      `text <${tag}>${script}`,
      `<p><${tag} src="data:,alert(1)" href="data:,alert(1)"></p>${script}`,
    ];
  });

const confusions = (): string[] => [
  `<<script>alert(1)//<</script>`,
  `<scr<script>ipt>alert(1)</scr</script>ipt>`,
  `<!--><img src=x onerror=alert(1)>-->`,
  `<!--><script>alert(1)</script>`,
  `<!--<img src="--><img src=x onerror=alert(1)//">`,
  `<!-- --!><img src=x onerror=alert(1)> -->`,
  `<!doctype html [<!ENTITY x "<script>alert(1)</script>">]>&x;`,
  `<![CDATA[<img src=x onerror=alert(1)>]]>`,
  `<svg><![CDATA[</svg><img src=x onerror=alert(1)>]]></svg>`,
  `<?xml version="1.0"?><img src=x onerror=alert(1)>`,
  `<?php echo '<img src=x onerror=alert(1)>' ?>`,
  `<%= <img src=x onerror=alert(1)> %>`,
  `</p><img src=x onerror=alert(1)><p>`,
  `</script><img src=x onerror=alert(1)>`,
  `<img src="x" alt="<!--" title="--><script>alert(1)</script>">`,
  `<img alt="\`" src=x onerror=alert(1)\`>`,
  `<img src=\`x\` onerror=alert(1)>`,
  `<a title='"><script>alert(1)</script>'>a</a>`,
  `<a title="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;">a</a>`,
  `<a title="\u0000"onclick="alert(1)">a</a>`,
  `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`,
  `<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>`,
  `<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">`,
  `<math><annotation-xml encoding="text/html"><style><img src=x onerror=alert(1)></style></annotation-xml></math>`,
  `<svg><style>&lt;img src=x onerror=alert(1)&gt;</style></svg>`,
  `<svg><title><template><style></title><img src=x onerror=alert(1)></style></template></svg>`,
  `<noscript><p title="</noscript><img src=x onerror=alert(1)>">`,
  `<textarea><p title="</textarea><img src=x onerror=alert(1)>">`,
  `<title><a title="</title><img src=x onerror=alert(1)>">`,
  `<xmp><p title="</xmp><img src=x onerror=alert(1)>">`,
  `<iframe><p title="</iframe><img src=x onerror=alert(1)>">`,
  `<noembed><p title="</noembed><img src=x onerror=alert(1)>">`,
  `<select><template><img src=x onerror=alert(1)></template></select>`,
  `<select><style></select><img src=x onerror=alert(1)></style>`,
  `<table><td><svg><desc><td><img src=x onerror=alert(1)></desc></svg></table>`,
  `<table><a href="javascript:alert(1)">a<table><a href="javascript:alert(1)">b</table>`,
  `<p><table><style><p title="</style><img src=x onerror=alert(1)>"></table>`,
  `<style>@import 'javascript:alert(1)';</style>`,
  `<style>*{background:url("javascript:alert(1)")}</style>`,
  `<p style="width:expression(alert(1))">a</p>`,
  `<p style="behavior:url(#default#time2)" onbegin="alert(1)">a</p>`,
  `<img id=attributes name=body><form id=cookie name=getElementById><input name=parentNode></form>`,
  `<a id=__proto__ name=constructor href="#">a</a>`,
  `<a constructor="x" __proto__="y" hasownproperty="z" href="/a">a</a>`,
  `<__proto__ onclick=alert(1)>a</__proto__>`,
  `<constructor onclick=alert(1)>a</constructor>`,
  `<a href="/a" is="x-a" slot=a part=b nonce=c srcdoc="${script}">a</a>`,
  `<p contenteditable autofocus tabindex=0 accesskey=x hidden=until-found>a</p>`,
  `<a popovertarget=x href="/a">a</a><div popover id=x onbeforetoggle=alert(1)>a</div>`,
  `<img srcset=",javascript:alert(1) 1x,,,data:,x 2x">`,
  `<img sizes="100vw" srcset="data:image/svg+xml,<svg onload=alert(1)> 1w" onload=alert(1)>`,
  `<object type="text/x-scriptlet" data="//example.org/x"></object>`,
  `<embed allowscriptaccess=always src="//example.org/x.swf">`,
  `<iframe srcdoc="&lt;script>parent.alert(1)&lt;/script>"></iframe>`,
  `<iframe src="https://example.org/\\" onload=alert(1) x="">a</iframe>`,
  `<iframe src='https://example.org/"onmouseover="alert(1)'>a</iframe>`,
  `<iframe src=https://example.org/><script>alert(1)</script></iframe>`,
  `<iframe <iframe src="https://example.org/><img src=x onerror=alert(1)>">`,
  `<body onload=alert(1)><html onload=alert(1)>`,
  `<input type=hidden accesskey=x onclick=alert(1)>`,
  `<input type="checkbox" onclick=alert(1) formaction="javascript:alert(1)" form=x>`,
  `<input type=" checkbox" autofocus onfocus=alert(1)>`,
  `<div id="x"></div><script src="//example.org/x.js"></script>`,
  `<a href="http://example.org/" target="x" rel="opener">a</a>`,
  `<plaintext><script>alert(1)</script>`,
  `<b <script>alert(1)</script>0`,
  `<img """><script>alert(1)</script>">`,
  `<img src=x:x onerror\u000B=alert(1)>`,
  `<img src=x onerror\u000C=\u000Calert(1)>`,
  `<img\u000Csrc=x\u000Conerror=alert(1)>`,
  `<img/onerror=alert(1) src/=x>`,
  `<img src='1' onerror='alert(1)' <`,
  `<img src=x onerror=alert(1)//`,
  `\u003cimg src=x onerror=alert(1)\u003e`,
  `\uFF1Cimg src=x onerror=alert(1)\uFF1E`,
  `&lt;img src=x onerror=alert(1)&gt;`,
  `&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;`,
  `\uD800<img src=x onerror=alert(1)>\uDC00`,
];

const markdown = (): string[] => [
  `[a](b "c" onclick=alert(1))`,
  `[a](b "\\" onclick=alert(1) x=\\"")`,
  `[a](b 'c" onclick="alert(1)')`,
  `[a](/b\\"onclick=alert(1)\\")`,
  `![" onerror="alert(1)](x)`,
  `![a](x" onerror="alert(1))`,
  `![a](x "a\\" onerror=\\"alert(1)")`,
  `![<img src=x onerror=alert(1)>](x)`,
  `[<img src=x onerror=alert(1)>](x)`,
  `[![a](javascript:alert(1))](javascript:alert(1))`,
  `[a]: javascript:alert(1)\n\n[a] [a][] [b][a] ![a]`,
  `[a]: /b "\\" onclick=\\"alert(1)"\n\n[a]`,
  `[javascript:alert(1)](javascript:alert(1))`,
  `javascript:alert(1) vbscript:alert(1) data:text/html,${script}`,
  `http://example.org/"onclick="alert(1)`,
  `http://example.org/<script>alert(1)</script>`,
  `www.example.org/"><script>alert(1)</script>`,
  `a@example.org"><script>alert(1)</script>`,
  `<http://example.org/"onclick="alert(1)>`,
  `<a@example.org?"onclick="alert(1)>`,
  `<javascript:alert(1)> <JAVASCRIPT:alert(1)> <data:text/html,x>`,
  `\`\`\`js" onload="alert(1)\na\n\`\`\``,
  `\`\`\`"><script>alert(1)</script>\na\n\`\`\``,
  `~~~ <img src=x onerror=alert(1)>\na\n~~~`,
  `\`<script>alert(1)</script>\``,
  `    <script>alert(1)</script>`,
  `# <img src=x onerror=alert(1)>`,
  `# " onclick="alert(1)`,
  `# a\n\n<h1 id="a" onclick=alert(1)>a</h1>`,
  `a\n===\n\n<a name="a" onclick=alert(1)>`,
  `| a |\n|:-:" onclick="alert(1)|\n| ${script} |`,
  `| <img src=x onerror=alert(1)> |\n|-|\n| [a](javascript:alert(1)) |`,
  `- [ ] <img src=x onerror=alert(1)>\n- [x] [a](javascript:alert(1))`,
  `- [x" onclick="alert(1)] a`,
  `a[^1]\n\n[^1]: <img src=x onerror=alert(1)>`,
  `a[^"onclick="alert(1)]\n\n[^"onclick="alert(1)]: b`,
  `a[^<script>]\n\n[^<script>]: alert(1)</script>`,
  `a[^__proto__] b[^constructor]\n\n[^__proto__]: c\n[^constructor]: d`,
  `^[<img src=x onerror=alert(1)>]`,
  `~~<img src=x onerror=alert(1)>~~ **<img src=x onerror=alert(1)>**`,
  `> <script>\n> alert(1)\n> </script>`,
  `<div>\n\n${script}\n\n</div>`,
  `<div\nonclick=alert(1)\n>\n*a*\n</div>`,
  `*<a href="*" onclick="alert(1)">a</a>*`,
  `\`<a href="\`" onclick="alert(1)">a</a>`,
  `<a href="\`"onclick=alert(1)>\`a</a>`,
  `<p title="\n\n" onclick="alert(1)">a</p>`,
  `\\<img src=x onerror=alert(1)\\>`,
  `&#60;img src=x onerror=alert(1)&#62;`,
  `a&#0;b &#xD800; &#x110000; &#1; ${script}`,
  `${">".repeat(60)} <img src=x onerror=alert(1)>`,
  `${"<div>".repeat(300)}<img src=x onerror=alert(1)>`,
  `${"<b>".repeat(300)}<img src=x onerror=alert(1)>`,
];
