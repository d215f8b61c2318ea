import { sum } from "d3-array";

import { type Slice, sliceOf } from "./flow";
import type { Press } from "./press";
import { COLOURS, type Span } from "./styles";
import type { TypeCase } from "./type-case";
import { breakLines, type Line, naturalWidth, widestWord } from "./typesetting";

export interface TableColumn {
  readonly width: number;
  readonly align: "left" | "center" | "right";
}

export interface TableShape {
  readonly left: number;
  readonly columns: readonly TableColumn[];
  /** Height of a line of text. */
  readonly leading: number;
  /** How far the baseline is from the top of its line. */
  readonly baseline: number;
  /** Space above and under the text of a row. */
  readonly padding: number;
}

export type Cell = readonly Span[];

/** Space between the text of two columns. */
export const GUTTER = 10;
// A row of more lines than this may be cut by the end of a page.
const WHOLE_ROW = 12;
const LEAST_COLUMN = 8;

/** The width of all columns and their gutters. */
export const tableWidth = (shape: TableShape): number =>
  shape.columns.reduce(
    (width, column) => width + column.width,
    (shape.columns.length - 1) * GUTTER,
  );

/** The head of a table: give it as `head` to its rows to have it on every page. */
export function headRow(typeCase: TypeCase, shape: TableShape, cells: readonly Cell[]): Slice {
  const row = layRow(typeCase, shape, cells);
  const height = row.lines * shape.leading + shape.padding * 2;
  return sliceOf({
    height,
    keep: true,
    draw(press, top) {
      drawLines(press, shape, { ...row, from: 0, to: row.lines, top: top + shape.padding });
      press.rule(shape.left, top + height, tableWidth(shape), COLOURS.ink);
    },
  });
}

/** The slices of one row; one, unless it is so long that a page may have to cut it. */
export function bodyRow(
  typeCase: TypeCase,
  shape: TableShape,
  row: { cells: readonly Cell[]; head: Slice | null },
): Slice[] {
  const laid = layRow(typeCase, shape, row.cells);
  const step = laid.lines > WHOLE_ROW ? 1 : laid.lines;
  const slices: Slice[] = [];
  for (let from = 0; from < laid.lines; from += step) {
    const to = Math.min(laid.lines, from + step);
    const above = from === 0 ? shape.padding : 0;
    const height = (to - from) * shape.leading + above + (to === laid.lines ? shape.padding : 0);
    slices.push(
      sliceOf({
        height,
        head: row.head,
        draw(press, top) {
          drawLines(press, shape, { ...laid, from, to, top: top + above });
          if (to === laid.lines) press.rule(shape.left, top + height, tableWidth(shape));
        },
      }),
    );
  }
  return slices;
}

interface LaidRow {
  readonly cells: readonly (readonly Line[])[];
  readonly lines: number;
}

function layRow(typeCase: TypeCase, shape: TableShape, cells: readonly Cell[]): LaidRow {
  const laid = shape.columns.map(({ width }, i) => breakLines(typeCase, cells[i] ?? [], { width }));
  return { cells: laid, lines: Math.max(1, ...laid.map((lines) => lines.length)) };
}

function drawLines(
  press: Press,
  shape: TableShape,
  part: LaidRow & { from: number; to: number; top: number },
): void {
  let x = shape.left;
  shape.columns.forEach((column, i) => {
    const share = { left: 0, center: 0.5, right: 1 }[column.align];
    part.cells[i]?.slice(part.from, part.to).forEach((line, row) => {
      const indent = (column.width - line.width) * share;
      press.line(line, x + indent, part.top + row * shape.leading + shape.baseline);
    });
    x += column.width + GUTTER;
  });
}

/**
 * Shares out a width among columns: each gets what its longest text needs if all can; otherwise each
 * gets its widest word first, and the rest goes to those whose text is longest.
 */
export function fitColumns(
  typeCase: TypeCase,
  rows: readonly (readonly Cell[])[],
  width: number,
): number[] {
  const natural = widest(rows, (cell) => naturalWidth(typeCase, cell));
  const least = widest(rows, (cell) => widestWord(typeCase, cell));
  const room = width - (natural.length - 1) * GUTTER;
  if (sum(natural) <= room) return natural;
  if (sum(least) >= room) return shrink(least, room);
  const share = (room - sum(least)) / (sum(natural) - sum(least));
  return natural.map((most, i) => (least[i] ?? 0) + (most - (least[i] ?? 0)) * share);
}

/** Whether the columns of a table can be so wide that no word has to be cut. */
export const hasRoom = (
  typeCase: TypeCase,
  rows: readonly (readonly Cell[])[],
  width: number,
): boolean => {
  const least = widest(rows, (cell) => widestWord(typeCase, cell));
  return sum(least) + (least.length - 1) * GUTTER <= width;
};

/** The largest measure in each column. */
function widest(rows: readonly (readonly Cell[])[], measure: (cell: Cell) => number): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) {
      widths[i] = Math.max(widths[i] ?? LEAST_COLUMN, measure(cell) + 0.1);
    }
  }
  return widths;
}

/** Takes from the widest columns until all fit: narrow ones keep their words whole. */
function shrink(widths: readonly number[], room: number): number[] {
  const ascending = widths.toSorted((a, b) => a - b);
  let left = room;
  let cap = room;
  for (const [i, width] of ascending.entries()) {
    cap = left / (ascending.length - i);
    if (width > cap) break;
    left -= width;
  }
  return widths.map((width) => Math.min(width, cap));
}
