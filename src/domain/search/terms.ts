import { type Piece, piecesOf } from "./folding";

/** One thing that a search asks for: a word, or several that stand together. */
export interface SearchTerm {
  readonly text: string;
  readonly isExcluded: boolean;
  /** Whether its last word may go on: the one that is still being typed. */
  readonly isBegun: boolean;
  /** Whether it is long enough to be misspelt and still known. */
  readonly isForgiven: boolean;
}

/** Characters. In a shorter word one wrong letter leaves too little that is right. */
const SHORTEST_FORGIVEN = 4;

/** Every pair that people and keyboards quote with. */
const closing: Readonly<Record<string, string>> = {
  '"': '"', "“": "”", "„": "“", "«": "»", "»": "«", "「": "」", "『": "』",
}; // prettier-ignore

/**
 * Reads what somebody typed: words, "phrases in quotes", and either with a minus sign in front for what must
 * not be there. A quote that is not closed ends with the text. Nothing else has a meaning, and what has
 * neither letter nor digit is left out. Reads each character once.
 */
export function termsOf(text: string): SearchTerm[] {
  const terms: SearchTerm[] = [];
  let at = 0;
  while (at < text.length) {
    const isExcluded = text[at] === "-" && /\S/u.test(text[at + 1] ?? " ");
    if (isExcluded) at += 1;
    const close = closing[text[at] ?? ""];
    const end = close === undefined ? endOfWord(text, at) : endOfQuote(text, at + 1, close);
    const term = close === undefined ? text.slice(at, end) : text.slice(at + 1, end);
    const isBegun = close === undefined && end === text.length && !isExcluded;
    const pieces = piecesOf(term);
    const isForgiven = !isExcluded && isForgivable(pieces);
    if (pieces.length > 0) terms.push({ text: term, isExcluded, isBegun, isForgiven });
    at = Math.max(end, at) + 1;
    // What ended a word may open a quotation.
    if (close === undefined && closing[text[end] ?? ""] !== undefined) at = end;
  }
  return terms;
}

/**
 * Leaves out a last word that has only its first letter yet, behind others: a single letter begins so many words
 * that the database never takes it as begun. What stands behind a sign stays when it is a digit, as in "v18.4", or
 * one letter of many, as in "a.m".
 */
export function withoutFirstLetter(terms: readonly SearchTerm[]): SearchTerm[] {
  const before = terms.slice(0, -1);
  const last = terms.at(-1);
  const pieces = last?.isBegun ? piecesOf(last.text) : [];
  const letter = pieces.pop();
  if (!last || !letter || !/^[a-z\d]$/u.test(letter.text)) return [...terms];
  if (pieces.length === 0) return wantedOf(before).length > 0 ? before : [...terms];
  const isWord = /[a-z]/u.test(letter.text) && pieces.some(({ text }) => text.length > 1);
  if (!isWord) return [...terms];
  const text = last.text.slice(0, letter.start);
  return [...before, { ...last, text, isBegun: false, isForgiven: isForgivable(pieces) }];
}

const isForgivable = (pieces: readonly Piece[]): boolean =>
  pieces.every(({ isRun }) => !isRun) &&
  pieces.some(({ text }) => text.length >= SHORTEST_FORGIVEN);

function endOfWord(text: string, from: number): number {
  let end = from;
  while (end < text.length && !/\s/u.test(text[end] ?? "")) {
    if (end > from && closing[text[end] ?? ""] !== undefined) break;
    end += 1;
  }
  return end;
}

function endOfQuote(text: string, from: number, close: string): number {
  const end = text.indexOf(close, from);
  return end === -1 ? text.length : end;
}

/** Whole words, to be looked for in a text as they are. */
export const wholeWords = (words: readonly string[]): SearchTerm[] =>
  words.map((text) => ({ text, isExcluded: false, isBegun: false, isForgiven: false }));

/** What is looked for, and not what is excluded. */
export const wantedOf = (terms: readonly SearchTerm[]): SearchTerm[] =>
  terms.filter(({ isExcluded }) => !isExcluded);

/**
 * A regular expression, in PostgreSQL's notation, for the first place of a folded text that has one of the
 * terms. It is made of letters and digits alone.
 */
export function placesOf(terms: readonly SearchTerm[]): string {
  const places = wantedOf(terms).map(({ text }) =>
    piecesOf(text)
      .map((piece) => (piece.isRun ? piece.text : `\\m${piece.text}`))
      .join("[^[:alnum:]]*"),
  );
  return places.join("|");
}
