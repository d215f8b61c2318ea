import { and, asc, eq, isNull, lt, lte, notExists, or, sql } from "drizzle-orm";

import type { Database } from "#core/db";
import type { JobStore, Lease } from "#core/jobs";
import { abortReasonOf, abortUnless } from "#repository/guards";
import { seconds } from "#repository/intervals";
import { insertJob, isDue, thisMoment } from "#repository/jobs";
import { heartbeats, imports, jobs, reports, subscriberImports } from "#repository/models";

/** How many jobs one statement of a sweep takes. */
const PAGE = 500;

/** Whoever had it must be dead. */
const isAbandoned = and(eq(jobs.state, "running"), lt(jobs.leaseUntil, sql`now()`));

/** Everything that a worker writes is fenced by this: the job runs, and runs under this lease. */
const isHeld = ({ jobId, token }: Lease) =>
  and(eq(jobs.id, jobId), eq(jobs.leaseToken, token), eq(jobs.state, "running"));

const LEASE_LOST = "lease_lost";

/** Undoes the batch that begins with it, unless the lease holds; keeps it held until the batch is through. */
const fence = (db: Database, lease: Lease) =>
  abortUnless(db, sql`exists(select 1 from ${jobs} where ${isHeld(lease)} for update)`, LEASE_LOST);

const isLeaseLost = (error: unknown): boolean => abortReasonOf(error) === LEASE_LOST;

const isCancelled = sql`${jobs.cancelRequestedAt} is not null`;

/** What a job is that nobody works on any more. */
const unleased = { leaseToken: null, leaseUntil: null, dispatchedAt: null };

async function claim(
  db: Database,
  { jobId, token }: Lease,
  leaseSeconds: Readonly<Record<string, number>>,
) {
  const isMine = sql`${jobs.leaseToken} is not distinct from ${token}::uuid`;
  const ofKind = sql`coalesce((${JSON.stringify(leaseSeconds)}::jsonb ->> ${jobs.kind})::int, 60)`;
  const [row] = await db
    .update(jobs)
    .set({
      state: "running",
      claims: sql`${jobs.claims} + case when ${isMine} then 0 else 1 end`,
      leaseToken: token,
      leaseUntil: sql`now() + make_interval(secs => ${ofKind})`,
    })
    .where(
      and(
        eq(jobs.id, jobId),
        isNull(jobs.cancelRequestedAt),
        or(isDue, and(isAbandoned, lt(jobs.claims, jobs.maxClaims)), isHeld({ jobId, token })),
      ),
    )
    .returning();
  return row;
}

const checkpoint: JobStore["checkpoint"] = async (db, lease, saved) => {
  const { cursor, done, total, leaseSeconds, effects = [] } = saved;
  try {
    const [, [row]] = await db.batch([
      fence(db, lease),
      db
        .update(jobs)
        .set({
          leaseUntil: sql`now() + ${seconds(leaseSeconds)}`,
          cursor: cursor ?? null,
          // A run that begins anew has done less than whoever watches was told.
          doneCount: sql`greatest(${jobs.doneCount}, ${done}::bigint)`,
          totalCount: total,
        })
        .where(isHeld(lease))
        .returning({ cancelRequestedAt: jobs.cancelRequestedAt }),
      ...effects,
    ]);
    return row?.cancelRequestedAt === null ? "go on" : "stop";
  } catch (error) {
    if (isLeaseLost(error)) return "lost";
    throw error;
  }
};

const complete: JobStore["complete"] = async (db, lease, { result, effects, jobs: next }) => {
  try {
    await db.batch([
      fence(db, lease),
      ...effects,
      ...next.map((job) => insertJob(db, job)),
      db
        .update(jobs)
        .set({
          ...unleased,
          state: "done",
          finishedAt: sql`now()`,
          result: result ?? null,
          doneCount: sql`coalesce(${jobs.totalCount}, ${jobs.doneCount})`,
          errorCode: null,
          lastError: null,
        })
        .where(isHeld(lease)),
    ]);
    return "done";
  } catch (error) {
    if (isLeaseLost(error)) return "lost";
    throw error;
  }
};

/** A claim that ended in good order is not held against the job. */
async function release(db: Database, lease: Lease, afterSeconds: number) {
  const [row] = await db
    .update(jobs)
    .set({
      ...unleased,
      state: sql`(case when ${isCancelled} then 'cancelled' else 'ready' end)::job_state`,
      finishedAt: sql`case when ${isCancelled} then now() end`,
      runAt: sql`${thisMoment} + ${seconds(afterSeconds)}`,
      claims: sql`greatest(${jobs.claims} - 1, 0)`,
    })
    .where(isHeld(lease))
    .returning({ state: jobs.state });
  return row?.state;
}

const fail: JobStore["fail"] = async (db, lease, { code, message, retrySeconds }) => {
  const isDead =
    retrySeconds === null ? sql`true` : sql`${jobs.failures} + 1 >= ${jobs.maxFailures}`;
  const [row] = await db
    .update(jobs)
    .set({
      ...unleased,
      state: sql`(case when ${isDead} then 'dead' when ${isCancelled} then 'cancelled' else 'ready' end)::job_state`,
      finishedAt: sql`case when ${isDead} or ${isCancelled} then now() end`,
      runAt: sql`${thisMoment} + ${seconds(retrySeconds ?? 0)}`,
      failures: sql`${jobs.failures} + 1`,
      errorCode: code,
      lastError: message,
    })
    .where(isHeld(lease))
    .returning({ state: jobs.state });
  return row?.state;
};

