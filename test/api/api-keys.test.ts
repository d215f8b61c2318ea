import { env } from "cloudflare:workers";
import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";

import { createContext } from "#core/context";
import { newId } from "#core/ids";
import { randomSecret } from "#core/tokens";
import { scopes } from "#domain/permissions";
import { apiKeys, auditEntries, receipts } from "#repository/models";
import { givenPublishableKey, givenSecretKey, givenUser, type Person } from "#test/support/people";
import { codeOf, send } from "#test/support/requests";

const { db } = createContext(env, { waitUntil: () => undefined }, "test");

const make = (
  by: Person,
  fields: Record<string, unknown> = {},
  headers: Record<string, string> = {},
) =>
  send("POST", "/v1/api-keys", {
    body: { name: "Build server", kind: "secret", scopes: ["posts:read"], ...fields },
    headers: { ...by.headers, ...headers },
  });

const makePublishable = (by: Person, fields: Record<string, unknown> = {}) =>
  send("POST", "/v1/api-keys", {
    body: { name: "Website", kind: "publishable", ...fields },
    headers: by.headers,
  });

const keyed = (key: string) => ({ authorization: `Bearer ${key}` });

const admin = await givenUser({ role: "admin" });

describe("making a key", () => {
  it("shows a secret key once, and keeps its digest alone", async () => {
    const { status, body, headers, roundTrips } = await make(admin);
    expect({ status, roundTrips }).toEqual({ status: 201, roundTrips: 2 });
    expect(body).toEqual({
      id: expect.any(String),
      name: "Build server",
      kind: "secret",
      scopes: ["posts:read"],
      hint: body.key.slice(-4),
      expires_at: expect.any(String),
      created_by: admin.id,
      created_at: expect.any(String),
      key: expect.stringMatching(/^sk_[\w-]{43}[0-9A-Za-z]{6}$/u),
    });
    expect(headers.get("location")).toBe(`/v1/api-keys/${body.id}`);
    const read = await send("GET", `/v1/api-keys/${body.id}`, { headers: admin.headers });
    const { key, ...shown } = body;
    expect(read.body).toEqual(shown);
    const kept = [await db.select().from(apiKeys), await db.select().from(auditEntries)];
    expect(JSON.stringify(kept)).not.toContain(key);
    expect(JSON.stringify(kept)).not.toContain(key.slice(3, 30));
  });

  it("lets a secret key end in a year unless another date is given, and always end", async () => {
    const year = 365 * 86_400_000;
    const { body } = await make(admin);
    expect(Date.parse(body.expires_at) - Date.parse(body.created_at)).toBeCloseTo(year, -5);
    const soon = new Date(Date.now() + 3_600_000).toISOString();
    expect((await make(admin, { expires_at: soon })).body.expires_at).toBe(soon);
    const unsaid = (await make(admin, { expires_at: null })).body;
    expect(Date.parse(unsaid.expires_at) - Date.parse(unsaid.created_at)).toBeCloseTo(year, -5);
    for (const expiresAt of ["2020-01-01", "9999-01-01", "tomorrow", 1]) {
      expect(codeOf(await make(admin, { expires_at: expiresAt }))).toBe(42200);
    }
  });

  it("makes publishable keys of 26 hex digits that need not end", async () => {
    const { status, body } = await makePublishable(admin);
    expect(status).toBe(201);
    expect(body.key).toMatch(/^[0-9a-f]{26}$/u);
    expect(body).toMatchObject({ scopes: [], expires_at: null });
  });

  it.each([
    { kind: "publishable" },
    { kind: "master" },
    { scopes: [] },
    { scopes: ["posts:read", "everything"] },
    { scopes: ["users:manage"] },
    { scopes: ["keys:manage"] },
    { scopes: ["me:manage"] },
    { scopes: "posts:read" },
    { name: "" },
    { key: "sk_mine" },
    { created_by: newId() },
  ])("refuses %j", async (fields) => {
    expect(codeOf(await make(admin, fields))).toBe(42200);
  });

  it("never shows a key to a repeated request", async () => {
    const headers = { "idempotency-key": crypto.randomUUID() };
    const sent = await Promise.all(Array.from({ length: 6 }, () => make(admin, {}, headers)));
    const keys = sent.map(({ body }) => body.key);
    expect(new Set(sent.map(({ body }) => body.id)).size).toBe(1);
    expect(keys.filter((key) => key !== null)).toHaveLength(1);
    const again = await make(admin, {}, headers);
    expect([again.status, again.body.key]).toEqual([201, null]);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    const key = keys.find((each) => each !== null);
    expect(JSON.stringify(await db.select().from(receipts))).not.toContain(key);
  });

  it("stops at twenty that work, also when all are asked for at once", async () => {
    const owner = await givenUser({ role: "owner" });
    const sent = await Promise.all(Array.from({ length: 24 }, () => make(owner)));
    expect(sent.filter(({ status }) => status === 201)).toHaveLength(20);
    expect(sent.filter((each) => codeOf(each) === 40912)).toHaveLength(4);
    const first = sent.find(({ status }) => status === 201);
    await db
      .update(apiKeys)
      .set({ expiresAt: sql`now()` })
      .where(eq(apiKeys.id, first?.body.id));
    expect((await make(owner)).status).toBe(201);
    expect(codeOf(await make(owner))).toBe(40912);
  });

  it("is for admins and owners, in person", async () => {
    for (const role of ["editor", "author", "contributor"] as const) {
      expect(codeOf(await make(await givenUser({ role })))).toBe(40300);
    }
    const key = await givenSecretKey(admin, [...scopes, "keys:manage"]);
    for (const [method, path] of [
      ["POST", "/v1/api-keys"],
      ["GET", "/v1/api-keys"],
      ["GET", `/v1/api-keys/${key.id}`],
      ["DELETE", `/v1/api-keys/${key.id}`],
    ] as const) {
      const body = { name: "More", kind: "secret", scopes: ["posts:read"] };
      const sent = await send(method, path, {
        ...(method === "POST" ? { body } : {}),
        headers: key.headers,
      });
      expect(codeOf(sent)).toBe(40302);
    }
  });
});

