import { env } from "cloudflare:workers";
import { and, eq, inArray, lte, sql } from "drizzle-orm";
import { Webhook } from "standardwebhooks";
import { beforeAll, describe, expect, it, vi } from "vitest";

import { newId } from "#core/ids";
import { newJob } from "#core/jobs";
import { sweep } from "#core/jobs/sweep";
import { newEvent } from "#domain/events";
import { announceEventKind, deliverWebhookKind, tidyUpKind } from "#domain/task-kinds";
import { tasks } from "#domain/tasks";
import { schedule } from "#domain/webhooks";
import { insertJob } from "#repository/jobs";
import { jobStore } from "#repository/jobs/store";
import { auditEntries, events, jobs, webhookDeliveries, webhooks } from "#repository/models";
import {
  breakDatabase,
  type DatabaseFault,
  deliver,
  doorbellFor,
  givenPlant,
  passTime,
  type Plant,
  seeded,
} from "#test/support/jobs";
import { mailsTo } from "#test/support/mails";
import { givenUser, type Person } from "#test/support/people";
import type { ReceivedCall } from "#test/support/receiver";
import { send } from "#test/support/requests";
import { type GivenReceiver, givenReceiver, givenWebhook } from "#test/support/webhooks";

// Whatever is to happen in the background happens when these tests say so.
const metrics = { backlogCount: 0, backlogBytes: 0 };
for (const queue of [env.QUEUE_DEFAULT, env.QUEUE_MAIL, env.QUEUE_WEBHOOKS]) {
  vi.spyOn(queue, "sendBatch").mockResolvedValue({ metadata: { metrics } });
}

const { db } = givenPlant().context;
let owner: Person;
beforeAll(async () => {
  owner = await givenUser({ role: "owner" });
});

/** Does everything that is due, and everything that follows from it at once. */
async function work({ context } = givenPlant()): Promise<void> {
  for (;;) {
    const due = await db
      .select({ id: jobs.id })
      .from(jobs)
      .where(and(eq(jobs.state, "ready"), lte(jobs.runAt, sql`now()`)));
    if (due.length === 0) return;
    await deliver(
      context,
      tasks,
      due.map(({ id }) => doorbellFor(id)),
    );
  }
}

/** Something happens that only this subscription is told of. */
async function happens(data: Record<string, unknown> = { id: newId() }): Promise<string> {
  const event = newEvent("send.finished", data);
  await db.batch([
    db.insert(events).values(event),
    insertJob(db, newJob(announceEventKind, { eventId: event.id })),
  ]);
  return event.id;
}

const deliveriesOf = (webhookId: string) =>
  db.select().from(webhookDeliveries).where(eq(webhookDeliveries.webhookId, webhookId));

async function readWebhook(id: string) {
  const [row] = await db.select().from(webhooks).where(eq(webhooks.id, id));
  if (!row) throw new Error("There is no such webhook.");
  return row;
}

/** A receiver and a webhook that leads to it, and nobody else who listens. */
async function givenHook(fields: Record<string, unknown> = {}) {
  await db.delete(webhooks);
  const receiver = givenReceiver();
  const webhook = await givenWebhook(owner, {
    url: receiver.url,
    events: ["send.finished"],
    ...fields,
  });
  return { receiver, webhook };
}

/** As a receiver without a library checks it: https://www.standardwebhooks.com */
async function hmacOf({ headers, body }: ReceivedCall, secret: string): Promise<string> {
  const bytes = Uint8Array.from(atob(secret.replace("whsec_", "")), (letter) =>
    letter.charCodeAt(0),
  );
  const text = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign"]);
  const signed = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(signed)));
}

const only = <Item>(items: readonly Item[]): Item => {
  const [item] = items;
  if (item === undefined || items.length !== 1) throw new Error(`There are ${items.length}.`);
  return item;
};

