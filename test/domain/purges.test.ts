import { env } from "cloudflare:workers";
import { eq, inArray, sql } from "drizzle-orm";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";

import { EVERYTHING, MOST_TAGS } from "#core/cache-tags";
import { createContext } from "#core/context";
import { newId } from "#core/ids";
import { newJob } from "#core/jobs";
import { newEvent } from "#domain/events";
import { purgesOf } from "#domain/purges";
import { purgeEdgeKind } from "#domain/task-kinds";
import { tasks } from "#domain/tasks";
import { insertJob } from "#repository/jobs";
import { heartbeats, jobs } from "#repository/models";
import { deliver, doorbellFor, givenPlant, passTime, readJob } from "#test/support/jobs";
import { givenUser } from "#test/support/people";
import { send } from "#test/support/requests";

const { db, settings } = createContext(env, { waitUntil: () => undefined }, "purges");

const platform = { EDGE_CACHE: "platform" } as const;

const tagsOf = (...given: Parameters<typeof purgesOf>): unknown =>
  purgesOf(...given).map(({ args }) => args);

const post = { id: "p", status: "published", tags: [{ id: "t" }], authors: [{ id: "a" }] };

describe("a change purges", () => {
  it("the post, the lists, and what the post names or named", () => {
    const previous = { tags: [{ id: "u" }] };
    const event = newEvent("post.updated", { ...post, previous });
    const tags = ["posts", "tags", "authors", "post-p", "tag-t", "tag-u", "author-a"];
    expect(tagsOf(platform, [event], [])).toEqual([{ tags }]);
  });

  it("nothing, when neither before nor after it anybody could see the post", () => {
    const draft = { ...post, status: "draft" };
    const events = [newEvent("post.created", draft), newEvent("page.updated", draft)];
    expect(tagsOf(platform, events, [{ entity: "post", entityId: "p" }])).toEqual([]);
  });

  it("a post that was taken back or put into the trash", () => {
    const previous = { status: "published" };
    for (const type of ["post.unpublished", "post.deleted"] as const) {
      const [job] = purgesOf(
        platform,
        [newEvent(type, { ...post, status: "draft", previous })],
        [],
      );
      expect(job?.args).toMatchObject({ tags: expect.arrayContaining(["posts", "post-p"]) });
    }
  });

  it("what shows a person, the site, a picture", () => {
    const touched = ["user", "settings", "newsletter", "media"].map((entity) => ({
      entity,
      entityId: "x",
    }));
    const tags = ["authors", "posts", "author-x", "settings", "newsletters", EVERYTHING];
    expect(tagsOf(platform, [], touched)).toEqual([{ tags }]);
  });

  it("everything, when it touches more things than a purge may name", () => {
    const many = Array.from({ length: MOST_TAGS }, (_none, index) => ({ id: `t${index}` }));
    const event = newEvent("post.updated", { ...post, tags: many });
    expect(tagsOf(platform, [event], [])).toEqual([{ tags: [EVERYTHING] }]);
  });

  it.each(["worker", "off"] as const)("nothing, where the cache is %s", (EDGE_CACHE) => {
    expect(purgesOf({ EDGE_CACHE }, [newEvent("post.updated", post)], [])).toEqual([]);
  });

  it("in the transaction of the change itself", async () => {
    const { headers } = await givenUser({ role: "owner" });
    Object.assign(settings, platform);
    onTestFinished(() => void Object.assign(settings, { EDGE_CACHE: "off" }));
    const slug = `tag-${newId()}`;
    const made = await send("POST", "/v1/tags", { headers, body: { name: "Tag", slug } });
    const again = await send("POST", "/v1/tags", { headers, body: { name: "Tag", slug } });
    expect([made.status, again.status]).toEqual([201, 409]);
    const ordered = await db.select().from(jobs).where(eq(jobs.kind, purgeEdgeKind.name));
    expect(ordered.map(({ args }) => args)).toEqual([
      { tags: ["tags", "posts", `tag-${made.body.id}`] },
    ]);
  });
});

