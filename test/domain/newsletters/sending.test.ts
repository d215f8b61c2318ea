import { eq } from "drizzle-orm";
import { afterEach, describe, expect, it, vi } from "vitest";

import { sendTogether } from "#core/db";
import { sweep } from "#core/jobs/sweep";
import { newParts } from "#domain/sends";
import { readSubscriberToken } from "#domain/subscriber-tokens";
import { tasks } from "#domain/tasks";
import { insertJob } from "#repository/jobs";
import { jobStore } from "#repository/jobs/store";
import {
  events,
  jobs,
  newsletters,
  posts,
  sendBatches,
  sendRecipients,
  sends,
  subscribers,
} from "#repository/models";
import { cancelSend } from "#repository/sends";
import { deleteSubscriber } from "#repository/subscribers";
import { deliver, type Plant } from "#test/support/jobs";
import {
  type Answer,
  givenNewsletter,
  givenOutPost,
  givenSend,
  givenSubscribers,
  leave,
  leaveOne,
  LedgerProvider,
  minutesPass,
  passBatchTime,
  readLedger,
  readSendRow,
  ringFor,
  workOff,
} from "#test/support/newsletters";
import { givenUser } from "#test/support/people";

afterEach(() => {
  vi.unstubAllGlobals();
});

const author = await givenUser();

interface Options {
  readonly readers?: number;
  readonly safety?: "key" | "search" | "none";
  readonly newsletter?: Parameters<typeof givenNewsletter>[1];
  readonly content?: string;
  readonly answer?: (request: number, key: string) => Answer;
}

/** A send that was ordered, before anything is done about it. */
async function given({ readers: count = 3, safety = "key", ...options }: Options = {}) {
  const provider = new LedgerProvider(safety);
  if (options.answer) provider.answer = options.answer;
  provider.open();
  const plant = provider.plant();
  const { db } = plant.context;
  const newsletter = await givenNewsletter(db, options.newsletter);
  const readers = await givenSubscribers(db, newsletter.id, count);
  const content = options.content === undefined ? {} : { content: options.content };
  const post = await givenOutPost(db, author, content);
  const send = await givenSend(db, newsletter, post);
  await ringFor(plant, send.jobId);
  const ledger = () => readLedger(db, send.id);
  const row = () => readSendRow(db, send.id);
  return { provider, plant, db, newsletter, readers, post, send, ledger, row };
}

/** The send is prepared; its parts have been rung for, and nobody has heard it. */
async function prepared(options: Options = {}) {
  const all = await given(options);
  const { plant, send } = all;
  const bells = plant.queue.take();
  const parts: unknown[] = [];
  const real = plant.queue.sendBatch.bind(plant.queue);
  vi.spyOn(plant.queue, "sendBatch").mockImplementation(async (messages) => {
    parts.push(...[...messages].map(({ body }) => body));
    return real([]);
  });
  await deliver(plant.context, tasks, bells);
  vi.restoreAllMocks();
  expect((await readSendRow(plant.context.db, send.id)).state).toBe("sending");
  return {
    ...all,
    goOn: async () => {
      for (const body of parts.splice(0)) await plant.queue.send(body);
      await workOff(plant);
    },
  };
}

async function erase(db: Plant["context"]["db"], email: string): Promise<void> {
  const [found] = await db.select().from(subscribers).where(eq(subscribers.email, email));
  if (!found) throw new Error(`There is no ${email}.`);
  await sendTogether(db, deleteSubscriber(db, found.id));
}

const state = (db: Plant["context"]["db"], id: string, to: "paused" | "sending") =>
  db.update(sends).set({ state: to }).where(eq(sends.id, id));

