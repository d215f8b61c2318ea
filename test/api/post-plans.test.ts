import { and, eq, inArray } from "drizzle-orm";
import { afterEach, describe, expect, it, vi } from "vitest";

import { sweep } from "#core/jobs/sweep";
import { tasks } from "#domain/tasks";
import { jobStore } from "#repository/jobs/store";
import {
  auditEntries,
  events,
  jobs,
  newsletters,
  postRevisions,
  posts,
  sends,
} from "#repository/models";
import { keepUp } from "#service/upkeep";
import {
  breakDatabase,
  type DatabaseFault,
  deliver,
  doorbellFor,
  givenPlant,
  passTime,
  type Plant,
  readJob,
} from "#test/support/jobs";
import { givenUser } from "#test/support/people";
import { change, inSeconds, ringForAll } from "#test/support/plans";
import { givenPost } from "#test/support/posts";
import { codeOf, send, type Sent } from "#test/support/requests";

const { db } = givenPlant().context;
const editor = await givenUser();

afterEach(() => {
  vi.unstubAllGlobals();
});

async function rowOf(id: string) {
  const [row] = await db.select().from(posts).where(eq(posts.id, id));
  if (!row) throw new Error(`There is no post ${id}.`);
  return row;
}

const read = (id: string, person = editor) =>
  send("GET", `/v1/posts/${id}`, { headers: person.headers });

/** A post that waits to go out in so many seconds. */
async function givenPlanned(seconds = 3600, rest: Record<string, unknown> = {}): Promise<Sent> {
  const planned = await change(editor, await givenPost(editor), "schedule", {
    publish_at: inSeconds(seconds),
    ...rest,
  });
  if (planned.status !== 200) throw new Error(planned.text);
  return planned;
}

/** What a publication leaves behind: how often each happened to the post. */
async function traces(postId: string) {
  const [audit, revisions, told] = await Promise.all([
    db
      .select({ action: auditEntries.action })
      .from(auditEntries)
      .where(eq(auditEntries.entityId, postId)),
    db
      .select({ number: postRevisions.number })
      .from(postRevisions)
      .where(eq(postRevisions.postId, postId)),
    db.select({ type: events.type, data: events.data }).from(events),
  ]);
  const count = (action: string) => audit.filter((entry) => entry.action === action).length;
  return {
    published: count("post.publish"),
    unpublished: count("post.unpublish"),
    versions: revisions.length,
    told: told.filter(({ type, data }) => type === "post.published" && data["id"] === postId)
      .length,
  };
}

