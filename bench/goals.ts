/** A figure that was promised, and what it came to. */
export interface Goal {
  readonly what: string;
  readonly wanted: "at least" | "at most" | "exactly";
  readonly bound: number;
  readonly figure: number;
  /** Comes after both figures: `×`, `ms`. */
  readonly unit: string;
}

/** NaN meets nothing. */
export function isMet({ wanted, bound, figure }: Goal): boolean {
  if (wanted === "at least") return figure >= bound;
  return wanted === "at most" ? figure <= bound : figure === bound;
}
