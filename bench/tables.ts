import { type Comparison, type Measure, middleOf, ratioOf } from "./rounds.ts";

const heads = ["", "measure", "Imprint", "baseline", "its figure", "Imprint ÷ baseline"] as const;
const isFigure = [false, false, true, false, true, true];

/**
 * Comparisons as a table that is Markdown and can be read as it is: a row for each measure and baseline.
 * The arrow says which way is better.
 */
export function toTable(comparisons: readonly Comparison[]): string {
  const rows = comparisons.flatMap((comparison) => thin(rowsOf(comparison)));
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells
      .map((cell, column) =>
        isFigure[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join(" | ")} |`;
  const rule = widths.map((width, column) =>
    isFigure[column] ? `${"-".repeat(width - 1)}:` : "-".repeat(width),
  );
  return [line(heads), line(rule), ...rows.map(line)].join("\n");
}

function rowsOf({ what, measures, contestants }: Comparison): string[][] {
  const [ours, ...others] = contestants;
  if (!ours) return [];
  return measures.flatMap((measure) => {
    const figure = withUnit(middleOf(ours.samples, measure.name), measure);
    const title = `${measure.name} ${measure.better === "more" ? "↑" : "↓"}`;
    return others.map(({ name, samples }) => {
      const theirs = withUnit(middleOf(samples, measure.name), measure);
      const { middle, least, most } = ratioOf(ours.samples, samples, measure.name);
      const range = `(${short(least)}–${short(most)})`;
      return [what, title, figure, name, theirs, `${short(middle)} × ${range}`];
    });
  });
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
