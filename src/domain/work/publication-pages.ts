import { type Slice, sliceOf } from "./flow";
import { PAPER } from "./press";
import { COLOURS, type Span, styled } from "./styles";
import type { TypeCase } from "./type-case";
import { breakLines } from "./typesetting";

/** The text area of the publication report. */
export const FRAME = { left: 54, width: PAPER.width - 108, top: 70, bottom: 62 } as const;

export const MUTED = styled("sans", 9.5, { colour: COLOURS.muted });
const TITLE = styled("sans", 17, { bold: true });

export interface Part {
  readonly title: string;
  readonly place: string;
  /** Begins on a new page. */
  readonly fresh: boolean;
}

/** The title of a part, with its bookmark. */
export function partTitle(typeCase: TypeCase, part: Part): Slice {
  const { width, left } = FRAME;
  const [line] = breakLines(typeCase, [{ text: part.title, style: TITLE }], { width });
  return sliceOf({
    height: 24,
    before: 34,
    keep: true,
    fresh: part.fresh,
    bookmark: { title: part.title, level: 1, place: part.place },
    draw(press, top) {
      if (line !== undefined) press.line(line, left, top + 16);
    },
  });
}

/** A paragraph of the report's own words, kept with what it introduces. */
export function paragraph(typeCase: TypeCase, spans: readonly Span[]): Slice[] {
  const lines = breakLines(typeCase, spans, { width: FRAME.width });
  return lines.map((line, i) =>
    sliceOf({
      height: 14,
      before: i === 0 ? 2 : 0,
      keep: true,
      draw: (press, top) => press.line(line, FRAME.left, top + 10),
    }),
  );
}

/** Empty space that may be lost between two pages. */
export const space = (height: number): Slice => sliceOf({ height, keep: true, draw: () => {} });