describe("a send", () => {
  it("reaches ten thousand readers, each once, and says so once", async () => {
    const { provider, plant, db, readers, send, ledger, row } = await given({ readers: 10_000 });
    await workOff(plant);
    expect(await ledger()).toEqual({ sent: 10_000 });
    expect(await row()).toMatchObject({ state: "sent", total: 10_000 });
    expect(provider.delivered).toHaveLength(10_000);
    expect(new Set(provider.counts().keys())).toEqual(new Set(readers));
    const told = (await db.select().from(events)).filter(({ data }) => data["id"] === send.id);
    expect(told).toMatchObject([
      { type: "send.finished", data: { total: 10_000, sent: 10_000, failed: 0, skipped: 0 } },
    ]);
  }, 60_000);

  it("is over at once when nobody signed up", async () => {
    const { provider, plant, row } = await given({ readers: 0 });
    await workOff(plant);
    expect(await row()).toMatchObject({ state: "sent", total: 0 });
    expect(provider.requests).toBe(0);
  });

  it("forgets the addresses of a batch that has ended", async () => {
    const { plant, db, send } = await given();
    await workOff(plant);
    const rows = await db.select().from(sendRecipients).where(eq(sendRecipients.sendId, send.id));
    expect(rows.map(({ email, name }) => [email, name])).toEqual([
      [null, null],
      [null, null],
      [null, null],
    ]);
  });

  it("forgets whoever is erased while their batch waits, and writes to nobody but the others", async () => {
    let isShut = true;
    const { provider, plant, db, readers, send, ledger } = await given({
      answer: () => (isShut ? { status: 429 } : "take"),
    });
    await workOff(plant);
    const [gone = "", ...others] = readers;
    await erase(db, gone);
    const rows = await db.select().from(sendRecipients).where(eq(sendRecipients.sendId, send.id));
    expect(new Set(rows.map(({ email }) => email))).toEqual(new Set([...others, null]));
    isShut = false;
    await minutesPass(plant);
    expect(await ledger()).toEqual({ sent: 2, skipped: 1 });
    expect([...provider.counts().keys()].toSorted()).toEqual(others.toSorted());
  });

  it("sends a batch that may have gone as it was, whoever is erased, and then forgets them", async () => {
    const { provider, plant, db, readers, send, ledger } = await given({
      answer: (request) => (request === 1 ? "take and drop" : "take"),
    });
    await workOff(plant);
    await erase(db, readers[0] ?? "");
    await minutesPass(plant);
    expect(await ledger()).toEqual({ sent: 3 });
    expect([provider.requests, provider.conflicts]).toEqual([2, 0]);
    const rows = await db.select().from(sendRecipients).where(eq(sendRecipients.sendId, send.id));
    expect(rows.map(({ email }) => email)).toEqual([null, null, null]);
  });

  it("skips whoever left, or must not get mail, after it was prepared", async () => {
    const { provider, db, readers, ledger, goOn } = await prepared({ readers: 5 });
    const [first = "", second = "", third = ""] = readers;
    await leave(db, first, "unsubscribed");
    await leave(db, second, "suppressed");
    await leaveOne(db, third);
    await goOn();
    expect(await ledger()).toEqual({ sent: 2, skipped: 3 });
    expect([...provider.counts().keys()].toSorted()).toEqual(readers.slice(3).toSorted());
  });

  it("does not reach who signed up after it was prepared", async () => {
    const { provider, db, newsletter, readers, goOn } = await prepared();
    await givenSubscribers(db, newsletter.id, 2);
    await goOn();
    expect([...provider.counts().keys()].toSorted()).toEqual(readers.toSorted());
  });

  it("goes to a segment alone", async () => {
    const { provider, plant, db, newsletter, post } = await given({ readers: 2 });
    await workOff(plant);
    const both = await givenSubscribers(db, newsletter.id, 1, { labels: ["sea", "land"] });
    const sea = await givenSubscribers(db, newsletter.id, 1, { labels: ["sea"] });
    await givenSubscribers(db, newsletter.id, 1, { labels: ["air"] });
    provider.delivered.length = 0;
    const segment = { labels: ["sea"], without: ["land"] };
    const send = await givenSend(db, newsletter, post, segment);
    await ringFor(plant, send.jobId);
    await workOff(plant);
    expect([...provider.counts().keys()]).toEqual(sea);
    expect(both).toHaveLength(1);
  });

  it("after another of the same reaches only whom that did not", async () => {
    const { provider, plant, db, newsletter, readers, post } = await given({ readers: 4 });
    const [gone = ""] = readers;
    provider.unknown.add(gone);
    await workOff(plant);
    const late = await givenSubscribers(db, newsletter.id, 2);
    provider.unknown.clear();
    provider.delivered.length = 0;
    const again = await givenSend(db, newsletter, post);
    await ringFor(plant, again.jobId);
    await workOff(plant);
    expect([...provider.counts().keys()].toSorted()).toEqual([gone, ...late].toSorted());
    expect(await readLedger(db, again.id)).toEqual({ sent: 3 });
  });

  it("sends the post as it was when it was ordered", async () => {
    const { provider, plant, db, post, row } = await given({ content: "The first version." });
    await db
      .update(posts)
      .set({ title: "Another", content: "Nonsense.", version: 2 })
      .where(eq(posts.id, post.id));
    await workOff(plant);
    expect((await row()).subject).toBe(post.title);
    expect(provider.delivered[0]?.body).toContain("The first version.");
    expect(provider.delivered[0]?.body).not.toContain("Nonsense.");
  });

  it("ends as failed when its post is not for readers any more", async () => {
    const { provider, plant, db, post, row } = await given();
    await db.update(posts).set({ status: "draft" }).where(eq(posts.id, post.id));
    await workOff(plant);
    expect(await row()).toMatchObject({ state: "failed", pauseReason: "post_gone" });
    expect(provider.requests).toBe(0);
  });
});

