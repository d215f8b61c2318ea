import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { app } from "#api/app";
import { foreignCookies, foreignHeaders } from "#chaos/edge/foreign";
import { createContext } from "#core/context";
import { newId } from "#core/ids";
import { givenApp, givenIsolate, publicAnswer, setEdge } from "#test/support/edge";
import { givenPublishableKey, givenSecretKey, givenUser } from "#test/support/people";
import { givenPost } from "#test/support/posts";
import { send } from "#test/support/requests";
import { settle } from "#test/support/sync";

// Long enough for any machine; where time matters, the clock is the test's.
beforeEach(() => setEdge("worker", 600));
afterEach(() => void vi.useRealTimers());

const owner = await givenUser({ role: "owner" });
const publish = (fields: Record<string, unknown> = {}) =>
  givenPost(owner, { status: "published", ...fields });

const post = await publish();
const draft = await givenPost(owner);
const secret = await givenSecretKey(owner, ["posts:read"]);

describe("the worker itself", () => {
  it("answers again without a question to the database", async () => {
    const { body } = await publish();
    const first = await send("GET", `/v1/posts/${body.slug}`);
    const second = await send("GET", `/v1/posts/${body.slug}`);
    expect([first.roundTrips, second.text]).toEqual([1, first.text]);
    expect(second.headers.has("server-timing")).toBe(false);
    expect(second.headers.get("cache-status")).toMatch(/^imprint; hit; ttl=\d+$/u);
  });
});

