import { and, eq, lt, or, sql } from "drizzle-orm";
import { expect, vi } from "vitest";

import { tasks } from "#domain/tasks";
import { jobs } from "#repository/models";

import { deliver, doorbellFor, givenPlant } from "./jobs";

/**
 * Lets everything that waits happen, but for what is planned. The worker's own queue may ring for the same
 * jobs, so this comes back when nothing waits or runs any more.
 */
export async function runDueJobs(): Promise<void> {
  const { context } = givenPlant();
  const unfinished = or(
    eq(jobs.state, "running"),
    and(eq(jobs.state, "ready"), lt(jobs.runAt, sql`now() + interval '1 minute'`)),
  );
  await vi.waitFor(
    async () => {
      const waiting = await context.db.select({ id: jobs.id }).from(jobs).where(unfinished);
      for (const { id } of waiting) await deliver(context, tasks, [doorbellFor(id)]);
      expect(await context.db.$count(jobs, unfinished)).toBe(0);
    },
    { timeout: 20_000, interval: 100 },
  );
}
