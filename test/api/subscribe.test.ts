import { and, eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";

import { addressHashOf } from "#domain/suppressions";
import {
  auditEntries,
  events,
  jobs,
  subscriberEvents,
  subscribers,
  suppressions,
  throttles,
} from "#repository/models";
import { breakDatabase, givenPlant, passTime, readJob } from "#test/support/jobs";
import { deliverMails, mailsTo } from "#test/support/mails";
import { newAddress } from "#test/support/people";
import { codeOf, send } from "#test/support/requests";
import {
  givenNewsletter,
  givenSubscriber,
  linkMailedTo,
  newReader,
  submit,
  tokenFor,
} from "#test/support/subscribers";

const { context } = givenPlant();
const { db, settings } = context;

const letter = await givenNewsletter({ isDefault: true });
const other = await givenNewsletter();

const signUp = (body: Record<string, unknown>, from = newAddress()) =>
  send("POST", "/v1/subscribe", { headers: { "cf-connecting-ip": from }, body });

async function find(email: string) {
  const [row] = await db.select().from(subscribers).where(eq(subscribers.email, email));
  return row;
}

const eventsOf = (subscriberId: string) =>
  db
    .select()
    .from(subscriberEvents)
    .where(eq(subscriberEvents.subscriberId, subscriberId))
    .orderBy(subscriberEvents.createdAt, subscriberEvents.id);

/** Lets time pass for what counts mails. */
const wait = (minutes: number) =>
  db.update(throttles).set({
    windowStart: sql`${throttles.windowStart} - make_interval(mins => ${minutes}::int)`,
  });

async function suppress(email: string, reason: (typeof suppressions.$inferInsert)["reason"]) {
  const addressHash = await addressHashOf(settings.APP_SECRET, email);
  await db.insert(suppressions).values({ addressHash, reason });
}

describe("signing up", () => {
  it.each([1, 2])("mails once to whoever asks again after reply %i was lost", async (at) => {
    const email = newReader();
    const { restore } = breakDatabase(at, "reply lost");
    expect((await signUp({ email })).status).toBe(503);
    restore();
    expect((await signUp({ email })).status).toBe(202);
    await deliverMails();
    expect(await mailsTo(email)).toHaveLength(1);
  });

  it("makes a subscriber only of whoever presses the button behind the mailed link", async () => {
    const email = newReader();
    const asked = await signUp({ email, name: "Ada", newsletters: [other.slug] });
    expect(asked.status).toBe(202);
    expect(await find(email)).toMatchObject({ status: "pending", confirmedAt: null });
    await deliverMails();
    const link = await linkMailedTo(email);
    expect(link).toMatch(/^\/subscribe\/confirm\?token=/u);

    const page = await send("GET", link);
    expect([page.status, page.headers.get("content-type")]).toEqual([
      200,
      "text/html; charset=utf-8",
    ]);
    expect(page.text).toContain(other.name);
    expect(page.text).not.toContain(letter.name);
    expect(await find(email), "opening it changes nothing").toMatchObject({ status: "pending" });

    const pressed = await submit(
      link,
      {},
      { "user-agent": "Second/2", "cf-connecting-ip": "192.0.2.9" },
    );
    expect([pressed.status, pressed.roundTrips]).toEqual([200, 2]);
    const row = await find(email);
    expect(row).toMatchObject({ status: "active", name: "Ada", version: 2 });
    const [requested, confirmed] = await eventsOf(row?.id ?? "");
    expect(requested).toMatchObject({ kind: "signup.requested" });
    expect(requested?.details).toMatchObject({
      source: "form",
      newsletters: [other.id],
      network: expect.stringMatching(/^[\w-]{43}$/u),
      consent: { version: 1 },
    });
    expect(confirmed).toMatchObject({ kind: "signup.confirmed" });
    expect(confirmed?.details).toMatchObject({
      user_agent: "Second/2",
      newsletters: [other.id],
      consent: { version: 1, text: expect.stringContaining("Yes") },
    });
    expect(JSON.stringify([requested, confirmed])).not.toContain("192.0.2.9");
    const told = await db
      .select()
      .from(events)
      .where(sql`${events.data} ->> 'id' = ${row?.id}`);
    expect(told.map(({ type, data }) => [type, data])).toEqual([
      ["member.created", { id: row?.id, status: "active" }],
    ]);

    const again = await submit(link, {});
    expect([again.status, again.text]).toEqual([200, pressed.text]);
    expect(await find(email)).toEqual(row);
  });

  it("gives what everybody gets to whoever names nothing", async () => {
    const email = newReader();
    await signUp({ email });
    await deliverMails();
    await submit(await linkMailedTo(email), {});
    const { id = "" } = (await find(email)) ?? {};
    const { text } = await send("GET", `/preferences?token=${await tokenFor("preferences", id)}`);
    expect(text).toMatch(new RegExp(`value="${letter.id}"\\s+checked`, "u"));
    expect(text).not.toMatch(new RegExp(`value="${other.id}"\\s+checked`, "u"));
  });

  it("tells nobody who is subscribed: every address gets the same answer for as much work", async () => {
    const [fresh, complained, bounced] = [newReader(), newReader(), newReader()];
    const active = await givenSubscriber();
    const pending = newReader();
    await signUp({ email: pending });
    await suppress(complained, "complaint");
    await suppress(bounced, "hard_bounce");
    const gone = await givenSubscriber({ status: "unsubscribed" });
    const addresses = [fresh, active.email, pending, complained, bounced, gone.email];
    const answers = await Promise.all(addresses.map((email) => signUp({ email })));
    expect(answers.map(({ status }) => status)).toEqual(addresses.map(() => 202));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.map(({ roundTrips }) => roundTrips)).toEqual(addresses.map(() => 2));
  });

  it("reminds whoever is subscribed, asks whoever has left, and leaves alone who complained or bounced", async () => {
    const active = await givenSubscriber({ newsletters: [letter] });
    const left = await givenSubscriber({ status: "unsubscribed" });
    const silent = await Promise.all(
      (["complaint", "hard_bounce"] as const).map(async (reason) => {
        const reader = await givenSubscriber({ status: "suppressed" });
        await suppress(reader.email, reason);
        return reader;
      }),
    );
    for (const { email } of [active, left, ...silent]) {
      await signUp({ email, newsletters: [other.id] });
    }
    await deliverMails();
    expect((await mailsTo(active.email)).map(({ subject }) => subject)).toEqual([
      expect.stringContaining("already"),
    ]);
    expect(await linkMailedTo(active.email)).toMatch(/^\/preferences\?/u);
    expect(await linkMailedTo(left.email)).toMatch(/^\/subscribe\/confirm\?/u);
    expect(await Promise.all(silent.map(({ email }) => mailsTo(email)))).toEqual([[], []]);
    expect(await find(active.email)).toMatchObject({ version: 1 });
    expect(await find(left.email)).toMatchObject({ status: "unsubscribed" });
  });

  it("lets an owner back in who wanted no mail at all, and nobody whose address bounced meanwhile", async () => {
    const [back, bad] = [newReader(), newReader()];
    await suppress(back, "unsubscribe_all");
    await Promise.all([signUp({ email: back }), signUp({ email: bad })]);
    await deliverMails();
    await suppress(bad, "hard_bounce");
    await db
      .update(subscribers)
      .set({ status: "suppressed", confirmationExpiresAt: null })
      .where(eq(subscribers.email, bad));
    await submit(await linkMailedTo(back), {});
    const late = await submit(await linkMailedTo(bad), {});
    expect(late.text).toContain("has had its time");
    expect(await find(back)).toMatchObject({ status: "active" });
    expect(await find(bad)).toMatchObject({ status: "suppressed" });
    const backHash = await addressHashOf(settings.APP_SECRET, back);
    expect(await db.$count(suppressions, eq(suppressions.addressHash, backHash))).toBe(0);
  });

  it("confirms once, however many press at once, and never by an old link", async () => {
    const email = newReader();
    await signUp({ email });
    await deliverMails();
    const old = await linkMailedTo(email);
    await wait(11);
    await signUp({ email });
    await deliverMails();
    const link = await linkMailedTo(email);
    expect(link).not.toBe(old);
    expect((await submit(old, {})).text).toContain("has had its time");
    expect(await find(email)).toMatchObject({ status: "pending" });
    const pressed = await Promise.all(Array.from({ length: 5 }, () => submit(link, {})));
    expect(pressed.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    const row = await find(email);
    expect(row).toMatchObject({ status: "active", version: 2 });
    const kinds = (await eventsOf(row?.id ?? "")).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "signup.confirmed")).toHaveLength(1);
    const entries = await db.$count(auditEntries, eq(auditEntries.entityId, row?.id ?? ""));
    expect(entries).toBe(1);
  });

  it("refuses links that were changed, and those for something else", async () => {
    const email = newReader();
    await signUp({ email });
    const { id = "", confirmationId } = (await find(email)) ?? {};
    const right = await tokenFor("confirm", id, confirmationId ?? "");
    const wrong = [
      "",
      `${right}x`,
      right.replace(/.$/u, (last) => (last === "A" ? "B" : "A")),
      await tokenFor("unsubscribe", id, confirmationId ?? ""),
      await tokenFor("preferences", id),
      `${id}.${confirmationId}.`,
    ];
    for (const token of wrong) {
      const answers = [
        await send("GET", `/subscribe/confirm?token=${token}`),
        await submit(`/subscribe/confirm?token=${token}`, {}),
      ];
      expect(answers.map(({ status }) => status)).toEqual([400, 400]);
    }
    expect(await find(email)).toMatchObject({ status: "pending" });
  });

  it("never puts into a mail what whoever filled in the form has written", async () => {
    const email = newReader();
    await signUp({ email, name: "WIN MONEY at evil.example" });
    await deliverMails();
    const [mail] = await mailsTo(email);
    expect(JSON.stringify(mail)).not.toContain("evil.example");
  });

  it("sends no mail for a question that has expired or was answered", async () => {
    const [late, quick] = [newReader(), newReader()];
    await signUp({ email: late });
    await db
      .update(subscribers)
      .set({ confirmationExpiresAt: sql`now()` })
      .where(eq(subscribers.email, late));
    await signUp({ email: quick });
    const row = await find(quick);
    const token = await tokenFor("confirm", row?.id ?? "", row?.confirmationId ?? "");
    await submit(`/subscribe/confirm?token=${token}`, {});
    await passTime(db, 60);
    await deliverMails();
    expect([await mailsTo(late), await mailsTo(quick)]).toEqual([[], []]);
    const lateId = (await find(late))?.confirmationId;
    const [job] = await db
      .select({ id: jobs.id })
      .from(jobs)
      .where(
        and(
          eq(jobs.kind, "mail-subscription-confirmation"),
          sql`args ->> 'confirmationId' = ${lateId}`,
        ),
      );
    expect(await readJob(db, job?.id ?? "")).toMatchObject({
      state: "dead",
      errorCode: "confirmation_void",
    });
  });

  it("knows an address in any case and script as one, and refuses what is none or several", async () => {
    const mark = newReader().split("@")[0] ?? "";
    const spellings = [
      `${mark}@bücher.example`,
      `${mark.toUpperCase()}@BÜCHER.example`,
      `${mark}@xn--bcher-kva.example`,
    ];
    for (const email of spellings) expect((await signUp({ email })).status).toBe(202);
    const stored = await db
      .select()
      .from(subscribers)
      .where(sql`email like ${`${mark}@%`}`);
    expect(stored.map(({ email }) => email)).toEqual([`${mark}@xn--bcher-kva.example`]);
    const wrong = [
      "a@b.example,c@d.example",
      "a@b.example\r\nBcc: x@y.example",
      '"a b"@c.example',
      "a@[127.0.0.1]",
      "a@localhost",
      "<a@b.example>",
    ];
    for (const email of wrong) expect(codeOf(await signUp({ email }))).toBe(42200);
    expect(codeOf(await signUp({ email: newReader(), newsletters: ["no-such"] }))).toBe(42204);
  });
});