describe("who says who they are", () => {
  const personal: readonly (readonly [string, Record<string, string>])[] = [
    ["a session", owner.headers],
    ["the cookie of a session", { cookie: `__Host-session=${owner.token}` }],
    ["the cookie among others", { cookie: `a=b; __Host-session=${owner.token}; c=d` }],
    ["a secret key", secret.headers],
    [
      "a publishable key and the cookie",
      { authorization: `Bearer ${"a".repeat(26)}`, cookie: "__Host-session=x" },
    ],
    ["a key that is none", { authorization: `Bearer ${"A".repeat(26)}` }],
    ["a scheme that is none", { authorization: `Basic ${"a".repeat(26)}` }],
    ["nothing", { authorization: "" }],
  ];

  it.each(personal)(
    "is neither given what is kept, nor is theirs kept: %s",
    async (_who, headers) => {
      for (const path of [`/v1/posts/${post.body.id}`, "/v1/posts?limit=100"]) {
        const ask = givenIsolate(app.fetch);
        await ask(path);
        const answers = [await ask(path, { headers }), await ask(path, { headers })];
        for (const answer of answers) {
          expect([answer.isHit, answer.isStored]).toEqual([false, false]);
          expect(answer.headers.get("cache-control")).toBe("private, no-store");
        }
      }
    },
  );

  it("sees drafts, and leaves none behind", async () => {
    const ask = givenIsolate(app.fetch);
    const path = `/v1/posts/${draft.body.id}`;
    expect((await ask(path, { headers: owner.headers })).status).toBe(200);
    expect((await ask(path, { headers: secret.headers })).status).toBe(200);
    expect((await ask(path)).status).toBe(404);
    const list = "/v1/posts?limit=99";
    expect((await ask(list, { headers: owner.headers })).text).toContain(draft.body.slug);
    expect((await ask(list)).text).not.toContain(draft.body.slug);
  });

  it("leaves nothing behind at an address that looks like a file", async () => {
    for (const path of [
      "/v1/me/x.css",
      "/v1/me%2fx.css",
      "/v1/me;x.css",
      "/v1/posts/..%2fme",
      "/v1/me",
    ]) {
      const ask = givenIsolate(app.fetch);
      const theirs = await ask(path, { headers: owner.headers });
      const nobodys = await ask(path);
      expect([theirs.isStored, nobodys.isHit, nobodys.status >= 400]).toEqual([false, false, true]);
      expect(nobodys.text).not.toContain(owner.email);
    }
  });

  it("does not show what is not out, once it is taken back, to anybody after the bound", async () => {
    const { body } = await publish();
    const ask = givenIsolate(app.fetch);
    setEdge("worker", 10);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    expect((await ask(`/v1/posts/${body.id}`)).status).toBe(200);
    const unpublished = await send("POST", `/v1/posts/${body.id}/unpublish`, {
      headers: { ...owner.headers, "if-match": `"v${body.version}"` },
    });
    expect(unpublished.status).toBe(200);
    vi.setSystemTime(Date.now() + 10_000);
    expect((await ask(`/v1/posts/${body.id}`)).status).toBe(404);
  });

  it("a 404 is not kept: what is published next is there at once", async () => {
    const { body } = await givenPost(owner);
    const ask = givenIsolate(app.fetch);
    expect((await ask(`/v1/posts/${body.id}`)).status).toBe(404);
    const published = await send("POST", `/v1/posts/${body.id}/publish`, {
      headers: { ...owner.headers, "if-match": `"v${body.version}"` },
    });
    expect(published.status).toBe(200);
    expect((await ask(`/v1/posts/${body.id}`)).status).toBe(200);
  });

  it.each(["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])(
    "%s is never answered from memory",
    async (method) => {
      const { handler, requests } = givenApp(() => publicAnswer("a"));
      const ask = givenIsolate(handler);
      const path = `/v1/posts/${newId()}`;
      const answers = [await ask(path), await ask(path, { method }), await ask(path, { method })];
      expect([answers.slice(1).some(({ isHit }) => isHit), requests.length]).toEqual([false, 3]);
    },
  );
});

describe("a publishable key", () => {
  it("has answers of its own, and stops with the bound, without a question to the database before", async () => {
    const { key, id, headers } = await givenPublishableKey(owner);
    const other = await givenPublishableKey(owner);
    const { body } = await publish();
    const path = `/v1/posts/${body.id}`;
    const ask = givenIsolate(app.fetch);
    setEdge("worker", 10);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const first = await ask(path, { headers });
    expect([first.isStored, (await ask(path, { headers })).isHit]).toEqual([true, true]);
    expect((await ask(path, { headers: other.headers })).isHit).toBe(false);
    expect((await ask(path)).isHit).toBe(false);

    const revoked = await send("DELETE", `/v1/api-keys/${id}`, { headers: owner.headers });
    expect(revoked.status).toBe(204);
    vi.setSystemTime(Date.now() + 4999);
    const within = await ask(path, { headers });
    expect([within.status, within.isHit]).toEqual([200, true]);
    vi.setSystemTime(Date.now() + 5001);
    expect((await ask(path, { headers })).status).toBe(401);
    expect((await ask(path, { headers: other.headers })).status).toBe(200);
    expect(JSON.stringify([...first.headers])).not.toContain(key);
  });

  it("is not written down where others might read it", async () => {
    const put = vi.spyOn(caches.default, "put");
    const { key, headers } = await givenPublishableKey(owner);
    await givenIsolate(app.fetch)("/v1/posts?limit=98", { headers });
    expect(put).toHaveBeenCalledTimes(1);
    const [[name, response] = []] = put.mock.calls;
    expect(JSON.stringify([name, ...(response?.headers ?? [])])).not.toContain(key);
    put.mockRestore();
  });
});

describe("what nobody asked for", () => {
  const allowed = new Set([
    "accept",
    "authorization",
    "cf-connecting-ip",
    "user-agent",
    "x-request-id",
  ]);

  it("does not reach the app with a question whose answer may be kept", async () => {
    const { handler, requests } = givenApp(() => publicAnswer("a"));
    const ask = givenIsolate(handler);
    const headers = Object.fromEntries(foreignHeaders.map(([name]) => [name, "foreign"]));
    await ask(`/v1/posts/${newId()}?fields=id`, { headers: { ...headers, cookie: "theme=dark" } });
    const got = [...(requests[0]?.headers.keys() ?? [])];
    expect(got.filter((name) => !allowed.has(name))).toEqual([]);
    expect(foreignHeaders.length).toBeGreaterThanOrEqual(40);
  });

  const strange: readonly (readonly [string, string])[] = [
    ...foreignHeaders,
    ...foreignCookies.map((cookie) => ["cookie", cookie] as const),
  ];

  it.each(strange)("changes no answer, nor gets into one: %s: %s", async (name, value) => {
    const tag = `tag-${newId()}`;
    const { body } = await publish({ tags: [tag] });
    const marked = value.replaceAll("*", "poison");
    for (const path of [
      `/v1/posts/${body.slug}`,
      `/v1/posts?tag=${tag}`,
      `/tag/${tag}/rss.xml`,
      `/v1/search?q=${tag}`,
    ]) {
      const clean = await app.request(path, {}, env, createExecutionContext());
      // First asked by somebody strange, then by everybody else.
      const ask = givenIsolate(app.fetch);
      const poisoned = await ask(path, { headers: { [name]: marked } });
      const next = await ask(path);
      const again = await ask(path, { headers: { [name]: marked } });
      expect([poisoned.isStored, next.isHit, again.isHit]).toEqual([true, true, true]);
      expect([poisoned.status, next.status, again.status]).toEqual([200, 200, 200]);
      expect(new Set([await clean.text(), poisoned.text, next.text, again.text]).size).toBe(1);
      expect(JSON.stringify([...next.headers, next.text])).not.toContain("poison");
    }
  });

  it("a media type makes an answer of its own, where a route has several", async () => {
    const { body } = await publish();
    const path = `/v1/posts/${body.slug}`;
    const ask = givenIsolate(app.fetch);
    const types: string[] = [];
    for (const accept of [
      "text/markdown",
      "application/json",
      "text/plain;q=1, */*;q=0.1",
      "*/*",
    ]) {
      for (let count = 0; count < 2; count += 1) {
        const { headers } = await ask(path, { headers: { accept } });
        types.push(headers.get("content-type")?.split(";")[0] ?? "");
      }
    }
    const [json, markdown, plain] = ["application/json", "text/markdown", "text/plain"];
    expect(types).toEqual([markdown, markdown, json, json, plain, plain, json, json]);
    expect((await ask(path, { headers: { accept: "text/html, */*;q=0.8" } })).isHit).toBe(true);
  });
});

describe("a host that somebody names", () => {
  it("is in nothing that Workers Cache may give to others, because it looks at no host", async () => {
    await publish();
    const ask = givenIsolate(app.fetch);
    const nextOf = async () => {
      const request = new Request("https://elsewhere.example/v1/posts?limit=1");
      const execution = createExecutionContext();
      const { headers } = await app.fetch(request, env, execution);
      await waitOnExecutionContext(execution);
      return { link: headers.get("link"), caching: headers.get("cache-control") };
    };
    setEdge("platform");
    const { link, caching } = await nextOf();
    expect(caching).toContain("public");
    expect(link).toMatch(
      /^<http:\/\/localhost:8787\/v1\/posts\?limit=1&cursor=[^>]+>; rel="next"$/u,
    );
    const path = /<http:\/\/localhost:8787([^>]+)>/u.exec(link ?? "")?.[1] ?? "";
    expect((await ask(path)).status).toBe(200);
    // Kept by ourselves, an answer is the host's own.
    setEdge("worker");
    expect((await nextOf()).link).toContain("https://elsewhere.example/v1/posts");
  });

  it("is not where a copy goes on, either", async () => {
    await settle(createContext(env, { waitUntil: () => undefined }, "test").db);
    setEdge("platform");
    const execution = createExecutionContext();
    const request = new Request("https://elsewhere.example/v1/sync?limit=1");
    const { headers } = await app.fetch(request, env, execution);
    await waitOnExecutionContext(execution);
    expect(headers.get("link")).toMatch(
      /^<http:\/\/localhost:8787\/v1\/sync\?limit=1&since=[^>]+>; rel="next"$/u,
    );
  });
});
