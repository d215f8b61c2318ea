import { Parser } from "htmlparser2";

import { escapeMarkup } from "#core/markup";

import { day } from "./colors";

/** How a mail's text is set. Styles stand in the elements: many mail programs read no others. */
export interface ContentOptions {
  /** Absolute address of the post, against which its links are read. */
  readonly url: string;
  /** Where `/media/…` is answered. */
  readonly mediaUrl: string;
  /** Colour of links. */
  readonly accent: string;
}

const WIDEST = 536;
const monospace = "Menlo,Consolas,'DejaVu Sans Mono',monospace";

const heading = (size: number): string =>
  `margin:1.5em 0 .5em;font-size:${size}px;line-height:1.3;font-weight:bold`;

const styles: Readonly<Record<string, string>> = {
  p: "margin:0 0 1.1em",
  // What is in something that has a margin of its own.
  "p.tight": "margin:0 0 .5em",
  h1: heading(26),
  h2: heading(23),
  h3: heading(20),
  h4: heading(18),
  h5: heading(17),
  h6: heading(16),
  ul: "margin:0 0 1.1em;padding:0 0 0 1.4em",
  ol: "margin:0 0 1.1em;padding:0 0 0 1.6em",
  li: "margin:0 0 .35em",
  dl: "margin:0 0 1.1em",
  dt: "margin:0;font-weight:bold",
  dd: "margin:0 0 .5em;padding:0 0 0 1.4em",
  figure: "margin:0 0 1.3em",
  figcaption: `margin:.5em 0 0;font-size:14px;line-height:1.4;color:${day.faint}`,
  hr: `border:0;border-top:1px solid ${day.rule};margin:2em 0`,
  pre: `margin:0 0 1.2em;padding:14px 16px;background:${day.soft};border-radius:4px;font-family:${monospace};font-size:14px;line-height:1.5;white-space:pre-wrap;word-break:break-word`,
  code: `font-family:${monospace};font-size:.86em`,
  kbd: `font-family:${monospace};font-size:.86em`,
  samp: `font-family:${monospace};font-size:.86em`,
  table: "border-collapse:collapse;margin:0 0 1.2em;font-size:15px;line-height:1.4",
  th: `border-bottom:2px solid ${day.rule};padding:7px 10px;font-weight:bold;vertical-align:top`,
  td: `border-bottom:1px solid ${day.rule};padding:7px 10px;vertical-align:top`,
  caption: "padding:0 0 .5em;font-size:14px",
  summary: "margin:0 0 .5em;font-weight:bold",
  details: "margin:0 0 1.1em",
  sup: "font-size:.7em;line-height:0",
  sub: "font-size:.7em;line-height:0",
  mark: "background:#fbe9a9;color:#22201c",
};

/** What the colours of the night are found by. */
const classes: Readonly<Record<string, string>> = {
  pre: "soft",
  hr: "rule",
  th: "rule",
  td: "rule",
  figcaption: "faint",
};

/** Elements that go out under their own name, with the attributes that they keep. */
const kept: Readonly<Record<string, readonly string[]>> = Object.assign(
  Object.create(null) as Record<string, readonly string[]>,
  Object.fromEntries(
    [
      "p", "br", "h1", "h2", "h3", "h4", "h5", "h6", "div", "hr", "pre", "ul", "li", "dl", "dt", "dd", "span",
      "strong", "em", "b", "i", "u", "s", "strike", "small", "sub", "sup", "code", "kbd", "samp", "var", "mark",
      "cite", "dfn", "abbr", "q", "ins", "del", "blockquote", "thead", "tbody", "tfoot", "tr", "caption", "table",
    ].map((name) => [name, []]),
  ), // prettier-ignore
  {
    ol: ["start", "type", "reversed"],
    th: ["align", "colspan", "rowspan"],
    td: ["align", "colspan", "rowspan"],
  },
);

/** Elements that mail programs do not know, and what they become. */
const renamed: Readonly<Record<string, string>> = {
  "p.tight": "p",
  section: "div",
  article: "div",
  aside: "div",
  header: "div",
  footer: "div",
  address: "div",
  figure: "div",
  figcaption: "p",
  details: "div",
  summary: "p",
};

const voids: ReadonlySet<string> = new Set(["br", "hr", "img"]);

/**
 * A post's HTML as mail programs can show it: every style in its element, every address absolute, films
 * and sounds as links to them. Takes what the sanitiser gave out; equal input gives equal output.
 */