describe("an event that a webhook wants", () => {
  it("arrives once, signed as the library and a receiver of one's own check it", async () => {
    const { receiver, webhook } = await givenHook();
    const id = await happens({ id: "x", words: "größer & <so>" });
    await work();
    const call = only(await receiver.calls());
    const told = new Webhook(webhook.secret).verify(call.body, call.headers);
    expect(told).toEqual({
      type: "send.finished",
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/u),
      data: { id: "x", words: "größer & <so>" },
    });
    expect(call.headers).toMatchObject({ "webhook-id": id, "content-type": "application/json" });
    expect(call.headers["webhook-signature"]).toBe(`v1,${await hmacOf(call, webhook.secret)}`);
    expect(call.headers).not.toHaveProperty("cookie");
    expect(call.headers).not.toHaveProperty("authorization");
    expect(only(await deliveriesOf(webhook.id))).toMatchObject({
      state: "delivered",
      nextAt: null,
      attempts: [{ status: 200, error: null }],
    });
    expect(() => new Webhook("whsec_AAAA").verify(call.body, call.headers)).toThrow();
  });

  it.each([
    { events: ["*"], isTold: true },
    { events: ["send.*"], isTold: true },
    { events: ["tag.*", "send.finished"], isTold: true },
    { events: ["report.finished", "post.*"], isTold: false },
  ])("is what it subscribed to: $events", async ({ events: subscribed, isTold }) => {
    const { receiver } = await givenHook({ events: subscribed });
    await happens();
    await work();
    expect(await receiver.calls()).toHaveLength(isTold ? 1 : 0);
  });

  it("is signed with both secrets for a day after a rotation, and then with the new one", async () => {
    const { receiver, webhook } = await givenHook();
    const rotated = await send("POST", `/v1/webhooks/${webhook.id}/rotate-secret`, {
      headers: { ...owner.headers, "if-match": webhook.etag },
    });
    expect(rotated.status).toBe(200);
    const { secret } = rotated.body;
    expect(secret).not.toBe(webhook.secret);
    await happens();
    await work();
    await passTime(db, 24 * 3600 + 1);
    await happens();
    await work();
    const [during, after] = await receiver.calls();
    if (!during || !after) throw new Error("It was not told twice.");
    expect(during.headers["webhook-signature"]).toBe(
      `v1,${await hmacOf(during, secret)} v1,${await hmacOf(during, webhook.secret)}`,
    );
    for (const right of [secret, webhook.secret]) {
      new Webhook(right).verify(during.body, during.headers);
    }
    new Webhook(secret).verify(after.body, after.headers);
    expect(() => new Webhook(webhook.secret).verify(after.body, after.headers)).toThrow();
  });

  it("is told in Ghost's way where that is wanted", async () => {
    const { receiver, webhook } = await givenHook({ format: "ghost" });
    await happens({ id: "x", title: "New", previous: { title: "Old" } });
    await work();
    const call = only(await receiver.calls());
    expect(JSON.parse(call.body)).toEqual({
      send: { current: { id: "x", title: "New" }, previous: { title: "Old" } },
    });
    const [, signature, moment] =
      /^sha256=([0-9a-f]{64}), t=(\d{13})$/u.exec(call.headers["x-ghost-signature"] ?? "") ?? [];
    const encoder = new TextEncoder();
    const key = await crypto.subtle.importKey(
      "raw",
      encoder.encode(webhook.secret),
      { name: "HMAC", hash: "SHA-256" },
      false,
      ["sign"],
    );
    const signed = await crypto.subtle.sign("HMAC", key, encoder.encode(`${call.body}${moment}`));
    expect(signature).toBe(
      [...new Uint8Array(signed)].map((byte) => byte.toString(16).padStart(2, "0")).join(""),
    );
    expect(call.headers).not.toHaveProperty("webhook-signature");
  });
});

