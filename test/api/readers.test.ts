import { eq, sql } from "drizzle-orm";
import { describe, expect, it, vi } from "vitest";

import { newId } from "#core/ids";
import { addressHashOf } from "#domain/suppressions";
import {
  auditEntries,
  events,
  newsletters,
  subscriberEvents,
  subscribers,
  subscriptions,
  suppressions,
} from "#repository/models";
import { breakDatabase, givenPlant } from "#test/support/jobs";
import { givenUser } from "#test/support/people";
import { send } from "#test/support/requests";
import { givenNewsletter, givenSubscriber, submit, tokenFor } from "#test/support/subscribers";

const { context } = givenPlant();
const { db, settings } = context;

const [letter, other] = await Promise.all([givenNewsletter(), givenNewsletter()]);

const oneClick = { "List-Unsubscribe": "One-Click" };

const unsubscribeLink = async (id: string, newsletterId = letter.id) =>
  `/unsubscribe?token=${await tokenFor("unsubscribe", id, newsletterId)}`;
const preferencesLink = async (id: string) =>
  `/preferences?token=${await tokenFor("preferences", id)}`;

async function find(id: string) {
  const [row] = await db.select().from(subscribers).where(eq(subscribers.id, id));
  const own = await db.select().from(subscriptions).where(eq(subscriptions.subscriberId, id));
  return { ...row, newsletters: own.map(({ newsletterId }) => newsletterId).toSorted() };
}

const suppressionOf = async (email: string) => {
  const hash = await addressHashOf(settings.APP_SECRET, email);
  return (await db.select().from(suppressions).where(eq(suppressions.addressHash, hash)))[0];
};

