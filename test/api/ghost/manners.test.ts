import { expect, it } from "vitest";

import { GHOST, ghost, givenPublished, key, owner } from "#test/support/ghost";
import { send } from "#test/support/requests";

const paths = ["posts/", "posts/slug/nothing/", "settings/", "nothing/"];

it.each(paths)(
  "a page of any site may read what comes, also when it is an error: %s",
  async (path) => {
    const origin = { origin: "https://elsewhere.example" };
    for (const headers of [origin, { ...origin, ...owner.headers }]) {
      const answer = await ghost(path, {}, headers);
      expect(answer.headers.get("access-control-allow-origin")).toBe("*");
      expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
      expect(answer.headers.get("cross-origin-resource-policy")).toBe("cross-origin");
    }
  },
);

it.each([...paths, "posts", "../admin/site/"])(
  "a browser that asks beforehand may send whatever it wants to: %s",
  async (path) => {
    const asked = {
      origin: "https://elsewhere.example",
      "access-control-request-method": "GET",
      "access-control-request-headers": "accept-version,x-anything",
    };
    const { status, text, headers } = await send("OPTIONS", `${GHOST}/${path}`, { headers: asked });
    expect([status, text]).toEqual([204, ""]);
    expect(headers.get("access-control-allow-origin")).toBe("*");
    expect(headers.get("access-control-allow-headers")).toBe("accept-version,x-anything");
    expect(headers.get("access-control-allow-methods")).toContain("GET");
    expect(headers.get("access-control-max-age")).toBe("86400");
    expect(headers.get("vary")).toContain("Access-Control-Request-Headers");
  },
);

it("an address without its last slash leads to the one with it, with all that was asked", async () => {
  for (const path of ["posts", "posts/slug/a-slug", "nothing"]) {
    const { status, headers } = await send("GET", `${GHOST}/${path}?key=${key}&filter=a%2Bb`);
    expect([status, headers.get("location")]).toEqual([
      301,
      `${GHOST}/${path}/?key=${key}&filter=a%2Bb`,
    ]);
  }
  const { headers } = await send("GET", `/ghost/api/v3/content/tags?key=${key}`);
  expect(headers.get("location")).toBe(`/ghost/api/v3/content/tags/?key=${key}`);
});

it("the version is told to whoever names one, and to nobody else", async () => {
  const versionIn = async (path: string, headers: Record<string, string>) =>
    (await ghost(path, {}, headers)).headers.get("content-version");
  for (const path of paths) {
    expect(await versionIn(path, {})).toBeNull();
    expect(await versionIn(path, { "accept-version": "v6.0" })).toBe("v6.0");
  }
  expect(await versionIn("posts/", { "accept-version": "v5.2" })).toBe("v6.0");
});

it.each(["v2", "v3", "v4", "canary"])(
  "an address with the version %s answers the same, and says that it is old",
  async (version) => {
    const { slug } = await givenPublished();
    const path = `posts/slug/${slug}/?key=${key}`;
    const now = await send("GET", `${GHOST}/${path}`);
    const old = await send("GET", `/ghost/api/${version}/content/${path}`);
    expect([old.status, old.text]).toEqual([200, now.text]);
    expect(now.headers.get("deprecation")).toBeNull();
    const told = version === "canary" ? "v4" : version;
    expect(old.headers.get("deprecation")).toBe(`version="${told}"`);
    expect(old.headers.get("link")).toBe('</ghost/api/content/>; rel="latest-version"');
    expect(old.headers.get("content-version")).toBe("v6.0");
  },
);

it("an address with another version is none", async () => {
  for (const version of ["v0.1", "v1", "v5", "v6"]) {
    const { status, body } = await send("GET", `/ghost/api/${version}/content/posts/?key=${key}`);
    expect([status, body.errors[0].message]).toEqual([404, "Resource not found"]);
  }
});

it("what is published may be kept at the edge, and is told apart by what it varies with", async () => {
  for (const path of ["posts/", "authors/", "tags/", "settings/", "search-index/tags/"]) {
    const { headers } = await ghost(path);
    expect(headers.get("cache-control")).toMatch(/^public, max-age=0, s-maxage=\d+/u);
    expect(headers.get("vary")?.split(", ")).toEqual(
      expect.arrayContaining(["Accept-Version", "Accept-Encoding"]),
    );
    expect(headers.get("cache-tag")?.split(",")).toContain(
      path.startsWith("search") ? "tags" : path.slice(0, -1),
    );
    expect(headers.get("set-cookie")).toBeNull();
    expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
  }
});

it("one post bears its own tag, so that a change of it reaches what was kept", async () => {
  const { id, ghostId } = await givenPublished();
  const { headers } = await ghost(`posts/${ghostId}/`);
  expect(headers.get("cache-tag")?.split(",")).toContain(`post-${id}`);
});

it("whoever has the answer is told so, and gets it again when it has changed", async () => {
  const { slug } = await givenPublished();
  const path = `posts/slug/${slug}/`;
  const { etag } = await ghost(path);
  expect(etag).toMatch(/^"[\da-f]{32}"$/u);
  const again = await ghost(path, {}, { "if-none-match": `W/${etag}` });
  expect([again.status, again.text, again.etag]).toEqual([304, "", etag]);
  expect(again.headers.get("access-control-allow-origin")).toBe("*");
  const other = await ghost(path, { fields: "id" }, { "if-none-match": etag });
  expect(other.status).toBe(200);
});

it("HEAD is answered like GET, without the body", async () => {
  for (const [path, status] of [
    ["posts/", 200],
    ["nothing/", 404],
  ] as const) {
    const answer = await send("HEAD", `${GHOST}/${path}?key=${key}`);
    expect([answer.status, answer.text]).toEqual([status, ""]);
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
  }
});

it("everything is one question to the database", async () => {
  const { slug, ghostId } = await givenPublished();
  const asked = [
    "posts/",
    `posts/${ghostId}/`,
    `posts/slug/${slug}/`,
    "pages/",
    "authors/",
    `authors/slug/${owner.slug}/`,
    "tags/",
    "tiers/",
    "newsletters/",
    "settings/",
    "search-index/posts/",
    "search-index/authors/",
    "search-index/tags/",
  ];
  for (const path of asked) {
    const { status, roundTrips } = await ghost(path, { include: "tags,authors,count.posts" });
    expect([path, status, roundTrips]).toEqual([path, 200, 1]);
  }
});
