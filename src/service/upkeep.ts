import type { Context } from "#core/context";
import { sendTogether } from "#core/db";
import { newId } from "#core/ids";
import { newJob } from "#core/jobs";
import { ring } from "#core/jobs/doorbells";
import { sweep } from "#core/jobs/sweep";
import {
  findOrphansKind,
  publishPostKind,
  runReportScheduleKind,
  tidyUpKind,
  unpublishPostKind,
} from "#domain/task-kinds";
import { markBeat } from "#repository/health";
import { insertJob } from "#repository/jobs";
import { jobStore } from "#repository/jobs/store";
import { plans, reorderLost } from "#repository/plans";

const TIDY_UP_EVERY_SECONDS = 3600;

/** How many jobs of a kind one minute orders anew. */
const MOST_REORDERED = 100;

/** What happens every minute: due jobs are rung for, and once an hour some are ordered that tidy up. */
export async function keepUp(context: Context): Promise<void> {
  await reorderPlans(context);
  await sweep(context, jobStore);
  if (!(await jobStore.elect(context.db, "tidy-up", TIDY_UP_EVERY_SECONDS))) return;
  const options = { dedupeKey: "hourly", requestId: context.requestId };
  const jobs = [newJob(tidyUpKind, {}, options), newJob(findOrphansKind, {}, options)];
  await sendTogether(
    context.db,
    jobs.map((job) => insertJob(context.db, job)),
  );
  await ring(context, jobs);
}

const newIds = () => Array.from({ length: MOST_REORDERED }, newId);

/**
 * Says that cron ticks, and sees to it that nothing planned waits for a job that will not run. Never fails:
 * the sweep after it rings for what it ordered, and has others to ring for as well.
 */
async function reorderPlans({ db, log }: Context): Promise<void> {
  try {
    const [publishing, unpublishing, reports] = await db.batch([
      reorderLost(db, plans.publishing, publishPostKind, newIds()),
      reorderLost(db, plans.unpublishing, unpublishPostKind, newIds()),
      reorderLost(db, plans.reports, runReportScheduleKind, newIds()),
      markBeat(db, "cron"),
    ]);
    for (const { id } of [publishing, unpublishing, reports].flatMap(({ rows }) => rows)) {
      log.warn("plan.reordered", { job_id: id });
    }
  } catch (error) {
    log.error("plans.not_reordered", { error });
  }
}
