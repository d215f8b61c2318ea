import type { Context } from "#core/context";
import { selectHealth } from "#repository/health";

/** How things stand. Seconds are whole ones, and null where there is nothing to tell of. */
export interface Readiness {
  /** For how long the oldest job that could run has waited. */
  readonly oldestDueSeconds: number | null;
  /** For how long what was planned for a moment has been due. */
  readonly overdueSeconds: number | null;
  readonly sweptSecondsAgo: number | null;
  /** Since when cron has not called. */
  readonly tickedSecondsAgo: number | null;
  /** How late posts went out by themselves in the last day, in milliseconds; null when none did. */
  readonly publishLag: { readonly median: number; readonly worst: number } | null;
  readonly isLate: boolean;
}

const LATE_SECONDS = 120;

/** So long a publication may be in use before cron has ever called. */
const SETTLING_SECONDS = 900;

/** How the work that nobody waits for is getting on. Asks the database once. */
export async function readReadiness({ db }: Context): Promise<Readiness> {
  const [health] = await selectHealth(db);
  if (!health) throw new Error("The database does not tell how it is.");
  const { oldestDueSeconds, sweptSecondsAgo, tickedSecondsAgo, inUseSeconds } = health;
  const { medianLag: median, worstLag: worst } = health;
  const overdueSeconds = (health.overdueSeconds ?? -1) < 0 ? null : health.overdueSeconds;
  const isSilent =
    tickedSecondsAgo === null
      ? (inUseSeconds ?? 0) > SETTLING_SECONDS
      : tickedSecondsAgo > LATE_SECONDS;
  return {
    oldestDueSeconds,
    overdueSeconds,
    sweptSecondsAgo,
    tickedSecondsAgo,
    publishLag: median === null || worst === null ? null : { median, worst },
    isLate: isSilent || Math.max(oldestDueSeconds ?? 0, overdueSeconds ?? 0) > LATE_SECONDS,
  };
}
