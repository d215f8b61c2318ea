import { env } from "cloudflare:workers";
import { eq, sql } from "drizzle-orm";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";

import { createContext } from "#core/context";
import { newId } from "#core/ids";
import { addressHashOf } from "#domain/suppressions";
import {
  auditEntries,
  events,
  mailEvents,
  sends,
  subscribers,
  suppressions,
} from "#repository/models";
import {
  givenNewsletter as givenLetter,
  givenOutPost,
  givenSend,
  givenSubscribers,
  readSendRow,
} from "#test/support/newsletters";
import { givenUser } from "#test/support/people";
import { codeOf, send } from "#test/support/requests";
import { givenNewsletter, givenSubscriber, newReader } from "#test/support/subscribers";

const { db, settings } = createContext(env, { waitUntil: () => undefined }, "test");

const SECRET = "whsec_dGhlIHNlY3JldCBvZiB0aGUgdGVzdHMgb2YgbWFpbCBldmVudHM=";
Object.assign(settings, { RESEND_WEBHOOK_SECRET: SECRET });

interface Told {
  readonly id?: string;
  readonly secret?: string;
  /** When it was signed, in seconds from now. */
  readonly age?: number;
  readonly names?: "svix" | "webhook";
}

/** A report as Resend sends it. */
function tell(
  body: unknown,
  { id = `msg_${newId()}`, secret = SECRET, age = 0, names = "svix" }: Told = {},
) {
  const at = new Date(Date.now() + age * 1000);
  const signature = new Webhook(secret).sign(id, at, JSON.stringify(body));
  const headers = {
    [`${names}-id`]: id,
    [`${names}-timestamp`]: String(Math.floor(at.getTime() / 1000)),
    [`${names}-signature`]: signature,
  };
  return send("POST", "/v1/mail-events/resend", { headers, body });
}

const minutesAgo = (minutes: number): string =>
  new Date(Date.now() - minutes * 60_000).toISOString();

const report = (type: string, email: string, more: { minutes?: number; bounce?: string } = {}) => ({
  type: `email.${type}`,
  created_at: minutesAgo(more.minutes ?? 0),
  data: {
    email_id: newId(),
    from: "Imprint <news@example.com>",
    to: [email],
    subject: "Hello",
    ...(more.bounce ? { bounce: { type: more.bounce, subType: "General", message: "…" } } : {}),
  },
});
const hardBounce = (email: string) => report("bounced", email, { bounce: "Permanent" });
const softBounce = (email: string, minutes = 0) =>
  report("bounced", email, { bounce: "Transient", minutes });

async function find(email: string) {
  const [row] = await db.select().from(subscribers).where(eq(subscribers.email, email));
  return row;
}

async function suppressionsOf(email: string) {
  const hash = await addressHashOf(settings.APP_SECRET, email);
  return db.select().from(suppressions).where(eq(suppressions.addressHash, hash));
}

