import { env } from "cloudflare:workers";
import { eq, inArray, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";

import { createContext } from "#core/context";
import { newId } from "#core/ids";
import { newJob } from "#core/jobs";
import { tidyUpKind } from "#domain/task-kinds";
import { tasks } from "#domain/tasks";
import { insertJob } from "#repository/jobs";
import { heartbeats, jobs, posts, receipts } from "#repository/models";
import { keepUp } from "#service/upkeep";
import { deliver, doorbellFor, givenPlant } from "#test/support/jobs";
import { givenUser } from "#test/support/people";
import { givenPost } from "#test/support/posts";

const { db } = createContext(env, { waitUntil: () => undefined }, "upkeep");

async function tidyUp(): Promise<void> {
  const { context } = givenPlant();
  const job = newJob(tidyUpKind, {});
  await insertJob(context.db, job);
  await deliver(context, tasks, [doorbellFor(job.id)]);
}

describe("tidying up", () => {
  it("empties the trash of what has been there for thirty days, and of nothing else", async () => {
    const editor = await givenUser();
    const ages = [null, 29, 31];
    const ids = await Promise.all(
      ages.map(async (days) => {
        const { body } = await givenPost(editor);
        const deletedAt = days === null ? null : sql`now() - make_interval(days => ${days}::int)`;
        await db.update(posts).set({ deletedAt }).where(eq(posts.id, body.id));
        return body.id as string;
      }),
    );
    await tidyUp();
    const left = await db.select({ id: posts.id }).from(posts).where(inArray(posts.id, ids));
    expect(left.map(({ id }) => id).toSorted()).toEqual(ids.slice(0, 2).toSorted());
  });

  it("forgets answers after a day", async () => {
    const keys = [23, 25].map((hours) => ({ key: newId(), hours }));
    for (const { key, hours } of keys) {
      const createdAt = sql`now() - make_interval(hours => ${hours}::int)`;
      const receipt = { route: "/", principal: "user:x", fingerprint: "x", result: null };
      await db.insert(receipts).values({ ...receipt, key, createdAt });
    }
    await tidyUp();
    const left = await db.select({ key: receipts.key }).from(receipts);
    expect(left).toEqual([{ key: keys[0]?.key }]);
  });

  it("is ordered once an hour, however often cron ticks", async () => {
    const count = () => db.$count(jobs, eq(jobs.kind, tidyUpKind.name));
    const before = await count();
    const { context } = givenPlant();
    await Promise.all([keepUp(context), keepUp(context), keepUp(context)]);
    expect(await count()).toBe(before + 1);
    await db
      .update(jobs)
      .set({ state: "done", finishedAt: sql`now()` })
      .where(eq(jobs.state, "ready"));
    await db.update(heartbeats).set({ beatAt: sql`now() - interval '61 minutes'` });
    await keepUp(context);
    expect(await count()).toBe(before + 2);
  });
});
