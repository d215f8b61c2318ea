import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { afterEach, describe, expect, it, vi } from "vitest";

import { jobs, newsletters, sendRecipients, sends, subscribers } from "#repository/models";
import { doorbellFor, type Plant } from "#test/support/jobs";
import { deliverMails, mailsTo } from "#test/support/mails";
import {
  givenNewsletter,
  givenSubscribers,
  leave,
  LedgerProvider,
  minutesPass,
  readLedger,
  workOff,
} from "#test/support/newsletters";
import { givenUser } from "#test/support/people";
import { givenPost } from "#test/support/posts";
import { codeOf, send, type Sent } from "#test/support/requests";

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Sends are worked on by the workers of the tests, which have the provider of the tests. */
const metrics = { backlogCount: 0, backlogBytes: 0 };
vi.spyOn(env.QUEUE_BULK, "sendBatch").mockResolvedValue({ metadata: { metrics } });

const owner = await givenUser({ role: "owner" });
const { headers } = owner;

const post = (path: string, body?: object, extra: Record<string, string> = {}): Promise<Sent> =>
  send("POST", path, { headers: { ...headers, ...extra }, ...(body ? { body } : {}) });
const get = (path: string): Promise<Sent> => send("GET", path, { headers });

/** A post that is out, by its id. */
async function givenOut(): Promise<string> {
  const draft = await givenPost(owner, { status: "published" });
  return String(draft.body["id"]);
}

interface House {
  readonly provider: LedgerProvider;
  readonly plant: Plant;
  readonly newsletterId: string;
  readonly readers: readonly string[];
  readonly path: string;
}

async function givenHouse(readers = 3): Promise<House> {
  const provider = new LedgerProvider("key");
  provider.open();
  const plant = provider.plant();
  const { db } = plant.context;
  const { id: newsletterId } = await givenNewsletter(db);
  const people = await givenSubscribers(db, newsletterId, readers);
  return {
    provider,
    plant,
    newsletterId,
    readers: people,
    path: `/v1/newsletters/${newsletterId}/sends`,
  };
}

/** Orders a send, and has it carried out as far as it goes. */
async function givenSent(house: House, postId: string) {
  const ordered = await post(house.path, { post_id: postId });
  expect(ordered.status).toBe(202);
  await house.plant.queue.send(doorbellFor(String(ordered.body["job_id"])));
  await workOff(house.plant);
  return String(ordered.body["id"]);
}

describe("a newsletter", () => {
  it("is made, changed with its version, archived, and deleted while nothing was sent", async () => {
    const made = await post("/v1/newsletters", {
      name: "The Weekly Tide",
      accent_color: "#AABBCC",
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      slug: "the-weekly-tide",
      status: "active",
      accent_color: "#aabbcc",
      is_default: false,
    });
    const path = `/v1/newsletters/${String(made.body["id"])}`;
    const changed = await send("PATCH", path, {
      headers: { ...headers, "if-match": made.headers.get("etag") ?? "" },
      body: { status: "archived", reply_to: "Us@Example.com" },
    });
    expect(changed.body).toMatchObject({
      status: "archived",
      reply_to: "us@example.com",
      version: 2,
    });
    const stale = await send("DELETE", path, {
      headers: { ...headers, "if-match": made.headers.get("etag") ?? "" },
    });
    expect(stale.status).toBe(412);
    const gone = await send("DELETE", path, {
      headers: { ...headers, "if-match": changed.headers.get("etag") ?? "" },
    });
    expect(gone.status).toBe(204);
    expect((await get(path)).body).toMatchObject({ internal_code: 40430 });
  });

  it.each(['The "Tide"', "The Tide\nBcc: x@example.com", "The Tide <x@example.com>", "a\u2028b"])(
    "has a name that can stand in a header: not %j",
    async (name) => {
      const answer = await post("/v1/newsletters", { name });
      expect(answer.body).toMatchObject({ internal_code: 42200 });
    },
  );
});

