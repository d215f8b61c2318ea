import { Parser } from "htmlparser2";

const paragraphs = new Set([
  "p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "ul", "ol", "dl", "table", "figure", "hr",
  "section", "div", "details", "article", "aside", "header", "footer", "address",
]); // prettier-ignore
const lines = new Set(["br", "li", "dt", "dd", "tr", "summary", "figcaption", "caption"]);

const maxLead = 600;

interface Reading {
  pieces: string[];
  lead: string;
  preDepth: number;
  paragraphDepth: number;
  /** Since when nothing counts: the depth at which a mark or the notes began, or 0. */
  silentFrom: number;
  inNotes: boolean;
  depth: number;
}

const isMark = (name: string): boolean => /\b(?:footnote-ref|footnote-backref)\b/.test(name);

/** Runs of spaces are one space, also across elements. */
function pushProse({ pieces }: Reading, text: string): void {
  const joined = /[^\S ]| {2}/.test(text) ? text.replace(/\s+/g, " ") : text;
  const piece = /\s/.test(pieces.at(-1)?.at(-1) ?? " ") ? joined.trimStart() : joined;
  if (piece !== "") pieces.push(piece);
}

function open(reading: Reading, tag: string, className: string): void {
  reading.depth += 1;
  if (reading.silentFrom === 0 && isMark(className)) reading.silentFrom = reading.depth;
  if (className === "footnotes") reading.inNotes = true;
  if (tag === "pre") reading.preDepth += 1;
  if (tag === "p" && !reading.inNotes) {
    reading.paragraphDepth += 1;
    if (reading.lead !== "") reading.lead += " ";
  }
  if (paragraphs.has(tag)) reading.pieces.push("\n\n");
  else if (lines.has(tag)) reading.pieces.push("\n");
  else if (tag === "td" || tag === "th") pushProse(reading, " ");
}

function close(reading: Reading, tag: string): void {
  if (reading.silentFrom === reading.depth) reading.silentFrom = 0;
  reading.depth -= 1;
  if (tag === "pre") reading.preDepth -= 1;
  if (tag === "p" && reading.paragraphDepth > 0) reading.paragraphDepth -= 1;
  if (paragraphs.has(tag)) reading.pieces.push("\n\n");
  else if (tag === "br" && reading.paragraphDepth > 0) reading.lead += " ";
}

function hear(reading: Reading, text: string): void {
  if (reading.silentFrom > 0) return;
  if (reading.preDepth > 0) reading.pieces.push(text);
  else pushProse(reading, text);
  if (reading.paragraphDepth > 0 && reading.lead.length < maxLead) {
    reading.lead += text.slice(0, maxLead);
  }
}

/** Joins the pieces: no space at a line's end, one empty line at most between two lines. */
function tidy(pieces: readonly string[]): string {
  const tidied: string[] = [];
  for (const line of pieces.join("").split("\n")) {
    const text = line.trimEnd();
    if (text !== "" || (tidied.length > 0 && tidied.at(-1) !== "")) {
      tidied.push(text);
    }
  }
  if (tidied.at(-1) === "") tidied.pop();
  return tidied.join("\n");
}

/**
 * What a reader of sanitised HTML reads: `plaintext` is all of it, paragraphs parted by an empty line,
 * without the marks of footnotes; `lead` is the text of the first paragraphs, some hundred characters.
 */
export function readText(html: string): { plaintext: string; lead: string } {
  const reading: Reading = {
    pieces: [],
    lead: "",
    preDepth: 0,
    paragraphDepth: 0,
    silentFrom: 0,
    inNotes: false,
    depth: 0,
  };
  const parser = new Parser({
    onopentag: (tag, given) => open(reading, tag, given["class"] ?? ""),
    onclosetag: (tag) => close(reading, tag),
    ontext: (text) => hear(reading, text),
  });
  parser.end(html);
  return { plaintext: tidy(reading.pieces), lead: reading.lead.replace(/\s+/g, " ").trim() };
}

/**
 * The beginning of a text in at most `limit` UTF-16 code units, cut between words and ended with `…` if
 * anything is missing. Text without spaces is cut between characters.
 */
export function clip(text: string, limit: number): string {
  const whole = text.trim();
  if (whole.length <= limit) return whole;
  const head = whole.slice(0, limit);
  const space = head.slice(0, -1).lastIndexOf(" ");
  if (space > limit / 2) return `${head.slice(0, space).replace(/[\s,;:–—-]+$/u, "")}…`;
  let kept = "";
  for (const { segment } of new Intl.Segmenter().segment(whole.slice(0, limit * 2))) {
    if (kept.length + segment.length >= limit) break;
    kept += segment;
  }
  return `${kept}…`;
}