describe("a receiver that does not take it", () => {
  it("is tried at the pauses of the schedule, with one id, and then no more", async () => {
    const { receiver, webhook } = await givenHook();
    await receiver.answer({ status: 500, body: "no" });
    const id = await happens();
    await work();
    for (const [tried, pause] of schedule.entries()) {
      if (tried === 0) continue;
      await passTime(db, pause - 2);
      await work();
      expect(await receiver.calls()).toHaveLength(tried);
      await passTime(db, 3);
      await work();
      expect(await receiver.calls()).toHaveLength(tried + 1);
    }
    await passTime(db, 30 * 24 * 3600);
    await work();
    const calls = await receiver.calls();
    expect(calls).toHaveLength(10);
    expect(new Set(calls.map(({ headers }) => headers["webhook-id"]))).toEqual(new Set([id]));
    expect(new Set(calls.map(({ body }) => body)).size).toBe(1);
    const delivery = only(await deliveriesOf(webhook.id));
    expect(delivery).toMatchObject({ state: "failed", nextAt: null });
    expect(delivery.attempts).toHaveLength(10);
    expect(await readWebhook(webhook.id)).toMatchObject({ status: "enabled" });
  });

  it.each([
    { answer: { status: 204 }, state: "delivered" },
    { answer: { status: 299 }, state: "delivered" },
    { answer: { status: 301, headers: { location: "/hooks/elsewhere" } }, state: "pending" },
    { answer: { status: 307, headers: { location: "/hooks/elsewhere" } }, state: "pending" },
    { answer: { status: 304 }, state: "pending" },
    { answer: { status: 400 }, state: "pending" },
    { answer: { status: 404 }, state: "pending" },
    { answer: { status: 502 }, state: "pending" },
    { answer: { status: 200, hangUp: true }, state: "pending" },
  ])("is known by its answer: $answer", async ({ answer, state }) => {
    const { receiver, webhook } = await givenHook();
    await receiver.answer(answer);
    await happens();
    await work();
    const delivery = only(await deliveriesOf(webhook.id));
    expect(delivery.state).toBe(state);
    const hungUp = { status: null, error: "unreachable" };
    const answered = { status: answer.status, error: null };
    expect(delivery.attempts).toMatchObject([answer.hangUp ? hungUp : answered]);
    expect(only(await receiver.calls()).headers).toHaveProperty("webhook-id");
    const elsewhere = await fetch(new URL("/hooks/elsewhere", receiver.url));
    expect((await elsewhere.json<{ data: unknown[] }>()).data).toEqual([]);
  });

  it.each([429, 503])("is left alone for as long as it asks with %i", async (status) => {
    const { receiver } = await givenHook();
    await receiver.answer({ status, headers: { "retry-after": "3600" } }, { status: 200 });
    await happens();
    await work();
    await passTime(db, 3590);
    await work();
    expect(await receiver.calls()).toHaveLength(1);
    await passTime(db, 15);
    await work();
    expect(await receiver.calls()).toHaveLength(2);
  });

  it("is no longer failing when something arrives", async () => {
    const { receiver, webhook } = await givenHook();
    await receiver.answer({ status: 500 }, { status: 200 });
    await happens();
    await work();
    expect((await readWebhook(webhook.id)).failingSince).not.toBeNull();
    await passTime(db, 6);
    await work();
    expect((await readWebhook(webhook.id)).failingSince).toBeNull();
  });

  it("is quoted with a kilobyte at most, of what is text", async () => {
    const { receiver, webhook } = await givenHook();
    await receiver.answer({ status: 500, body: `\0é${"ü".repeat(200_000)}` });
    await happens();
    await work();
    const { excerpt } = only(only(await deliveriesOf(webhook.id)).attempts);
    expect(excerpt).toMatch(/^\u{fffd}éü+\u{fffd}?$/u);
    expect(new TextEncoder().encode(excerpt ?? "").byteLength).toBeLessThanOrEqual(1024);
    expect(excerpt?.length).toBeGreaterThan(400);
  });

  it("is not asked at all when its address is no longer allowed", async () => {
    const { receiver, webhook } = await givenHook();
    await db.update(webhooks).set({ url: "https://10.0.0.1/" }).where(eq(webhooks.id, webhook.id));
    await happens();
    await work();
    expect(only(await deliveriesOf(webhook.id)).attempts).toMatchObject([
      { status: null, error: "address_is_number" },
    ]);
    expect(await receiver.calls()).toEqual([]);
  });
});

