import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";

import { createContext } from "#core/context";
import { hashPassword } from "#domain/passwords";
import { auditEntries, mailTokens, throttles, users } from "#repository/models";
import { deliverMails, mailsTo, tokenMailedTo } from "#test/support/mails";
import { givenSecretKey, givenUser, newAddress, signedIn } from "#test/support/people";
import { codeOf, ORIGIN, send } from "#test/support/requests";

const { db } = createContext(env, { waitUntil: () => undefined }, "test");

const PASSWORD = "seven quiet otters at noon";
const OTHER_PASSWORD = "a violet kettle rides north";
const passwordHash = await hashPassword(PASSWORD);

const signIn = (email: string, password: string) =>
  send("POST", "/v1/auth/signin", {
    body: { email, password },
    headers: { "cf-connecting-ip": newAddress() },
  });

const isSignedIn = async (headers: Record<string, string>): Promise<boolean> =>
  (await send("GET", "/v1/me", { headers })).status === 200;

describe("reading oneself", () => {
  it("shows everything but what is secret, in one round trip", async () => {
    const me = await givenUser({ role: "contributor", passwordHash });
    const { status, body, roundTrips, headers } = await send("GET", "/v1/me", {
      headers: me.headers,
    });
    expect({ status, roundTrips }).toEqual({ status: 200, roundTrips: 1 });
    expect(body).toEqual({
      id: me.id,
      name: me.name,
      slug: me.slug,
      email: me.email,
      role: "contributor",
      status: "active",
      bio: null,
      website: null,
      avatar_url: null,
      avatar: null,
      created_at: expect.any(String),
      updated_at: expect.any(String),
      version: 1,
    });
    expect(headers.get("cache-control")).toBe("private, no-store");
    const known = await send("GET", "/v1/me", {
      headers: { ...me.headers, "if-none-match": headers.get("etag") ?? "" },
    });
    expect(known.status).toBe(304);
  });

  it("is for people: keys have no self", async () => {
    const admin = await givenUser({ role: "admin" });
    const key = await givenSecretKey(admin, ["users:read"]);
    expect(codeOf(await send("GET", "/v1/me", { headers: key.headers }))).toBe(40302);
    expect(codeOf(await send("GET", "/v1/me"))).toBe(40100);
  });
});

