import type { Cut, Family } from "./fonts";

/** How a stretch of text looks. Spans that share one style object are set as one. */
export interface Style extends Cut {
  /** In points. */
  readonly size: number;
  readonly colour: string;
  /** An absolute address, `#name` for a place in the same document, or null. */
  readonly link: string | null;
  readonly strike: boolean;
  /** Colour behind the text, for code among words. */
  readonly shade: string | null;
  /** How far the text stands above the baseline, in points. */
  readonly rise: number;
}

export interface Span {
  readonly text: string;
  readonly style: Style;
}

/** One hue and greys: whatever is not text or paper is a shade of the accent. */
export const COLOURS = {
  ink: "#1b2126",
  muted: "#5f6b76",
  faint: "#98a2ab",
  line: "#d9dee3",
  paper: "#f4f6f7",
  accent: "#14566b",
  accentSoft: "#a9c6cf",
  accentPale: "#dfeaed",
} as const;

const plain = {
  bold: false,
  italic: false,
  colour: COLOURS.ink as string,
  link: null,
  strike: false,
  shade: null,
  rise: 0,
};

/** A style of a family and size, upright and in ink unless told otherwise. */
export const styled = (family: Family, size: number, changes: Partial<Style> = {}): Style => ({
  ...plain,
  family,
  size,
  ...changes,
});
