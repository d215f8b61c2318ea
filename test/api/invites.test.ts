import { env } from "cloudflare:workers";
import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";

import { createContext } from "#core/context";
import { newId } from "#core/ids";
import { roles } from "#domain/actors";
import { auditEntries, jobs, mailTokens, receipts } from "#repository/models";
import { deliverMails, mailsTo, tokenMailedTo } from "#test/support/mails";
import { givenSecretKey, givenUser, type Person } from "#test/support/people";
import { codeOf, send } from "#test/support/requests";

const { db } = createContext(env, { waitUntil: () => undefined }, "test");

const newEmail = () => `${crypto.randomUUID()}@example.com`;

const invite = (by: Person, email: string, role = "author", headers: Record<string, string> = {}) =>
  send("POST", "/v1/invites", { body: { email, role }, headers: { ...by.headers, ...headers } });

const owner = await givenUser({ role: "owner", name: "Ada" });
const admin = await givenUser({ role: "admin" });

describe("an invitation", () => {
  it("is made in two round trips and says nothing that would open the door", async () => {
    const email = newEmail();
    const { status, body, headers, roundTrips } = await invite(owner, email.toUpperCase());
    expect({ status, roundTrips }).toEqual({ status: 201, roundTrips: 2 });
    expect(body).toEqual({
      id: expect.any(String),
      email,
      role: "author",
      invited_by: owner.id,
      created_at: expect.any(String),
      expires_at: expect.any(String),
    });
    expect(Date.parse(body.expires_at) - Date.parse(body.created_at)).toBeCloseTo(
      7 * 86_400_000,
      -4,
    );
    expect(headers.get("location")).toBe(`/v1/invites/${body.id}`);
    const read = await send("GET", `/v1/invites/${body.id}`, { headers: owner.headers });
    expect(read.body).toEqual(body);
    await deliverMails();
    const kept = JSON.stringify([await db.select().from(mailTokens), await db.select().from(jobs)]);
    expect(kept).not.toContain(await tokenMailedTo(email));
  });

  it("is mailed once, however often the bell rings", async () => {
    const email = newEmail();
    await invite(owner, email, "editor");
    await deliverMails(4);
    await deliverMails(2);
    expect(await mailsTo(email)).toEqual([
      expect.objectContaining({ subject: expect.stringContaining("invited") }),
    ]);
  });

  it("raises nobody above whoever sends it", async () => {
    for (const role of roles) {
      expect(codeOf(await invite(owner, newEmail(), role))).toBeUndefined();
      expect(codeOf(await invite(admin, newEmail(), role))).toBe(
        role === "owner" ? 42206 : undefined,
      );
    }
  });

  it("is for admins and owners, in person", async () => {
    for (const role of ["editor", "author", "contributor"] as const) {
      const person = await givenUser({ role });
      expect(codeOf(await invite(person, newEmail()))).toBe(40300);
      const list = await send("GET", "/v1/invites", { headers: person.headers });
      expect(codeOf(list)).toBe(40300);
    }
    const key = await givenSecretKey(owner, ["invites:manage", "users:read"]);
    const sent = await send("POST", "/v1/invites", {
      body: { email: newEmail(), role: "author" },
      headers: key.headers,
    });
    expect(codeOf(sent)).toBe(40302);
    expect(codeOf(await send("GET", "/v1/invites"))).toBe(40100);
  });

  it("is one for each address, until it has expired or was taken back", async () => {
    const email = newEmail();
    const [first, ...others] = (
      await Promise.all(Array.from({ length: 5 }, () => invite(owner, email)))
    ).toSorted((left, right) => left.status - right.status);
    expect(first?.status).toBe(201);
    for (const other of others) expect(codeOf(other)).toBe(40910);
    await db
      .update(mailTokens)
      .set({ expiresAt: sql`now()` })
      .where(eq(mailTokens.email, email));
    const second = await invite(owner, email);
    expect(second.status).toBe(201);
    const gone = await send("DELETE", `/v1/invites/${second.body.id}`, { headers: admin.headers });
    expect([gone.status, gone.roundTrips]).toEqual([204, 2]);
    expect((await invite(owner, email)).status).toBe(201);
  });

  it("goes to nobody who has an account", async () => {
    const person = await givenUser();
    expect(codeOf(await invite(owner, person.email.toUpperCase()))).toBe(40905);
  });

  it.each([
    { email: "not an address" },
    { email: '"quoted"@example.com' },
    { email: "a@example.com, b@example.com" },
    { email: "a@example.com\nBcc: b@example.com" },
    { email: `${"a".repeat(250)}@example.com` },
    { email: `${"a@".repeat(25_000)}b` },
    { email: "a@b" },
    { role: "king" },
    { role: null },
    { token: "mine" },
    { purpose: "password_reset" },
  ])("refuses %j", async (fields) => {
    const body = { email: newEmail(), role: "author", ...fields };
    const sent = await send("POST", "/v1/invites", { body, headers: owner.headers });
    expect(codeOf(sent)).toBe(42200);
  });

  it("answers a repeated request as it did the first time, and mails once", async () => {
    const email = newEmail();
    const headers = { "idempotency-key": crypto.randomUUID() };
    const sent = await Promise.all(
      Array.from({ length: 6 }, () => invite(owner, email, "author", headers)),
    );
    expect(new Set(sent.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(sent.map(({ body }) => body.id)).size).toBe(1);
    expect(sent.filter((each) => each.headers.get("idempotency-replayed") === "true")).toHaveLength(
      5,
    );
    expect(codeOf(await invite(owner, email, "editor", headers))).toBe(42201);
    await deliverMails();
    expect(await mailsTo(email)).toHaveLength(1);
    const kept = await db.select().from(receipts);
    expect(JSON.stringify(kept)).not.toContain(await tokenMailedTo(email));
  });

  it("that is not there is not found", async () => {
    for (const method of ["GET", "DELETE"]) {
      const missing = await send(method, `/v1/invites/${newId()}`, { headers: owner.headers });
      expect(codeOf(missing)).toBe(40407);
      const malformed = await send(method, "/v1/invites/abc", { headers: owner.headers });
      expect(codeOf(malformed)).toBe(42200);
    }
  });

  it("leaves an audit entry, made and taken back", async () => {
    const { body } = await invite(admin, newEmail(), "editor");
    await send("DELETE", `/v1/invites/${body.id}`, { headers: owner.headers });
    const entries = await db
      .select()
      .from(auditEntries)
      .where(eq(auditEntries.entityId, body.id))
      .orderBy(auditEntries.createdAt);
    expect(entries.map(({ action, actorId }) => [action, actorId])).toEqual([
      ["invite.create", admin.id],
      ["invite.delete", owner.id],
    ]);
  });
});

describe("the list of invitations", () => {
  it("has the open ones, newest first, page by page", async () => {
    const made: string[] = [];
    for (let count = 0; count < 4; count += 1) {
      made.unshift((await invite(owner, newEmail())).body.id);
    }
    const first = await send("GET", "/v1/invites?limit=2", { headers: owner.headers });
    expect(first.roundTrips).toBe(1);
    expect(first.body.data.map(({ id }: { id: string }) => id)).toEqual(made.slice(0, 2));
    const second = await send(
      "GET",
      `/v1/invites?limit=2&cursor=${encodeURIComponent(first.body.next_cursor)}`,
      { headers: owner.headers },
    );
    expect(second.body.data.map(({ id }: { id: string }) => id)).toEqual(made.slice(2, 4));
  });
});
