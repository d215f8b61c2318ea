import type { TaskContext } from "#core/context";
import { duplicateOf, type Statement } from "#core/db";
import { done, type NewJob, type Outcome, type Run } from "#core/jobs";
import { insertJob } from "#repository/jobs";

/** What a task wants to be so. */
export interface Change {
  readonly statements: readonly Statement[];
  readonly jobs: readonly NewJob[];
  readonly result: unknown;
}

const ATTEMPTS = 5;

/**
 * Saves what is decided, all of it in one transaction with the fence of the job. When somebody else made
 * the next version first, `decide` is asked again at once: it looks afresh, so it finds what they did.
 * A run after one that died behind the save is asked as well, and has to find nothing left to do.
 */
export async function carryOut(
  { db }: TaskContext,
  run: Run,
  decide: () => Promise<Change | Outcome>,
): Promise<Outcome> {
  for (let attempt = 1; ; attempt += 1) {
    const decided = await decide();
    if ("kind" in decided) return decided;
    const { statements, jobs, result } = decided;
    const effects = [...jobs.map((job) => insertJob(db, job)), ...statements];
    try {
      await run.checkpoint({ cursor: null, done: 1, total: 1, effects });
      return done({ result, jobs });
    } catch (error) {
      if (duplicateOf(error) === undefined || attempt === ATTEMPTS) throw error;
    }
  }
}

/** For how long something is not due yet, by the database's clock; 0 when it is. */
export const secondsUntil = (moment: string, now: string): number =>
  Math.max(0, (Date.parse(moment) - Date.parse(now)) / 1000);