describe("a plan for a post", () => {
  it("is told to staff, and to no stranger even when the post is out", async () => {
    const planned = await givenPlanned(3600, { unpublish_at: inSeconds(7200) });
    expect(planned.body).toMatchObject({
      status: "scheduled",
      published_at: null,
      publish_at: expect.any(String),
      unpublish_at: expect.any(String),
      publish_lag_ms: null,
      version: 2,
    });
    expect((await send("GET", `/v1/posts/${planned.body.id}`)).status).toBe(404);
    await passTime(db, 3601);
    await ringForAll(givenPlant());
    const { body: known } = await read(planned.body.id);
    expect(known).toMatchObject({ status: "published", publish_at: null });
    expect(known.unpublish_at).not.toBeNull();
    expect(known.publish_lag_ms).toBeGreaterThanOrEqual(0);
    const { body: shown } = await send("GET", `/v1/posts/${planned.body.id}`);
    const list = await send("GET", "/v1/posts?limit=100");
    const listed = list.body.data.find(({ id }: { id: string }) => id === planned.body.id);
    for (const body of [shown, listed]) {
      expect(body).toMatchObject({
        status: "published",
        publish_at: null,
        unpublish_at: null,
        newsletter: null,
        publish_lag_ms: null,
      });
    }
  });

  it("makes the post the next version, dated as planned, by nobody's hand", async () => {
    const planned = await givenPlanned();
    await passTime(db, 3600 + 90);
    const { publishAt } = await rowOf(planned.body.id);
    await ringForAll(givenPlant());
    const row = await rowOf(planned.body.id);
    expect(row).toMatchObject({ status: "published", version: 3, publishedAt: publishAt });
    expect(row.publishLag).toBeGreaterThanOrEqual(90_000);
    expect(row).toMatchObject({ publishAt: null, publishJobId: null });
    const [entry] = await db
      .select()
      .from(auditEntries)
      .where(and(eq(auditEntries.entityId, row.id), eq(auditEntries.version, 3)));
    expect(entry).toMatchObject({ action: "post.publish", actorId: null, keyId: null });
    expect(await traces(row.id)).toEqual({ published: 1, unpublished: 0, versions: 3, told: 1 });
  });

  it("keeps a lag of months, as far as a number holds it", async () => {
    const planned = await givenPlanned();
    await passTime(db, 3600 * 24 * 60);
    await ringForAll(givenPlant());
    expect((await rowOf(planned.body.id)).publishLag).toBe(2_147_483_647);
  });

  it.each([
    ["the past", inSeconds(-1), 42250],
    ["more than five years ahead", inSeconds(5 * 366 * 24 * 3600), 42250],
    ["no moment", "tomorrow", 42200],
  ])("is refused for %s", async (_what, moment, code) => {
    const draft = await givenPost(editor);
    expect(codeOf(await change(editor, draft, "schedule", { publish_at: moment }))).toBe(code);
    const published = await givenPost(editor, { status: "published" });
    const wanted = { unpublish_at: moment };
    expect(codeOf(await change(editor, published, "schedule-unpublish", wanted))).toBe(code);
    expect(await db.$count(jobs, eq(jobs.kind, "unpublish-post"))).toBeGreaterThanOrEqual(0);
  });

  it("cannot take a post back before it is out", async () => {
    const draft = await givenPost(editor);
    const at = inSeconds(60);
    const wanted = { publish_at: at, unpublish_at: at };
    expect(codeOf(await change(editor, draft, "schedule", wanted))).toBe(42251);
    const planned = await givenPlanned(3600);
    const early = { unpublish_at: inSeconds(60) };
    expect(codeOf(await change(editor, planned, "schedule-unpublish", early))).toBe(42251);
  });

  it("is for drafts to go out, and for others to be taken back", async () => {
    const draft = await givenPost(editor);
    const published = await givenPost(editor, { status: "published" });
    const soon = inSeconds(60);
    expect(codeOf(await change(editor, published, "schedule", { publish_at: soon }))).toBe(40901);
    const wanted = { unpublish_at: soon };
    expect(codeOf(await change(editor, draft, "schedule-unpublish", wanted))).toBe(40902);
    expect(codeOf(await change(editor, draft, "unschedule"))).toBe(40950);
    expect(codeOf(await change(editor, published, "unschedule"))).toBe(40950);
  });

  it("is not a contributor's to make, nor an author's for others", async () => {
    const contributor = await givenUser({ role: "contributor" });
    const author = await givenUser({ role: "author" });
    const own = await givenPost(contributor);
    const wanted = { publish_at: inSeconds(60) };
    expect(codeOf(await change(contributor, own, "schedule", wanted))).toBe(40300);
    expect(codeOf(await change(author, await givenPost(editor), "schedule", wanted))).toBe(40401);
    expect((await change(author, await givenPost(author), "schedule", wanted)).status).toBe(200);
  });

  it("may mail the post, when the newsletter is there and the planner may send", async () => {
    const [newsletter] = await db
      .insert(newsletters)
      .values({ slug: crypto.randomUUID(), name: "Weekly" })
      .returning();
    const wanted = (id: unknown) => ({ publish_at: inSeconds(60), newsletter: { id } });
    const planned = await change(
      editor,
      await givenPost(editor),
      "schedule",
      wanted(newsletter?.id),
    );
    expect(planned.body.newsletter).toEqual({
      id: newsletter?.id,
      segment: { labels: [], without: [] },
    });
    const unknown = wanted(crypto.randomUUID());
    expect(codeOf(await change(editor, await givenPost(editor), "schedule", unknown))).toBe(42204);
    const author = await givenUser({ role: "author" });
    const refused = await change(
      author,
      await givenPost(author),
      "schedule",
      wanted(newsletter?.id),
    );
    expect(codeOf(refused)).toBe(40300);
  });

  it("mails the post when it goes out, once; and lets it go out without what is not sent any more", async () => {
    const letters = await db
      .insert(newsletters)
      .values(["active", "archived"].map(() => ({ slug: crypto.randomUUID(), name: "Weekly" })))
      .returning();
    const planned = await Promise.all(
      letters.map(({ id }) =>
        givenPlanned(3600, { newsletter: { id, segment: { labels: ["friends"] } } }),
      ),
    );
    const [letter, archived] = letters;
    const gone = eq(newsletters.id, archived?.id ?? "");
    await db.update(newsletters).set({ status: "archived" }).where(gone);
    await passTime(db, 3600);
    await ringForAll(givenPlant(), 3);
    const ids = planned.map(({ body }) => body.id as string);
    for (const id of ids) expect((await rowOf(id)).status).toBe("published");
    const ordered = await db.select().from(sends).where(inArray(sends.postId, ids));
    expect(ordered).toMatchObject([
      {
        newsletterId: letter?.id,
        postId: ids[0],
        postVersion: 3,
        segment: { labels: ["friends"], without: [] },
      },
    ]);
    expect(await db.$count(jobs, eq(jobs.id, ordered[0]?.jobId ?? ""))).toBe(1);
  });

  it("is made once under one Idempotency-Key", async () => {
    const { body, etag } = await givenPost(editor);
    const headers = { ...editor.headers, "if-match": etag, "idempotency-key": crypto.randomUUID() };
    const wanted = { headers, body: { publish_at: inSeconds(3600) } };
    const first = await send("POST", `/v1/posts/${body.id}/schedule`, wanted);
    const second = await send("POST", `/v1/posts/${body.id}/schedule`, wanted);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get("idempotency-replayed")).toBe("true");
    expect((await rowOf(body.id)).version).toBe(2);
  });

  it("is found, and sorted by, in lists", async () => {
    const author = await givenUser({ role: "author" });
    const times = [300, 100, 200];
    for (const seconds of times) {
      await change(author, await givenPost(author), "schedule", { publish_at: inSeconds(seconds) });
    }
    await givenPost(author);
    const listed: string[] = [];
    let cursor = "";
    do {
      const query = `status=scheduled&order=publish_at&limit=1&author=${author.slug}${cursor}`;
      const { body } = await send("GET", `/v1/posts?${query}`, { headers: author.headers });
      listed.push(...body.data.map((post: { publish_at: string }) => post.publish_at));
      cursor = body.next_cursor === null ? "" : `&cursor=${encodeURIComponent(body.next_cursor)}`;
    } while (cursor !== "");
    expect(listed).toHaveLength(3);
    expect(listed).toEqual(listed.toSorted());
  });
});

