import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";

import type { Subscriber } from "#domain/subscribers";
import { addressHashOf } from "#domain/suppressions";
import {
  auditEntries,
  events,
  receipts,
  subscriberEvents,
  subscribers,
  suppressions,
} from "#repository/models";
import { givenPlant } from "#test/support/jobs";
import { deliverMails, mailsTo } from "#test/support/mails";
import { givenUser } from "#test/support/people";
import { codeOf, send } from "#test/support/requests";
import {
  givenNewsletter,
  givenSubscriber,
  linkMailedTo,
  newReader,
  submit,
} from "#test/support/subscribers";

const { context } = givenPlant();
const { db, settings } = context;

const admin = await givenUser({ role: "admin" });
const { headers } = admin;
const [letter, other] = await Promise.all([
  givenNewsletter({ isDefault: true }),
  givenNewsletter(),
]);

const add = (body: Record<string, unknown>) => send("POST", "/v1/subscribers", { headers, body });
const read = (id: string) => send("GET", `/v1/subscribers/${id}`, { headers });
const change = (method: string, id: string, version: number, body?: unknown) =>
  send(method, `/v1/subscribers/${id}`, {
    headers: { ...headers, "if-match": `"v${version}"` },
    body,
  });

const hashOf = (email: string) => addressHashOf(settings.APP_SECRET, email);
const suppress = (email: string, reason?: string) =>
  send("POST", "/v1/suppressions", { headers, body: { email, ...(reason ? { reason } : {}) } });
const lift = (email: string) =>
  send("DELETE", `/v1/suppressions?email=${encodeURIComponent(email)}`, { headers });
const statusOf = async (email: string) => {
  const [row] = await db.select().from(subscribers).where(eq(subscribers.email, email));
  return row?.status;
};

describe("a subscriber whom staff add", () => {
  it("is asked by mail first, and gets what was meant for them when they say yes", async () => {
    const email = newReader();
    const { status, body } = await add({ email, name: "Ada", newsletters: [other.slug] });
    expect(status).toBe(201);
    expect(body).toMatchObject({ email, status: "pending", newsletters: [], source: "staff" });
    await deliverMails();
    await submit(await linkMailedTo(email), {});
    expect((await read(body.id)).body).toMatchObject({
      status: "active",
      newsletters: [{ id: other.id, slug: other.slug, name: other.name }],
    });
  });

  it("gets mail at once on somebody's word, which is kept", async () => {
    const email = newReader();
    const attestation = "Signed the paper list on 3 May.";
    const { body } = await add({ email, labels: ["press", "press"], attestation });
    expect(body).toMatchObject({
      status: "active",
      labels: ["press"],
      newsletters: [{ id: letter.id }],
    });
    await deliverMails();
    expect(await mailsTo(email)).toEqual([]);
    const dossier = await send("GET", `/v1/subscribers/${body.id}/export`, { headers });
    expect(dossier.body.events).toEqual([
      expect.objectContaining({
        kind: "added",
        details: { by: admin.id, attestation, newsletters: [letter.id] },
      }),
    ]);
    const told = await db
      .select()
      .from(events)
      .where(sql`${events.data} ->> 'id' = ${body.id}`);
    expect(told.map(({ type, data }) => [type, JSON.stringify(data).includes(email)])).toEqual([
      ["member.created", false],
    ]);
  });

  it("is never one who is there, nor one whose address is suppressed, for whatever reason", async () => {
    const { email } = await givenSubscriber();
    expect(codeOf(await add({ email }))).toBe(40920);
    for (const reason of ["unsubscribe_all", "manual", "hard_bounce", "complaint"]) {
      const bad = newReader();
      await suppress(bad, reason);
      expect(codeOf(await add({ email: bad, attestation: "They asked." }))).toBe(40921);
      expect(codeOf(await add({ email: bad.toUpperCase() }))).toBe(40921);
      expect(await statusOf(bad)).toBeUndefined();
    }
  });

  it("is one, however many add them at once", async () => {
    const email = newReader();
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => add({ email, attestation: "On paper." })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter((answer) => codeOf(answer) === 40920)).toHaveLength(5);
  });

  it("is never active and suppressed, in whatever order the two come", async () => {
    const addresses = Array.from({ length: 12 }, newReader);
    await Promise.all(
      addresses.flatMap((email, index) => {
        const two = [() => add({ email, attestation: "On paper." }), () => suppress(email)];
        return (index % 2 === 0 ? two : two.toReversed()).map((each) => each());
      }),
    );
    const statuses = await Promise.all(addresses.map(statusOf));
    expect(statuses).not.toContain("active");
  });
});