describe("a webhook that is given up", () => {
  const mailsAbout = async ({ email }: Person, { url }: GivenReceiver) =>
    (await mailsTo(email)).filter(({ text }) => text.includes(url));

  it("says 410: it is switched off, its maker is told once, and nothing more is sent", async () => {
    const bystander = await givenUser({ role: "owner" });
    const { receiver, webhook } = await givenHook();
    await receiver.answer({ status: 500 }, { status: 500 }, { status: 410 });
    for (const _ of [1, 2, 3, 4, 5]) await happens();
    const plant = givenPlant();
    await work(plant);
    expect(plant.lines.filter(({ event }) => event === "job.failed")).toEqual([]);
    expect(await readWebhook(webhook.id)).toMatchObject({
      status: "disabled",
      disabledReason: "gone",
      version: 2,
    });
    const told = (await receiver.calls()).length;
    await happens();
    await passTime(db, 24 * 3600);
    await work();
    expect(await receiver.calls()).toHaveLength(told);
    const made = await deliveriesOf(webhook.id);
    expect(made.map(({ state }) => state)).toEqual(Array.from({ length: 5 }, () => "failed"));
    expect(made.flatMap(({ attempts }) => attempts)).toHaveLength(told);
    expect(await mailsAbout(owner, receiver)).toHaveLength(1);
    expect(await mailsAbout(bystander, receiver)).toHaveLength(0);
    const noted = await db.select().from(auditEntries).where(eq(auditEntries.entityId, webhook.id));
    expect(noted.map(({ action }) => action).toSorted((a, b) => a.localeCompare(b))).toEqual([
      "webhook.create",
      "webhook.disable",
    ]);
  });

  it("takes nothing for five days: it is switched off, and its maker is told once", async () => {
    const { receiver, webhook } = await givenHook();
    await receiver.answer({ status: 500 });
    for (let day = 0; day < 5; day += 1) {
      await Promise.all([happens(), happens()]);
      await work();
      expect((await readWebhook(webhook.id)).status).toBe("enabled");
      await passTime(db, 24 * 3600 + 60);
    }
    await Promise.all([happens(), happens(), happens()]);
    const plant = givenPlant();
    await work(plant);
    expect(plant.lines.filter(({ event }) => event === "job.failed")).toEqual([]);
    expect(await readWebhook(webhook.id)).toMatchObject({
      status: "disabled",
      disabledReason: "failing",
    });
    const calls = (await receiver.calls()).length;
    await passTime(db, 24 * 3600);
    await work();
    expect(await receiver.calls()).toHaveLength(calls);
    expect(await mailsAbout(owner, receiver)).toHaveLength(1);
  });

  it("is told to every owner when its maker is gone", async () => {
    const others = [
      await givenUser({ role: "owner" }),
      await givenUser({ role: "admin" }),
    ] as const;
    const { receiver, webhook } = await givenHook();
    await db.update(webhooks).set({ createdBy: null }).where(eq(webhooks.id, webhook.id));
    await receiver.answer({ status: 410 });
    await happens();
    await work();
    expect(await mailsAbout(owner, receiver)).toHaveLength(1);
    expect(await mailsAbout(others[0], receiver)).toHaveLength(1);
    expect(await mailsAbout(others[1], receiver)).toHaveLength(0);
  });

  it.each(["DELETE", "PATCH"] as const)("by %s: what is on its way is not sent", async (method) => {
    const { receiver, webhook } = await givenHook();
    await receiver.answer({ status: 500 });
    await happens();
    await work();
    const gone = await send(method, `/v1/webhooks/${webhook.id}`, {
      headers: { ...owner.headers, "if-match": '"v1"' },
      ...(method === "PATCH" ? { body: { status: "disabled" } } : {}),
    });
    expect(gone.status).toBe(method === "PATCH" ? 200 : 204);
    const stopped = (await deliveriesOf(webhook.id)).map(({ state }) => state);
    expect(stopped).toEqual(method === "PATCH" ? ["failed"] : []);
    await happens();
    await passTime(db, 3 * 24 * 3600);
    await work();
    expect(await receiver.calls()).toHaveLength(1);
    expect((await deliveriesOf(webhook.id)).filter(({ state }) => state !== "failed")).toEqual([]);
  });
});

