import { eq, getTableColumns, type SQL, sql } from "drizzle-orm";

import type { Database } from "#core/db";
import type { TaskKind } from "#core/jobs";

import { toInstant } from "./columns";
import { newsletters, posts } from "./models";

/** The newsletter that a post is to be mailed to when it goes out. */
export const selectWishedNewsletter = (db: Database, postId: string) =>
  db
    .select(getTableColumns(newsletters))
    .from(newsletters)
    .innerJoin(posts, eq(newsletters.id, sql`(${posts.publishSend} ->> 'newsletterId')::uuid`))
    .where(eq(posts.id, postId));

/** What time it is for the database, whose clock decides what is due. */
export const selectNow = (db: Database) =>
  db.select({ now: sql<string>`now()`.mapWith(toInstant) }).from(sql`(select 1) as clock`);

/** Where a moment is kept together with the one job that may act when it has come. */
interface Plan {
  readonly table: SQL;
  readonly at: SQL;
  readonly jobId: SQL;
  /** What the job is told the row's id as. */
  readonly argument: string;
}

export const plans = {
  publishing: {
    table: sql`posts`,
    at: sql`publish_at`,
    jobId: sql`publish_job_id`,
    argument: "postId",
  },
  unpublishing: {
    table: sql`posts`,
    at: sql`unpublish_at`,
    jobId: sql`unpublish_job_id`,
    argument: "postId",
  },
  reports: {
    table: sql`report_schedules`,
    at: sql`next_at`,
    jobId: sql`job_id`,
    argument: "scheduleId",
  },
} as const satisfies Record<string, Plan>;

/**
 * Orders anew what is overdue and whose job died, was cancelled or is gone; what has a job that waits or
 * runs is left to it. Answers with the ids of the new jobs.
 *
 * @param ids for the new jobs: no more than these are ordered.
 */
export const reorderLost = (
  db: Database,
  { table, at, jobId, argument }: Plan,
  { name, lane, maxClaims, maxFailures }: TaskKind,
  ids: readonly string[],
) =>
  db.execute<{ id: string }>(sql`
    with lost as (
      select id, ${at} as due from ${table}
      where ${at} < now() and not exists (
        select 1 from jobs where jobs.id = ${table}.${jobId} and jobs.state in ('ready', 'running'))
      order by ${at}, id limit ${ids.length}::int for update skip locked
    ),
    replaced as (
      select lost.id, fresh.id::uuid as job_id
      from (select id, row_number() over (order by due, id) as number from lost) lost
      join jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb) with ordinality as fresh(id, number)
        using (number)
    ),
    ordered as (
      insert into jobs (id, kind, lane, args, max_claims, max_failures)
      select job_id, ${name}, ${lane}, jsonb_build_object(${argument}::text, id), ${maxClaims}::int, ${maxFailures}::int
      from replaced
    )
    update ${table} set ${jobId} = replaced.job_id from replaced
    where ${table}.id = replaced.id returning replaced.job_id as id`);