describe("a send", () => {
  it("is ordered once under a key, and a second is refused while the first is under way", async () => {
    const { path } = await givenHouse();
    const postId = await givenOut();
    const key = { "idempotency-key": crypto.randomUUID() };
    const first = await post(path, { post_id: postId }, key);
    const repeat = await post(path, { post_id: postId }, key);
    expect([first.status, repeat.status]).toEqual([202, 202]);
    expect(repeat.body).toEqual(first.body);
    const second = await post(path, { post_id: postId });
    expect(second.body).toMatchObject({ internal_code: 40932, send_id: first.body["id"] });
  });

  it("is ordered by one of many who ask at the same time", async () => {
    const { path } = await givenHouse();
    const postId = await givenOut();
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => post(path, { post_id: postId })),
    );
    const codes = answers.map((answer) => codeOf(answer) ?? answer.status);
    expect(codes.filter((code) => code === 202)).toHaveLength(1);
    expect(codes.filter((code) => code === 40932)).toHaveLength(5);
  });

  it("counts everybody exactly, at every moment", async () => {
    const house = await givenHouse(7);
    const { provider, plant, readers, path } = house;
    provider.unknown.add(readers[0] ?? "");
    const id = await givenSent(house, await givenOut());
    const seen = await get(`${path}/${id}`);
    expect(seen.body).toMatchObject({
      status: "sent",
      progress: 1,
      counts: { pending: 0, sent: 6, skipped: 0, failed: 1, uncertain: 0, total: 7 },
    });
    const failed = await get(`${path}/${id}/recipients?status=failed`);
    expect(failed.body["data"]).toEqual([
      expect.objectContaining({
        email: readers[0],
        status: "failed",
        reason: "e_validation_error",
      }),
    ]);
    const pages: string[] = [];
    for (let next: string | null = ""; next !== null;) {
      const cursor: string = next === "" ? "" : `&cursor=${encodeURIComponent(next)}`;
      const page: Sent = await get(`${path}/${id}/recipients?limit=3${cursor}`);
      pages.push(...(page.body["data"] as { email: string }[]).map(({ email }) => email));
      next = page.body["next_cursor"];
    }
    expect(pages.toSorted()).toEqual(readers.toSorted());
    expect(plant.lines.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("names its recipients only to who may read subscribers", async () => {
    const house = await givenHouse();
    const id = await givenSent(house, await givenOut());
    const editor = await givenUser({ role: "editor" });
    const answer = await send("GET", `${house.path}/${id}/recipients`, { headers: editor.headers });
    expect(answer.body).toMatchObject({ internal_code: 40300 });
  });

  it("is paused, resumed and finished, whatever its parts were doing", async () => {
    const house = await givenHouse(250);
    const { plant, provider, path } = house;
    provider.answer = () => ({ status: 429, headers: { "retry-after": "1" } });
    const id = await givenSent(house, await givenOut());
    const paused = await post(`${path}/${id}/pause`);
    expect(paused.body).toMatchObject({ status: "paused" });
    provider.answer = () => "take";
    await minutesPass(plant, 3);
    expect(await readLedger(plant.context.db, id)).toEqual({ pending: 250 });
    const resumed = await post(`${path}/${id}/resume`);
    expect(resumed.body).toMatchObject({ status: "sending" });
    await minutesPass(plant, 2);
    expect(await readLedger(plant.context.db, id)).toEqual({ sent: 250 });
    expect(Math.max(...provider.counts().values())).toBe(1);
  });

  it("goes on when it is resumed after its jobs were cancelled", async () => {
    const house = await givenHouse();
    const { plant, provider, path } = house;
    provider.answer = () => ({ status: 429, headers: { "retry-after": "1" } });
    const id = await givenSent(house, await givenOut());
    const ended = { state: "cancelled", finishedAt: new Date().toISOString() } as const;
    await plant.context.db.update(jobs).set(ended).where(eq(jobs.state, "ready"));
    provider.answer = () => "take";
    await minutesPass(plant, 2);
    expect(await readLedger(plant.context.db, id)).toEqual({ pending: 3 });
    await post(`${path}/${id}/resume`);
    await minutesPass(plant, 2);
    expect(await readLedger(plant.context.db, id)).toEqual({ sent: 3 });
  });

  it("that was cancelled lets another follow, which reaches the others only", async () => {
    const house = await givenHouse(250);
    const { plant, provider, path, readers } = house;
    provider.answer = (request) =>
      request === 1 ? "take" : { status: 429, headers: { "retry-after": "60" } };
    const postId = await givenOut();
    const id = await givenSent(house, postId);
    const cancelled = await post(`${path}/${id}/cancel`);
    expect(cancelled.body).toMatchObject({ status: "cancelled" });
    provider.answer = () => "take";
    await minutesPass(plant, 3);
    const { sent = 0, pending = 0 } = await readLedger(plant.context.db, id);
    expect(sent).toBeGreaterThan(0);
    expect(sent + pending).toBe(250);
    await givenSent(house, postId);
    expect(provider.counts().size).toBe(readers.length);
    expect(Math.max(...provider.counts().values())).toBe(1);
  });

  it("is sent again to whom it did not reach, and to those in doubt only when asked to", async () => {
    const house = await givenHouse(6);
    const { plant, provider, path, readers } = house;
    provider.unknown.add(readers[0] ?? "");
    provider.unknown.add(readers[1] ?? "");
    const id = await givenSent(house, await givenOut());
    const { db } = plant.context;
    const [third] = await db
      .select()
      .from(subscribers)
      .where(eq(subscribers.email, readers[2] ?? ""));
    await db
      .update(sendRecipients)
      .set({ state: "uncertain" })
      .where(eq(sendRecipients.subscriberId, third?.id ?? ""));
    await leave(db, readers[1] ?? "", "suppressed");
    provider.unknown.clear();
    provider.delivered.length = 0;

    const again = await post(`${path}/${id}/resend-missing`, {});
    expect(again.body).toMatchObject({
      status: "sending",
      counts: { pending: 2, failed: 0, uncertain: 1, sent: 3, total: 6 },
    });
    await minutesPass(plant, 2);
    expect([...provider.counts().keys()]).toEqual([readers[0]]);
    expect(await readLedger(db, id)).toEqual({ sent: 4, skipped: 1, uncertain: 1 });
    expect((await post(`${path}/${id}/resend-missing`, {})).body).toMatchObject({
      internal_code: 40934,
    });

    await post(`${path}/${id}/resend-missing`, { include_uncertain: true });
    await minutesPass(plant, 2);
    expect(await readLedger(db, id)).toEqual({ sent: 5, skipped: 1 });
    expect((await get(`${path}/${id}`)).body).toMatchObject({ status: "sent", progress: 1 });
  });
});

describe("publishing with a newsletter", () => {
  it("publishes and orders the send in one, or does neither", async () => {
    const { newsletterId, path } = await givenHouse();
    const draft = await givenPost(owner);
    const id = String(draft.body["id"]);
    const match = { "if-match": draft.headers.get("etag") ?? "" };
    const newsletter = { id: newsletterId, segment: { labels: ["sea"] } };
    const wrong = await post(`/v1/posts/${id}/publish`, { newsletter: { id } }, match);
    expect(wrong.body).toMatchObject({ internal_code: 42204 });
    expect((await get(`/v1/posts/${id}`)).body).toMatchObject({ status: "draft" });
    const answer = await post(`/v1/posts/${id}/publish`, { newsletter }, match);
    expect(answer.body).toMatchObject({ status: "published", version: 2 });
    const { data } = (await get(path)).body as { data: unknown[] };
    expect(data).toEqual([
      expect.objectContaining({
        post_id: id,
        post_version: 2,
        status: "building",
        segment: { labels: ["sea"], without: [] },
      }),
    ]);
  });

  it("needs nothing more than before when there is none", async () => {
    for (const options of [{}, { body: {} }, { body: { newsletter: null } }]) {
      const draft = await givenPost(owner);
      const match = { ...headers, "if-match": draft.headers.get("etag") ?? "" };
      const path = `/v1/posts/${String(draft.body["id"])}/publish`;
      const answer = await send("POST", path, { headers: match, ...options });
      expect(answer.body).toMatchObject({ status: "published" });
    }
  });

  it("refuses a wish that it would not read", async () => {
    const { newsletterId } = await givenHouse();
    const draft = await givenPost(owner);
    const path = `/v1/posts/${String(draft.body["id"])}/publish`;
    const match = { ...headers, "if-match": draft.headers.get("etag") ?? "" };
    const answer = await send("POST", path, {
      headers: { ...match, "content-type": "text/plain" },
      body: { newsletter: { id: newsletterId } },
    });
    expect(answer.body).toMatchObject({ internal_code: 41500 });
    expect((await get(`/v1/posts/${String(draft.body["id"])}`)).body).toMatchObject({
      status: "draft",
    });
  });

  it("is not for who may publish but not send", async () => {
    const { newsletterId } = await givenHouse();
    const author = await givenUser({ role: "author" });
    const draft = await givenPost(author);
    const path = `/v1/posts/${String(draft.body["id"])}/publish`;
    const match = { ...author.headers, "if-match": draft.headers.get("etag") ?? "" };
    const answer = await send("POST", path, {
      headers: match,
      body: { newsletter: { id: newsletterId } },
    });
    expect(answer.body).toMatchObject({ internal_code: 40300 });
  });
});

describe("a test send", () => {
  it("shows a draft to a member of staff as readers would get it, and no ledger", async () => {
    const { newsletterId, path } = await givenHouse();
    vi.unstubAllGlobals();
    const draft = await givenPost(owner, { title: "Low water", content: "Dear {{name|friend}}." });
    const colleague = await givenUser({ role: "editor", name: "Grace" });
    const answer = await post(`/v1/newsletters/${newsletterId}/test-sends`, {
      post_id: draft.body["id"],
      to: colleague.email,
    });
    expect(answer.status).toBe(202);
    await deliverMails();
    const [mail] = await mailsTo(colleague.email);
    expect(mail?.subject).toBe("[Test] Low water");
    expect(mail?.text).toContain("Dear Grace.");
    expect(mail?.headers["List-Unsubscribe"]).toMatch(/^<https?:/u);
    expect((await get(path)).body["data"]).toEqual([]);
  });

  it("goes to oneself when nobody is named, and to no stranger", async () => {
    const { newsletterId, readers } = await givenHouse();
    vi.unstubAllGlobals();
    const editor = await givenUser({ role: "editor" });
    const draft = await givenPost(owner);
    const path = `/v1/newsletters/${newsletterId}/test-sends`;
    await send("POST", path, { headers: editor.headers, body: { post_id: draft.body["id"] } });
    await deliverMails();
    expect(await mailsTo(editor.email)).toHaveLength(1);
    const [reader = ""] = readers;
    const answer = await post(path, { post_id: draft.body["id"], to: reader });
    expect(answer.body).toMatchObject({ internal_code: 42230 });
    expect(await mailsTo(reader)).toEqual([]);
  });
});

it("sends nobody anything through a newsletter that is archived meanwhile and asked anew", async () => {
  const { plant, newsletterId, path } = await givenHouse();
  const { db } = plant.context;
  await db.update(newsletters).set({ status: "archived" }).where(eq(newsletters.id, newsletterId));
  const answer = await post(path, { post_id: await givenOut() });
  expect(answer.body).toMatchObject({ internal_code: 40931 });
  expect(await db.$count(sends, eq(sends.newsletterId, newsletterId))).toBe(0);
});