it("does not send what was made just as its webhook was switched off", async () => {
  const { receiver, webhook } = await givenHook();
  await receiver.answer({ status: 500 });
  await happens();
  await work();
  await db.update(webhooks).set({ status: "disabled" }).where(eq(webhooks.id, webhook.id));
  await passTime(db, 6);
  await work();
  expect(await receiver.calls()).toHaveLength(1);
  const delivery = only(await deliveriesOf(webhook.id));
  expect(delivery).toMatchObject({ state: "failed", nextAt: null, attempts: [{ status: 500 }] });
});

describe("a replay", () => {
  it("keeps the id, begins the schedule again, and takes the place of what waits", async () => {
    const { receiver, webhook } = await givenHook();
    await receiver.answer({ status: 500 }, { status: 500 }, { status: 200 });
    const id = await happens();
    await work();
    const [first] = await deliveriesOf(webhook.id);
    const path = `/v1/webhooks/${webhook.id}/deliveries/${first?.id}`;
    const replayed = await send("POST", `${path}/replay`, { headers: owner.headers });
    expect(replayed.status).toBe(202);
    expect(replayed.body).toMatchObject({ status: "pending", event: { id } });
    const isOld = eq(jobs.id, first?.jobId ?? "");
    expect(await db.select({ state: jobs.state }).from(jobs).where(isOld)).toEqual([
      { state: "cancelled" },
    ]);
    // As if it had been running just then.
    await db
      .update(jobs)
      .set({ state: "ready", finishedAt: null, cancelRequestedAt: null, runAt: sql`now()` })
      .where(isOld);
    await work();
    expect(await receiver.calls()).toHaveLength(2);
    await passTime(db, 6);
    await work();
    const calls = await receiver.calls();
    expect(calls.map(({ headers }) => headers["webhook-id"])).toEqual([id, id, id]);
    const { body } = await send("GET", path, { headers: owner.headers });
    expect(body).toMatchObject({ status: "delivered", next_at: null });
    expect(body.attempts.map(({ status }: { status: number }) => status)).toEqual([500, 500, 200]);
    await passTime(db, 24 * 3600);
    await work();
    expect(await receiver.calls()).toHaveLength(3);
    expect(await deliveriesOf(webhook.id)).toHaveLength(1);
  });
});

/** Everything that a minute brings: leases run out, cron sweeps, consumers are called. */
async function aMinutePasses(plant: Plant): Promise<void> {
  await passTime(db, 121);
  await sweep(plant.context, jobStore);
  await deliver(plant.context, tasks, plant.queue.take());
}

describe("an announcement", () => {
  it("made many times at once, out of order, is one delivery for each webhook", async () => {
    const first = await givenHook();
    const second = givenReceiver();
    const other = await givenWebhook(owner, { url: second.url, events: ["send.*"] });
    const ids = await Promise.all([happens(), happens(), happens()]);
    const again = ids.flatMap((eventId) =>
      [1, 2, 3].map(() => newJob(announceEventKind, { eventId })),
    );
    for (const job of again) await insertJob(db, job);
    const plant = givenPlant({ drop: 0.2, double: 0.6, shuffle: true, random: seeded(7) });
    const random = seeded(11);
    const doorbells = again
      .flatMap(({ id }) => [doorbellFor(id), doorbellFor(id)])
      .toSorted(() => random() - 0.5);
    await Promise.all([
      deliver(plant.context, tasks, doorbells),
      deliver(plant.context, tasks, doorbells.toReversed()),
    ]);
    for (let minute = 0; minute < 6; minute += 1) await aMinutePasses(plant);
    for (const { id, receiver } of [
      { id: first.webhook.id, receiver: first.receiver },
      { id: other.id, receiver: second },
    ]) {
      const made = await deliveriesOf(id);
      expect(made.map(({ eventId }) => eventId).toSorted((a, b) => a.localeCompare(b))).toEqual(
        ids.toSorted((a, b) => a.localeCompare(b)),
      );
      expect(new Set(made.map(({ state }) => state))).toEqual(new Set(["delivered"]));
      expect(await receiver.calls()).toHaveLength(3);
    }
  });
});