export function toMailHtml(html: string, options: ContentOptions): string {
  const out: string[] = [];
  const open: { readonly name: string; readonly end: string }[] = [];
  let silent = 0;
  const parser = new Parser({
    onopentag(name, attributes) {
      const isTight = name === "p" && /^(?:blockquote|li|dd|td)$/u.test(open.at(-1)?.name ?? "");
      const tag = isTight ? "p.tight" : name;
      const [start, end] = silent > 0 ? ["", ""] : element(tag, attributes, options);
      out.push(start);
      if (name === "video" || name === "audio") silent += 1;
      open.push({ name, end });
    },
    ontext(text) {
      if (silent === 0) out.push(escapeMarkup(text));
    },
    onclosetag(name) {
      if (name === "video" || name === "audio") silent -= 1;
      out.push(open.pop()?.end ?? "");
    },
  });
  parser.end(html);
  return out.join("");
}

type Attributes = Readonly<Record<string, string>>;

/** What an element begins and ends with. */
function element(name: string, attributes: Attributes, options: ContentOptions): [string, string] {
  switch (name) {
    case "a":
      return link(attributes, options);
    case "img":
      return [picture(attributes, options), ""];
    case "video":
    case "audio":
      return [player(name, attributes, options), ""];
    case "input":
      return ["checked" in attributes ? "☑ " : "☐ ", ""];
    case "blockquote": {
      const style = `margin:0 0 1.2em;padding:2px 0 2px 18px;border-left:3px solid ${options.accent}`;
      return [`<blockquote class="mark" style="${style}">`, "</blockquote>"];
    }
    default:
      return plain(name, attributes);
  }
}

function plain(name: string, attributes: Attributes): [string, string] {
  const shown = renamed[name] ?? name;
  const allowed = kept[shown];
  if (!allowed) return ["", ""];
  const style = styles[name];
  const parts = [
    ...["lang", "dir", ...allowed].flatMap((key) =>
      attributes[key] === undefined ? [] : [attribute(key, attributes[key])],
    ),
    ...(classes[name] === undefined ? [] : [attribute("class", classes[name])]),
    ...(style === undefined ? [] : [attribute("style", style + alignment(attributes))]),
  ];
  const start = `<${shown}${parts.join("")}>`;
  return [start, voids.has(shown) ? "" : `</${shown}>`];
}

const alignment = ({ align }: Attributes): string =>
  align === undefined ? "" : `;text-align:${align}`;

const attribute = (name: string, value: string): string => ` ${name}="${escapeMarkup(value)}"`;

function link({ href }: Attributes, options: ContentOptions): [string, string] {
  const url = href === undefined ? undefined : absolute(href, options);
  if (url === undefined) return ["", ""];
  const style = `color:${options.accent};text-decoration:underline`;
  return [`<a class="link" href="${escapeMarkup(url)}" style="${style}">`, "</a>"];
}

function picture({ src, alt = "", width }: Attributes, options: ContentOptions): string {
  const url = src === undefined ? undefined : absolute(src, options);
  if (url === undefined || !/^https?:/u.test(url)) return escapeMarkup(alt);
  const size = /^\d+$/u.test(width ?? "")
    ? attribute("width", String(Math.min(WIDEST, Number(width))))
    : "";
  const style = "display:inline-block;max-width:100%;height:auto;border:0;vertical-align:top";
  return `<img src="${escapeMarkup(url)}" alt="${escapeMarkup(alt)}"${size} style="${style}">`;
}

function player(name: string, { src, poster }: Attributes, options: ContentOptions): string {
  const url = src === undefined ? options.url : (absolute(src, options) ?? options.url);
  const shown = poster === undefined ? "" : `${picture({ src: poster }, options)}<br>`;
  const words = name === "video" ? "▶ Watch the film" : "▶ Listen";
  const style = `color:${options.accent};text-decoration:underline`;
  return `<a class="link" href="${escapeMarkup(url)}" style="${style}">${shown}${words}</a>`;
}

/** The address as it is found from anywhere; undefined for what is no address. */
export function absolute(address: string, { url, mediaUrl }: ContentOptions): string | undefined {
  const base = address.startsWith("/media/") ? mediaUrl : url;
  return URL.canParse(address, base) ? new URL(address, base).href : undefined;
}
