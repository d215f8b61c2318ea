import assert from "node:assert/strict";

import {
  absent,
  ask,
  assertError,
  get,
  otherwise,
  type Part,
  pathOf,
  same,
  slugsOf,
  thingOf,
  thingsOf,
} from "./row.ts";

const nothingThere = { message: "Resource not found", type: "NotFoundError" };

export const addresses: Part = {
  title: "Addresses",
  rows: [
    ...(["posts", "pages", "authors", "tags"] as const).map((kind) => {
      const what = `\`GET /${kind}/\`, \`/${kind}/{id}/\`, \`/${kind}/slug/{slug}/\``;
      return same(what, async (site) => {
        const first = thingOf(await get(site, `${kind}/`));
        assert.deepEqual(Object.keys((await get(site, `${kind}/`)).body), [kind, "meta"]);
        const byId = await get(site, `${kind}/${String(first["id"])}/`);
        const bySlug = await get(site, `${kind}/slug/${String(first["slug"])}/`);
        assert.deepEqual(thingOf(byId), first);
        assert.deepEqual(thingOf(bySlug), first);
        assert.deepEqual(Object.keys(byId.body), [kind]);
      });
    }),
    otherwise(
      "`GET /posts/{id}/` with `uuid`",
      "By id and by slug only: no client sends a UUID.",
      async (site) => {
        const { uuid } = thingOf(await get(site, "posts/"));
        assert.equal((await get(site, `posts/${String(uuid)}/`)).status, 422);
      },
    ),
    same("Authors and tags are those that something published has", async (site) => {
      assert.equal(slugsOf(await get(site, "authors/")), "ada ben cyd zoe");
      assert.doesNotMatch(slugsOf(await get(site, "tags/")), /lonely/u);
      assert.equal((await get(site, "tags/slug/lonely/")).status, 404);
    }),
    same("Internal tags (`#name`) are listed until `filter=visibility:public`", async (site) => {
      assert.match(slugsOf(await get(site, "tags/")), /hash-secret/u);
      const shown = await get(site, "tags/", { filter: "visibility:public" });
      assert.doesNotMatch(slugsOf(shown), /hash-secret/u);
    }),
    otherwise(
      "`GET /tiers/`",
      "One tier, free: nobody pays here. `monthly_price` and `yearly_price` are for paid tiers.",
      async (site) => {
        const include = "monthly_price,yearly_price,benefits";
        assert.equal(slugsOf(await get(site, "tiers/", { include })), "free");
        const none = await get(site, "tiers/", { filter: "visibility:none" });
        assert.equal(slugsOf(none), "");
      },
    ),
    same("`GET /settings/`", async (site) => {
      const { status, body } = await get(site, "settings/");
      assert.equal(status, 200);
      assert.deepEqual(Object.keys(body), ["settings", "meta"]);
      assert.deepEqual(body["meta"], {});
    }),
    same("`GET /newsletters/`: the active ones, whatever the filter says", async (site) => {
      assert.equal(slugsOf(await get(site, "newsletters/")), "weekly");
      const asked = await get(site, "newsletters/", { filter: "status:archived" });
      assert.equal(slugsOf(asked), "weekly");
    }),
    same("`GET /search-index/posts/`, `…/authors/`, `…/tags/`", async (site) => {
      const posts = thingsOf(await get(site, "search-index/posts/"));
      assert(posts.length > 100);
      assert(posts.every((post) => !("html" in post)));
      assert.equal(slugsOf(await get(site, "search-index/authors/")), "ada ben cyd zoe");
      const tags = slugsOf(await get(site, "search-index/tags/"));
      assert.equal(tags, "many news opinion tech");
    }),
    otherwise(
      "`GET /offers/{id}/`",
      "Always 404: there are no paid tiers to make offers for.",
      async (site) => {
        const type = "NotFoundError";
        assertError(await get(site, `offers/${"0".repeat(24)}/`), 404, { type });
      },
    ),
    otherwise("`GET /recommendations/`", "Always empty: we keep none.", async (site) => {
      assert.deepEqual(thingsOf(await get(site, "recommendations/")), []);
    }),
    absent("`GET /collections/…`", "Gone from Ghost 6 as well.", async (site) => {
      assertError(await get(site, "collections/slug/latest/"), 404, nothingThere);
    }),
    same("`GET /ghost/api/admin/site/`, which clients ask first, without a key", async (site) => {
      const { status, body } = await ask(site, "/ghost/api/admin/site/");
      assert.equal(status, 200);
      const { title, url, version } = body["site"] as Record<string, unknown>;
      assert.deepEqual([title, url], ["The world", "https://reader.example/"]);
      assert.match(String(version), /^\d+\.\d+$/u);
    }),
    absent(
      "The rest of Ghost's admin API",
      "Staff and programs use the API under `/v1`, which has its own keys.",
      async (site) => {
        assertError(await ask(site, "/ghost/api/admin/posts/"), 404, nothingThere);
      },
    ),
    same("An address without its last slash leads to the one with it: 301", async (site) => {
      const { status, headers } = await ask(
        site,
        `/ghost/api/content/posts?key=${site.key}&page=2`,
      );
      assert.equal(status, 301);
      const location = new URL(headers.get("location") ?? "", site.origin);
      assert.equal(location.pathname + location.search, pathOf(site, "posts/", { page: 2 }));
    }),
    same("Only `GET` (and `HEAD`): other methods are 404", async (site) => {
      for (const method of ["POST", "PUT", "DELETE"]) {
        assertError(await ask(site, pathOf(site, "posts/"), { method }), 404, nothingThere);
      }
      assert.equal((await ask(site, pathOf(site, "posts/"), { method: "HEAD" })).status, 200);
    }),
    same("Addresses with a version, as clients before Ghost 5 write them", async (site) => {
      for (const version of ["v2", "v3", "v4", "canary"]) {
        const path = pathOf(site, "posts/").replace("/api/", `/api/${version}/`);
        const { status, headers } = await ask(site, path);
        assert.equal(status, 200);
        assert.match(headers.get("deprecation") ?? "", /^version="v\d"$/u);
      }
    }),
  ],
};

