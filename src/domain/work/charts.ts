import { scaleLinear } from "d3-scale";

import { type Slice, sliceOf } from "./flow";
import { count, putLabel } from "./labels";
import type { Press } from "./press";
import { COLOURS, styled } from "./styles";

const AXIS = styled("sans", 7, { colour: COLOURS.muted });
const VALUE = styled("sans", 7, { colour: COLOURS.ink });

export interface Column {
  readonly value: number;
  /** Under the axis; null where there is no room for one. */
  readonly label: string | null;
  /** A line up from the axis where a year begins. */
  readonly divider: boolean;
}

export interface ColumnChart {
  readonly left: number;
  readonly width: number;
  readonly height: number;
  readonly columns: readonly Column[];
  /** Says over each column how much it is; for few columns. */
  readonly showValues: boolean;
  /** A line over the columns, one value a column; null where it has none. */
  readonly trend: readonly (number | null)[];
  /** What the vertical axis counts. */
  readonly unit: string;
}

interface Plot {
  readonly left: number;
  readonly width: number;
  readonly floor: number;
  readonly step: number;
  readonly y: (value: number) => number;
}

const AXIS_WIDTH = 24;
const HEAD = 24;
const FOOT = 16;

/** Columns over a horizontal axis, with a counted vertical axis, gridlines and labels. */
export function columnChart(chart: ColumnChart): Slice {
  return sliceOf({
    height: chart.height,
    draw(press, top) {
      const highest = Math.max(1, ...chart.columns.map((column) => column.value));
      const floor = top + chart.height - FOOT;
      const y = scaleLinear([0, highest], [floor, top + HEAD]).nice(4);
      const marks = y.ticks(4).filter((mark) => Number.isInteger(mark));
      const left = chart.left + AXIS_WIDTH;
      const width = chart.width - AXIS_WIDTH;
      const plot: Plot = { left, width, floor, step: width / chart.columns.length, y };
      putLabel(press, { text: chart.unit, style: AXIS, x: chart.left, baseline: top + 7 });
      drawGrid(press, plot, marks);
      drawColumns(press, plot, chart);
      drawTrend(press, plot, chart.trend);
    },
  });
}

function drawGrid(press: Press, plot: Plot, marks: readonly number[]): void {
  for (const mark of marks) {
    const y = plot.y(mark);
    press.rule(plot.left, y, plot.width, mark === 0 ? COLOURS.faint : COLOURS.line);
    const place = { x: plot.left - 6, baseline: y + 2.5, align: "right" } as const;
    putLabel(press, { text: count(mark), style: AXIS, ...place });
  }
}

function drawColumns(press: Press, plot: Plot, chart: ColumnChart): void {
  const { doc } = press;
  const breadth = Math.min(plot.step * 0.78, 42);
  const inset = (plot.step - breadth) / 2;
  chart.columns.forEach((column, i) => {
    const x = plot.left + i * plot.step;
    if (column.divider) doc.rect(x - 0.25, plot.floor, 0.5, 4).fill(COLOURS.faint);
    if (column.label !== null) {
      const middle = column.divider ? x + 3 : x + plot.step / 2;
      const align = column.divider ? "left" : "middle";
      putLabel(press, {
        text: column.label,
        style: AXIS,
        x: middle,
        baseline: plot.floor + 10,
        align,
      });
    }
    if (chart.showValues && column.value > 0) {
      const place = { x: x + plot.step / 2, baseline: plot.y(column.value) - 3 };
      putLabel(press, { text: count(column.value), style: VALUE, align: "middle", ...place });
    }
  });
  const bars = chart.columns.map((column, i) => ({ value: column.value, i }));
  for (const { value, i } of bars) {
    if (value === 0) continue;
    const y = plot.y(value);
    doc.rect(plot.left + i * plot.step + inset, y, breadth, plot.floor - y);
  }
  if (bars.some((bar) => bar.value > 0)) {
    doc.fill(chart.trend.length > 0 ? COLOURS.accentSoft : COLOURS.accent);
  }
}

function drawTrend(press: Press, plot: Plot, trend: readonly (number | null)[]): void {
  const { doc } = press;
  let drawing = false;
  trend.forEach((value, i) => {
    if (value === null) return;
    const [x, y] = [plot.left + (i + 0.5) * plot.step, plot.y(value)];
    if (drawing) doc.lineTo(x, y);
    else doc.moveTo(x, y);
    drawing = true;
  });
  if (drawing) doc.lineWidth(1.2).lineJoin("round").stroke(COLOURS.accent);
}

export interface Bar {
  readonly name: string;
  readonly value: number;
  /** Said at the end of the row, after the value. */
  readonly note: string;
}

export interface BarChart {
  readonly left: number;
  readonly width: number;
  readonly bars: readonly Bar[];
}

const ROW = 15;
const NAME = styled("sans", 8.5);
const NOTE = styled("sans", 8, { colour: COLOURS.muted });

/** Horizontal bars as long as their share of the longest, on one page. */
export function barRows(chart: BarChart): Slice[] {
  const most = Math.max(1, ...chart.bars.map((bar) => bar.value));
  const nameWidth = chart.width * 0.34;
  const noteWidth = chart.width * 0.14;
  const barLeft = chart.left + nameWidth + 10;
  const barRoom = chart.width - nameWidth - noteWidth - 46;
  return chart.bars.map((bar, i) =>
    sliceOf({
      height: ROW,
      keep: i < chart.bars.length - 1,
      draw(press, top) {
        const baseline = top + 10.2;
        const length = Math.max(0.6, (barRoom * bar.value) / most);
        putLabel(press, { text: bar.name, style: NAME, x: chart.left, baseline, room: nameWidth });
        press.rectangle({ x: barLeft, y: top + 3, width: length, height: 9 }, COLOURS.accent);
        putLabel(press, { text: count(bar.value), style: NAME, x: barLeft + length + 5, baseline });
        const right = chart.left + chart.width;
        putLabel(press, { text: bar.note, style: NOTE, x: right, baseline, align: "right" });
      },
    }),
  );
}