describe("the list of subscribers", () => {
  it("is found through by status, newsletter, label, address and parts of it, a page at a time", async () => {
    const mark = crypto.randomUUID();
    const label = mark.slice(0, 8);
    const made: Subscriber[] = [];
    for (const [index, status] of (["active", "active", "unsubscribed"] as const).entries()) {
      const name = `50% of_${mark} ${index}`;
      made.push(
        await givenSubscriber({
          name,
          status,
          labels: [label],
          newsletters: index === 0 ? [other] : [],
        }),
      );
    }
    const found = async (query: Record<string, string>) => {
      const search = new URLSearchParams({ label, ...query }).toString();
      const { body } = await send("GET", `/v1/subscribers?${search}`, { headers });
      return body.data.map(({ id }: { id: string }) => made.findIndex((each) => each.id === id));
    };
    expect(await found({})).toEqual([2, 1, 0]);
    expect(await found({ status: "active" })).toEqual([1, 0]);
    expect(await found({ newsletter: other.id })).toEqual([0]);
    expect(await found({ email: made[1]?.email.toUpperCase() ?? "" })).toEqual([1]);
    expect(await found({ q: `50% OF_${mark}` })).toEqual([2, 1, 0]);
    expect(await found({ q: "50_ of%" })).toEqual([]);
    const first = await send("GET", `/v1/subscribers?label=${label}&limit=2`, { headers });
    const cursor = encodeURIComponent(first.body.next_cursor);
    const next = await send("GET", `/v1/subscribers?label=${label}&limit=2&cursor=${cursor}`, {
      headers,
    });
    expect([first.body.data.length, next.body.data.length, next.body.next_cursor]).toEqual([
      2,
      1,
      null,
    ]);
  });
});

describe("a change by staff", () => {
  it("changes what is given, once, and brings nobody back who has left", async () => {
    const { id } = await givenSubscriber({ newsletters: [letter] });
    const changed = await change("PATCH", id, 1, { labels: ["vip"], newsletters: [other.slug] });
    expect(changed.body).toMatchObject({
      labels: ["vip"],
      newsletters: [{ id: other.id }],
      version: 2,
    });
    expect(changed.etag).toBe((await read(id)).etag);
    expect((await change("PATCH", id, 2, { labels: ["vip"] })).body.version).toBe(2);
    expect(codeOf(await change("PATCH", id, 1, { name: "Ada" }))).toBe(41200);
    expect(codeOf(await change("PATCH", id, 2, { status: "active" }))).toBe(42200);
    const gone = await givenSubscriber({ status: "unsubscribed" });
    const body = (await change("PATCH", gone.id, 1, { newsletters: [letter.id] })).body;
    expect(body).toMatchObject({ status: "unsubscribed", newsletters: [{ id: letter.id }] });
  });

  it("unsubscribes from everything, so that only they themselves can come back", async () => {
    const { id, email } = await givenSubscriber({ newsletters: [letter, other] });
    const path = `/v1/subscribers/${id}/unsubscribe`;
    const left = await send("POST", path, { headers: { ...headers, "if-match": '"v1"' } });
    expect(left.body).toMatchObject({ status: "unsubscribed", newsletters: [], version: 2 });
    expect(left.etag).toBe((await read(id)).etag);
    await change("DELETE", id, 2);
    expect(codeOf(await add({ email, attestation: "They asked." }))).toBe(40921);
  });

  it("erases everything, also from what is kept for repeated requests; who was suppressed stays so", async () => {
    const email = newReader();
    const key = { "idempotency-key": crypto.randomUUID() };
    const made = await send("POST", "/v1/subscribers", {
      headers: { ...headers, ...key },
      body: { email, name: "Ada", attestation: "On paper." },
    });
    const { id } = made.body;
    await suppress(email, "complaint");
    expect((await change("DELETE", id, 2)).status).toBe(204);
    expect(codeOf(await read(id))).toBe(40420);
    expect(await db.$count(subscriberEvents, eq(subscriberEvents.subscriberId, id))).toBe(0);
    const kept = await Promise.all(
      [auditEntries, receipts, events].map(async (table) =>
        JSON.stringify(await db.select().from(table)),
      ),
    );
    expect(kept.join("")).not.toContain(email);
    expect(kept.join("")).not.toContain("Ada");
    expect(codeOf(await add({ email, attestation: "They asked." }))).toBe(40921);
    expect(await db.$count(suppressions, eq(suppressions.addressHash, await hashOf(email)))).toBe(
      1,
    );
  });
});