describe("orders of purges", () => {
  beforeEach(async () => {
    await db.delete(jobs).where(eq(jobs.kind, purgeEdgeKind.name));
    await db.delete(heartbeats);
  });

  async function givenOrder(...tags: string[]): Promise<string> {
    const job = newJob(purgeEdgeKind, { tags });
    await insertJob(db, job);
    return job.id;
  }

  async function ringFor(plant: ReturnType<typeof givenPlant>, ...ids: string[]): Promise<void> {
    for (const id of ids) await deliver(plant.context, tasks, [doorbellFor(id)]);
  }

  const statesOf = async (ids: readonly string[]): Promise<readonly string[]> => {
    const rows = await db
      .select()
      .from(jobs)
      .where(inArray(jobs.id, [...ids]));
    return rows.map(({ state }) => state);
  };

  it("are carried out at once, and one takes along what waits", async () => {
    const ids = [await givenOrder("a"), await givenOrder("b", "c"), await givenOrder("c", "d")];
    const plant = givenPlant();
    await ringFor(plant, ...ids);
    expect(plant.purges.map((tags) => tags.toSorted())).toEqual([["a", "b", "c", "d"]]);
    expect(new Set(await statesOf(ids))).toEqual(new Set(["done"]));
  });

  it("name everything when together they name too much", async () => {
    const names = Array.from({ length: 80 }, (_none, index) => `n${index}`);
    const ids = [await givenOrder(...names), await givenOrder(...names.map((name) => `${name}x`))];
    const plant = givenPlant();
    await ringFor(plant, ...ids);
    expect(plant.purges).toEqual([[EVERYTHING]]);
  });

  it("are five calls a minute, and the sixth forgets nothing of what came meanwhile", async () => {
    const plant = givenPlant();
    for (const tag of ["1", "2", "3", "4", "5"]) await ringFor(plant, await givenOrder(tag));
    expect(plant.purges).toEqual([["1"], ["2"], ["3"], ["4"], ["5"]]);

    const late = [await givenOrder("6"), await givenOrder("7"), await givenOrder("8")];
    await ringFor(plant, ...late);
    await passTime(db, 30);
    await ringFor(plant, ...late, await givenOrder("9"));
    expect(plant.purges).toHaveLength(5);
    const waiting = await db.select().from(jobs).where(eq(jobs.state, "ready"));
    expect(waiting.filter(({ kind }) => kind === purgeEdgeKind.name)).toHaveLength(1);

    await passTime(db, 31);
    await ringFor(plant, ...waiting.map(({ id }) => id));
    expect(plant.purges[5]?.toSorted()).toEqual(["6", "7", "8", "9"]);
    expect(plant.purges).toHaveLength(6);
  });

  it("that come while a call is under way are another call", async () => {
    const plant = givenPlant();
    const first = await givenOrder("first");
    let second = "";
    const cache = {
      async purge(options: CachePurgeOptions) {
        second ||= await givenOrder("second");
        return plant.context.cache?.purge(options) ?? { success: true, errors: [] };
      },
    };
    await deliver({ ...plant.context, cache }, tasks, [doorbellFor(first)]);
    expect(plant.purges).toEqual([["first"]]);
    await ringFor(plant, second);
    expect(plant.purges).toEqual([["first"], ["second"]]);
  });

  it("that are taken over while a call is under way are not done with it, though they name the same", async () => {
    const plant = givenPlant();
    const calls: (readonly string[])[] = [];
    const useUpCalls = () => db.update(heartbeats).set({ beatAt: sql`now()` });
    for (const tag of ["1", "2", "3", "4", "5"]) await ringFor(plant, await givenOrder(tag));
    const waiting = await givenOrder("same");
    await ringFor(plant, waiting);
    await passTime(db, 61);

    const cache = {
      async purge(options: CachePurgeOptions) {
        calls.push(options.tags ?? []);
        // What comes now is told nobody by this call.
        await useUpCalls();
        const later = await givenOrder("same");
        await ringFor(plant, waiting);
        expect((await readJob(db, later)).state).toBe("done");
        return { success: true, errors: [] };
      },
    };
    await deliver({ ...plant.context, cache }, tasks, [doorbellFor(await givenOrder("other"))]);
    await passTime(db, 61);
    await ringFor(plant, waiting);
    expect([...calls, ...plant.purges.slice(5)]).toEqual([["other", "same"], ["same"]]);
  });

  it("that the platform refuses are tried again, with all they took along", async () => {
    const ids = [await givenOrder("a"), await givenOrder("b")];
    const plant = givenPlant();
    const refusal = { success: false, errors: [{ code: 429, message: "too many" }] };
    const cache = { purge: async () => refusal };
    await deliver({ ...plant.context, cache }, tasks, [doorbellFor(ids[0] ?? "")]);
    expect(await statesOf(ids)).toEqual(["ready", "ready"]);
    await passTime(db, 100);
    await ringFor(plant, ids[0] ?? "");
    expect(plant.purges.map((tags) => tags.toSorted())).toEqual([["a", "b"]]);
  });

  it("are nothing to do where no such cache stands before the worker", async () => {
    const id = await givenOrder("a");
    const plant = givenPlant();
    await deliver({ ...plant.context, cache: undefined }, tasks, [doorbellFor(id)]);
    expect((await readJob(db, id)).state).toBe("done");
  });
});
