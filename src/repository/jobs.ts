import { and, desc, eq, inArray, lte, type SQL, sql } from "drizzle-orm";

import type { Database } from "#core/db";
import type { JobState, NewJob } from "#core/jobs";
import type { PageRequest } from "#core/pages";

import { holderOf, type Reader, readsAll } from "./actors";
import { abortUnless } from "./guards";
import { jobs } from "./models";

/** Now, as `timestamptz(3)` keeps it: rounded down, because what is rounded up is not due yet. */
export const thisMoment = sql`date_trunc('milliseconds', now())`;

/** It could be worked on now. */
export const isDue = and(eq(jobs.state, "ready"), lte(jobs.runAt, sql`now()`));

/** Saves a job, unless it is saved already or one of its kind and dedupe key waits or runs. */
export const insertJob = (db: Database, job: NewJob) =>
  db
    .insert(jobs)
    .values({ ...job, runAt: job.runAt ?? thisMoment })
    .onConflictDoNothing();

export const selectJob = (db: Database, id: string) =>
  db.select().from(jobs).where(eq(jobs.id, id));

export interface JobFilter {
  readonly state: JobState | null;
  readonly kind: string | null;
}

/** A page of the jobs that somebody may read, newest first. Who is asking need not be known before. */
export const selectJobs = (
  db: Database,
  reader: Reader,
  { state, kind }: JobFilter,
  { limit, after }: PageRequest,
) =>
  db
    .select()
    .from(jobs)
    .where(
      and(
        isReadBy(db, reader),
        state === null ? undefined : eq(jobs.state, state),
        kind === null ? undefined : eq(jobs.kind, kind),
        after === null
          ? undefined
          : sql`(${jobs.createdAt}, ${jobs.id}) < (${after[0]}::timestamptz, ${after[1]}::uuid)`,
      ),
    )
    .orderBy(desc(jobs.createdAt), desc(jobs.id))
    .limit(limit + 1);

function isReadBy(db: Database, reader: Reader): SQL {
  const holder = holderOf(db, reader, "jobs:read");
  return sql`(${jobs.createdBy} = ${holder} or ${readsAll(reader, holder)})`;
}

/** Undoes the batch unless the job is in this state. Keeps it there until the batch is through. */
export const abortUnlessJobIs = (db: Database, id: string, state: JobState, reason: string) =>
  abortUnless(
    db,
    sql`exists(select 1 from ${jobs} where ${and(eq(jobs.id, id), eq(jobs.state, state))} for update)`,
    reason,
  );

/** Undoes the batch when another job of the same kind and dedupe key waits or runs. */
export const abortIfJobIsReplaced = (db: Database, id: string, reason: string) =>
  abortUnless(
    db,
    sql`not exists(select 1 from jobs as ended join jobs as open using (kind, dedupe_key)
      where ended.id = ${id}::uuid and open.state in ('ready', 'running'))`,
    reason,
  );

/**
 * Ends a job that waits; one that runs hears of it at its next checkpoint. No row when it has ended.
 *
 * @param at the moment of asking, which is also when a job that waits has ended.
 */
export const cancelJob = (db: Database, id: string, at: string) =>
  db
    .update(jobs)
    .set({
      cancelRequestedAt: sql`coalesce(${jobs.cancelRequestedAt}, ${at}::timestamptz)`,
      state: sql`(case ${jobs.state} when 'ready' then 'cancelled' else 'running' end)::job_state`,
      finishedAt: sql`case ${jobs.state} when 'ready' then ${at}::timestamptz end`,
    })
    .where(and(eq(jobs.id, id), inArray(jobs.state, ["ready", "running"])))
    .returning();

/**
 * Gives a dead or cancelled job all its chances again; it goes on from its cursor. No row for any other.
 * Runs into `jobs_dedupe_key` when another of its kind and key has taken its place.
 *
 * @param at the moment of asking. The database's clock decides when it is due.
 */
export const requeueJob = (db: Database, id: string, at: string) =>
  db
    .update(jobs)
    .set({
      state: "ready",
      runAt: sql`least(${at}::timestamptz, ${thisMoment})`,
      claims: 0,
      failures: 0,
      dispatchedAt: null,
      cancelRequestedAt: null,
      finishedAt: null,
      errorCode: null,
      lastError: null,
    })
    .where(and(eq(jobs.id, id), inArray(jobs.state, ["dead", "cancelled"])))
    .returning();
