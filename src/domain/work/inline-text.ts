import { Parser } from "htmlparser2";
import type { Token } from "markdown-it";

/** Text of one look inside a paragraph. */
export interface Words {
  readonly kind: "words";
  readonly text: string;
  readonly bold: boolean;
  readonly italic: boolean;
  readonly code: boolean;
  readonly strike: boolean;
  /** As written in the source, or null. */
  readonly link: string | null;
  /** The number of the footnote this refers to. */
  readonly note: number | null;
  readonly raised: "no" | "above" | "below";
}

export interface Picture {
  readonly kind: "picture";
  readonly alt: string;
  readonly source: string;
  readonly link: string | null;
}

export type Inline = Words | Picture;

type Mark = "bold" | "italic" | "code" | "strike" | "above" | "below";

const MARKS: Readonly<Record<string, Mark>> = {
  strong: "bold",
  b: "bold",
  em: "italic",
  i: "italic",
  cite: "italic",
  s: "strike",
  del: "strike",
  strike: "strike",
  code: "code",
  kbd: "code",
  samp: "code",
  tt: "code",
  sup: "above",
  sub: "below",
};

/** Collects text and pictures while marks are opened and closed around them. */
export class InlineReader {
  readonly inlines: Inline[] = [];
  readonly #marks: Record<Mark, number> = {
    bold: 0,
    italic: 0,
    code: 0,
    strike: 0,
    above: 0,
    below: 0,
  };
  readonly #links: string[] = [];

  text(text: string, changes: Partial<Words> = {}): void {
    if (text === "") return;
    const { bold, italic, code, strike, above, below } = this.#marks;
    this.inlines.push({
      kind: "words",
      text,
      bold: bold > 0,
      italic: italic > 0,
      code: code > 0,
      strike: strike > 0,
      link: this.#links.at(-1) ?? null,
      note: null,
      raised: above > 0 ? "above" : below > 0 ? "below" : "no",
      ...changes,
    });
  }

  picture(source: string, alt: string): void {
    this.inlines.push({ kind: "picture", source, alt, link: this.#links.at(-1) ?? null });
  }

  open(tag: string, attributes: Readonly<Record<string, string>>): void {
    const mark = MARKS[tag];
    if (mark !== undefined) this.#marks[mark] += 1;
    else if (tag === "a") this.#links.push(attributes["href"] ?? "");
    else if (tag === "br") this.text("\n");
    else if (tag === "img" && attributes["src"]) {
      this.picture(attributes["src"], attributes["alt"] ?? "");
    }
  }

  close(tag: string): void {
    const mark = MARKS[tag];
    if (mark !== undefined) this.#marks[mark] = Math.max(0, this.#marks[mark] - 1);
    else if (tag === "a") this.#links.pop();
  }
}

/** The text of markdown-it's inline tokens with the marks of Markdown and of the HTML among it. */
export function readInline(tokens: readonly Token[]): Inline[] {
  const reader = new InlineReader();
  for (const token of tokens) readToken(reader, token);
  return reader.inlines;
}

const WIDE = /[\u2E80-\u9FFF\uF900-\uFAFF\uFF00-\uFF60\u{20000}-\u{3FFFF}]/u;

function readToken(reader: InlineReader, token: Token): void {
  const { type, tag, content } = token;
  if (type === "text") reader.text(content);
  else if (type === "code_inline") reader.text(content, { code: true });
  else if (type === "hardbreak") reader.text("\n");
  else if (type === "softbreak") reader.text(endsWide(reader.inlines.at(-1)) ? "\u200B" : " ");
  else if (type === "image") {
    reader.picture(String(token.attrGet("src") ?? ""), plainText(token.children ?? []));
  } else if (type === "footnote_ref") {
    const number = (token.meta as { readonly id: number }).id + 1;
    reader.text(String(number), { note: number, raised: "above", link: `#fn:${String(number)}` });
  } else if (type === "html_inline") readTag(reader, content);
  else if (token.nesting === 1) reader.open(tag, { href: String(token.attrGet("href") ?? "") });
  else if (token.nesting === -1) reader.close(tag);
}

/** Where lines of a script without spaces are joined, no space comes between them. */
const endsWide = (inline: Inline | undefined): boolean =>
  inline?.kind === "words" && WIDE.test(inline.text.slice(-2));

export const plainText = (tokens: readonly Token[]): string =>
  readInline(tokens)
    .map((inline) => (inline.kind === "words" ? inline.text : inline.alt))
    .join("");

function readTag(reader: InlineReader, html: string): void {
  const closing = /^<\/([a-z][a-z0-9]*)/iu.exec(html)?.[1];
  if (closing !== undefined) return reader.close(closing.toLowerCase());
  const parser = new Parser({ onopentag: (name, attributes) => reader.open(name, attributes) });
  parser.end(html);
}

const SILENT = new Set(["script", "style", "noscript", "template", "svg", "textarea", "title"]);
const BLOCKS = new Set(
  "p div h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table tr pre blockquote section article aside header footer figure figcaption details summary hr center form video audio".split(
    " ",
  ),
);

/** A block of raw HTML as paragraphs of its text; tags go, scripts and styles go with what is in them. */
export function readHtml(html: string): Inline[][] {
  const paragraphs: Inline[][] = [];
  let reader = new InlineReader();
  let silent = 0;
  const end = (): void => {
    if (reader.inlines.some(isVisible)) paragraphs.push(reader.inlines);
    reader = new InlineReader();
  };
  const parser = new Parser({
    onopentag(name, attributes) {
      if (SILENT.has(name)) silent += 1;
      if (BLOCKS.has(name)) end();
      const frame = attributes["src"] ?? "";
      if (name === "iframe" || name === "video" || name === "audio") {
        reader.text(frame, { link: frame });
      } else reader.open(name, attributes);
    },
    ontext(text) {
      if (silent === 0) reader.text(text.replaceAll(/\s+/gu, " "));
    },
    onclosetag(name) {
      if (SILENT.has(name)) silent -= 1;
      if (name === "td" || name === "th") reader.text(" ");
      reader.close(name);
      if (BLOCKS.has(name)) end();
    },
  });
  parser.end(html);
  end();
  return paragraphs;
}

const isVisible = (inline: Inline): boolean =>
  inline.kind === "picture" || inline.text.trim() !== "";
