import { env } from "cloudflare:workers";
import { expect, it } from "vitest";

import { readSettings } from "#core/settings";
import { randomHex } from "#core/tokens";
import { GHOST, ghost, givenPublished, owner } from "#test/support/ghost";
import { givenPublishableKey } from "#test/support/people";
import { send } from "#test/support/requests";

// Settings are read once and for all.
Object.assign(readSettings(env), { EDGE_CACHE: "worker", EDGE_CACHE_SECONDS: 600 });

const statusOf = ({ headers }: { headers: Headers }) =>
  /hit|fwd=uri-miss/u.exec(headers.get("cache-status") ?? "")?.[0];

const readable = [
  ["posts/", {}],
  ["posts/", { limit: "3", include: "tags,authors", formats: "plaintext" }],
  ["authors/", { include: "count.posts" }],
  ["tags/", {}],
  ["tiers/", {}],
  ["newsletters/", {}],
  ["settings/", {}],
  ["search-index/posts/", {}],
] as const;

it.each(readable)("is kept at the edge, whole: %s %j", async (path, query) => {
  await givenPublished();
  const first = await ghost(path, query);
  const second = await ghost(path, query);
  expect([statusOf(first), statusOf(second)]).toEqual(["fwd=uri-miss", "hit"]);
  expect([second.text, second.etag]).toEqual([first.text, first.etag]);
  expect(second.headers.get("access-control-allow-origin")).toBe("*");
  const known = await ghost(path, query, { "if-none-match": first.etag });
  expect([known.status, known.text]).toEqual([304, ""]);
});

it("what is kept is told to each in the version that they name", async () => {
  const { slug } = await givenPublished();
  const path = `posts/slug/${slug}/`;
  const versionIn = async (headers: Record<string, string>) => {
    const answer = await ghost(path, {}, headers);
    expect(answer.headers.get("vary")).toContain("Accept-Version");
    return [statusOf(answer), answer.headers.get("content-version")];
  };
  expect(await versionIn({ "accept-version": "v6.0" })).toEqual(["fwd=uri-miss", "v6.0"]);
  expect(await versionIn({})).toEqual(["hit", null]);
  expect(await versionIn({ "accept-version": "v5.1" })).toEqual(["hit", "v6.0"]);
});

it("what one key was answered is kept from whoever has none", async () => {
  const { key } = await givenPublishableKey(owner);
  const path = `${GHOST}/tags/?fields=name`;
  const kept = await send("GET", `${path}&key=${key}`);
  expect(statusOf(await send("GET", `${path}&key=${key}`))).toBe("hit");
  expect(kept.status).toBe(200);
  const refused = [path, `${path}&key=`, `${path}&key=${randomHex(26)}`];
  const statuses = await Promise.all(refused.map(async (each) => (await send("GET", each)).status));
  expect(statuses).toEqual([403, 403, 401]);
  const twice = await send("GET", `${path}&key=${key}&key=${key}`);
  expect(twice.status).toBe(400);
});

it("refusals are kept by nobody", async () => {
  const { key } = await givenPublishableKey(owner);
  for (const path of ["posts/?page=x", "posts/slug/not-yet/?a=1", "nothing/?a=1"]) {
    for (const _ of [1, 2]) {
      const answer = await send("GET", `${GHOST}/${path}&key=${key}`);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(statusOf(answer)).not.toBe("hit");
    }
  }
});

it("parameters that nobody reads and the order of the others make no other answer", async () => {
  const first = await ghost("posts/", { limit: "2", fields: "slug" });
  const same = await ghost("posts/", { utm_source: "x", fields: "slug", slug: "y", limit: "2" });
  expect([statusOf(same), same.text]).toEqual(["hit", first.text]);
});

it("an address without its last slash is not that of a route of ours with a name in it", async () => {
  const answer = await send("GET", "/v1/posts/");
  expect([answer.status, statusOf(answer)]).toEqual([404, undefined]);
});