describe("a key's doors", () => {
  it("are published content and nothing else for a publishable key", async () => {
    const { key, headers } = await givenPublishableKey(admin);
    expect((await send("GET", "/v1/posts", { headers })).status).toBe(200);
    for (const path of ["/v1/users", "/v1/me", "/v1/invites", "/v1/api-keys"]) {
      expect(codeOf(await send("GET", path, { headers }))).toBe(40304);
    }
    const write = await send("POST", "/v1/posts", { body: { title: "Mine" }, headers });
    expect(codeOf(write)).toBe(40304);
    for (const disguise of [`sk_${key}`, `ses_${key}`, key.toUpperCase()]) {
      expect(codeOf(await send("GET", "/v1/users", { headers: keyed(disguise) }))).toBe(40101);
    }
  });

  it("are those of its scopes for a secret key, and never those of people", async () => {
    const { body } = await make(admin, { scopes: ["users:read"] });
    const headers = keyed(body.key);
    expect((await send("GET", "/v1/users", { headers })).status).toBe(200);
    const post = await send("POST", "/v1/posts", { body: { title: "Mine" }, headers });
    expect(codeOf(post)).toBe(40303);
    expect(codeOf(await send("GET", "/v1/me", { headers }))).toBe(40302);
    expect(codeOf(await send("GET", "/v1/me/sessions", { headers }))).toBe(40302);
    expect(codeOf(await send("GET", "/v1/invites", { headers }))).toBe(40302);
  });

  it("open to no cookie that holds a key, and to no key with another kind's name", async () => {
    const secret = await givenSecretKey(admin, ["users:read"]);
    for (const cookie of [
      `__Host-session=${secret.key}`,
      `__Host-session=${admin.token.slice(4)}`,
    ]) {
      expect(codeOf(await send("GET", "/v1/users", { headers: { cookie } }))).toBe(40101);
    }
    const bare = secret.key.slice(3);
    expect(codeOf(await send("GET", "/v1/users", { headers: keyed(bare) }))).toBe(40101);
  });

  it("are decided by the bearer alone when a cookie comes along", async () => {
    const headers = { ...keyed(`ses_${randomSecret()}`), cookie: `__Host-session=${admin.token}` };
    expect(codeOf(await send("GET", "/v1/users", { headers }))).toBe(40101);
  });

  it.each(["/v1/me/", "//v1/me", "/V1/me", "/v1/%6de", "/v1//me", "/v1/me%2f", "/v1/./me/."])(
    "stay shut when the address is written as %s",
    async (path) => {
      const { headers } = await givenSecretKey(admin, scopes);
      expect((await send("GET", path, { headers })).status).toBeGreaterThanOrEqual(400);
    },
  );

  it("close when the key is deleted, or its time has come", async () => {
    const [deleted, expired] = [
      await givenSecretKey(admin, ["users:read"]),
      await givenSecretKey(admin, ["users:read"]),
    ];
    const gone = await send("DELETE", `/v1/api-keys/${deleted.id}`, { headers: admin.headers });
    expect([gone.status, gone.roundTrips]).toEqual([204, 2]);
    await db
      .update(apiKeys)
      .set({ expiresAt: sql`now()` })
      .where(eq(apiKeys.id, expired.id));
    for (const { headers } of [deleted, expired]) {
      expect(codeOf(await send("GET", "/v1/users", { headers }))).toBe(40101);
    }
    const again = await send("DELETE", `/v1/api-keys/${deleted.id}`, { headers: admin.headers });
    expect(codeOf(again)).toBe(40408);
  });
});

describe("the list of keys", () => {
  it("has everybody's, newest first, page by page, and none of the keys themselves", async () => {
    const made = [await make(admin), await makePublishable(admin), await make(admin)];
    const ids = made.map(({ body }) => body.id).toReversed();
    const first = await send("GET", "/v1/api-keys?limit=2", { headers: admin.headers });
    expect(first.roundTrips).toBe(1);
    const second = await send(
      "GET",
      `/v1/api-keys?limit=2&cursor=${encodeURIComponent(first.body.next_cursor)}`,
      { headers: admin.headers },
    );
    const listed = [...first.body.data, ...second.body.data];
    expect(listed.slice(0, 3).map(({ id }) => id)).toEqual(ids);
    for (const { body } of made) expect(JSON.stringify(listed)).not.toContain(body.key);
    for (const each of listed) expect(each).not.toHaveProperty("key");
  });

  it("gives no cursor that another list takes", async () => {
    const { body } = await send("GET", "/v1/api-keys?limit=1", { headers: admin.headers });
    const path = `/v1/invites?limit=1&cursor=${encodeURIComponent(body.next_cursor)}`;
    expect(codeOf(await send("GET", path, { headers: admin.headers }))).toBe(40001);
  });
});