describe("the link to unsubscribe", () => {
  it("unsubscribes by a bare POST of a mail program, with no cookie, session or redirect (RFC 8058)", async () => {
    const { id } = await givenSubscriber({ newsletters: [letter, other] });
    const link = await unsubscribeLink(id);
    const answer = await submit(link, oneClick);
    expect([answer.status, answer.headers.get("location"), answer.roundTrips]).toEqual([
      200,
      null,
      2,
    ]);
    expect(answer.headers.get("set-cookie")).toBeNull();
    expect(await find(id)).toMatchObject({ status: "active", newsletters: [other.id], version: 2 });
  });

  it("takes the body as multipart too, and from a browser of whatever site with whatever session", async () => {
    const { id } = await givenSubscriber({ newsletters: [letter, other] });
    const form = new FormData();
    form.set("List-Unsubscribe", "One-Click");
    expect((await submit(await unsubscribeLink(id), form)).status).toBe(200);
    const staff = await givenUser();
    const foreign = { cookie: `__Host-session=${staff.token}`, origin: "null" };
    expect((await submit(await unsubscribeLink(id, other.id), oneClick, foreign)).status).toBe(200);
    expect(await find(id)).toMatchObject({ status: "unsubscribed", newsletters: [] });
  });

  it("does nothing when it is opened: that is what link scanners do", async () => {
    const { id, email } = await givenSubscriber({ newsletters: [letter] });
    const link = await unsubscribeLink(id);
    for (const method of ["GET", "HEAD"]) expect((await send(method, link)).status).toBe(200);
    const page = await send("GET", link);
    expect(page.text).toContain(letter.name);
    expect(page.text).toContain(email);
    expect(await find(id)).toMatchObject({
      status: "active",
      newsletters: [letter.id],
      version: 1,
    });
  });

  it("answers the same once or often, for whoever is erased, and for a newsletter that is archived or gone", async () => {
    const archived = await givenNewsletter();
    const { id } = await givenSubscriber({ newsletters: [archived] });
    await db.update(newsletters).set({ status: "archived" }).where(eq(newsletters.id, archived.id));
    const link = await unsubscribeLink(id, archived.id);
    const links = [
      link,
      link,
      await unsubscribeLink(newId(), archived.id),
      await unsubscribeLink(id, newId()),
      await unsubscribeLink(newId(), newId()),
    ];
    for (const each of links) expect((await submit(each, oneClick)).status).toBe(200);
    expect(await find(id)).toMatchObject({ status: "unsubscribed", newsletters: [], version: 2 });
    const told = await db.$count(events, sql`${events.data} ->> 'id' = ${id}`);
    expect(told, "twice is told once").toBe(1);
  });

  it("offers to leave everything, which no list can undo", async () => {
    const { id, email } = await givenSubscriber({ newsletters: [letter, other] });
    const link = await unsubscribeLink(id);
    expect((await send("GET", link)).text).toContain("Unsubscribe from everything");
    expect((await submit(link, { what: "everything" })).status).toBe(200);
    expect(await find(id)).toMatchObject({ status: "unsubscribed", newsletters: [], version: 2 });
    expect(await suppressionOf(email)).toMatchObject({ reason: "unsubscribe_all" });
    const kinds = await db
      .select()
      .from(subscriberEvents)
      .where(eq(subscriberEvents.subscriberId, id));
    expect(kinds.map(({ kind, newsletterId }) => [kind, newsletterId])).toEqual(
      expect.arrayContaining([
        ["unsubscribed", null],
        ["unsubscribed", letter.id],
        ["unsubscribed", other.id],
      ]),
    );
  });

  it("opens nothing with a token that was changed or is for something else", async () => {
    const { id } = await givenSubscriber({ newsletters: [letter] });
    const right = await tokenFor("unsubscribe", id, letter.id);
    const wrong = [
      right.slice(0, -1),
      `${right}A`,
      right.replace(id, newId()),
      await tokenFor("preferences", id),
      await tokenFor("confirm", id, letter.id),
      "",
    ];
    for (const token of wrong) {
      expect((await submit(`/unsubscribe?token=${token}`, oneClick)).status).toBe(400);
    }
    expect(await find(id)).toMatchObject({ status: "active", newsletters: [letter.id] });
  });

  it("leaves one trace of many clicks at once, and is not undone by staff who looked before", async () => {
    const admin = await givenUser({ role: "admin" });
    const { id } = await givenSubscriber({ newsletters: [letter, other] });
    const path = `/v1/subscribers/${id}`;
    const seen = await send("GET", path, { headers: admin.headers });
    const link = await unsubscribeLink(id);
    await Promise.all(Array.from({ length: 6 }, () => submit(link, oneClick)));
    expect(await find(id)).toMatchObject({ newsletters: [other.id], version: 2 });
    expect(await db.$count(auditEntries, eq(auditEntries.entityId, id))).toBe(1);
    const headers = { ...admin.headers, "if-match": seen.etag };
    const late = await send("PATCH", path, {
      headers,
      body: { newsletters: [letter.id, other.id] },
    });
    expect(late.status).toBe(412);
  });
});

