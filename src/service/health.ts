import type { Context } from "#core/context";
import { readJobHealth } from "#repository/jobs";

export interface Readiness {
  readonly oldestDueSeconds: number | null;
  readonly sweptSecondsAgo: number | null;
  readonly isLate: boolean;
}

const LATE_SECONDS = 300;

/** How the work that nobody waits for is getting on. Asks the database once. */
export async function readReadiness(context: Context): Promise<Readiness> {
  const [health] = await readJobHealth(context.db);
  const { oldestDueSeconds = null, sweptSecondsAgo = null } = health ?? {};
  const isLate = (oldestDueSeconds ?? 0) > LATE_SECONDS || (sweptSecondsAgo ?? 0) > LATE_SECONDS;
  return { oldestDueSeconds, sweptSecondsAgo, isLate };
}
