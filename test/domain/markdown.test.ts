import { describe, expect, it } from "vitest";

import { parser, renderMarkdown } from "#domain/markdown";

const html = (source: string): string => renderMarkdown(source).html;

describe("CommonMark and GFM", () => {
  it.each([
    ["a paragraph", "a\nb", "<p>a\nb</p>"],
    ["a hard break", "a  \nb\\\nc", "<p>a<br />\nb<br />\nc</p>"],
    [
      "emphasis",
      "*a* __b__ ***c***",
      "<p><em>a</em> <strong>b</strong> <em><strong>c</strong></em></p>",
    ],
    ["no emphasis inside a word with _", "a_b_c", "<p>a_b_c</p>"],
    ["a rule", "---", "<hr />"],
    ["an ATX heading", "## a ##", '<h2 id="a">a</h2>'],
    ["a setext heading", "a\n===", '<h1 id="a">a</h1>'],
    ["a block quote", "> a\nb", "<blockquote>\n<p>a\nb</p>\n</blockquote>"],
    ["a tight list", "- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"],
    ["a loose list", "- a\n\n- b", "<ul>\n<li>\n<p>a</p>\n</li>\n<li>\n<p>b</p>\n</li>\n</ul>"],
    ["a list that starts at seven", "7. a", '<ol start="7">\n<li>a</li>\n</ol>'],
    ["indented code", "    a < b", "<pre><code>a &lt; b\n</code></pre>"],
    ["fenced code", "```c++ x\na\n```", '<pre><code class="language-c++">a\n</code></pre>'],
    ["a fence with a strange language", '```"><b>\na\n```', "<pre><code>a\n</code></pre>"],
    ["inline code", "`` a`b ``", "<p><code>a`b</code></p>"],
    ["a link with a title", '[a](/b "c")', '<p><a href="/b" title="c">a</a></p>'],
    ["a reference link", "[a]\n\n[A]: /b", '<p><a href="/b">a</a></p>'],
    ["an image", '![a](/b.png "c")', '<p><img src="/b.png" alt="a" title="c" /></p>'],
    [
      "an autolink",
      "<https://a.test/?b&c>",
      '<p><a href="https://a.test/?b&amp;c">https://a.test/?b&amp;c</a></p>',
    ],
    ["character references", "&copy; &amp; &#228;", "<p>© &amp; ä</p>"],
    ["escapes", "\\*a\\*", "<p>*a*</p>"],
    ["strikethrough", "~~a~~", "<p><s>a</s></p>"],
    [
      "a bare address",
      "see https://a.test/b.",
      '<p>see <a href="https://a.test/b">https://a.test/b</a>.</p>',
    ],
    [
      "a bare www address",
      "(www.a.test/b)",
      '<p>(<a href="http://www.a.test/b">www.a.test/b</a>)</p>',
    ],
    ["a bare mail address", "to a@b.test", '<p>to <a href="mailto:a@b.test">a@b.test</a></p>'],
    ["no mail address in a version", "npm@3.7.3", "<p>npm@3.7.3</p>"],
    ["no link in a file name", "readme.md and node.js", "<p>readme.md and node.js</p>"],
  ])("renders %s", (_, source, expected) => {
    expect(html(source)).toBe(expected);
  });

  it("renders a table with its alignments, without a style", () => {
    expect(html("a | b | c\n:-|:-:|-:\n1 | `x\\|y` | 3")).toBe(
      '<table>\n<thead>\n<tr>\n<th align="left">a</th>\n<th align="center">b</th>\n<th align="right">c</th>\n</tr>\n</thead>\n' +
        '<tbody>\n<tr>\n<td align="left">1</td>\n<td align="center"><code>x|y</code></td>\n<td align="right">3</td>\n</tr>\n</tbody>\n</table>',
    );
  });

  it("renders task lists, and leaves lists without tasks alone", () => {
    expect(html("- [ ] a\n- [x] *b*\n- c\n\n1. [X] d\n")).toBe(
      '<ul class="contains-task-list">\n' +
        '<li class="task-list-item"><input class="task-list-item-checkbox" type="checkbox" disabled /> a</li>\n' +
        '<li class="task-list-item"><input class="task-list-item-checkbox" type="checkbox" disabled checked /> <em>b</em></li>\n' +
        "<li>c</li>\n</ul>\n" +
        '<ol class="contains-task-list">\n' +
        '<li class="task-list-item"><input class="task-list-item-checkbox" type="checkbox" disabled checked /> d</li>\n</ol>',
    );
    expect(html("- [x](/a)\n- [y]\n- [ ]")).not.toContain("task");
  });

  it("numbers footnotes by first reference and links both ways", () => {
    const rendered = html(
      "a[^x] b[^y] c[^x]\n\n[^y]: two\n[^x]: one\n\n    more\n[^z]: unused\n[^x]: again",
    );
    expect(rendered.replace(/\n/g, "")).toBe(
      '<p>a<sup class="footnote-ref"><a href="#fn:1" id="fnref:1">1</a></sup>' +
        ' b<sup class="footnote-ref"><a href="#fn:2" id="fnref:2">2</a></sup>' +
        ' c<sup class="footnote-ref"><a href="#fn:1" id="fnref:1:1">1</a></sup></p>' +
        '<hr class="footnotes-sep" /><section class="footnotes"><ol class="footnotes-list">' +
        '<li class="footnote-item" id="fn:1"><p>one</p><p>more <a href="#fnref:1" class="footnote-backref">↩︎</a>' +
        ' <a href="#fnref:1:1" class="footnote-backref">↩︎</a></p></li>' +
        '<li class="footnote-item" id="fn:2"><p>two <a href="#fnref:2" class="footnote-backref">↩︎</a></p></li>' +
        "</ol></section>",
    );
  });

  it("reads a reference without a definition as text", () => {
    expect(html("a[^x]")).toBe("<p>a[^x]</p>");
  });
});