describe("the page of one's preferences", () => {
  it("shows what one gets and saves what one chooses, without script", async () => {
    const offered = await givenNewsletter({ description: "Every <Monday> & Friday" });
    const { id, email } = await givenSubscriber({ newsletters: [letter], name: "Ada" });
    const link = await preferencesLink(id);
    const page = await send("GET", link);
    expect(page.text).toContain(email);
    expect(page.text).toContain("Every &lt;Monday&gt; &amp; Friday");
    expect(page.text).not.toContain("<script");
    const saved = await submit(link, [
      ["action", "save"],
      ["newsletters", offered.id],
      ["newsletters", other.id],
      ["newsletters", newId()],
      ["name", "  Ada\u0000 <b>Lovelace</b>\n "],
    ]);
    expect([saved.status, saved.roundTrips]).toEqual([200, 2]);
    expect(saved.text).toContain("Ada &lt;b&gt;Lovelace&lt;/b&gt;");
    expect(await find(id)).toMatchObject({
      status: "active",
      name: "Ada <b>Lovelace</b>",
      newsletters: [offered.id, other.id].toSorted(),
      version: 2,
    });
    await submit(link, [
      ["action", "save"],
      ["newsletters", other.id],
      ["newsletters", offered.id],
    ]);
    expect(await find(id), "the same again makes no version").toMatchObject({ version: 2 });
  });

  it("takes whoever chooses nothing out, and lets nobody in who is out", async () => {
    const { id } = await givenSubscriber({ newsletters: [letter] });
    const link = await preferencesLink(id);
    await submit(link, { action: "save" });
    expect(await find(id)).toMatchObject({ status: "unsubscribed", newsletters: [] });
    await submit(link, { action: "save", newsletters: letter.id });
    expect(await find(id)).toMatchObject({ status: "unsubscribed", newsletters: [] });
    expect((await send("GET", link)).text).toContain("You get no mail from us");
  });

  it("gives out everything that is known, and only to whoever has the link", async () => {
    const { id, email } = await givenSubscriber({ newsletters: [letter] });
    await submit(await unsubscribeLink(id), oneClick);
    const link = (await preferencesLink(id)).replace("?", "/export?");
    const file = await send("GET", link);
    expect(file.headers.get("content-disposition")).toContain("attachment");
    expect(file.body).toMatchObject({
      subscriber: { id, email, status: "unsubscribed" },
      events: [{ kind: "unsubscribed", newsletter_id: letter.id, details: { how: "one-click" } }],
      mails: [],
    });
    const forged = `/preferences/export?token=${await tokenFor("unsubscribe", id)}`;
    expect((await send("GET", forged)).status).toBe(400);
  });

  it("erases whoever is sure, and remembers that they want no mail", async () => {
    const { id, email } = await givenSubscriber({ newsletters: [letter] });
    const link = await preferencesLink(id);
    await submit(link, { action: "erase" });
    expect(await find(id), "not without being sure").toMatchObject({ status: "active" });
    const erased = await submit(link, { action: "erase", sure: "yes" });
    expect([erased.status, erased.roundTrips]).toEqual([200, 2]);
    expect(await find(id)).toEqual({ newsletters: [] });
    expect(await db.$count(subscriberEvents, eq(subscriberEvents.subscriberId, id))).toBe(0);
    expect(await suppressionOf(email)).toMatchObject({ reason: "unsubscribe_all" });
    expect((await submit(link, { action: "erase", sure: "yes" })).status).toBe(200);
    expect((await send("GET", link)).text).toContain("We do not know you");
    expect((await submit(await unsubscribeLink(id), oneClick)).status).toBe(200);
    const told = await db
      .select()
      .from(events)
      .where(sql`${events.data} ->> 'id' = ${id}`);
    expect(told.map(({ type }) => type)).toEqual(["member.deleted"]);
  });
});

describe("every page for readers", () => {
  it("runs nothing, fetches nothing, is framed by nobody and found by nobody", async () => {
    const { id } = await givenSubscriber({ newsletters: [letter] });
    for (const link of [
      await unsubscribeLink(id),
      await preferencesLink(id),
      "/subscribe/confirm",
    ]) {
      const { headers, text } = await send("GET", link);
      const policy = headers.get("content-security-policy");
      expect(policy).toMatch(
        /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'$/u,
      );
      const style = /<style>([\s\S]*?)<\/style>/u.exec(text)?.[1] ?? "";
      const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
      expect(policy).toContain(btoa(String.fromCharCode(...new Uint8Array(digest))));
      expect(headers.get("x-robots-tag")).toContain("noindex");
      expect(headers.get("cache-control")).toBe("private, no-store");
      expect(text).not.toMatch(/<script|style="|\son\w+=/u);
      expect(text).toMatch(/<html lang="en">[\s\S]*<title>[^<]+<\/title>[\s\S]*<main>[\s\S]*<h1>/u);
    }
  });

  it("says in words when it cannot be shown just now, and when to come again", async () => {
    const lines = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { id } = await givenSubscriber({ newsletters: [letter] });
    const link = await unsubscribeLink(id);
    const { restore } = breakDatabase(1, "reply lost");
    const answer = await submit(link, oneClick);
    restore();
    lines.mockRestore();
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(answer.text).toContain("That did not work");
    expect((await submit(link, oneClick)).status).toBe(200);
    expect(await find(id)).toMatchObject({ newsletters: [] });
  });
});