describe("changing oneself", () => {
  it("changes what is given, leaves the rest, and makes one version", async () => {
    const me = await givenUser();
    const changes = {
      name: "Ada",
      bio: "Computes.",
      website: "https://example.com/ada",
      avatar_url: null,
    };
    const { status, body, roundTrips } = await send("PATCH", "/v1/me", {
      body: changes,
      headers: { ...me.headers, "if-match": '"v1"' },
    });
    expect({ status, roundTrips }).toEqual({ status: 200, roundTrips: 2 });
    expect(body).toMatchObject({ ...changes, slug: me.slug, email: me.email, version: 2 });
    const read = await send("GET", "/v1/me", { headers: me.headers });
    expect(read.body).toEqual(body);
  });

  it("lets one of ten changes to the same version win", async () => {
    const me = await givenUser();
    const sent = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        send("PATCH", "/v1/me", {
          body: { bio: `Number ${index}` },
          headers: { ...me.headers, "if-match": '"v1"' },
        }),
      ),
    );
    expect(sent.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const each of sent.filter(({ status }) => status !== 200)) {
      expect(each.body).toMatchObject({ internal_code: 41200, current_version: 2 });
    }
  });

  it.each([
    [{ role: "owner" }, 42200],
    [{ status: "active" }, 42200],
    [{ password_hash: "x" }, 42200],
    [{ id: crypto.randomUUID() }, 42200],
    [{ version: 7 }, 42200],
    [{ name: " " }, 42200],
    [{ name: "Ada\nBcc: x@example.com" }, 42200],
    [{ slug: "Not A Slug" }, 42200],
    [{ website: "javascript:alert(1)" }, 42200],
    [{ avatar_url: "data:image/svg+xml,<svg/>" }, 42200],
    [{ email: "new@example.com" }, 42200],
  ])("refuses %j", async (body, code) => {
    const me = await givenUser({ role: "author" });
    const headers = { ...me.headers, "if-match": '"v1"' };
    expect(codeOf(await send("PATCH", "/v1/me", { body, headers }))).toBe(code);
    const [row] = await db.select().from(users).where(eq(users.id, me.id));
    expect(row).toMatchObject({ version: 1, role: "author", name: me.name });
  });

  it("needs to know which version is changed", async () => {
    const me = await givenUser();
    const body = { bio: "New" };
    expect(codeOf(await send("PATCH", "/v1/me", { body, headers: me.headers }))).toBe(42800);
  });

  it("refuses a slug that somebody else has", async () => {
    const [me, other] = [await givenUser(), await givenUser()];
    const sent = await send("PATCH", "/v1/me", {
      body: { slug: other.slug },
      headers: { ...me.headers, "if-match": '"v1"' },
    });
    expect(codeOf(sent)).toBe(40904);
  });

  it("takes a new address for the password alone, and voids the mail that went to the old", async () => {
    const me = await givenUser({ passwordHash });
    await send("POST", "/v1/auth/password-reset", {
      body: { email: me.email },
      headers: { "cf-connecting-ip": newAddress() },
    });
    await deliverMails();
    const token = await tokenMailedTo(me.email);
    const email = `new-${me.email}`;
    const change = (fields: Record<string, unknown>) =>
      send("PATCH", "/v1/me", {
        body: { email, ...fields },
        headers: { ...me.headers, "if-match": '"v1"' },
      });
    expect(codeOf(await change({ current_password: "a guess" }))).toBe(40307);
    expect((await change({ current_password: PASSWORD })).body.email).toBe(email);
    const confirmed = await send("POST", "/v1/auth/password-reset/confirm", {
      body: { token, password: OTHER_PASSWORD },
    });
    expect(codeOf(confirmed)).toBe(42202);
    expect((await signIn(email, PASSWORD)).status).toBe(200);
    expect(await mailsTo(email)).toEqual([]);
  });

  it("refuses an address that somebody else has", async () => {
    const [me, other] = [await givenUser({ passwordHash }), await givenUser()];
    const sent = await send("PATCH", "/v1/me", {
      body: { email: other.email.toUpperCase(), current_password: PASSWORD },
      headers: { ...me.headers, "if-match": '"v1"' },
    });
    expect(codeOf(sent)).toBe(40905);
  });
});

