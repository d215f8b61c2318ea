/** Rows under heads, as Markdown that can be read as it is. Figures stand to the right. */
export function toTable(
  heads: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const texts = rows.map((row) => row.map(String));
  const isFigure = heads.map((_head, column) =>
    rows.every((row) => typeof row[column] === "number"),
  );
  const widths = heads.map((head, column) =>
    Math.max(head.length, 3, ...texts.map((row) => row[column]?.length ?? 0)),
  );
  const padded = (cell: string, column: number): string =>
    isFigure[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  const line = (cells: readonly string[]): string => `| ${cells.map(padded).join(" | ")} |`;
  const rule = widths.map((width, column) =>
    isFigure[column] ? `${"-".repeat(width - 1)}:` : "-".repeat(width),
  );
  return [line(heads), line(rule), ...texts.map(line)].join("\n");
}

/** As people say it: `1.2 s`, `340 ms`. */
export const milliseconds = (count: number): string =>
  count >= 1000 ? `${(count / 1000).toFixed(1)} s` : `${Math.round(count)} ms`;

/** The value that `share` of the others do not exceed; NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}
