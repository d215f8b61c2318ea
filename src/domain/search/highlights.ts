import { escapeMarkup } from "#core/markup";

import { type Piece, piecesOf } from "./folding";
import { type SearchTerm, wantedOf } from "./terms";

type Range = readonly [start: number, end: number];

/** A part of a longer text. */
export interface Passage {
  readonly text: string;
  /** Whether the longer text goes on before and after it. */
  readonly isCutBefore: boolean;
  readonly isCutAfter: boolean;
}

/**
 * The text as HTML that is safe anywhere in a page: what was looked for stands in `<mark>`, and every other
 * character that could mean something is escaped.
 */
export function highlight(text: string, terms: readonly SearchTerm[]): string {
  let html = "";
  let position = 0;
  for (const [start, end] of rangesIn(text, terms)) {
    html += `${escapeHtml(text.slice(position, start))}<mark>${escapeHtml(text.slice(start, end))}</mark>`;
    position = end;
  }
  return html + escapeHtml(text.slice(position));
}

/** The same of a passage, which begins and ends with whole words and says where it was cut. */
export function highlightPassage(
  { text, isCutBefore, isCutAfter }: Passage,
  terms: readonly SearchTerm[],
): string {
  const line = text.replaceAll(/\s+/gu, " ").trim();
  const from = isCutBefore ? afterSpace(line) : 0;
  const to = isCutAfter ? beforeSpace(line) : line.length;
  const whole = line.slice(from, Math.max(from, to));
  return `${isCutBefore ? "…" : ""}${highlight(whole, terms)}${isCutAfter ? "…" : ""}`;
}

/** How far a word is looked for to begin or end at; scripts without spaces are cut anywhere. */
const WORD_LIMIT = 30;

function afterSpace(line: string): number {
  const space = line.indexOf(" ");
  return space === -1 || space > WORD_LIMIT ? 0 : space + 1;
}

function beforeSpace(line: string): number {
  const space = line.lastIndexOf(" ");
  return space < line.length - WORD_LIMIT ? line.length : space;
}

const escapeHtml = (text: string): string => escapeMarkup(text.toWellFormed());

/** Where the terms stand, in order and without overlaps. */
function rangesIn(text: string, terms: readonly SearchTerm[]): Range[] {
  const pieces = piecesOf(text);
  const found = wantedOf(terms).flatMap((term) => {
    const wanted = piecesOf(term.text);
    return pieces.flatMap((_piece, index) => rangesAt(pieces.slice(index, index + wanted.length), wanted, term)); // prettier-ignore
  });
  const merged: [number, number][] = [];
  for (const [start, end] of found.toSorted(([one], [other]) => one - other)) {
    const last = merged.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}

/** The places of a term in as many pieces as it has itself. */
function rangesAt(pieces: readonly Piece[], wanted: readonly Piece[], term: SearchTerm): Range[] {
  const [first] = pieces;
  const [only] = wanted;
  if (!first || !only || pieces.length < wanted.length) return [];
  if (wanted.length === 1 && only.isRun) return rangesInRun(first, only.text);
  const isThere = wanted.every((piece, index) => {
    const isLast = index === wanted.length - 1;
    return isSame(pieces[index], piece, { isFirst: index === 0, isLast, mayGoOn: isLast && term.isBegun }); // prettier-ignore
  });
  return isThere ? [[first.start, pieces.at(-1)?.end ?? first.end]] : [];
}

function isSame(
  piece: Piece | undefined,
  wanted: Piece,
  { isFirst, isLast, mayGoOn }: { isFirst: boolean; isLast: boolean; mayGoOn: boolean },
): boolean {
  if (!piece || piece.isRun !== wanted.isRun) return false;
  if (piece.text === wanted.text) return true;
  if (mayGoOn || (wanted.isRun && isLast)) return piece.text.startsWith(wanted.text);
  return wanted.isRun && isFirst && piece.text.endsWith(wanted.text);
}

/** Characters of a run are their own width: what is folded away or apart is in no such script. */
function rangesInRun({ text, start, end, isRun }: Piece, wanted: string): Range[] {
  const ranges: Range[] = [];
  if (!isRun) return ranges;
  const isExact = end - start === text.length;
  for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + wanted.length)) {
    ranges.push(isExact ? [start + at, start + at + wanted.length] : [start, end]);
  }
  return ranges;
}