describe("changing the password", () => {
  const change = (headers: Record<string, string>, current = PASSWORD, next = OTHER_PASSWORD) =>
    send("PUT", "/v1/me/password", {
      body: { current_password: current, new_password: next },
      headers,
    });

  it("ends every session at once and goes on with a new one", async () => {
    const me = await givenUser({ passwordHash });
    const elsewhere = await signedIn(me);
    const { status, body, roundTrips, headers } = await change(me.headers);
    expect({ status, roundTrips }).toEqual({ status: 200, roundTrips: 2 });
    expect(await isSignedIn(me.headers)).toBe(false);
    expect(await isSignedIn(elsewhere.headers)).toBe(false);
    expect(await isSignedIn({ authorization: `Bearer ${body.session.token}` })).toBe(true);
    expect(headers.get("set-cookie")).toContain(body.session.token);
    expect((await signIn(me.email, PASSWORD)).status).toBe(401);
    expect((await signIn(me.email, OTHER_PASSWORD)).status).toBe(200);
  });

  it("happens once when it is asked for twice at the same time", async () => {
    const me = await givenUser({ passwordHash });
    const elsewhere = await signedIn(me);
    const sent = await Promise.all([
      change(me.headers, PASSWORD, `${OTHER_PASSWORD} 1`),
      change(elsewhere.headers, PASSWORD, `${OTHER_PASSWORD} 2`),
    ]);
    expect(sent.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it("needs the password there is, and ten guesses are all", async () => {
    const me = await givenUser({ passwordHash });
    const sent = await Promise.all(
      Array.from({ length: 14 }, (_, index) => change(me.headers, `guess number ${index}`)),
    );
    expect(sent.filter((each) => codeOf(each) === 40307)).toHaveLength(10);
    expect(sent.filter((each) => codeOf(each) === 42900)).toHaveLength(4);
    expect(codeOf(await change(me.headers))).toBe(42900);
    await db.delete(throttles);
    expect((await change(me.headers)).status).toBe(200);
  });

  it("refuses a common password and one of the wrong length", async () => {
    const me = await givenUser({ passwordHash });
    expect(codeOf(await change(me.headers, PASSWORD, "password1234"))).toBe(42203);
    expect(codeOf(await change(me.headers, PASSWORD, "too short"))).toBe(42200);
    expect(codeOf(await change(me.headers, PASSWORD, "🦦".repeat(129)))).toBe(42200);
  });

  it("voids what was mailed to choose a new one", async () => {
    const me = await givenUser({ passwordHash });
    await send("POST", "/v1/auth/password-reset", {
      body: { email: me.email },
      headers: { "cf-connecting-ip": newAddress() },
    });
    await change(me.headers);
    const rows = await db.select().from(mailTokens).where(eq(mailTokens.userId, me.id));
    expect(rows).toEqual([expect.objectContaining({ usedAt: expect.any(String) })]);
  });

  it("leaves an audit entry without a secret in it", async () => {
    const me = await givenUser({ passwordHash });
    const { body } = await change(me.headers);
    const entries = await db.select().from(auditEntries).where(eq(auditEntries.entityId, me.id));
    expect(entries).toEqual([
      expect.objectContaining({ action: "password.change", actorId: me.id }),
    ]);
    for (const secret of [PASSWORD, OTHER_PASSWORD, body.session.token, "argon2"]) {
      expect(JSON.stringify(entries)).not.toContain(secret);
    }
  });
});

describe("one's sessions", () => {
  it("are listed newest first, each with where it is from, and which one asks", async () => {
    const me = await givenUser({ passwordHash });
    await givenUser();
    const { body } = await send("POST", "/v1/auth/signin", {
      body: { email: me.email, password: PASSWORD },
      headers: { "cf-connecting-ip": "192.0.2.7", "user-agent": "Browser/1" },
    });
    const headers = { authorization: `Bearer ${body.session.token}` };
    const { body: list, roundTrips } = await send("GET", "/v1/me/sessions", { headers });
    expect(roundTrips).toBe(1);
    expect(list.next_cursor).toBeNull();
    expect(list.data).toEqual([
      {
        id: expect.any(String),
        current: true,
        created_at: expect.any(String),
        seen_at: expect.any(String),
        expires_at: body.session.expires_at,
        user_agent: "Browser/1",
        network: "192.0.2.7",
      },
      expect.objectContaining({ id: me.sessionId, current: false }),
    ]);
    expect(JSON.stringify(list)).not.toContain(body.session.token.slice(4));
  });

  it("come page by page, all of them and each once", async () => {
    const me = await givenUser();
    const others = await Promise.all(Array.from({ length: 6 }, () => signedIn(me)));
    const seen: string[] = [];
    let path = "/v1/me/sessions?limit=3";
    for (let pages = 0; pages < 5; pages += 1) {
      const { body, headers } = await send("GET", path, { headers: me.headers });
      seen.push(...body.data.map(({ id }: { id: string }) => id));
      if (body.next_cursor === null) break;
      path = (/<([^>]+)>/u.exec(headers.get("link") ?? "")?.[1] ?? "").replace(ORIGIN, "");
    }
    expect(seen.toSorted()).toEqual([me, ...others].map(({ sessionId }) => sessionId).toSorted());
  });

  it("can be ended one by one, and only one's own", async () => {
    const [me, other] = [await givenUser(), await givenUser()];
    const elsewhere = await signedIn(me);
    const end = (id: string) => send("DELETE", `/v1/me/sessions/${id}`, { headers: me.headers });
    const ended = await end(elsewhere.sessionId);
    expect([ended.status, ended.roundTrips]).toEqual([204, 2]);
    expect(await isSignedIn(elsewhere.headers)).toBe(false);
    expect(codeOf(await end(elsewhere.sessionId))).toBe(40406);
    expect(codeOf(await end(other.sessionId))).toBe(40406);
    expect(await isSignedIn(other.headers)).toBe(true);
    expect(codeOf(await end("not-an-id"))).toBe(42200);
    expect((await end(me.sessionId)).status).toBe(204);
    expect(await isSignedIn(me.headers)).toBe(false);
  });

  it("can be ended all but the one that asks", async () => {
    const [me, other] = [await givenUser(), await givenUser()];
    const elsewhere = [await signedIn(me), await signedIn(me)];
    expect((await send("DELETE", "/v1/me/sessions", { headers: me.headers })).status).toBe(204);
    expect(await isSignedIn(me.headers)).toBe(true);
    for (const { headers } of elsewhere) expect(await isSignedIn(headers)).toBe(false);
    expect(await isSignedIn(other.headers)).toBe(true);
  });
});