describe("a mail of a send", () => {
  it("has everything that bulk mail must have, for its reader alone", async () => {
    const { provider, plant, db, newsletter, send } = await given({
      newsletter: { name: "Tide & Time", senderName: "The Tide", replyTo: "us@example.com" },
      readers: 20,
    });
    await workOff(plant);
    const { settings } = plant.context;
    expect(provider.delivered).toHaveLength(20);
    const rows = await db.select().from(sendRecipients).where(eq(sendRecipients.sendId, send.id));
    const ids = new Set(rows.map(({ subscriberId }) => subscriberId));
    const seen = new Set<string>();
    for (const { headers, body } of provider.delivered) {
      const link = /^<(https?:\/\/[^>]+\/unsubscribe\?token=([^>]+))>$/u.exec(
        headers["List-Unsubscribe"] ?? "",
      );
      const [, url = "", token = ""] = link ?? [];
      const subject = await readSubscriberToken(settings.APP_SECRET, "unsubscribe", token);
      expect(subject).toEqual([expect.any(String), newsletter.id]);
      seen.add(subject?.[0] ?? "");
      const mail = JSON.parse(body) as Record<string, string>;
      expect(mail).toMatchObject({
        from: '"The Tide" <no-reply@example.com>',
        replyTo: "us@example.com",
      });
      expect(mail["text"]).toContain(`Unsubscribe: ${url}`);
      expect(mail["html"]).toContain(`href="${url}"`);
      expect(headers).toMatchObject({
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": `<${newsletter.id}.${new URL(settings.SITE_URL).hostname}>`,
        Precedence: "bulk",
        "X-Feedback-ID": expect.stringContaining(send.id),
        "X-Entity-Ref-ID": expect.stringContaining(send.id),
      });
    }
    expect(seen).toEqual(ids);
    expect(new Set(provider.delivered.map(({ headers }) => headers["X-Entity-Ref-ID"])).size).toBe(
      20,
    );
  });

  it("says the reader's name where the author wanted it, as text and nothing else", async () => {
    const { provider, plant, db, readers } = await given({
      content: "Dear {{name|friend}}, {{unknown}}.",
      readers: 2,
    });
    const [first = "", second = ""] = readers;
    const name = "<b>{{unsubscribe_url}}</b>";
    await db.update(subscribers).set({ name }).where(eq(subscribers.email, first));
    await db.update(subscribers).set({ name: null }).where(eq(subscribers.email, second));
    await workOff(plant);
    const bodyOf = (email: string) =>
      JSON.parse(provider.delivered.find(({ to }) => to === email)?.body ?? "") as Record<
        string,
        string
      >;
    expect(bodyOf(first)["html"]).toContain(
      "Dear &lt;b&gt;{{unsubscribe_url}}&lt;/b&gt;, {{unknown}}.",
    );
    expect(bodyOf(first)["text"]).toContain("Dear <b>{{unsubscribe_url}}</b>, {{unknown}}.");
    expect(bodyOf(second)["html"]).toContain("Dear friend, {{unknown}}.");
  });

  it("is the same to the last byte when it is sent again, whatever changed meanwhile", async () => {
    let bodies: string[] = [];
    const { provider, plant, db, newsletter, readers, ledger } = await given({
      answer: (request) => (request < 3 ? "drop" : "take"),
    });
    provider.onBody = (body) => bodies.push(body);
    await workOff(plant);
    await db.update(newsletters).set({ name: "Another" }).where(eq(newsletters.id, newsletter.id));
    await db.update(subscribers).set({ name: "Another" });
    await leave(db, readers[0] ?? "", "unsubscribed");
    await minutesPass(plant, 3);
    expect(bodies.length).toBe(3);
    expect(new Set(bodies).size).toBe(1);
    expect(await ledger()).toEqual({ sent: 3 });
    bodies = [];
  });
});

