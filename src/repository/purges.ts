import { and, eq, inArray, ne, sql } from "drizzle-orm";

import type { Database, Statement } from "#core/db";
import { newId } from "#core/ids";

import { heartbeats, jobs } from "./models";

/** What Cloudflare lets everybody do: five calls a minute. */
const CALLS = 5;
const WINDOW = sql`interval '60 seconds'`;

const slots = Array.from({ length: CALLS }, (_none, index) => `purge-edge-${index + 1}`);

/**
 * Takes the right to one call, and whoever has it may not give it back: of any minute, there are five. The
 * row is empty when there is none, or when somebody else was faster.
 */
export const takePurgeSlot = (db: Database) => {
  const names = sql`(select jsonb_array_elements_text(${JSON.stringify(slots)}::jsonb) as name)`;
  return db.execute<{ name: string }>(sql`
    insert into ${heartbeats} (id, name, beat_at)
    select ${newId()}::uuid, slot.name, now() from ${names} as slot
      left join ${heartbeats} as used on used.name = slot.name
      where used.beat_at is null or used.beat_at <= now() - ${WINDOW}
      order by used.beat_at nulls first, slot.name limit 1
    on conflict (name) do update set beat_at = excluded.beat_at
      where ${heartbeats.beatAt} <= now() - ${WINDOW}
    returning name`);
};

/** In how many seconds the next call is allowed, when all are taken. */
export const selectPurgePause = (db: Database) =>
  db
    .select({
      seconds: sql<
        number | null
      >`extract(epoch from min(${heartbeats.beatAt}) + ${WINDOW} - now())::float8`,
    })
    .from(heartbeats)
    .where(inArray(heartbeats.name, slots));

/**
 * What a job has to tell: its own order, and what it took over from others. With the moment that it waits for,
 * because what it took over since then may be the same again.
 */
const digest = sql<string>`md5(concat(${jobs.cursor}, ' ', extract(epoch from ${jobs.runAt})))`;

/** Jobs of this kind that nobody works on: what they are to do can be done with another's. */
export const selectWaitingPurges = (db: Database, kind: string, jobId: string, most: number) =>
  db
    .select({ id: jobs.id, args: jobs.args, cursor: jobs.cursor, digest })
    .from(jobs)
    .where(and(eq(jobs.kind, kind), eq(jobs.state, "ready"), ne(jobs.id, jobId)))
    .orderBy(jobs.id)
    .limit(most);

export type WaitingPurge = Awaited<ReturnType<typeof selectWaitingPurges>>[number];

/** What another job has taken over is done, unless it was begun or took something over itself meanwhile. */
export const markPurged = (db: Database, taken: readonly WaitingPurge[]): Statement => {
  const seen = JSON.stringify(taken.map(({ id, digest: seenDigest }) => ({ id, d: seenDigest })));
  return db
    .update(jobs)
    .set({ state: "done", finishedAt: sql`now()`, dispatchedAt: null })
    .where(
      and(
        eq(jobs.state, "ready"),
        sql`(${jobs.id}, ${digest}) in
          (select id, d from jsonb_to_recordset(${seen}::jsonb) as seen(id uuid, d text))`,
      ),
    );
};
