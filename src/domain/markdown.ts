import { type DocumentEnv, parser } from "./markdown/parser.ts";
import { clip, readText } from "./markdown/plaintext.ts";
import { sanitise } from "./markdown/sanitiser.ts";
import { countWords, readingTime } from "./markdown/words.ts";

export { parser } from "./markdown/parser.ts";

const maxExcerptLength = 300;

/** A Markdown document as readers get it. */
export interface Rendered {
  /** Sanitised HTML: safe to put into a page as it is, and only as it is. */
  html: string;
  /** The words without markup, paragraphs parted by an empty line. */
  plaintext: string;
  /** The first paragraphs' text, whole words, at most 300 characters. */
  excerpt: string;
  /** Words; in Chinese, Japanese and Korean every character counts as one. */
  wordCount: number;
  /** Minutes, at least 1 if there is anything to read, else 0. */
  readingTime: number;
}

function toHtml(source: string, rawHtml: DocumentEnv["rawHtml"]): string | null {
  const env: DocumentEnv = { rawHtml, rawIds: new Set() };
  const tokens = parser.parse(source, env);
  const headings = new Set<string>();
  for (const token of tokens) {
    const id = token.type === "heading_open" ? token.attrGet("id") : null;
    if (id !== null) headings.add(String(id));
  }
  const html = parser.renderer.render(tokens, parser.options, env);
  return sanitise(html, { headings, raw: env.rawIds });
}

/**
 * Renders CommonMark with GFM's tables, strikethrough, task lists, autolinks and footnotes.
 *
 * Raw HTML in the source is allowed and leaves through an allow-list that no input can turn into script:
 * no event handlers, no styles, no frames or foreign content, links only to http, https, mailto, tel and
 * relative addresses. In a document whose HTML nests deeper than 256 elements, raw HTML is shown as text.
 *
 * Takes any string, never throws, and its time is proportional to the length of the source. Equal sources
 * give equal results.
 *
 * @see https://spec.commonmark.org/0.31.2/
 * @see https://github.github.com/gfm/
 */
export function renderMarkdown(source: string): Rendered {
  const text = source.toWellFormed();
  const html = (toHtml(text, "pass") ?? toHtml(text, "text") ?? "").trim();
  const { plaintext, lead } = readText(html);
  const count = countWords(plaintext);
  return {
    html,
    plaintext,
    excerpt: clip(lead === "" ? plaintext.replace(/\s+/g, " ") : lead, maxExcerptLength),
    wordCount: count.words + count.characters,
    readingTime: readingTime(count),
  };
}