describe("a report by a mail provider", () => {
  it("of a hard bounce or a complaint suppresses at once, and tells others", async () => {
    const letter = await givenNewsletter();
    for (const [body, reason] of [
      [hardBounce, "hard_bounce"],
      [(email: string) => report("complained", email), "complaint"],
      [(email: string) => report("suppressed", email), "hard_bounce"],
    ] as const) {
      const { id, email } = await givenSubscriber({ newsletters: [letter] });
      const answer = await tell(body(email));
      expect([answer.status, answer.roundTrips]).toEqual([200, 2]);
      expect(await find(email)).toMatchObject({ status: "suppressed", version: 2 });
      expect(await suppressionsOf(email)).toEqual([expect.objectContaining({ reason })]);
      const told = await db
        .select()
        .from(events)
        .where(sql`${events.data} ->> 'id' = ${id}`);
      expect(told.map(({ type, data }) => [type, data["status"]])).toEqual([
        ["member.updated", "suppressed"],
      ]);
    }
  });

  it("counts once, though it comes five times, at once or one after another", async () => {
    const { id, email } = await givenSubscriber();
    const body = report("complained", email);
    const key = { id: `msg_${newId()}` };
    const first = await Promise.all(Array.from({ length: 5 }, () => tell(body, key)));
    const later = await tell(body, key);
    expect([...first, later].map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(await suppressionsOf(email)).toHaveLength(1);
    expect(await db.$count(mailEvents, eq(mailEvents.eventId, key.id))).toBe(1);
    expect(await db.$count(auditEntries, eq(auditEntries.entityId, id))).toBe(1);
    expect(await db.$count(events, sql`${events.data} ->> 'id' = ${id}`)).toBe(1);
  });

  it("is heard of no one but whoever knows the secret, and of them within five minutes", async () => {
    const { email } = await givenSubscriber();
    const body = report("complained", email);
    const right = (await tell(body, { names: "webhook", age: -200 })).status;
    const { email: safe } = await givenSubscriber();
    const forged = report("complained", safe);
    const refused = [
      await tell(forged, { secret: "whsec_bm90IHRoZSBzZWNyZXQgb2YgdGhlIHRlc3Rz" }),
      await tell(forged, { age: -301 }),
      await tell(forged, { age: 301 }),
      await send("POST", "/v1/mail-events/resend", { body: forged }),
    ];
    const id = `msg_${newId()}`;
    const at = new Date();
    const signature = new Webhook(SECRET).sign(id, at, JSON.stringify(body));
    const stamp = String(Math.floor(at.getTime() / 1000));
    const signed = { "svix-id": id, "svix-timestamp": stamp, "svix-signature": signature };
    for (const headers of [
      signed,
      { ...signed, "svix-id": "msg_other" },
      { ...signed, "svix-signature": "v1," },
      { ...signed, "svix-signature": signature.replace("v1,", "v2,") },
    ]) {
      refused.push(await send("POST", "/v1/mail-events/resend", { headers, body: forged }));
    }
    expect([right, ...refused.map(codeOf)]).toEqual([200, ...refused.map(() => 40103)]);
    expect(await find(safe)).toMatchObject({ status: "active", version: 1 });
    Object.assign(settings, { RESEND_WEBHOOK_SECRET: undefined });
    const unset = await tell(forged);
    Object.assign(settings, { RESEND_WEBHOOK_SECRET: SECRET });
    expect(codeOf(unset)).toBe(40103);
  });

  it("of a soft bounce is counted, until five in a row suppress; a delivery begins anew", async () => {
    const { email } = await givenSubscriber();
    for (let count = 1; count <= 4; count += 1) {
      await tell(softBounce(email, 60 - count));
      expect(await find(email)).toMatchObject({ status: "active", softBounces: count });
    }
    await tell(report("delivered", email, { minutes: 50 }));
    expect(await find(email)).toMatchObject({ softBounces: 0 });
    for (let count = 1; count <= 5; count += 1) await tell(softBounce(email, 40 - count));
    expect(await find(email)).toMatchObject({ status: "suppressed", softBounces: 5 });
    expect(await suppressionsOf(email)).toEqual([
      expect.objectContaining({ reason: "hard_bounce" }),
    ]);
  });

  it("comes to the same in any order", async () => {
    const told = [softBounce, softBounce, softBounce].map(
      (make, index) => (email: string) => make(email, 30 - index),
    );
    const all = [...told, (email: string) => report("delivered", email, { minutes: 28.5 })];
    const orders = [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [2, 3, 0, 1],
      [1, 3, 2, 0],
    ];
    const counted = [];
    for (const order of orders) {
      const { email } = await givenSubscriber();
      for (const index of order) await tell(all[index]?.(email));
      counted.push((await find(email))?.softBounces);
    }
    expect(counted).toEqual([1, 1, 1, 1]);
  });

  it("of a complaint outweighs what was known, and a delivery lifts nothing", async () => {
    const { email } = await givenSubscriber();
    await tell(hardBounce(email));
    await tell(report("complained", email));
    await tell(hardBounce(email));
    await tell(report("delivered", email));
    expect(await suppressionsOf(email)).toEqual([expect.objectContaining({ reason: "complaint" })]);
    expect(await find(email)).toMatchObject({ status: "suppressed", version: 2 });
  });

  it("suppresses an address that nobody has, so that nobody comes to have it", async () => {
    const email = newReader();
    await tell(hardBounce(`Ada <${email.toUpperCase()}>`));
    expect(await suppressionsOf(email)).toHaveLength(1);
  });

  it("of anything else changes nothing, and is heard", async () => {
    const { email } = await givenSubscriber();
    const odd = [
      report("opened", email),
      report("delivery_delayed", email),
      { type: "contact.created", created_at: "never", data: { email } },
      { type: "email.bounced", data: {} },
      { type: "email.complained", data: { to: [email, newReader()] } },
      { type: "email.complained", data: { to: ["nobody at all"] } },
      { type: "email.complained", data: { to: 5 } },
    ];
    for (const body of odd) expect((await tell(body)).status).toBe(200);
    expect(await find(email)).toMatchObject({ status: "active", version: 1, softBounces: 0 });
    expect(codeOf(await tell([]))).toBe(42200);
  });

  it("never leaves an address both suppressed and active, whatever comes at once", async () => {
    const emails = Array.from({ length: 8 }, newReader);
    await Promise.all(
      emails.flatMap((email) => [
        tell(hardBounce(email)),
        givenSubscriber({ email }),
        tell(report("complained", email)),
      ]),
    );
    await Promise.all(emails.map((email) => tell(hardBounce(email))));
    const rows = await Promise.all(emails.map(find));
    expect(rows.map((row) => row?.status)).toEqual(emails.map(() => "suppressed"));
  });

  it.each([
    ["three in ten", 10, 3],
    ["four in a thousand", 1000, 4],
  ])(
    "of complaints stops the send that goes on when they are more than 0.3 %%: %s",
    async (_what, readers, enough) => {
      const letter = await givenLetter(db);
      const emails = await givenSubscribers(db, letter.id, readers);
      const post = await givenOutPost(db, await givenUser());
      const [stopped, other] = [
        await givenSend(db, letter, post),
        await givenSend(db, await givenLetter(db), post),
      ];
      for (const { id } of [stopped, other]) {
        await db
          .update(sends)
          .set({ state: "sending", startedAt: minutesAgo(1) })
          .where(eq(sends.id, id));
      }
      await db.execute(sql`
        insert into send_recipients (send_id, subscriber_id, batch, state)
        select ${stopped.id}::uuid, subscriber_id, 1, 'sent' from subscriptions
        where newsletter_id = ${letter.id}::uuid`);
      const states = [];
      for (const email of emails.slice(0, enough)) {
        await tell(report("complained", email));
        states.push((await readSendRow(db, stopped.id)).state);
      }
      expect(states).toEqual([...states.slice(1).map(() => "sending"), "paused"]);
      expect(await readSendRow(db, stopped.id)).toMatchObject({
        pauseReason: "too_many_complaints",
      });
      expect(await readSendRow(db, other.id)).toMatchObject({ state: "sending" });
    },
  );
});