/** Takes the jobs of dead workers from them. */
function reap(db: Database) {
  const isSpent = sql`${jobs.claims} >= ${jobs.maxClaims}`;
  const found = db
    .$with("abandoned")
    .as(
      db
        .select({ id: jobs.id })
        .from(jobs)
        .where(isAbandoned)
        .orderBy(asc(jobs.leaseUntil))
        .limit(PAGE)
        .for("update", { skipLocked: true }),
    );
  const message = "Its worker stopped without a word, again and again.";
  return db
    .with(found)
    .update(jobs)
    .set({
      ...unleased,
      state: sql`(case when ${isCancelled} then 'cancelled' when ${isSpent} then 'dead' else 'ready' end)::job_state`,
      finishedAt: sql`case when ${isCancelled} or ${isSpent} then now() end`,
      runAt: thisMoment,
      errorCode: sql`case when ${isSpent} then ${LEASE_LOST} else ${jobs.errorCode} end`,
      lastError: sql`case when ${isSpent} then ${message} else ${jobs.lastError} end`,
    })
    .from(found)
    .where(eq(jobs.id, found.id))
    .returning({ id: jobs.id, state: jobs.state });
}

/**
 * Marks what is due within a minute as rung for. A bell that nobody answered is rung again after two; one
 * that was rung ahead, as soon as it should have been heard.
 */
function dispatch(db: Database) {
  const found = db.$with("due").as(
    db
      .select({ id: jobs.id })
      .from(jobs)
      .where(
        and(
          eq(jobs.state, "ready"),
          lte(jobs.runAt, sql`now() + interval '60 seconds'`),
          or(
            isNull(jobs.dispatchedAt),
            lt(jobs.dispatchedAt, sql`now() - interval '120 seconds'`),
            and(
              lt(jobs.dispatchedAt, jobs.runAt),
              lt(jobs.runAt, sql`now() - interval '10 seconds'`),
            ),
          ),
        ),
      )
      .orderBy(asc(jobs.priority), asc(jobs.runAt))
      .limit(PAGE)
      .for("update", { skipLocked: true }),
  );
  const delay = sql<number>`greatest(0, ceil(extract(epoch from ${jobs.runAt} - now())))::int`;
  return db
    .with(found)
    .update(jobs)
    .set({ dispatchedAt: sql`now()` })
    .from(found)
    .where(eq(jobs.id, found.id))
    .returning({ id: jobs.id, lane: jobs.lane, delaySeconds: delay });
}

/** The heartbeat comes last: its row is locked until the end, and other sweeps should not wait for it. */
async function sweep(db: Database) {
  const [reaped, due] = await db.batch([
    reap(db),
    dispatch(db),
    db
      .insert(heartbeats)
      .values({ name: "sweep", beatAt: sql`now()` })
      .onConflictDoUpdate({ target: heartbeats.name, set: { beatAt: sql`now()` } }),
  ]);
  return { reaped, due, isFull: reaped.length === PAGE || due.length === PAGE };
}

async function elect(db: Database, name: string, afterSeconds: number): Promise<boolean> {
  const elected = await db
    .insert(heartbeats)
    .values({ name, beatAt: sql`now()` })
    .onConflictDoUpdate({
      target: heartbeats.name,
      set: { beatAt: sql`now()` },
      setWhere: sql`${heartbeats.beatAt} < now() - ${seconds(afterSeconds)}`,
    })
    .returning({ id: heartbeats.id });
  return elected.length > 0;
}

async function purge(db: Database): Promise<number> {
  const isOld = or(
    and(eq(jobs.state, "done"), lt(jobs.finishedAt, sql`now() - interval '7 days'`)),
    and(eq(jobs.state, "cancelled"), lt(jobs.finishedAt, sql`now() - interval '30 days'`)),
    and(eq(jobs.state, "dead"), lt(jobs.finishedAt, sql`now() - interval '90 days'`)),
  );
  const isFree = and(
    notExists(db.select({ id: imports.id }).from(imports).where(eq(imports.jobId, jobs.id))),
    notExists(db.select({ id: reports.id }).from(reports).where(eq(reports.jobId, jobs.id))),
    notExists(
      db
        .select({ id: subscriberImports.id })
        .from(subscriberImports)
        .where(eq(subscriberImports.jobId, jobs.id)),
    ),
  );
  const { rowCount } = await db.delete(jobs).where(and(isOld, isFree));
  return rowCount;
}

/** Jobs in PostgreSQL: the store that `core/jobs` works on. */
export const jobStore: JobStore = {
  claim,
  checkpoint,
  complete,
  release,
  fail,
  async findState(db, jobId) {
    const [row] = await db.select({ state: jobs.state }).from(jobs).where(eq(jobs.id, jobId));
    return row?.state;
  },
  sweep,
  elect,
  purge,
};
