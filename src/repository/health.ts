import { type SQL, sql } from "drizzle-orm";

import type { Database } from "#core/db";

import { heartbeats, jobs, posts, reportSchedules, users } from "./models";

/** Notes that something that should happen again and again has happened. */
export const markBeat = (db: Database, name: string) =>
  db
    .insert(heartbeats)
    .values({ name, beatAt: sql`now()` })
    .onConflictDoUpdate({ target: heartbeats.name, set: { beatAt: sql`now()` } });

/** For how many whole seconds a moment has been past; null for none, less than 0 for one that is ahead. */
const secondsSince = (moment: SQL) =>
  sql<number | null>`floor(extract(epoch from now() - (${moment})))::int`;

const beat = (name: string): SQL =>
  sql`select ${heartbeats.beatAt} from ${heartbeats} where ${heartbeats.name} = ${name}`;

/** The first of the moments that something is planned for. */
const firstPlanned = sql`least(
  (select min(${posts.publishAt}) from ${posts} where ${posts.publishAt} is not null),
  (select min(${posts.unpublishAt}) from ${posts} where ${posts.unpublishAt} is not null),
  (select min(${reportSchedules.nextAt}) from ${reportSchedules}))`;

/** What went out by itself in the last day. */
const recent = sql`from ${posts} where ${posts.status} = 'published' and ${posts.deletedAt} is null
  and ${posts.publishLag} is not null and ${posts.publishedAt} > now() - interval '1 day'`;

/** How the work that nobody waits for is getting on, and for how long people have been here to need it. */
export const selectHealth = (db: Database) =>
  db
    .select({
      oldestDueSeconds: secondsSince(
        sql`select min(${jobs.runAt}) from ${jobs} where ${jobs.state} = 'ready' and ${jobs.runAt} <= now()`,
      ),
      overdueSeconds: secondsSince(firstPlanned),
      sweptSecondsAgo: secondsSince(beat("sweep")),
      tickedSecondsAgo: secondsSince(beat("cron")),
      inUseSeconds: secondsSince(sql`select min(${users.createdAt}) from ${users}`),
      medianLag: sql<
        number | null
      >`(select percentile_disc(0.5) within group (order by ${posts.publishLag}) ${recent})`,
      worstLag: sql<number | null>`(select max(${posts.publishLag}) ${recent})`,
    })
    .from(sql`(select 1) as asked`);