describe("a provider", () => {
  it("that does not take an address fails that one, and says why", async () => {
    const { provider, plant, db, readers, send, ledger } = await given({ readers: 4 });
    provider.unknown.add(readers[1] ?? "");
    await workOff(plant);
    expect(await ledger()).toEqual({ sent: 3, failed: 1 });
    const rows = await db.select().from(sendRecipients).where(eq(sendRecipients.sendId, send.id));
    expect(rows.map(({ reason }) => reason).filter(Boolean)).toEqual(["e_validation_error"]);
  });

  it("that asks for patience gets it: nothing is sent before its time", async () => {
    const { provider, plant, ledger } = await given({
      answer: (request) =>
        request === 1 ? { status: 429, headers: { "retry-after": "3600" } } : "take",
    });
    await workOff(plant);
    await minutesPass(plant, 20);
    expect([provider.requests, await ledger()]).toEqual([1, { pending: 3 }]);
    await minutesPass(plant, 12);
    expect([provider.requests, await ledger()]).toEqual([2, { sent: 3 }]);
  });

  it.each([401, 403])(
    "that will not have us at all (%i) pauses the send with nothing lost",
    async (status) => {
      let isShut = true;
      const { provider, plant, db, send, ledger, row } = await given({
        answer: () => (isShut ? { status } : "take"),
      });
      const { settings } = plant.context;
      const resend = { ...settings, RESEND_API_KEY: "re_test", RESEND_API_URL: LedgerProvider.url };
      const { MAIL_OUTBOX_URL: _outbox, ...deployed } = resend;
      const there = { ...plant, context: { ...plant.context, settings: deployed } };
      await workOff(there);
      expect(await row()).toMatchObject({ state: "paused", pauseReason: `status_${status}` });
      expect(await ledger()).toEqual({ pending: 3 });
      isShut = false;
      await state(db, send.id, "sending");
      await passBatchTime(db, 5);
      await orderParts(plant, send.id);
      expect(await ledger()).toEqual({ sent: 3 });
      expect(provider.delivered).toHaveLength(3);
    },
  );

  it("that refuses batch after batch pauses the send by itself", async () => {
    const { plant, row, ledger } = await given({
      readers: 1500,
      answer: () => ({ status: 422 }),
    });
    await workOff(plant);
    expect(await row()).toMatchObject({ state: "paused", pauseReason: "too_many_failures" });
    const { failed = 0, pending = 0 } = await ledger();
    expect(failed).toBeLessThanOrEqual(400);
    expect(failed + pending).toBe(1500);
  });

  it("that keeps a key for a day is not asked again under one that is older than twenty hours", async () => {
    const { provider, plant, db, ledger } = await given({ answer: () => "take and drop" });
    await workOff(plant);
    await passBatchTime(db, 20 * 3600);
    await minutesPass(plant);
    expect(provider.requests).toBe(1);
    expect(await ledger()).toEqual({ uncertain: 3 });
  });

  it("that can be searched is asked only when what was sent has had time to be found", async () => {
    const { provider, plant, ledger, db } = await given({
      safety: "search",
      answer: (request) => (request === 1 ? "take and drop" : "take"),
    });
    await workOff(plant);
    expect(await ledger()).toEqual({ pending: 3 });
    await passBatchTime(db, 30);
    await sweep(plant.context, jobStore);
    await workOff(plant);
    expect(await ledger()).toEqual({ pending: 3 });
    await minutesPass(plant);
    expect(await ledger()).toEqual({ sent: 3 });
    expect(provider.requests).toBe(1);
    expect(provider.delivered).toHaveLength(3);
  });

  it("that can neither leaves it open, and nothing is sent again", async () => {
    const { provider, plant, ledger, row } = await given({
      safety: "none",
      answer: () => "take and drop",
    });
    await workOff(plant);
    await minutesPass(plant, 3);
    expect(provider.requests).toBe(1);
    expect(await ledger()).toEqual({ uncertain: 3 });
    expect((await row()).state).toBe("sent");
  });
});