describe("mail bombing", () => {
  const mailJobs = (email: string) =>
    db.$count(
      jobs,
      and(
        eq(jobs.lane, "mail"),
        sql`args ->> 'confirmationId' in (select id::text from subscriber_events where subscriber_id in
          (select id from subscribers where email = ${email}))`,
      ),
    );

  it("gets an address one mail in ten minutes and three a day, from however many networks at once", async () => {
    const email = newReader();
    const rush = await Promise.all(Array.from({ length: 12 }, () => signUp({ email })));
    expect(new Set(rush.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(await mailJobs(email)).toBe(1);
    for (let hour = 0; hour < 5; hour += 1) {
      await wait(60);
      await signUp({ email });
    }
    expect(await mailJobs(email)).toBe(3);
    await wait(24 * 60);
    await signUp({ email });
    expect(await mailJobs(email)).toBe(4);
  });

  it("gets whoever is subscribed no more mails than others", async () => {
    const { id, email } = await givenSubscriber();
    await Promise.all(Array.from({ length: 6 }, () => signUp({ email })));
    const reminders = and(
      eq(jobs.kind, "mail-subscription-reminder"),
      sql`args ->> 'subscriberId' = ${id}`,
    );
    expect(await db.$count(jobs, reminders)).toBe(1);
  });

  it("is stopped at one network", async () => {
    const from = newAddress();
    const codes: unknown[] = [];
    for (let count = 0; count < 22; count += 1) {
      codes.push(codeOf(await signUp({ email: newReader() }, from)));
    }
    expect(codes).toEqual([...Array.from({ length: 20 }, () => undefined), 42900, 42900]);
    expect((await signUp({ email: newReader() })).status).toBe(202);
  });

  it("is stopped when too many networks take part", async () => {
    const everywhere = eq(throttles.subject, "subscribe anywhere all");
    await db.update(throttles).set({ attempts: 2000 }).where(everywhere);
    const refused = await signUp({ email: newReader() });
    expect(codeOf(refused)).toBe(42900);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    await db.update(throttles).set({ attempts: 1 }).where(everywhere);
  });
});
