import type { Goal } from "./goals.ts";
import type { Comparison } from "./rounds.ts";
import { toTable } from "./tables.ts";

/** What a section found out. */
export interface Findings {
  /** Tables and words between them, as Markdown. */
  readonly text: string;
  readonly goals: readonly Goal[];
  readonly comparisons: readonly Comparison[];
}

/** Comparisons in the usual table, without goals. */
export const toFindings = (comparisons: readonly Comparison[]): Findings => ({
  text: toTable(comparisons),
  goals: [],
  comparisons,
});