const faults: readonly DatabaseFault[] = ["killed before", "killed after", "reply lost"];
const momentsOf = (requests: number) =>
  faults.flatMap((fault) =>
    Array.from({ length: requests }, (_none, index) => [fault, index + 1] as const),
  );

describe("a worker that is lost in the middle", () => {
  /** Breaks the `at`-th request, to the database or to the receiver, of whoever works on the job. */
  async function breaks(plant: Plant, jobId: string, fault: DatabaseFault, at: number) {
    const { struck, restore } = breakDatabase(at, fault);
    const consumed = deliver(plant.context, tasks, [doorbellFor(jobId)]);
    await (fault === "reply lost" ? consumed : struck);
    await struck;
    restore();
    for (let minute = 0; minute < 4; minute += 1) await aMinutePasses(plant);
  }

  it.each(momentsOf(3))(
    "of an announcement (%s, request %i) leaves one delivery, and it arrives",
    async (fault, at) => {
      const { receiver, webhook } = await givenHook();
      const eventId = await happens();
      const [job] = await db
        .select({ id: jobs.id })
        .from(jobs)
        .where(sql`${jobs.args} ->> 'eventId' = ${eventId}`);
      await breaks(givenPlant(), job?.id ?? "", fault, at);
      expect(only(await deliveriesOf(webhook.id))).toMatchObject({ eventId, state: "delivered" });
      expect(await receiver.calls()).toHaveLength(1);
    },
  );

  it.each(momentsOf(4))(
    "of a delivery (%s, request %i) leaves one that arrives, each time under the same id",
    async (fault, at) => {
      const { receiver, webhook } = await givenHook();
      const eventId = await happens();
      const deliveryId = newId();
      const job = newJob(deliverWebhookKind, { deliveryId });
      await db.batch([
        db
          .update(jobs)
          .set({ state: "done", finishedAt: sql`now()` })
          .where(inArray(jobs.state, ["ready"])),
        insertJob(db, job),
        db
          .insert(webhookDeliveries)
          .values({ id: deliveryId, webhookId: webhook.id, eventId, jobId: job.id }),
      ]);
      await breaks(givenPlant(), job.id, fault, at);
      const delivery = only(await deliveriesOf(webhook.id));
      expect(delivery).toMatchObject({ state: "delivered" });
      const calls = await receiver.calls();
      expect(calls.length).toBeGreaterThanOrEqual(1);
      expect(calls.length).toBeLessThanOrEqual(2);
      expect(new Set(calls.map(({ headers }) => headers["webhook-id"]))).toEqual(
        new Set([eventId]),
      );
      expect(new Set(calls.map(({ body }) => body)).size).toBe(1);
    },
  );
});

