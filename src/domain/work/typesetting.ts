import { type EastAsian, type Face } from "./fonts";
import { charactersOf, isGoodCut, type Segment, segmentsOf } from "./line-breaking";
import type { Span, Style } from "./styles";
import { clean, type TypeCase } from "./type-case";

/** Text of one face and style on a line. */
export interface Piece {
  readonly text: string;
  readonly face: Face;
  readonly style: Style;
  readonly missing: boolean;
}

export interface Line {
  readonly pieces: readonly Piece[];
  /** From the left edge of its column to its first piece. */
  readonly indent: number;
  /** From the left edge of its column to the end of its text, in points. */
  readonly width: number;
}

export interface Measure {
  readonly width: number;
  /** Indent of every line but the first of each paragraph. */
  readonly hang?: number;
}

/** Breaks spans into lines no wider than the measure: at word ends, or anywhere when a word is too long. */
export function breakLines(typeCase: TypeCase, spans: readonly Span[], measure: Measure): Line[] {
  const setter = new Setter(typeCase, measure);
  const copy = spans
    .map((span) => ({ text: clean(span.text), style: span.style }))
    .filter((span) => span.text !== "");
  const text = copy.map((span) => span.text).join("");
  const cutter = new Cutter(typeCase, copy, text);
  for (const segment of segmentsOf(text)) {
    setter.add(cutter.pieces(segment.start, segment.ink), cutter.pieces(segment.ink, segment.end));
    if (segment.hard) setter.endLine(true);
  }
  return setter.finish();
}

const EMPTY: Line = { pieces: [], indent: 0, width: 0 };

/** One line of at most `width`: what does not fit is replaced by an ellipsis. */
export function fitLine(typeCase: TypeCase, span: Span, width: number): Line {
  const flat = clean(span.text).replaceAll(/\s+/gu, " ").trim();
  const whole = breakLines(typeCase, [{ text: flat, style: span.style }], { width });
  const first = whole[0];
  if (first === undefined || whole.length === 1) return first ?? EMPTY;
  const characters = charactersOf(flat);
  let [fits, tooMany] = [0, characters.length];
  let best: Line = EMPTY;
  while (fits + 1 < tooMany) {
    const middle = Math.floor((fits + tooMany) / 2);
    const text = `${characters.slice(0, middle).join("").trimEnd()}…`;
    const lines = breakLines(typeCase, [{ text, style: span.style }], { width });
    const [line] = lines;
    if (lines.length === 1 && line !== undefined) [fits, best] = [middle, line];
    else tooMany = middle;
  }
  return best;
}

/** The width a text would take on a line of its own. */
export function naturalWidth(typeCase: TypeCase, spans: readonly Span[]): number {
  const lines = breakLines(typeCase, spans, { width: Number.POSITIVE_INFINITY });
  return Math.max(0, ...lines.map((line) => line.width));
}

/** The width of the widest word: a column that wide needs not break any. */
export function widestWord(typeCase: TypeCase, spans: readonly Span[]): number {
  const copy = spans.map((span) => ({ text: clean(span.text), style: span.style }));
  const text = copy.map((span) => span.text).join("");
  const cutter = new Cutter(typeCase, copy, text);
  const widths = segmentsOf(text).map((segment) => widthOf(typeCase, wordOf(cutter, segment)));
  return Math.max(0, ...widths);
}

const wordOf = (cutter: Cutter, segment: Segment): Piece[] =>
  cutter.pieces(segment.start, segment.ink);

const widthOf = (typeCase: TypeCase, pieces: readonly Piece[]): number =>
  pieces.reduce(
    (width, piece) => width + typeCase.width(piece.face, piece.text, piece.style.size),
    0,
  );

/** Cuts a stretch of a text into pieces of one style and face each. */
class Cutter {
  readonly #typeCase: TypeCase;
  readonly #spans: readonly { readonly from: number; readonly to: number; readonly style: Style }[];
  readonly #text: string;
  readonly #eastAsian: readonly EastAsian[];