describe("ids", () => {
  it("gives headings readable ids in any script", () => {
    expect(
      html("# Hello, *World* & `co`!\n# Über uns\n# 日本語 の見出し\n# 🎉\n# \u0041\u030A"),
    ).toBe(
      '<h1 id="hello-world--co">Hello, <em>World</em> &amp; <code>co</code>!</h1>\n' +
        '<h1 id="über-uns">Über uns</h1>\n<h1 id="日本語-の見出し">日本語 の見出し</h1>\n' +
        '<h1 id="section">🎉</h1>\n<h1 id="å">\u0041\u030A</h1>',
    );
  });

  it("never gives one twice", () => {
    const rendered = html(
      "# a\n# a-1\n# a\n# a\n# a-1\n# !\n# ?\n\n<h2 id=a>a</h2><p id=b></p><p id=b></p>",
    );
    const ids = [...rendered.matchAll(/id="([^"]+)"/g)].map(([, id]) => id);
    expect(ids).toHaveLength(8);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("prefixes what raw HTML calls itself, and links inside the document follow", () => {
    expect(
      html('<a name="config"></a>\n\n[go](#config) <a href="#config">go</a> [no](#other)'),
    ).toBe(
      '<p><a id="user-content-config"></a></p>\n' +
        '<p><a href="#user-content-config">go</a> <a href="#user-content-config">go</a> <a href="#other">no</a></p>',
    );
    expect(html('# Config\n\n[go](#config)\n\n<i id="config">b</i>')).toContain(
      '<a href="#config">',
    );
  });
});

describe("raw HTML", () => {
  it.each([
    [
      "figures",
      '<figure class="x"><img src="/a.jpg" alt="A" width="10" srcset="/b.jpg 2x" onerror="x"><figcaption>B</figcaption></figure>',
      '<figure><img src="/a.jpg" alt="A" width="10" srcset="/b.jpg 2x" /><figcaption>B</figcaption></figure>',
    ],
    [
      "details around Markdown",
      "<details open>\n<summary>a</summary>\n\n*b*\n\n</details>",
      "<details open>\n<summary>a</summary>\n<p><em>b</em></p>\n</details>",
    ],
    [
      "keys, marks and sub",
      "<kbd>a</kbd> H<sub>2</sub>O <mark>b</mark>",
      "<p><kbd>a</kbd> H<sub>2</sub>O <mark>b</mark></p>",
    ],
    ["the text of elements it does not know", "<AlertBox level=info>\n  *a*\n</AlertBox>", "*a*"],
    ["the text of formulas", "<math><mi>x</mi></math>", "<p>x</p>"],
    [
      "a link where a frame was",
      '<iframe src="https://v.test/1" allow="x"></iframe>',
      '<p><a href="https://v.test/1">https://v.test/1</a></p>',
    ],
    [
      "the text behind a frame that never ends",
      '<iframe src="//v.test/1">\n\n*a*',
      '<p><a href="//v.test/1">//v.test/1</a></p>\n<p><em>a</em></p>',
    ],
    [
      "links out with noopener",
      '<a href="/a" target="_blank" rel="opener nofollow">b</a>',
      '<p><a href="/a" target="_blank" rel="nofollow noopener">b</a></p>',
    ],
  ])("keeps %s", (_, source, expected) => {
    expect(html(source)).toBe(expected);
  });

  it.each([
    ["scripts", "<script>a</script>"],
    ["styles", "<style>a</style>"],
    ["drawings", "<svg><text>a</text></svg>"],
    ["templates", "<template>a</template>"],
    ["comments", "<!-- a -->"],
    ["form fields", "<textarea>a</textarea><select><option>a</option></select>"],
  ])("drops %s with what is in them", (_, source) => {
    expect(renderMarkdown(`<div>${source}</div>`).plaintext).toBe("");
  });

  it("is shown as text in a document that nests it past all reason", () => {
    const rendered = html(`${"<b>".repeat(400)}*a*`);
    expect(rendered).toContain("&lt;b&gt;<em>a</em>");
    expect(rendered).not.toContain("<b>");
  });
});

describe("documents made to take forever", () => {
  const size = 50_000;
  it.each([
    "[", "![", "]", ">", "> ", "*", "*a ", "**a *b ", "_", "~~", "`", "<", "<!--", "<?", "<b>", "<div>\n", "<svg>", "<noscript>",
    "<iframe>", "&", "\\", "- ", "1. ", "- [ ] a\n", "# a\n", "|a", "a|b\n-|\n", "[^", "[^a]", "^[", "[^a]: ", "http://", "www.", "a@", "a.",
  ])("renders 50,000 characters of %j within bounds", (unit) => {
    const source = `[^a]: b\n\n${unit.repeat(size / unit.length)}`;
    const { html: rendered } = renderMarkdown(source);
    let depth = 0;
    let deepest = 0;
    for (const [, slash] of rendered.matchAll(/<(\/?)(?!br|hr|img|input|wbr)[a-z]/g)) {
      depth += slash === "/" ? -1 : 1;
      deepest = Math.max(deepest, depth);
    }
    expect(depth).toBe(0);
    expect(deepest).toBeLessThanOrEqual(256);
    expect(rendered.length).toBeLessThan(size * 30);
  }); // prettier-ignore

  it("keeps the text of what nests too deep in a line", () => {
    const { html: rendered, plaintext } = renderMarkdown(
      `${"*a **b ".repeat(500)}${"c** d*".repeat(500)}`,
    );
    expect(plaintext.match(/[a-d]/g)).toHaveLength(2000);
    expect(rendered.match(/<(em|strong)>/g)?.length).toBeLessThanOrEqual(1000);
  });
});

describe("text figures", () => {
  it("reads the text without markup, code as it stands, and no marks of footnotes", () => {
    const source =
      "# A *b*\n\nc [d](/e)[^1] `f`  \ng\n\n- h\n- i\n\n```\nj\n    k\n```\n\n| l | m |\n|-|-|\n| n | o |\n\n[^1]: p";
    expect(renderMarkdown(source).plaintext).toBe(
      "A b\n\nc d f\ng\n\nh\ni\n\nj\n    k\n\nl m\nn o\n\np",
    );
  });

  it("takes the excerpt from the first paragraphs, in whole words", () => {
    const { excerpt } = renderMarkdown(
      `# Title\n\nFirst *one*.\n\n- a list\n\n${"word ".repeat(100)}`,
    );
    expect(excerpt.startsWith("First one. word word")).toBe(true);
    expect(excerpt.endsWith("word…")).toBe(true);
    expect(excerpt.length).toBeLessThanOrEqual(300);
    expect(renderMarkdown("- only\n- a list").excerpt).toBe("only a list");
    expect(renderMarkdown("short").excerpt).toBe("short");
  });

  it("cuts text without spaces between characters", () => {
    const { excerpt } = renderMarkdown("👩🏽‍💻".repeat(100));
    expect(excerpt.length).toBeLessThanOrEqual(300);
    expect(excerpt.replaceAll("👩🏽‍💻", "")).toBe("…");
  });

  it.each([
    ["", 0, 0],
    ["---", 0, 0],
    ["one", 1, 1],
    ["it's state-of-the-art — really (1,000 times)!", 5, 1],
    ["ελληνικά και кириллица", 3, 1],
    ["中文字符，标点不算。", 8, 1],
    ["日本語 and English", 5, 1],
    ["한국어", 3, 1],
    ["สวัสดีชาวโลก", 3, 1],
    ["word ".repeat(2380), 2380, 10],
    ["字".repeat(5000), 5000, 10],
  ])("counts the words of %j", (source, wordCount, readingTime) => {
    expect(renderMarkdown(source)).toMatchObject({ wordCount, readingTime });
  });
});

describe("the parser", () => {
  it("tells a typesetter about tasks, notes, ids and alignment in tokens", () => {
    const tokens = parser.parse("# A\n\n- [x] b[^n]\n\n|c|\n|-:|\n\n[^n]: d", {});
    const inline = tokens.flatMap((token) => token.children ?? []);
    expect(tokens.find(({ type }) => type === "heading_open")?.attrGet("id")).toBe("a");
    expect(tokens.find(({ type }) => type === "th_open")?.attrs).toEqual([["align", "right"]]);
    expect(inline.find(({ type }) => type === "task_checkbox")?.meta).toEqual({ checked: true });
    expect(inline.find(({ type }) => type === "footnote_ref")?.meta).toMatchObject({
      id: 0,
      label: "n",
    });
    expect(tokens.map(({ type }) => type)).toContain("footnote_block_open");
  });
});