describe("a suppression", () => {
  it("keeps no address, and is found by it", async () => {
    const email = newReader();
    await suppress(email);
    const found = await send("GET", `/v1/suppressions?email=${email}`, { headers });
    expect(found.body.data).toEqual([
      { id: expect.any(String), reason: "manual", created_at: expect.any(String) },
    ]);
    const rows = JSON.stringify(await db.select().from(suppressions));
    expect(rows).not.toContain(email.split("@")[0]);
  });

  it("is one however often, for the strongest reason", async () => {
    const email = newReader();
    const reasons = ["manual", "complaint", "unsubscribe_all", "hard_bounce", "manual"];
    const answers = [];
    for (const reason of reasons) answers.push((await suppress(email, reason)).body.reason);
    expect(answers).toEqual(["manual", "complaint", "complaint", "complaint", "complaint"]);
    expect(await db.$count(suppressions, eq(suppressions.addressHash, await hashOf(email)))).toBe(
      1,
    );
  });

  it("takes mail from whoever has the address, and gives it back when it is lifted, by name", async () => {
    const { id, email } = await givenSubscriber({ newsletters: [letter] });
    await suppress(email, "hard_bounce");
    expect((await read(id)).body).toMatchObject({ status: "suppressed", version: 2 });
    expect((await lift(email)).status).toBe(204);
    expect((await read(id)).body).toMatchObject({
      status: "active",
      newsletters: [{ id: letter.id }],
      version: 3,
    });
    expect(codeOf(await lift(email))).toBe(40422);
    const entries = await db.select().from(auditEntries).where(eq(auditEntries.entityId, id));
    expect(entries.map(({ action, actorId }) => `${action} ${actorId}`).toSorted()).toEqual([
      `subscriber.suppressed ${admin.id}`,
      `subscriber.unsuppressed ${admin.id}`,
    ]);
    const lifted = await db
      .select()
      .from(auditEntries)
      .where(eq(auditEntries.action, "suppression.lift"));
    expect(lifted.map(({ actorId, changes }) => [actorId, changes])).toContainEqual([
      admin.id,
      { reason: "hard_bounce" },
    ]);
  });

  it("gives nothing to whoever had left before, or never said yes, when it is lifted", async () => {
    const left = await givenSubscriber({ newsletters: [letter] });
    await send("POST", `/v1/subscribers/${left.id}/unsubscribe`, {
      headers: { ...headers, "if-match": '"v1"' },
    });
    const { body: asked } = await add({ email: newReader() });
    for (const email of [left.email, asked.email]) {
      await suppress(email, "complaint");
      await lift(email);
      expect(await statusOf(email)).toBe("unsubscribed");
    }
  });
});
