import Argon2 from "@phi-ag/argon2";
import wasm from "@phi-ag/argon2/argon2.wasm";
import { env } from "cloudflare:workers";
import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";

import { createContext } from "#core/context";
import { hashPassword, isOutdated } from "#domain/passwords";
import { auditEntries, mailTokens, sessions, throttles, users } from "#repository/models";
import { deliverMails, mailsTo, tokenMailedTo } from "#test/support/mails";
import { givenUser, newAddress, type Person, signedIn } from "#test/support/people";
import { codeOf, ORIGIN, send, type Sent } from "#test/support/requests";

const { db } = createContext(env, { waitUntil: () => undefined }, "test");

const PASSWORD = "seven quiet otters at noon";
const OTHER_PASSWORD = "a violet kettle rides north";
const passwordHash = await hashPassword(PASSWORD);

const from = (network = newAddress()) => ({ "cf-connecting-ip": network });

const signIn = (email: string, password: string, headers: Record<string, string> = from()) =>
  send("POST", "/v1/auth/signin", { body: { email, password }, headers });

const askForReset = (email: string, headers: Record<string, string> = from()) =>
  send("POST", "/v1/auth/password-reset", { body: { email }, headers });

const confirmReset = (token: string, password = OTHER_PASSWORD) =>
  send("POST", "/v1/auth/password-reset/confirm", { body: { token, password } });

const isSignedIn = async (headers: Record<string, string>): Promise<boolean> =>
  (await send("GET", "/v1/me", { headers })).status === 200;

const owner = await givenUser({ role: "owner" });

async function givenInvite(
  inviter: Person = owner,
  role = "author",
): Promise<{ email: string; token: string; id: string }> {
  const email = `${crypto.randomUUID()}@example.com`;
  const { body } = await send("POST", "/v1/invites", {
    body: { email, role },
    headers: inviter.headers,
  });
  await deliverMails();
  return { email, token: await tokenMailedTo(email), id: body.id };
}

const signUp = (fields: Record<string, unknown>) =>
  send("POST", "/v1/auth/signup", {
    body: { name: "Grace Hopper", password: PASSWORD, ...fields },
    headers: from(),
  });