describe("what ends or leaves alone a plan", () => {
  it.each(["publish", "unpublish", "unschedule"])("ends it: %s", async (what) => {
    const planned = await givenPlanned(3600, { unpublish_at: inSeconds(7200) });
    const named = await rowOf(planned.body.id);
    const answer = await change(editor, planned, what);
    expect(answer.body).toMatchObject({
      status: what === "publish" ? "published" : "draft",
      publish_at: null,
      unpublish_at: null,
    });
    for (const id of [named.publishJobId, named.unpublishJobId]) {
      expect((await readJob(db, id ?? "")).state).toBe("cancelled");
    }
    await passTime(db, 8000);
    await ringForAll(givenPlant());
    expect((await rowOf(planned.body.id)).version).toBe(3);
  });

  it("ends with the trash, and does not come back from there", async () => {
    const { body, etag } = await givenPlanned();
    const path = `/v1/posts/${body.id}`;
    const headers = { ...editor.headers, "if-match": etag };
    const removed = await send("DELETE", path, { headers });
    expect(removed.status).toBe(204);
    const restored = await change(editor, { body, etag: removed.etag }, "restore");
    expect(restored.body).toMatchObject({ status: "draft", publish_at: null, unpublish_at: null });
    await passTime(db, 4000);
    await ringForAll(givenPlant());
    expect((await rowOf(body.id)).status).toBe("draft");
  });

  it("stays while the post is edited, which is what goes out", async () => {
    const { body, etag } = await givenPlanned();
    const edited = await send("PATCH", `/v1/posts/${body.id}`, {
      headers: { ...editor.headers, "if-match": etag },
      body: { title: "Edited meanwhile" },
    });
    expect(edited.body).toMatchObject({ status: "scheduled", publish_at: body.publish_at });
    await passTime(db, 3600);
    await ringForAll(givenPlant());
    expect(await rowOf(body.id)).toMatchObject({ status: "published", title: "Edited meanwhile" });
  });

  it("takes a post back that is out, once", async () => {
    const published = await givenPost(editor, { status: "published" });
    const wanted = { unpublish_at: inSeconds(60) };
    const planned = await change(editor, published, "schedule-unpublish", wanted);
    expect(planned.body).toMatchObject({ status: "published", ...wanted });
    await passTime(db, 60);
    await ringForAll(givenPlant(), 2);
    await ringForAll(givenPlant());
    expect(await rowOf(published.body.id)).toMatchObject({
      status: "draft",
      version: 3,
      unpublishAt: null,
    });
    expect(await traces(published.body.id)).toMatchObject({ unpublished: 1, versions: 3 });
  });

  it("publishes first and takes back afterwards when both are due", async () => {
    const plant = givenPlant();
    const planned = await givenPlanned(3600, { unpublish_at: inSeconds(3700) });
    const { publishJobId, unpublishJobId } = await rowOf(planned.body.id);
    await passTime(db, 8000);
    await deliver(plant.context, tasks, [doorbellFor(unpublishJobId ?? "")]);
    expect((await rowOf(planned.body.id)).status).toBe("scheduled");
    await deliver(plant.context, tasks, [doorbellFor(publishJobId ?? "")]);
    expect((await rowOf(planned.body.id)).status).toBe("published");
    await passTime(db, 10);
    await deliver(plant.context, tasks, [doorbellFor(unpublishJobId ?? "")]);
    expect((await rowOf(planned.body.id)).status).toBe("draft");
    expect(await traces(planned.body.id)).toMatchObject({
      published: 1,
      unpublished: 1,
      versions: 4,
    });
  });
});

