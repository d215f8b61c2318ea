import { parseDocument } from "htmlparser2";

import { absolute, type ContentOptions } from "./content";

type Node = ReturnType<typeof parseDocument>["children"][number];
type Element = Extract<Node, { attribs: unknown }>;

/**
 * A post's HTML as text that can be read by itself: lists and quotations as people type them, links with
 * where they lead. Takes what the sanitiser gave out; equal input gives equal output.
 */
export const toMailText = (html: string, options: ContentOptions): string =>
  blocksOf(parseDocument(html).children, options).join("\n\n");

const isElement = (node: Node): node is Element => "attribs" in node;

const breaking = new Set([
  "p", "h1", "h2", "h3", "h4", "h5", "h6", "div", "section", "article", "aside", "header", "footer", "address",
  "figure", "figcaption", "details", "summary", "blockquote", "ul", "ol", "dl", "dt", "dd", "pre", "table", "hr",
  "center", "video", "audio",
]); // prettier-ignore

/** What stands apart by an empty line. Words between such things are one of them. */
function blocksOf(nodes: readonly Node[], options: ContentOptions): string[] {
  const blocks: string[] = [];
  let words: Node[] = [];
  const flush = (): void => {
    blocks.push(wordsOf(words, options));
    words = [];
  };
  for (const node of nodes) {
    if (!isElement(node) || !breaking.has(node.name)) {
      words.push(node);
      continue;
    }
    flush();
    blocks.push(...blockOf(node, options));
  }
  flush();
  return blocks.filter((block) => block !== "");
}

function blockOf(element: Element, options: ContentOptions): string[] {
  const { name, children } = element;
  switch (name) {
    case "hr":
      return ["* * *"];
    case "pre":
      return [indented(textOf(element).replace(/\n+$/u, ""), "    ")];
    case "blockquote":
      return [indented(blocksOf(children, options).join("\n\n"), "> ")];
    case "ul":
    case "ol":
      return [listOf(element, options)];
    case "table":
      return [rowsOf(element, options)];
    case "video":
    case "audio":
      return [absolute(element.attribs["src"] ?? "", options) ?? options.url];
    default:
      return blocksOf(children, options);
  }
}

function listOf({ name, attribs, children }: Element, options: ContentOptions): string {
  const items = children.filter(isElement).filter((child) => child.name === "li");
  const start = Number(attribs["start"] ?? 1);
  return items
    .map((item, index) => {
      const marker = name === "ol" ? `${start + index}. ` : "- ";
      const text = blocksOf(item.children, options).join("\n");
      return marker + indented(text, " ".repeat(marker.length)).trimStart();
    })
    .join("\n");
}

const rowsOf = (element: Element, options: ContentOptions): string =>
  everyElement(element)
    .filter(({ name }) => name === "tr")
    .map(({ children }) =>
      children
        .filter(isElement)
        .map((cell) => blocksOf(cell.children, options).join(" "))
        .join(" | "),
    )
    .join("\n");

const everyElement = ({ children }: Element): Element[] =>
  children.filter(isElement).flatMap((child) => [child, ...everyElement(child)]);

const indented = (text: string, by: string): string =>
  text
    .split("\n")
    .map((line) => `${by}${line}`.trimEnd())
    .join("\n");

/** Text as it flows: every run of white space is one space, but for breaks that somebody wanted. */
const wordsOf = (nodes: readonly Node[], options: ContentOptions): string =>
  nodes
    .map((node) => inlineOf(node, options))
    .join("")
    .replaceAll(/[^\S\n\u00A0]+/gu, " ")
    .replaceAll(/ ?\n ?/gu, "\n")
    .trim();

function inlineOf(node: Node, options: ContentOptions): string {
  if (!isElement(node)) return "data" in node ? node.data.replaceAll("\n", " ") : "";
  const inner = node.children.map((child) => inlineOf(child, options)).join("");
  switch (node.name) {
    case "br":
      return "\n";
    case "img":
      return node.attribs["alt"] ? `[${node.attribs["alt"]}]` : "";
    case "input":
      return "checked" in node.attribs ? "[x] " : "[ ] ";
    case "a":
      return linkOf(inner, node.attribs["href"], options);
    default:
      return inner;
  }
}

function linkOf(words: string, href: string | undefined, options: ContentOptions): string {
  if (href === undefined) return words;
  // Notes lead to their place in the page and back: here they only have their number.
  if (href.startsWith("#")) return /^\d+$/u.test(words.trim()) ? `[${words.trim()}]` : "";
  const url = absolute(href, options);
  return url === undefined || words.trim() === url ? words : `${words} (${url})`;
}

function textOf(node: Node): string {
  if (isElement(node)) return node.name === "br" ? "\n" : node.children.map(textOf).join("");
  return "data" in node ? node.data : "";
}