describe("signing up", () => {
  it("makes an account of the role that the invitation names, and signs in to it", async () => {
    const { email, token } = await givenInvite(owner, "editor");
    const sent = await signUp({ email: email.toUpperCase(), invite_token: token });
    expect(sent.status).toBe(201);
    expect(sent.body).toEqual({
      user: expect.objectContaining({ name: "Grace Hopper", email, role: "editor", version: 1 }),
      session: { token: expect.stringMatching(/^ses_[\w-]{43}$/u), expires_at: expect.any(String) },
    });
    expect(sent.roundTrips).toBe(2);
    const headers = { authorization: `Bearer ${sent.body.session.token}` };
    expect((await send("GET", "/v1/me", { headers })).body.email).toBe(email);
  });

  it("gives people of one name slugs of their own", async () => {
    const invites = [await givenInvite(), await givenInvite(), await givenInvite()];
    const slugs = await Promise.all(
      invites.map(async ({ email, token }) => {
        const { body } = await signUp({ name: "Alan Turing", email, invite_token: token });
        return body.user.slug;
      }),
    );
    expect(new Set(slugs).size).toBe(3);
    for (const slug of slugs) expect(slug).toMatch(/^alan-turing/u);
  });

  it("takes an invitation once, however many come with it at once", async () => {
    const { email, token } = await givenInvite();
    const sent = await Promise.all(
      Array.from({ length: 5 }, () => signUp({ email, invite_token: token })),
    );
    expect(sent.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(await db.$count(users, eq(users.email, email))).toBe(1);
  });

  it.each<[string, () => Promise<Record<string, unknown>>]>([
    ["none", async () => ({ email: "nobody@example.com" })],
    ["one that was never made", async () => ({ email: "a@example.com", invite_token: "inv_x.y" })],
    [
      "one for another address",
      async () => ({ email: "else@example.com", invite_token: (await givenInvite()).token }),
    ],
    [
      "one that has expired",
      async () => {
        const { id, email, token } = await givenInvite();
        await db
          .update(mailTokens)
          .set({ expiresAt: sql`now() - interval '1 second'` })
          .where(eq(mailTokens.id, id));
        return { email, invite_token: token };
      },
    ],
    [
      "one that was taken back",
      async () => {
        const { id, email, token } = await givenInvite();
        await send("DELETE", `/v1/invites/${id}`, { headers: owner.headers });
        return { email, invite_token: token };
      },
    ],
    [
      "one from somebody who has been suspended since",
      async () => {
        const admin = await givenUser({ role: "admin" });
        const { email, token } = await givenInvite(admin);
        await db.update(users).set({ status: "suspended" }).where(eq(users.id, admin.id));
        return { email, invite_token: token };
      },
    ],
    [
      "one from somebody who could not send it any more",
      async () => {
        const admin = await givenUser({ role: "admin" });
        const { email, token } = await givenInvite(admin, "admin");
        await db.update(users).set({ role: "editor" }).where(eq(users.id, admin.id));
        return { email, invite_token: token };
      },
    ],
    [
      "a password reset instead",
      async () => {
        const person = await givenUser();
        await askForReset(person.email);
        await deliverMails();
        return { email: person.email, invite_token: await tokenMailedTo(person.email) };
      },
    ],
  ])("needs an open invitation: %s will not do", async (_what, fields) => {
    const sent = await signUp(await fields());
    expect(codeOf(sent)).toBe(40306);
  });

  it.each([
    ["short", "elevenchars", 42200],
    ["long", "long enough ".repeat(11), 42200],
    ["common", "password1234", 42203],
  ])("refuses a password that is too %s", async (_what, password, code) => {
    const { email, token } = await givenInvite();
    expect(codeOf(await signUp({ email, invite_token: token, password }))).toBe(code);
    expect(codeOf(await signUp({ email, invite_token: token }))).toBeUndefined();
  });

  it.each([
    { role: "owner" },
    { status: "active" },
    { user: { role: "owner" } },
    { invite_token: { $ne: null } },
    { email: { $ne: 1 } },
    { email: ["a@example.com"] },
    { email: '"quoted part"@example.com' },
    { email: "a@example.com\r\nBcc: b@example.com" },
    { name: "Grace\r\nBcc: b@example.com" },
  ])("refuses fields that are not its own or not what they should be: %j", async (fields) => {
    expect(codeOf(await signUp({ email: "grace@example.com", ...fields }))).toBe(42200);
  });
});

describe("signing in", () => {
  it("opens a new session each time, as a token and as a cookie that scripts cannot read", async () => {
    const person = await givenUser({ passwordHash });
    const [first, second] = [
      await signIn(person.email, PASSWORD),
      await signIn(person.email.toUpperCase(), PASSWORD),
    ];
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(first.body.session.token).not.toBe(second.body.session.token);
    expect(first.roundTrips).toBe(2);
    const cookie = first.headers.get("set-cookie") ?? "";
    expect(cookie.startsWith(`__Host-session=${first.body.session.token};`)).toBe(true);
    for (const attribute of ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"]) {
      expect(cookie.split("; ")).toContain(attribute);
    }
    expect(await isSignedIn({ cookie: cookie.split(";")[0] ?? "" })).toBe(true);
    expect(await isSignedIn({ authorization: `Bearer ${second.body.session.token}` })).toBe(true);
  });

  it("keeps the digest of the token and never the token", async () => {
    const person = await givenUser({ passwordHash });
    const { body } = await signIn(person.email, PASSWORD);
    const rows = await db.select().from(sessions).where(eq(sessions.userId, person.id));
    expect(JSON.stringify(rows)).not.toContain(body.session.token.slice(4));
    expect(rows).toHaveLength(2);
  });

  it("says the same to whoever may not, whatever the reason, and asks the database as often", async () => {
    const active = await givenUser({ passwordHash });
    const suspended = await givenUser({ passwordHash, status: "suspended" });
    const withoutPassword = await givenUser();
    const refusals = [
      await signIn(active.email, "not the password"),
      await signIn("nobody@example.com", PASSWORD),
      await signIn(suspended.email, PASSWORD),
      await signIn(withoutPassword.email, PASSWORD),
    ];
    const [told] = refusals.map(seen);
    for (const refusal of refusals) expect(seen(refusal)).toEqual(told);
    expect(told).toMatchObject({ status: 401, roundTrips: 1, body: { internal_code: 40102 } });
  });

  it("counts exactly: of a hundred at once on one account from one network ten are heard", async () => {
    const person = await givenUser({ passwordHash });
    const here = from();
    const sent = await Promise.all(
      Array.from({ length: 100 }, () => signIn(person.email, "not the password", here)),
    );
    const refused = sent.filter(({ status }) => status === 429);
    expect(sent.filter(({ status }) => status === 401)).toHaveLength(10);
    expect(refused).toHaveLength(90);
    for (const { headers, body } of refused) {
      expect(body.internal_code).toBe(42900);
      expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
      expect(Number(headers.get("retry-after"))).toBeLessThanOrEqual(900);
    }
    expect(codeOf(await signIn(person.email.toUpperCase(), PASSWORD, here))).toBe(42900);
    expect((await signIn(person.email, PASSWORD)).status, "from elsewhere").toBe(200);
  });

  it("hears a hundred on one account from everywhere, of which one network counts for ten", async () => {
    const person = await givenUser({ passwordHash });
    const here = from();
    const guess = (headers: Record<string, string>) =>
      signIn(person.email, "not the password", headers);
    await Promise.all(Array.from({ length: 45 }, () => guess(here)));
    const sent = await Promise.all(Array.from({ length: 93 }, () => guess(from())));
    expect(sent.filter(({ status }) => status === 401)).toHaveLength(90);
    expect(codeOf(await signIn(person.email, PASSWORD))).toBe(42900);
  });

  it("hears fifty from one network, whichever accounts they try and however they write the rest", async () => {
    const prefix = `2001:db8:${crypto.randomUUID().slice(0, 4)}:7`;
    const sent = await Promise.all(
      Array.from({ length: 53 }, (_, index) =>
        signIn(`nobody-${index}@example.com`, "whatever it is", {
          "cf-connecting-ip": `${prefix}::${index + 1}`,
          "x-forwarded-for": `192.0.2.${index}`,
        }),
      ),
    );
    expect(sent.filter(({ status }) => status === 401)).toHaveLength(50);
  });

  it("hears an account again when a quarter of an hour has passed", async () => {
    const person = await givenUser({ passwordHash });
    for (let count = 0; count < 11; count += 1) await signIn(person.email, "not the password");
    await db.update(throttles).set({ windowStart: sql`now() - interval '15 minutes'` });
    expect((await signIn(person.email, PASSWORD)).status).toBe(200);
  });

  it("keeps no address among the counters", async () => {
    await signIn("somebody-to-find@example.com", PASSWORD);
    expect(JSON.stringify(await db.select().from(throttles))).not.toContain("somebody-to-find");
  });

  it("renews a hash that was made with other parameters", async () => {
    const argon2 = new Argon2(await WebAssembly.instantiate(wasm));
    const costs = { memoryCost: 1024, timeCost: 1, parallelism: 1 };
    const weak = argon2.hash(PASSWORD, costs).encoded;
    const person = await givenUser({ passwordHash: weak });
    expect((await signIn(person.email, PASSWORD)).status).toBe(200);
    const [row] = await db.select().from(users).where(eq(users.id, person.id));
    expect(isOutdated(row?.passwordHash ?? "")).toBe(false);
    expect((await signIn(person.email, PASSWORD)).status).toBe(200);
  });

  it.each([{ mfa: true }, { role: "owner" }, { email: { $gt: "" } }, { password: null }])(
    "refuses %j",
    async (fields) => {
      const person = await givenUser({ passwordHash });
      const body = { email: person.email, password: PASSWORD, ...fields };
      expect(codeOf(await send("POST", "/v1/auth/signin", { body, headers: from() }))).toBe(42200);
    },
  );
});

/** What a client can see of an answer, without what differs every time. */
function seen({ status, headers, body, roundTrips }: Sent) {
  const { request_id: _requestId, ...rest } = body;
  return { status, roundTrips, body: rest, headers: [...headers.keys()].toSorted() };
}

describe("signing out", () => {
  it("ends the session and takes the cookie back", async () => {
    const person = await givenUser();
    const sent = await send("POST", "/v1/auth/signout", {
      headers: { cookie: `__Host-session=${person.token}`, origin: ORIGIN },
    });
    expect(sent.status).toBe(204);
    expect(sent.headers.get("set-cookie")).toMatch(/^__Host-session=; Max-Age=0;.*Secure/u);
    expect(await isSignedIn(person.headers)).toBe(false);
  });

  it("leaves no browser behind a cookie that opens nothing", async () => {
    const person = await givenUser();
    const cookie = `__Host-session=${person.token}`;
    await send("POST", "/v1/auth/signout", { headers: person.headers });
    for (const path of ["/v1/me", "/v1/posts?limit=1"]) {
      const sent = await send("GET", path, { headers: { cookie } });
      expect(codeOf(sent)).toBe(40101);
      expect(sent.headers.get("set-cookie")).toMatch(/^__Host-session=; Max-Age=0;.*Secure/u);
      const bearer = { cookie, authorization: "Bearer none" };
      const other = await send("GET", path, { headers: bearer });
      expect(other.headers.get("set-cookie")).toBeNull();
    }
  });

  it("is nothing to those who are not signed in", async () => {
    const person = await givenUser();
    await send("POST", "/v1/auth/signout", { headers: person.headers });
    expect((await send("POST", "/v1/auth/signout", { headers: person.headers })).status).toBe(204);
    expect((await send("POST", "/v1/auth/signout")).status).toBe(204);
  });
});

describe("a session", () => {
  it.each([
    ["nobody has used it for twelve hours", { seenAt: sql`now() - interval '12 hours'` }],
    ["it is two weeks old", { expiresAt: sql`now()` }],
  ])("ends when %s", async (_when, age) => {
    const person = await givenUser();
    expect(await isSignedIn(person.headers)).toBe(true);
    await db.update(sessions).set(age).where(eq(sessions.id, person.sessionId));
    expect(await isSignedIn(person.headers)).toBe(false);
  });

  it("is known by its token written exactly so", async () => {
    const { token } = await givenUser();
    for (const authorization of [
      `bearer ${token}`,
      `Bearer  ${token}`,
      `Basic ${token}`,
      token,
      `Bearer ${token}x`,
      `Bearer ${token.slice(0, -1)}`,
    ]) {
      expect(await isSignedIn({ authorization })).toBe(false);
    }
  });
});

describe("a request of another site's page", () => {
  const ways: [string, Record<string, string>, boolean][] = [
    ["comes from an evil origin", { origin: "https://evil.test" }, false],
    ["comes from an origin that begins like ours", { origin: `${ORIGIN}.evil.test` }, false],
    ["comes from no origin that has a name", { origin: "null" }, false],
    ["comes from our host over HTTP", { origin: ORIGIN.replace("https", "http") }, false],
    ["says cross-site", { "sec-fetch-site": "cross-site" }, false],
    ["says same-site, which a neighbour is", { "sec-fetch-site": "same-site" }, false],
    ["says nothing", {}, false],
    [
      "has an evil origin and claims the same site",
      { origin: "https://evil.test", "sec-fetch-site": "same-origin" },
      false,
    ],
    ["comes from our origin", { origin: ORIGIN }, true],
    ["says same-origin", { "sec-fetch-site": "same-origin" }, true],
  ];

  it.each(ways)("with a cookie that %s", async (_way, headers, isHeard) => {
    const person = await givenUser();
    const sent = await send("DELETE", "/v1/me/sessions", {
      headers: { cookie: `__Host-session=${person.token}`, ...headers },
    });
    expect(sent.status).toBe(isHeard ? 204 : 403);
    if (!isHeard) expect(codeOf(sent)).toBe(40301);
  });

  it.each(ways)("with a bearer token is heard when it %s", async (_way, headers) => {
    const person = await givenUser();
    const sent = await send("DELETE", "/v1/me/sessions", {
      headers: { ...person.headers, ...headers },
    });
    expect(sent.status).toBe(204);
  });

  it.each([
    "text/plain",
    "Text/Plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonx",
    "",
  ])("cannot pass JSON off as %j", async (type) => {
    const person = await givenUser({ passwordHash });
    const sent = await send("PUT", "/v1/me/password", {
      body: { current_password: PASSWORD, new_password: OTHER_PASSWORD },
      headers: {
        cookie: `__Host-session=${person.token}`,
        origin: ORIGIN,
        "content-type": type,
      },
    });
    expect(codeOf(sent)).toBe(41500);
  });

  it("is answered without leave to read it", async () => {
    const person = await givenUser();
    for (const origin of ["https://evil.test", "null", `${ORIGIN}.evil.test`]) {
      const { headers } = await send("GET", "/v1/me", {
        headers: { cookie: `__Host-session=${person.token}`, origin },
      });
      expect(headers.get("access-control-allow-origin")).toBeNull();
      expect(headers.get("access-control-allow-credentials")).toBeNull();
    }
  });
});

describe("asking for a new password", () => {
  it("answers the same whether the address is known, unknown or suspended", async () => {
    const known = await givenUser({ passwordHash });
    const suspended = await givenUser({ passwordHash, status: "suspended" });
    const answers = [
      await askForReset(known.email),
      await askForReset("nobody@example.com"),
      await askForReset(suspended.email),
    ];
    for (const { status, body, roundTrips, headers } of answers) {
      expect({ status, body, roundTrips }).toEqual({
        status: 202,
        body: { status: "accepted" },
        roundTrips: 2,
      });
      expect([...headers.keys()].toSorted()).toEqual(
        [...(answers[0]?.headers.keys() ?? [])].toSorted(),
      );
    }
    await deliverMails();
    expect(await mailsTo(known.email)).toHaveLength(1);
    expect(await mailsTo("nobody@example.com")).toEqual([]);
    expect(await mailsTo(suspended.email)).toEqual([]);
  });

  it("hears three an hour for one address, known or not", async () => {
    const person = await givenUser();
    for (const email of [person.email, "stranger@example.com"]) {
      const sent = await Promise.all(Array.from({ length: 9 }, () => askForReset(email)));
      expect(sent.filter(({ status }) => status === 202)).toHaveLength(3);
      expect(sent.filter(({ status }) => status === 429)).toHaveLength(6);
    }
  });

  it("hears ten an hour from one network", async () => {
    const headers = from();
    const sent = await Promise.all(
      Array.from({ length: 13 }, (_, index) => askForReset(`n${index}@example.com`, headers)),
    );
    expect(sent.filter(({ status }) => status === 202)).toHaveLength(10);
  });

  it.each([{ email: { $ne: 1 } }, { email: ["a@example.com"] }, { email: "" }, {}])(
    "refuses %j",
    async (body) => {
      expect(codeOf(await send("POST", "/v1/auth/password-reset", { body }))).toBe(42200);
    },
  );
});

describe("choosing a new password", () => {
  async function givenReset(): Promise<{ person: Person; token: string }> {
    const person = await givenUser({ passwordHash });
    await askForReset(person.email);
    await deliverMails();
    return { person, token: await tokenMailedTo(person.email) };
  }

  it("ends every session and lets the new password in, and the old one no more", async () => {
    const { person, token } = await givenReset();
    const elsewhere = await signedIn(person);
    expect((await confirmReset(token)).status).toBe(204);
    expect(await isSignedIn(person.headers)).toBe(false);
    expect(await isSignedIn(elsewhere.headers)).toBe(false);
    expect((await signIn(person.email, PASSWORD)).status).toBe(401);
    expect((await signIn(person.email, OTHER_PASSWORD)).status).toBe(200);
  });

  it("works once, however many come at once", async () => {
    const { token } = await givenReset();
    const sent = await Promise.all(
      Array.from({ length: 20 }, (_, index) => confirmReset(token, `${OTHER_PASSWORD} ${index}`)),
    );
    expect(sent.filter(({ status }) => status === 204)).toHaveLength(1);
    expect(sent.filter((each) => codeOf(each) === 42202)).toHaveLength(19);
  });

  it("leaves no session to whoever signs in with the old one at the same moment", async () => {
    for (let round = 0; round < 6; round += 1) {
      const { person, token } = await givenReset();
      const [old] = await Promise.all([signIn(person.email, PASSWORD), confirmReset(token)]);
      const headers = { authorization: `Bearer ${old.body.session?.token}` };
      expect(await isSignedIn(headers)).toBe(false);
      expect(await db.$count(sessions, eq(sessions.userId, person.id))).toBe(0);
    }
  });

  it("works with the newest mail only", async () => {
    const { person, token } = await givenReset();
    await askForReset(person.email);
    expect(codeOf(await confirmReset(token))).toBe(42202);
    await deliverMails();
    expect((await confirmReset(await tokenMailedTo(person.email))).status).toBe(204);
  });

  it.each<[string, (reset: { person: Person; token: string }) => Promise<string>]>([
    [
      "after half an hour",
      async ({ person, token }) => {
        await db
          .update(mailTokens)
          .set({ expiresAt: sql`now()` })
          .where(eq(mailTokens.userId, person.id));
        return token;
      },
    ],
    [
      "for an account that has been suspended since",
      async ({ person, token }) => {
        await db.update(users).set({ status: "suspended" }).where(eq(users.id, person.id));
        return token;
      },
    ],
    ["with an invitation", async () => (await givenInvite()).token],
    ["with another signature", async ({ token }) => `${token.slice(0, -2)}xx`],
    ["with the prefix of an invitation", async ({ token }) => token.replace("rst_", "inv_")],
    [
      "with what the database keeps",
      async ({ person }) => {
        const [row] = await db.select().from(mailTokens).where(eq(mailTokens.userId, person.id));
        return row?.tokenHash ?? "";
      },
    ],
  ])("does not work %s", async (_how, tokenOf) => {
    const sent = await confirmReset(await tokenOf(await givenReset()));
    expect(codeOf(sent)).toBe(42202);
  });

  it("refuses a common password without using the mail up", async () => {
    const { person, token } = await givenReset();
    expect(codeOf(await confirmReset(token, "password1234"))).toBe(42203);
    expect(codeOf(await confirmReset(token, `${person.email.split("@")[0]}1`))).toBe(42203);
    expect((await confirmReset(token)).status).toBe(204);
  });
});

describe("what stays behind", () => {
  it("is no password, token or hash: neither in the audit nor in any answer", async () => {
    const { email, token } = await givenInvite();
    const up = await signUp({ email, invite_token: token });
    const into = await signIn(email, PASSWORD);
    await askForReset(email);
    await deliverMails();
    const reset = await tokenMailedTo(email);
    const confirmed = await confirmReset(reset);
    const answers = [up, into, confirmed].map(({ body }) => ({ ...body, session: null }));
    const kept = JSON.stringify([await db.select().from(auditEntries), answers]);
    for (const secret of [token, reset, PASSWORD, OTHER_PASSWORD, "$argon2id"]) {
      expect(kept).not.toContain(secret);
    }
    for (const { body } of [up, into]) expect(kept).not.toContain(body.session.token);
    const everything = await Promise.all([
      db.select().from(mailTokens),
      db.select().from(sessions),
    ]);
    for (const secret of [token, reset, up.body.session.token, into.body.session.token]) {
      expect(JSON.stringify(everything)).not.toContain(secret);
    }
  });

  it("is an audit entry for every change", async () => {
    const { email, token } = await givenInvite();
    const { body } = await signUp({ email, invite_token: token });
    await signIn(email, PASSWORD);
    const { authorization } = { authorization: `Bearer ${body.session.token}` };
    await send("POST", "/v1/auth/signout", { headers: { authorization } });
    await askForReset(email);
    await deliverMails();
    await confirmReset(await tokenMailedTo(email));
    const entries = await db
      .select({ action: auditEntries.action })
      .from(auditEntries)
      .where(
        sql`${auditEntries.actorId} = ${body.user.id} or ${auditEntries.entityId} = ${body.user.id}`,
      )
      .orderBy(auditEntries.createdAt);
    expect(entries.map(({ action }) => action).toSorted()).toEqual([
      "password.reset",
      "password_reset.request",
      "session.create",
      "session.create",
      "session.delete",
      "user.create",
    ]);
  });
});