describe("a worker that is lost while a receiver is down", () => {
  it.each(momentsOf(5))(
    "(%s, request %i) does not hurry, and it arrives when the receiver is back",
    async (fault, at) => {
      const { receiver, webhook } = await givenHook();
      await receiver.answer({ status: 500 }, { status: 500 }, { status: 500 });
      await happens();
      const plant = givenPlant();
      const announced = await db.select({ id: jobs.id }).from(jobs).where(eq(jobs.state, "ready"));
      await deliver(
        plant.context,
        tasks,
        announced.map(({ id }) => doorbellFor(id)),
      );
      const delivery = only(await deliveriesOf(webhook.id));
      await db
        .update(webhookDeliveries)
        .set({ attempts: [] })
        .where(eq(webhookDeliveries.id, delivery.id));
      // It has had all but the last of its short pauses.
      await db
        .update(jobs)
        .set({ cursor: { tried: 2 } })
        .where(eq(jobs.id, delivery.jobId));

      const { struck, restore } = breakDatabase(at, fault);
      const consumed = deliver(plant.context, tasks, [doorbellFor(delivery.jobId)]);
      await (fault === "reply lost" ? consumed : struck);
      await struck;
      restore();
      for (let minute = 0; minute < 4; minute += 1) await aMinutePasses(plant);
      const early = await receiver.calls();
      // One attempt, and once more where nobody knew of it; the pause after it is half an hour.
      expect(early.length).toBeGreaterThanOrEqual(1);
      expect(early.length).toBeLessThanOrEqual(2);
      await receiver.answer({ status: 200 });
      for (let minute = 0; minute < 16; minute += 1) await aMinutePasses(plant);
      const calls = await receiver.calls();
      expect(calls).toHaveLength(early.length + 1);
      expect(new Set(calls.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
      expect(only(await deliveriesOf(webhook.id)).state).toBe("delivered");
    },
  );
});

describe("tidying up", () => {
  const tidyUp = async () => {
    await insertJob(db, newJob(tidyUpKind, {}));
    await work();
  };

  it("forgets events with their deliveries after 30 days, and no sooner", async () => {
    const { webhook } = await givenHook();
    const [old, young] = [await happens(), await happens()];
    await work();
    for (const [id, days] of [
      [old, 31],
      [young, 29],
    ] as const) {
      const createdAt = sql`now() - make_interval(days => ${days})`;
      await db.update(events).set({ createdAt }).where(eq(events.id, id));
    }
    await tidyUp();
    expect((await deliveriesOf(webhook.id)).map(({ eventId }) => eventId)).toEqual([young]);
    expect(await db.$count(events, inArray(events.id, [old, young]))).toBe(1);
  });

  it("ends a delivery whose job was cancelled, and leaves one alone that waits", async () => {
    const { receiver, webhook } = await givenHook();
    await receiver.answer({ status: 500 });
    const [cancelled] = [await happens(), await happens()];
    await work();
    const made = await deliveriesOf(webhook.id);
    const job = made.find(({ eventId }) => eventId === cancelled)?.jobId ?? "";
    const { status } = await send("POST", `/v1/jobs/${job}/cancel`, owner);
    expect(status).toBe(202);
    await tidyUp();
    const states = (await deliveriesOf(webhook.id)).map(({ eventId, state }) => [eventId, state]);
    expect(Object.fromEntries(states)[cancelled]).toBe("failed");
    expect(
      states.map(([, state]) => state).toSorted((a = "", b = "") => a.localeCompare(b)),
    ).toEqual(["failed", "pending"]);
  });
});

describe("a secret", () => {
  it("is in no answer but the first, in no log, and in no row", async () => {
    const plant = givenPlant();
    const { receiver, webhook } = await givenHook();
    await receiver.answer({ status: 500 }, { status: 200 });
    await happens();
    await work(plant);
    await passTime(db, 6);
    await work(plant);
    const { headers } = owner;
    const answers = await Promise.all(
      [
        "/v1/webhooks",
        `/v1/webhooks/${webhook.id}`,
        `/v1/webhooks/${webhook.id}/deliveries`,
        "/v1/events",
      ].map(async (path) => (await send("GET", path, { headers })).text),
    );
    const bare = webhook.secret.replace("whsec_", "");
    for (const table of [
      "webhooks",
      "webhook_deliveries",
      "events",
      "jobs",
      "audit_entries",
      "receipts",
    ]) {
      const { rows } = await db.execute(
        sql`select to_jsonb(t)::text as row from ${sql.identifier(table)} t`,
      );
      answers.push(JSON.stringify(rows));
    }
    expect(answers.filter((text) => text.includes(bare))).toEqual([]);
    expect(JSON.stringify(plant.lines)).not.toContain(bare);
    expect(JSON.stringify(plant.lines)).toContain("webhook.attempted");
    expect((await receiver.calls()).map((call) => JSON.stringify(call).includes(bare))).toEqual([
      false,
      false,
    ]);
  });
});
