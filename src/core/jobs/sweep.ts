import type { Context } from "#core/context";
import type { JobStore } from "#core/jobs";
import { ringDue } from "#core/jobs/doorbells";

/** One sweep ends after this long, even when there is more. */
const SWEEP_MS = 40_000;

const STALE_SECONDS = 120;
const PURGE_EVERY_SECONDS = 3600;

/**
 * Finds what fell through: jobs whose worker died are freed, jobs that are due and that nobody rang for
 * are rung for, and once an hour what ended long ago is deleted. Any number of sweeps may run at once.
 */
export async function sweep(context: Context, store: JobStore): Promise<void> {
  const end = Date.now() + SWEEP_MS;
  for (let isFull = true; isFull && Date.now() < end;) {
    const swept = await store.sweep(context.db);
    for (const { id, state } of swept.reaped) {
      context.log[state === "dead" ? "error" : "warn"]("job.lease_lost", { job_id: id, state });
    }
    await ringDue(context, swept.due);
    isFull = swept.isFull;
  }
  if (await store.elect(context.db, "purge", PURGE_EVERY_SECONDS)) {
    context.log.info("jobs.purged", { jobs: await store.purge(context.db) });
  }
}

/**
 * Sweeps when the last sweep is more than two minutes old, so that work goes on without cron. Of all
 * who call at once, one does. Never fails.
 */
export async function sweepIfStale(context: Context, store: JobStore): Promise<void> {
  try {
    if (await store.elect(context.db, "sweep", STALE_SECONDS)) await sweep(context, store);
  } catch (error) {
    context.log.warn("jobs.sweep_failed", { error });
  }
}