describe("a plan that was changed", () => {
  it("has no ghost: bells of every older one ring late, doubled, and for nothing", async () => {
    let planned = await givenPlanned(60);
    const old: string[] = [];
    for (const seconds of [120, 180, 10_000]) {
      old.push((await rowOf(planned.body.id)).publishJobId ?? "");
      planned = await change(editor, planned, "schedule", { publish_at: inSeconds(seconds) });
      expect(planned.status).toBe(200);
    }
    for (const id of old) expect((await readJob(db, id)).state).toBe("cancelled");
    await passTime(db, 5000);
    // As if the cancellations had been lost.
    await db
      .update(jobs)
      .set({ state: "ready", finishedAt: null, cancelRequestedAt: null })
      .where(inArray(jobs.id, old));
    await ringForAll(givenPlant(), 3);
    for (const id of old) expect((await readJob(db, id)).state).toBe("done");
    expect((await rowOf(planned.body.id)).status).toBe("scheduled");
    await passTime(db, 5001);
    await ringForAll(givenPlant(), 3);
    expect(await traces(planned.body.id)).toMatchObject({ published: 1, versions: 6 });
  });

  it("is not carried out early by whoever tries its job again", async () => {
    const planned = await givenPlanned(3600);
    const { publishJobId: id } = await rowOf(planned.body.id);
    await send("POST", `/v1/jobs/${id}/cancel`, { headers: editor.headers });
    const retried = await send("POST", `/v1/jobs/${id}/retry`, { headers: editor.headers });
    expect(retried.status).toBe(202);
    await ringForAll(givenPlant());
    expect((await rowOf(planned.body.id)).status).toBe("scheduled");
    expect((await readJob(db, id ?? "")).state).toBe("ready");
    await passTime(db, 3601);
    await ringForAll(givenPlant());
    expect((await rowOf(planned.body.id)).status).toBe("published");
  });
});

