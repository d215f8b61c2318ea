import type { Context } from "#core/context";
import { newJob, ring } from "#core/jobs";
import { sweep } from "#core/jobs/sweep";
import { tidyUpKind } from "#domain/task-kinds";
import { insertJob } from "#repository/jobs";
import { jobStore } from "#repository/jobs/store";

const TIDY_UP_EVERY_SECONDS = 3600;

/** What happens every minute: due jobs are rung for, and once an hour one is ordered that tidies up. */
export async function keepUp(context: Context): Promise<void> {
  await sweep(context, jobStore);
  if (!(await jobStore.elect(context.db, "tidy-up", TIDY_UP_EVERY_SECONDS))) return;
  const job = newJob(tidyUpKind, {}, { dedupeKey: "hourly", requestId: context.requestId });
  await insertJob(context.db, job);
  await ring(context, [job]);
}