/** As resuming does it. */
async function orderParts(plant: Plant, sendId: string): Promise<void> {
  const parts = newParts(sendId, crypto.randomUUID(), { requestId: null });
  for (const part of parts) {
    await insertJob(plant.context.db, part);
    await ringFor(plant, part.id);
  }
  await workOff(plant);
}

describe("a send that is stopped", () => {
  it("stands still while it is paused, and goes on where it was", async () => {
    const { provider, plant, db, send, ledger, goOn } = await prepared({ readers: 250 });
    await state(db, send.id, "paused");
    await goOn();
    expect([provider.requests, await ledger()]).toEqual([0, { pending: 250 }]);
    await state(db, send.id, "sending");
    await orderParts(plant, send.id);
    expect(await ledger()).toEqual({ sent: 250 });
    expect(Math.max(...provider.counts().values())).toBe(1);
  });

  it("ends nobody knows where when it is cancelled with a batch in doubt", async () => {
    const { provider, plant, db, send, ledger, row } = await given({
      readers: 250,
      answer: () => "take and drop",
    });
    await workOff(plant);
    const [first, ...others] = cancelSend(db, send.id, new Date().toISOString());
    if (first) await db.batch([first, ...others]);
    await minutesPass(plant, 3);
    expect(await row()).toMatchObject({ state: "cancelled" });
    const { uncertain = 0, pending = 0 } = await ledger();
    expect(uncertain).toBe(provider.delivered.length);
    expect(uncertain + pending).toBe(250);
    const rows = await db.select().from(sendRecipients).where(eq(sendRecipients.sendId, send.id));
    expect(rows.filter(({ email }) => email !== null)).toEqual([]);
    const open = await db.select().from(jobs).where(eq(jobs.state, "ready"));
    expect(open.filter(({ args }) => JSON.stringify(args).includes(send.id))).toEqual([]);
    const batches = await db.select().from(sendBatches).where(eq(sendBatches.sendId, send.id));
    expect(batches.filter((batch) => batch.state === "sending")).toEqual([]);
  });
});