/** Claim, look, save, end: every request that publishing makes to the database. */
const requests = [1, 2, 3, 4];
const faults: readonly DatabaseFault[] = ["killed before", "killed after", "reply lost"];
const moments = requests.flatMap((at) => faults.map((fault) => [fault, at] as const));

describe("a worker that is lost while it publishes", () => {
  it.each(moments)(
    "(%s, request %i) publishes once, with all that belongs to it",
    async (fault, at) => {
      const plant = givenPlant();
      const planned = await givenPlanned();
      const { publishJobId } = await rowOf(planned.body.id);
      await passTime(db, 3600);

      const { struck, restore } = breakDatabase(at, fault);
      const consumed = deliver(plant.context, tasks, [doorbellFor(publishJobId ?? "")]);
      await (fault === "reply lost" ? consumed : struck);
      await struck;
      restore();
      for (let minute = 0; minute < 3; minute += 1) {
        await passTime(db, 121);
        await keepUp(plant.context);
        await deliver(plant.context, tasks, plant.queue.take());
      }

      expect(await rowOf(planned.body.id)).toMatchObject({ status: "published", version: 3 });
      expect(await traces(planned.body.id)).toEqual({
        published: 1,
        unpublished: 0,
        versions: 3,
        told: 1,
      });
      expect(await readJob(db, publishJobId ?? "")).toMatchObject({ state: "done" });
    },
  );
});

describe("many posts at once", () => {
  it("go out each on its own: fifty that are due, with one among them that cannot", async () => {
    const plant = givenPlant();
    const planned = await Promise.all(Array.from({ length: 50 }, () => givenPlanned(3600)));
    const ids = planned.map(({ body }) => body.id as string);
    const jobIds = await db
      .select({ id: posts.publishJobId })
      .from(posts)
      .where(inArray(posts.id, ids));
    const broken = ids[7] ?? "";
    // Its next revision is there already.
    await db
      .insert(postRevisions)
      .values({ postId: broken, number: 3, title: "x", content: "x", fields: {} });
    await passTime(db, 3600);
    const bells = jobIds.map(({ id }) => doorbellFor(id ?? ""));
    await deliver(plant.context, tasks, [...bells, ...bells]);
    const rows = await db.select().from(posts).where(inArray(posts.id, ids));
    const out = rows.filter(({ status, version }) => status === "published" && version === 3);
    expect(out).toHaveLength(49);
    expect(rows.find(({ id }) => id === broken)?.status).toBe("scheduled");
    for (const { id } of out) expect(await traces(id)).toMatchObject({ published: 1, told: 1 });
    await db
      .delete(postRevisions)
      .where(and(eq(postRevisions.postId, broken), eq(postRevisions.number, 3)));
    await passTime(db, 61);
    await ringForAll(plant);
    expect((await rowOf(broken)).status).toBe("published");
  }, 60_000);
});

describe("a race", () => {
  it.each([1, 2, 3, 4, 5])(
    "of the plan, an edit and a hand makes versions in a row, and one publication (%i)",
    async () => {
      const plant = givenPlant();
      const planned = await givenPlanned();
      const { publishJobId } = await rowOf(planned.body.id);
      await passTime(db, 3600);
      const fresh = await read(planned.body.id);
      const headers = { ...editor.headers, "if-match": `"v${fresh.body.version}"` };
      const path = `/v1/posts/${planned.body.id}`;
      const [, edited, byHand, replanned] = await Promise.all([
        deliver(plant.context, tasks, [
          doorbellFor(publishJobId ?? ""),
          doorbellFor(publishJobId ?? ""),
        ]),
        send("PATCH", path, { headers, body: { title: "Raced" } }),
        send("POST", `${path}/publish`, { headers }),
        send("POST", `${path}/schedule`, { headers, body: { publish_at: inSeconds(999) } }),
      ]);
      const codes = [edited, byHand, replanned].map((answer) => codeOf(answer) ?? answer.status);
      expect(codes.filter((code) => code === 200).length).toBeLessThanOrEqual(1);
      for (const code of codes) expect([200, 41200, 40901]).toContain(code);
      const row = await rowOf(planned.body.id);
      const { published, versions } = await traces(planned.body.id);
      expect(versions).toBe(row.version);
      expect(published).toBe(row.status === "published" ? 1 : 0);
      expect(row.status).toBe(replanned.status === 200 ? "scheduled" : "published");
      expect(await readJob(db, publishJobId ?? "")).toMatchObject({ failures: 0 });
    },
  );
});

