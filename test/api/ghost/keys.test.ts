import { eq } from "drizzle-orm";
import { expect, it } from "vitest";

import { randomHex } from "#core/tokens";
import { apiKeys } from "#repository/models";
import { db, GHOST, givenPublished, key, owner } from "#test/support/ghost";
import { givenPublishableKey, givenSecretKey, givenUser } from "#test/support/people";
import { send } from "#test/support/requests";

const resources = [
  "posts/",
  `posts/${"0".repeat(24)}/`,
  "posts/slug/x/",
  "pages/",
  "authors/",
  "authors/slug/x/",
  "tags/",
  "tags/slug/x/",
  "tiers/",
  "newsletters/",
  "settings/",
  "recommendations/",
  `offers/${"0".repeat(24)}/`,
  "search-index/posts/",
  "search-index/authors/",
  "search-index/tags/",
];

const errorOf = async (path: string, headers = {}) => {
  const { status, body } = await send("GET", `${GHOST}/${path}`, { headers });
  const { message, context, type, code } = body.errors[0];
  return { status, message, context, type, code };
};

const missing = {
  status: 403,
  message: "Authorization failed",
  context:
    "Unable to determine the authenticated member or integration. Check the supplied Content API Key and ensure cookies are being passed through if member auth is failing.",
  type: "NoPermissionError",
  code: null,
};
const unknown = {
  status: 401,
  message: "Unknown Content API Key",
  context: null,
  type: "UnauthorizedError",
  code: "UNKNOWN_CONTENT_API_KEY",
};

it.each(resources)("nobody reads without a key that opens: %s", async (path) => {
  expect(await errorOf(path)).toEqual(missing);
  expect(await errorOf(`${path}?key=`)).toEqual(missing);
  expect(await errorOf(`${path}?key=${randomHex(26)}`)).toEqual(unknown);
  expect(await errorOf(`${path}?key=nothing`)).toEqual(unknown);
});

it("the key of one API is the key of the other", async () => {
  const answers = await Promise.all([
    send("GET", `${GHOST}/posts/?key=${key}`),
    send("GET", "/v1/posts", { headers: { authorization: `Bearer ${key}` } }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
});

it("a key that comes twice is refused, even when it is the same", async () => {
  expect(await errorOf(`posts/?key=${key}&key=${key}`)).toEqual({
    status: 400,
    message: "Invalid Request",
    context: null,
    type: "BadRequestError",
    code: "INVALID_REQUEST",
  });
});

it("a secret key has no place in an address, whether or not it opens anything", async () => {
  const { key: secret } = await givenSecretKey(owner, ["posts:read"]);
  for (const shown of [secret, "sk_nothing"]) {
    expect(await errorOf(`posts/?key=${shown}`)).toEqual({
      status: 401,
      message: "Invalid API Key type",
      context: null,
      type: "UnauthorizedError",
      code: "INVALID_API_KEY_TYPE",
    });
  }
});

it("a key opens no longer when it was revoked or has expired, or when its maker was suspended", async () => {
  const revoked = await givenPublishableKey(owner);
  expect((await send("GET", `${GHOST}/tags/?key=${revoked.key}`)).status).toBe(200);
  await db.delete(apiKeys).where(eq(apiKeys.id, revoked.id));
  // Other parameters, because what was answered may be kept for a moment.
  expect(await errorOf(`tags/?key=${revoked.key}&page=2`)).toEqual(unknown);

  const expired = await givenPublishableKey(owner);
  const past = "2020-01-01T00:00:00.000Z";
  await db.update(apiKeys).set({ expiresAt: past }).where(eq(apiKeys.id, expired.id));
  expect(await errorOf(`tags/?key=${expired.key}`)).toEqual(unknown);

  const suspended = await givenUser({ role: "owner", status: "suspended" });
  const { key: theirs } = await givenPublishableKey(suspended);
  expect(await errorOf(`tags/?key=${theirs}`)).toEqual(unknown);
});

it("sessions and secret keys open nothing here, and what they may see beyond others is not shown", async () => {
  const { ghostId } = await givenPublished({ status: "draft" });
  const { headers: secret } = await givenSecretKey(owner, ["posts:read"]);
  for (const headers of [owner.headers, secret, { cookie: `__Host-session=${owner.token}` }]) {
    expect(await errorOf("posts/", headers)).toEqual(missing);
    const path = `${GHOST}/posts/${ghostId}/?key=${key}`;
    expect((await send("GET", path, { headers })).status).toBe(404);
  }
});

it("a member's token next to a key is let be, and opens nothing by itself", async () => {
  const headers = { authorization: "GhostMembers eyJhbGciOiJSUzUxMiJ9.e30.x" };
  expect((await send("GET", `${GHOST}/posts/?key=${key}`, { headers })).status).toBe(200);
  expect(await errorOf("posts/", headers)).toEqual(missing);
});