export const keys: Part = {
  title: "Keys",
  rows: [
    same("A publishable key, 26 hex digits, as `?key=`", async (site) => {
      assert.match(site.key, /^[0-9a-f]{26}$/u);
      assert.equal((await get(site, "posts/")).status, 200);
    }),
    same("No key: 403 `NoPermissionError`", async (site) => {
      assertError(await ask(site, "/ghost/api/content/posts/"), 403, {
        message: "Authorization failed",
        type: "NoPermissionError",
        code: null,
        context:
          "Unable to determine the authenticated member or integration. Check the supplied Content API Key and ensure cookies are being passed through if member auth is failing.",
      });
    }),
    same("Two keys: 400 `INVALID_REQUEST`", async (site) => {
      const path = `${pathOf(site, "posts/")}&key=${site.key}`;
      const code = "INVALID_REQUEST";
      const type = "BadRequestError";
      assertError(await ask(site, path), 400, { message: "Invalid Request", type, code });
    }),
    same("An unknown key: 401 `UNKNOWN_CONTENT_API_KEY`", async (site) => {
      for (const key of ["0".repeat(26), "nonsense"]) {
        assertError(await get(site, "posts/", { key }), 401, {
          message: "Unknown Content API Key",
          type: "UnauthorizedError",
          code: "UNKNOWN_CONTENT_API_KEY",
        });
      }
    }),
    same("A key of another kind: 401 `INVALID_API_KEY_TYPE`", async (site) => {
      assertError(await get(site, "posts/", { key: site.secretKey }), 401, {
        message: "Invalid API Key type",
        type: "UnauthorizedError",
        code: "INVALID_API_KEY_TYPE",
      });
    }),
    otherwise(
      "Too many unknown keys from one network: 429",
      "Not counted: a key has 104 random bits, so that guessing needs no brake, and counting would cost every request a write.",
      async (site) => {
        const tries = Array.from({ length: 5 }, () => get(site, "tiers/", { key: "f".repeat(26) }));
        assert.deepEqual(
          (await Promise.all(tries)).map(({ status }) => status),
          [401, 401, 401, 401, 401],
        );
      },
    ),
    absent(
      "Members (`Authorization: GhostMembers …`)",
      "Readers have no accounts here; such a header does not stand for a key.",
      async (site) => {
        const headers = { authorization: "GhostMembers abc" };
        const answer = await ask(site, "/ghost/api/content/posts/", { headers });
        assert.equal(answer.status, 403);
      },
    ),
  ],
};