describe("what is due and has no job that would do it", () => {
  it.each(["dead", "cancelled", "done", "gone"] as const)(
    "gets another within the minute: %s",
    async (state) => {
      const plant = givenPlant();
      const planned = await givenPlanned(3600, { unpublish_at: inSeconds(3601) });
      const { publishJobId, unpublishJobId } = await rowOf(planned.body.id);
      const lost = [publishJobId ?? "", unpublishJobId ?? ""];
      if (state === "gone") await db.delete(jobs).where(inArray(jobs.id, lost));
      else
        await db
          .update(jobs)
          .set({ state, finishedAt: new Date().toISOString() })
          .where(inArray(jobs.id, lost));
      await keepUp(plant.context);
      expect(await rowOf(planned.body.id)).toMatchObject({ publishJobId, unpublishJobId });

      await passTime(db, 3602);
      await Promise.all([keepUp(plant.context), keepUp(plant.context), keepUp(plant.context)]);
      const named = await rowOf(planned.body.id);
      expect(named.publishJobId).not.toBe(publishJobId);
      expect(named.version).toBe(2);
      for (let minute = 0; minute < 3; minute += 1) {
        await deliver(plant.context, tasks, plant.queue.take());
        await passTime(db, 60);
        await keepUp(plant.context);
      }
      expect(await rowOf(planned.body.id)).toMatchObject({ status: "draft", version: 4 });
      expect(await traces(planned.body.id)).toMatchObject({ published: 1, unpublished: 1 });
      expect(await db.$count(jobs, eq(jobs.id, named.publishJobId ?? ""))).toBe(1);
    },
  );

  it("is left to a job that waits or runs", async () => {
    const plant = givenPlant();
    const planned = await givenPlanned();
    const { publishJobId } = await rowOf(planned.body.id);
    await passTime(db, 3700);
    await keepUp(plant.context);
    expect((await rowOf(planned.body.id)).publishJobId).toBe(publishJobId);
    await jobStore.claim(db, { jobId: publishJobId ?? "", token: crypto.randomUUID() }, {});
    await keepUp(plant.context);
    expect((await rowOf(planned.body.id)).publishJobId).toBe(publishJobId);
  });
});

describe("a bell for what is due soon", () => {
  /** How long the bells for a job are held back, in seconds. */
  async function delaysOf(jobId: string | null, act: (plant: Plant) => Promise<unknown>) {
    const plant = givenPlant();
    const delays: number[] = [];
    plant.queue.sendBatch = async (messages) => {
      for (const { body, delaySeconds = 0 } of messages) {
        if (JSON.stringify(body).includes(jobId ?? "none")) delays.push(delaySeconds);
      }
      return { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } };
    };
    await act(plant);
    return delays;
  }
  const swept = ({ context }: Plant) => sweep(context, jobStore);

  it("is rung ahead by the sweep, to arrive on time and not before", async () => {
    const { publishJobId } = await rowOf((await givenPlanned(3600)).body.id);
    await passTime(db, 3600 - 90);
    expect(await delaysOf(publishJobId, swept)).toEqual([]);
    await passTime(db, 45);
    const [delay, ...others] = await delaysOf(publishJobId, swept);
    expect(others).toEqual([]);
    expect(delay).toBeGreaterThan(30);
    expect(delay).toBeLessThanOrEqual(45);
  });

  it("is rung again by the first sweep after its time when nobody heard it", async () => {
    const { publishJobId } = await rowOf((await givenPlanned(3600)).body.id);
    await passTime(db, 3600 - 45);
    expect(await delaysOf(publishJobId, swept)).toHaveLength(1);
    await passTime(db, 30);
    expect(await delaysOf(publishJobId, swept)).toEqual([]);
    await passTime(db, 30);
    expect(await delaysOf(publishJobId, swept)).toEqual([0]);
    expect(await delaysOf(publishJobId, swept)).toEqual([]);
  });
});
