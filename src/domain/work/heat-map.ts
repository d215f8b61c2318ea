import type { Day } from "#domain/reports";

import { type Slice, sliceOf } from "./flow";
import { counted, monthOf, putLabel } from "./labels";
import type { Press } from "./press";
import { COLOURS, styled } from "./styles";

const DAY = 86_400_000;
const YEAR_LABEL = styled("sans", 9, { bold: true });
const SMALL = styled("sans", 6.5, { colour: COLOURS.muted });
/** From no post to many; each but the first with the least number of posts it stands for. */
const SHADES = [
  { from: 0, colour: "#edf0f2" },
  { from: 1, colour: "#b5d0d8" },
  { from: 2, colour: "#6fa3b1" },
  { from: 3, colour: "#2f7489" },
  { from: 5, colour: "#0b3f50" },
] as const;

export interface HeatMap {
  readonly left: number;
  readonly width: number;
  readonly days: ReadonlyMap<Day, number>;
}

const LABELS = 22;
const CELL_GAP = 1.2;
const HEAD = 20;

/** One year of days, a column a week from Monday down, each day as dark as it had posts. */
export function yearMap(map: HeatMap, year: number): Slice {
  const days = daysOf(year);
  const weeks = Math.max(53, (days.at(-1)?.week ?? 0) + 1);
  const step = (map.width - LABELS + CELL_GAP) / weeks;
  return sliceOf({
    height: HEAD + step * 7,
    before: 8,
    draw(press, top) {
      const posts = days.reduce((sum, { day }) => sum + (map.days.get(day) ?? 0), 0);
      const right = map.left + map.width;
      const baseline = top + 8;
      putLabel(press, { text: String(year), style: YEAR_LABEL, x: map.left, baseline });
      const total = { text: counted(posts, "post"), style: SMALL, baseline };
      putLabel(press, { ...total, x: right, align: "right" });
      const grid = { x: map.left + LABELS, y: top + HEAD, step };
      drawLabels(press, grid, days);
      for (const [i, shade] of SHADES.entries()) {
        const below = SHADES[i + 1]?.from ?? Number.POSITIVE_INFINITY;
        const cells = days.filter(({ day }) => {
          const count = map.days.get(day) ?? 0;
          return count >= shade.from && count < below;
        });
        drawCells(press, grid, { cells, colour: shade.colour });
      }
    },
  });
}

interface Grid {
  readonly x: number;
  readonly y: number;
  readonly step: number;
}

interface Cell {
  readonly day: Day;
  readonly week: number;
  /** 0 on Mondays. */
  readonly weekday: number;
}

function daysOf(year: number): Cell[] {
  const first = Date.UTC(year, 0, 1);
  const length = (Date.UTC(year + 1, 0, 1) - first) / DAY;
  const offset = (new Date(first).getUTCDay() + 6) % 7;
  return Array.from({ length }, (_, i) => ({
    day: new Date(first + i * DAY).toISOString().slice(0, 10),
    week: Math.floor((i + offset) / 7),
    weekday: (i + offset) % 7,
  }));
}

function drawLabels(press: Press, grid: Grid, days: readonly Cell[]): void {
  for (const [row, text] of [
    [0, "Mon"],
    [2, "Wed"],
    [4, "Fri"],
  ] as const) {
    const baseline = grid.y + row * grid.step + grid.step * 0.5 + 2;
    putLabel(press, { text, style: SMALL, x: grid.x - LABELS, baseline });
  }
  for (const { day, week, weekday } of days) {
    if (!day.endsWith("-01")) continue;
    // A month that begins inside a week is named over the first week that is wholly its own.
    const x = grid.x + (week + (weekday === 0 ? 0 : 1)) * grid.step;
    putLabel(press, { text: monthOf(day).slice(0, 3), style: SMALL, x, baseline: grid.y - 4 });
  }
}

function drawCells(
  press: Press,
  grid: Grid,
  group: { cells: readonly Cell[]; colour: string },
): void {
  if (group.cells.length === 0) return;
  const size = grid.step - CELL_GAP;
  for (const { week, weekday } of group.cells) {
    press.doc.rect(grid.x + week * grid.step, grid.y + weekday * grid.step, size, size);
  }
  press.doc.fill(group.colour);
}

/** What the shades stand for. */
export function heatLegend(left: number): Slice {
  return sliceOf({
    height: 12,
    before: 12,
    keep: true,
    draw(press, top) {
      let x = left;
      const baseline = top + 6.6;
      x += putLabel(press, { text: "Posts a day:", style: SMALL, x, baseline }) + 8;
      for (const [i, shade] of SHADES.entries()) {
        press.rectangle({ x, y: top, width: 8, height: 8 }, shade.colour);
        const next = SHADES[i + 1]?.from;
        const many =
          next === undefined ? `${String(shade.from)} or more` : rangeOf(shade.from, next);
        x += 11 + putLabel(press, { text: many, style: SMALL, x: x + 11, baseline }) + 10;
      }
    },
  });
}

const rangeOf = (from: number, below: number): string =>
  below - from === 1 ? String(from) : `${String(from)}–${String(below - 1)}`;
