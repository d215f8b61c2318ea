import { isMet } from "./goals.ts";
import type { Goal } from "./goals.ts";
import { type Comparison, type Measure, middleOf, ratioOf, type Sample } from "./rounds.ts";

/** How a table looks: what stands above its columns, and which of those hold figures. */
interface Heading {
  readonly title: string;
  readonly isFigure: boolean;
}

const text = (title: string): Heading => ({ title, isFigure: false });
const figure = (title: string): Heading => ({ title, isFigure: true });

/** A table that is Markdown and can be read as it is. */
export function layOut(headings: readonly Heading[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map(({ title }, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string => {
    const padded = cells.map((cell, column) =>
      headings[column]?.isFigure
        ? cell.padStart(widths[column] ?? 0)
        : cell.padEnd(widths[column] ?? 0),
    );
    return `| ${padded.join(" | ")} |`;
  };
  const rule = widths.map((width, column) =>
    headings[column]?.isFigure ? `${"-".repeat(width - 1)}:` : "-".repeat(width),
  );
  return [line(headings.map(({ title }) => title)), line(rule), ...rows.map(line)].join("\n");
}

/**
 * Comparisons of the first contestant with one baseline after the other: a row for each measure and baseline. The
 * arrow says which way is better.
 */
export function toTable(comparisons: readonly Comparison[], ours = "Imprint"): string {
  const headings = [
    text(""),
    text("measure"),
    figure(ours),
    text("baseline"),
    figure("its figure"),
    figure(`${ours} ÷ baseline`),
  ];
  return layOut(
    headings,
    comparisons.flatMap((comparison) => thin(rowsOf(comparison))),
  );
}

function rowsOf({ what, measures, contestants }: Comparison): string[][] {
  const [ours, ...others] = contestants;
  if (!ours) return [];
  return measures.flatMap((measure) => {
    const ourFigure = withUnit(middleOf(ours.samples, measure.name), measure);
    return others.map(({ name, samples }) => {
      const theirs = withUnit(middleOf(samples, measure.name), measure);
      const ratio = toRatio(ours.samples, samples, measure.name);
      return [what, titleOf(measure), ourFigure, name, theirs, ratio];
    });
  });
}

/**
 * Comparisons of several with one another: a row for each contestant, with all its measures, and how its first
 * measure stands to that of each baseline. Where there is but one everywhere, it is not named.
 */
export function toRanking(
  comparisons: readonly Comparison[],
  baselines: readonly string[],
): string {
  const measures = comparisons[0]?.measures ?? [];
  const isAlone = comparisons.every(({ contestants }) => contestants.length === 1);
  const headings = [
    text(""),
    ...(isAlone ? [] : [text("answered by")]),
    ...measures.map((measure) => figure(titleOf(measure))),
    ...baselines.map((name) => figure(`÷ ${name}`)),
  ];
  const rows = comparisons.flatMap(({ what, contestants }) =>
    contestants.map(({ name, samples }, index) => [
      index === 0 ? what : "",
      ...(isAlone ? [] : [name]),
      ...measures.map((measure) => withUnit(middleOf(samples, measure.name), measure)),
      ...baselines.map((baseline) => {
        const others = contestants.find((other) => other.name === baseline)?.samples;
        const [first] = measures;
        return others === undefined || baseline === name || !first
          ? ""
          : toRatio(samples, others, first.name);
      }),
    ]),
  );
  return layOut(headings, rows);
}

/** What was promised, what it came to, and whether that is enough. */
export function toGoalTable(goals: readonly Goal[]): string {
  const headings = [text("goal"), figure("wanted"), figure("measured"), text("")];
  const rows = goals.map((goal) => [
    goal.what,
    `${goal.wanted} ${short(goal.bound)} ${goal.unit}`.trim(),
    `${short(goal.figure)} ${goal.unit}`.trim(),
    isMet(goal) ? "met" : "**not met**",
  ]);
  return layOut(headings, rows);
}

/** What a row has in common with the one above it is said once. */
const thin = (rows: readonly string[][]): string[][] =>
  rows.map((row, index) => {
    const above = rows[index - 1];
    const isSame = [row[0] === above?.[0], row[0] === above?.[0] && row[1] === above?.[1]];
    return row.map((cell, column) => {
      if (column === 0 && isSame[0]) return "";
      return (column === 1 || column === 2) && isSame[1] ? "" : cell;
    });
  });

function toRatio(ours: readonly Sample[], theirs: readonly Sample[], measure: string): string {
  const { middle, least, most } = ratioOf(ours, theirs, measure);
  return Number.isNaN(middle) ? "–" : `${short(middle)} × (${short(least)}–${short(most)})`;
}

const titleOf = ({ name, better }: Measure): string => `${name} ${better === "more" ? "↑" : "↓"}`;

const withUnit = (value: number, { unit }: Measure): string => `${short(value)} ${unit}`.trim();

/** Three significant digits, which is more than any of these figures is good for. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return Number(value.toPrecision(3)).toLocaleString("en-US", {
    minimumFractionDigits: Math.min(digits, 2),
    maximumFractionDigits: Math.min(digits, 3),
  });
}