  constructor(typeCase: TypeCase, spans: readonly Span[], text: string) {
    let from = 0;
    this.#typeCase = typeCase;
    this.#text = text;
    this.#eastAsian = typeCase.eastAsianFaces(text);
    this.#spans = spans.map((span) => {
      const to = from + span.text.length;
      const place = { from, to, style: span.style };
      from = to;
      return place;
    });
  }

  pieces(start: number, end: number): Piece[] {
    const pieces: Piece[] = [];
    for (const { from, to, style } of this.#spans) {
      if (to <= start || from >= end) continue;
      const part = this.#text.slice(Math.max(from, start), Math.min(to, end));
      // A space that may not break is a space once lines are broken, and is copied out as one.
      const text = part.replaceAll(/[\n\u200B]/gu, "").replaceAll(/[\t\u00A0\u202F]/gu, " ");
      for (const run of this.#typeCase.runs(text, style, this.#eastAsian))
        pieces.push({ ...run, style });
    }
    return pieces;
  }
}

/** Fills lines with words, greedily. */
class Setter {
  readonly #typeCase: TypeCase;
  readonly #measure: Measure;
  readonly #lines: Line[] = [];
  #pieces: Piece[] = [];
  #width = 0;
  #spaces: readonly Piece[] = [];
  #isFirst = true;

  constructor(typeCase: TypeCase, measure: Measure) {
    this.#typeCase = typeCase;
    this.#measure = measure;
  }

  get #room(): number {
    return this.#measure.width - (this.#isFirst ? 0 : (this.#measure.hang ?? 0));
  }

  add(word: readonly Piece[], spaces: readonly Piece[]): void {
    const width = this.#widthWithSpaces(word);
    if (this.#width + width > this.#room + 0.01 && this.#pieces.length > 0) this.endLine(false);
    const pieces = [...this.#spaces, ...word];
    this.#spaces = [];
    if (this.#width + widthOf(this.#typeCase, pieces) > this.#room + 0.01) this.#addInParts(pieces);
    else this.#append(pieces);
    this.#spaces = spaces;
  }

  #widthWithSpaces(word: readonly Piece[]): number {
    return widthOf(this.#typeCase, this.#spaces) + widthOf(this.#typeCase, word);
  }

  #append(pieces: readonly Piece[]): void {
    this.#width += widthOf(this.#typeCase, pieces);
    this.#pieces.push(...pieces);
  }

  #addInParts(word: readonly Piece[]): void {
    const rest = word.flatMap((piece) =>
      charactersOf(piece.text).map((text) => ({ ...piece, text })),
    );
    while (rest.length > 0) {
      let [count, width] = [0, 0];
      for (const piece of rest) {
        width += this.#typeCase.width(piece.face, piece.text, piece.style.size);
        if (count > 0 && width > this.#room + 0.01) break;
        count += 1;
      }
      if (count < rest.length) {
        const good = rest.slice(0, count).findLastIndex((piece) => isGoodCut(piece.text)) + 1;
        if (good > count * 0.6) count = good;
      }
      const part = rest.splice(0, count);
      this.#append(part);
      if (rest.length > 0) this.endLine(false);
    }
  }

  /** @param paragraph the line ends because the text says so, and the next one is not indented. */
  endLine(paragraph: boolean): void {
    const indent = this.#isFirst ? 0 : (this.#measure.hang ?? 0);
    this.#lines.push(lineOf(this.#pieces, indent, indent + this.#width));
    this.#pieces = [];
    this.#width = 0;
    this.#spaces = [];
    this.#isFirst = paragraph;
  }

  finish(): Line[] {
    if (this.#pieces.length > 0) this.endLine(true);
    return this.#lines;
  }
}

function lineOf(pieces: readonly Piece[], indent: number, width: number): Line {
  const merged: Piece[] = [];
  for (const piece of pieces) {
    const last = merged.at(-1);
    const joins =
      last?.style === piece.style && last.face === piece.face && last.missing === piece.missing;
    if (joins) merged[merged.length - 1] = { ...piece, text: last.text + piece.text };
    else if (piece.text !== "") merged.push(piece);
  }
  return { pieces: merged, indent, width };
}
