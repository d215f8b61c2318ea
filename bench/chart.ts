import { scaleLinear } from "d3-scale";

import { escapeMarkup } from "#core/markup";

import { short } from "./tables.ts";

export interface Bar {
  readonly label: string;
  /** The bar's length, and between what the rounds lay. */
  readonly middle: number;
  readonly least: number;
  readonly most: number;
  /** Drawn in colour; the others are what it is compared with. */
  readonly isOurs: boolean;
}

/** Bars over one scale that begins at zero. */
export interface Panel {
  readonly title: string;
  /** Comes after each figure. */
  readonly unit: string;
  readonly bars: readonly Bar[];
  /** A line that ours have to reach, or to stay short of. */
  readonly goal: { readonly at: number; readonly label: string } | null;
}

const width = 960;
const margin = 28;
const gap = 40;
const top = 74;
const labels = 128;
const figures = 76;
const row = 26;
const column = (width - 2 * margin - gap) / 2;

const style = `
  .paper { fill: #ffffff } .word { fill: #1f2328 } .quiet { fill: #59636e } .rule { stroke: #d1d9e0 }
  .ours { fill: #0969da } .theirs { fill: #a8b1bb } .spread { stroke: #1f2328 }
  .goal { stroke: #bc4c00 } .goal-word { fill: #bc4c00 }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #0d1117 } .word { fill: #f0f6fc } .quiet { fill: #9198a1 } .rule { stroke: #3d444d }
    .ours { fill: #4493f8 } .theirs { fill: #656c76 } .spread { stroke: #f0f6fc }
    .goal { stroke: #f0883e } .goal-word { fill: #f0883e }
  }
  text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif }
  .title { font-size: 18px; font-weight: 600 } .name { font-weight: 600 } .small { font-size: 11px }`;

/**
 * Panels of bars, two beside each other, as an SVG image that can be read on a light page and on a dark one.
 *
 * @param note a line under the title.
 */
export function drawChart(title: string, note: string, panels: readonly Panel[]): string {
  let y = top;
  const parts: string[] = [];
  for (let index = 0; index < panels.length; index += 2) {
    const pair = panels.slice(index, index + 2);
    parts.push(...pair.map((panel, place) => drawPanel(panel, margin + place * (column + gap), y)));
    y += Math.max(...pair.map((panel) => heightOf(panel))) + gap;
  }
  const height = y - gap + margin;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeMarkup(title)}">
<style>${style}
</style>
<rect class="paper" width="${width}" height="${height}"/>
<text class="word title" x="${margin}" y="34">${escapeMarkup(title)}</text>
<text class="quiet" x="${margin}" y="54">${escapeMarkup(note)}</text>
${parts.join("\n")}
</svg>
`;
}

const heightOf = ({ bars, goal }: Panel): number => 24 + bars.length * row + (goal ? 16 : 0);

function drawPanel({ title, unit, bars, goal }: Panel, x: number, y: number): string {
  const longest = Math.max(...bars.flatMap(({ middle, most }) => [middle, most]), goal?.at ?? 0);
  const left = x + labels;
  const scale = scaleLinear([0, longest || 1], [left, x + column - figures]);
  const bottom = y + 24 + bars.length * row;
  const line = scale(goal?.at ?? 0);
  return [
    `<g><text class="word name" x="${x}" y="${y + 12}">${escapeMarkup(title)}</text>`,
    `<line class="rule" x1="${left}" x2="${left}" y1="${y + 22}" y2="${bottom}"/>`,
    ...bars.map((bar, index) => drawBar(bar, unit, y + 24 + index * row, { x, scale })),
    ...(goal
      ? [
          `<line class="goal" x1="${px(line)}" x2="${px(line)}" y1="${y + 20}" y2="${bottom}" stroke-width="1.5" stroke-dasharray="4 3"/>`,
          `<text class="goal-word small" x="${px(line)}" y="${bottom + 13}" text-anchor="middle">${escapeMarkup(goal.label)}</text>`,
        ]
      : []),
    "</g>",
  ].join("\n");
}

function drawBar(
  { label, middle, least, most, isOurs }: Bar,
  unit: string,
  y: number,
  { x, scale }: { readonly x: number; readonly scale: (value: number) => number },
): string {
  const [start, end] = [scale(0), scale(middle)];
  const centre = y + row / 2;
  const figure = `${short(middle)} ${unit}`.trim();
  return [
    `<text class="word" x="${px(start - 8)}" y="${centre + 4}" text-anchor="end">${escapeMarkup(label)}</text>`,
    `<rect class="${isOurs ? "ours" : "theirs"}" x="${px(start)}" y="${y + 4}" width="${px(end - start)}" height="${row - 8}"/>`,
    `<line class="spread" x1="${px(scale(least))}" x2="${px(scale(most))}" y1="${centre}" y2="${centre}"/>`,
    `<text class="word" x="${px(x + column)}" y="${centre + 4}" text-anchor="end">${escapeMarkup(figure)}</text>`,
  ].join("\n");
}

const px = (value: number): string => value.toFixed(1);
