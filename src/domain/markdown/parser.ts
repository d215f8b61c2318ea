import MarkdownIt, { type Env, type MarkdownIt as Parser } from "markdown-it";

import { addFootnotes } from "./footnotes.ts";
import { alignCells, identifyHeadings, limitDepth, markTasks } from "./structure.ts";
import { isSafeUrl } from "./urls.ts";

/**
 * What the parser is told and tells about one document.
 *
 * `rawHtml` decides what becomes of HTML in the source: `"pass"` hands it on to the sanitiser, `"text"` shows
 * it as the text it is.
 */
export interface DocumentEnv extends Env {
  rawHtml: "pass" | "text";
  /** The `id` and `name` attributes seen in raw HTML. */
  rawIds: Set<string>;
}

const iframe =
  /<iframe\b[^<>]{0,1000}?\ssrc\s{0,9}=\s{0,9}["']?((?:https?:)?\/\/[^\s"'<>]{1,2000})[^<>]{0,1000}>/gi;
const idAttribute = /\b(?:id|name)\s{0,9}=\s{0,9}(?:"([^"<>]+)"|'([^'<>]+)'|([^\s"'<>]+))/gi;

/**
 * Raw HTML on its way to the sanitiser. An embedded player or slide show leaves a link behind where the
 * frame was: in many old posts it is the only content.
 */
function passHtml(html: string, env: DocumentEnv, isBlock: boolean): string {
  if (env.rawHtml === "text") return parser.utils.escapeHtml(html);
  for (const [, double, single, bare] of html.matchAll(idAttribute)) {
    env.rawIds.add(double ?? single ?? bare ?? "");
  }
  return html.replace(iframe, (_, url: string) => {
    const link = `<a href="${url}">${url}</a>`;
    return isBlock ? `<p>${link}</p>` : link;
  });
}

/**
 * GFM's rule for `www.`: what would be a link behind `http://` is one.
 * @see https://github.github.com/gfm/#extended-www-autolink
 */
function addWwwLinks({ linkify }: Parser): void {
  const prefix = "//www.";
  linkify.add("www.", {
    validate: (text: string, position: number) => {
      const tail = prefix + text.slice(position, position + 2000);
      return Math.max(0, linkify.testSchemaAt(tail, "http:", 0) - prefix.length);
    },
    normalize: (match) => {
      match.url = `http://${match.url}`;
    },
  });
}

/** Where a link may point. `npm@3.7.3` is a version, not a mail address. */
const isLinkTarget = (url: string): boolean =>
  isSafeUrl(url) && !/^mailto:[^?]*@[\d.]+$/i.test(url);

function createParser(): Parser {
  const markdown = new MarkdownIt({ html: true, linkify: true, maxNesting: 50 });
  markdown.validateLink = isLinkTarget;
  markdown.linkify.set({ fuzzyLink: false, fuzzyIP: false, fuzzyEmail: true });
  markdown.linkify.add("ftp:", null).add("//", null);
  addWwwLinks(markdown);
  addFootnotes(markdown);
  markdown.core.ruler.after("inline", "mark_tasks", markTasks);
  markdown.core.ruler.push("identify_headings", identifyHeadings);
  markdown.core.ruler.push("align_cells", alignCells);
  markdown.core.ruler.push("limit_depth", limitDepth);

  const { rules } = markdown.renderer;
  rules["html_block"] = (tokens, index, _, env) =>
    passHtml(tokens[index]?.content ?? "", env as DocumentEnv, true);
  rules["html_inline"] = (tokens, index, _, env) =>
    passHtml(tokens[index]?.content ?? "", env as DocumentEnv, false);
  rules["task_checkbox"] = (tokens, index) => {
    const isChecked = (tokens[index]?.meta as { checked: boolean } | null)?.checked === true;
    return `<input class="task-list-item-checkbox" type="checkbox" disabled${isChecked ? " checked" : ""}>`;
  };
  return markdown;
}

/**
 * The one configured Markdown parser: CommonMark with GFM's tables, strikethrough, autolinks, task lists and
 * footnotes. Whoever needs tokens rather than HTML asks `parser.parse(source, {})`.
 *
 * Beyond markdown-it's own tokens there are `task_checkbox` (`meta.checked`), the footnote tokens of
 * {@link addFootnotes}, `id` attributes on `heading_open` and `align` (never `style`) on `th_open` and
 * `td_open`. Blocks nest 50 deep at most (a list item counts twice) and what lies deeper is left out;
 * emphasis nests 40 deep at most. `html_block` and `html_inline` tokens hold HTML that nobody has checked.
 */
export const parser: Parser = createParser();
