import assert from "node:assert/strict";

import {
  absent,
  ask,
  assertError,
  errorOf,
  get,
  otherwise,
  paginationOf,
  type Part,
  pathOf,
  same,
  thingOf,
} from "./row.ts";

export const answers: Part = {
  title: "Answers",
  rows: [
    same("A list: the resource and `meta.pagination`, even of one", async (site) => {
      const answer = await get(site, "posts/", { filter: "slug:alpha" });
      assert.deepEqual(Object.keys(answer.body), ["posts", "meta"]);
      assert.deepEqual(paginationOf(answer), {
        page: 1,
        limit: 15,
        pages: 1,
        total: 1,
        next: null,
        prev: null,
      });
    }),
    same("One thing: a list of one without `meta`", async (site) => {
      const { body } = await get(site, "posts/slug/alpha/");
      assert.deepEqual(Object.keys(body), ["posts"]);
    }),
    same(
      "Dates in the site's own timezone, with milliseconds that are always zero",
      async (site) => {
        const post = thingOf(await get(site, "posts/slug/bravo/"));
        assert.equal(post["published_at"], "2020-02-01T10:30:00.000+00:00");
      },
    ),
    same("Addresses in answers are absolute", async (site) => {
      const post = thingOf(await get(site, "posts/slug/alpha/", { include: "tags,authors" }));
      const [tag] = post["tags"] as readonly Record<string, unknown>[];
      for (const url of [post["url"], tag?.["url"]]) {
        assert.match(String(url), /^https:\/\/reader\.example\/.+\/$/u);
      }
    }),
    otherwise(
      "A post that is not for everybody: `access` false, texts empty",
      "A key opens what is public; no part of another text leaves the database. There is no `<!--members-only-->` to cut at.",
      async (site) => {
        const formats = "html,plaintext";
        const post = thingOf(await get(site, "posts/slug/delta/", { formats }));
        assert.partialDeepStrictEqual(post, {
          access: false,
          visibility: "members",
          html: "",
          plaintext: "",
          excerpt: "",
        });
      },
    ),
    same("Tiers come on one page: `limit` is how many there are", async (site) => {
      const tiers = paginationOf(await get(site, "tiers/", { limit: 5 }));
      assert.deepEqual(tiers, { page: 1, limit: 1, pages: 1, total: 1, next: null, prev: null });
    }),
    absent(
      "`?ref=` on outbound links",
      "`outbound_link_tagging` is off: texts are as their authors wrote them.",
      async (site) => {
        const { html } = thingOf(await get(site, "posts/slug/alpha/"));
        assert.doesNotMatch(String(html), /ref=/u);
      },
    ),
  ],
};

export const headers: Part = {
  title: "Headers",
  rows: [
    same("`Content-Type: application/json; charset=utf-8`", async (site) => {
      const answer = await get(site, "posts/");
      assert.equal(answer.headers.get("content-type"), "application/json; charset=utf-8");
    }),
    same("`ETag`, and 304 to `If-None-Match`", async (site) => {
      const etag = (await get(site, "tags/")).headers.get("etag") ?? "";
      assert.match(etag, /^(?:W\/)?"[^"]+"$/u);
      const again = await ask(site, pathOf(site, "tags/"), { headers: { "if-none-match": etag } });
      assert.equal(again.status, 304);
      assert.equal(again.text, "");
    }),
    otherwise(
      "`Vary: Accept-Version, Accept-Encoding`",
      "With `Accept, Authorization, Cookie` besides: every public answer here varies by the same.",
      async (site) => {
        const vary = (await get(site, "posts/")).headers.get("vary") ?? "";
        const names = ["Accept-Version", "Accept", "Accept-Encoding", "Authorization", "Cookie"];
        assert.deepEqual(vary.split(", "), names);
      },
    ),
    same("`Content-Version`, where the request has `Accept-Version`", async (site) => {
      const named = { "accept-version": "v6.0" };
      const told = await ask(site, pathOf(site, "posts/"), { headers: named });
      assert.match(told.headers.get("content-version") ?? "", /^v\d+\.\d+$/u);
      assert.equal((await get(site, "posts/")).headers.get("content-version"), null);
    }),
    same("`Access-Control-Allow-Origin: *`, on errors too", async (site) => {
      for (const path of [
        pathOf(site, "posts/"),
        "/ghost/api/content/posts/",
        "/ghost/api/nothing/",
      ]) {
        assert.equal((await ask(site, path)).headers.get("access-control-allow-origin"), "*");
      }
    }),
    same("`OPTIONS`: 204, the headers that were asked for, for a day", async (site) => {
      const answer = await ask(site, pathOf(site, "posts/"), {
        method: "OPTIONS",
        headers: {
          origin: "https://elsewhere.example",
          "access-control-request-method": "GET",
          "access-control-request-headers": "accept-version,x-anything",
        },
      });
      assert.equal(answer.status, 204);
      const allowed = answer.headers.get("access-control-allow-headers");
      assert.equal(allowed, "accept-version,x-anything");
      assert.equal(answer.headers.get("access-control-max-age"), "86400");
    }),
    otherwise(
      "`Cache-Control: public, max-age=0`",
      "With `s-maxage` and `stale-while-revalidate` besides, so that shared caches may keep it for ten seconds at most.",
      async (site) => {
        const kept = (await get(site, "posts/")).headers.get("cache-control") ?? "";
        assert.match(kept, /^public, max-age=0\b/u);
      },
    ),
    same("Errors are kept by nobody", async (site) => {
      const wrong = await get(site, "posts/", { page: "two" });
      const nowhere = await get(site, "posts/slug/nowhere/");
      const never = "no-store, must-revalidate, max-stale=0, post-check=0, pre-check=0";
      assert.equal(wrong.headers.get("cache-control"), `no-cache, private, ${never}`);
      assert.equal(nowhere.headers.get("cache-control"), `no-cache, max-age=0, ${never}`);
    }),
    same("No `X-Cache-Invalidate`", async (site) => {
      assert.equal((await get(site, "posts/")).headers.get("x-cache-invalidate"), null);
    }),
    absent("`X-Powered-By: Express`", "It is not Express.", async (site) => {
      assert.equal((await get(site, "posts/")).headers.get("x-powered-by"), null);
    }),
  ],
};

export const errors: Part = {
  title: "Errors",
  rows: [
    same("`{ errors: [ … ] }` with all nine members, and a UUID as `id`", async (site) => {
      const error = errorOf(await get(site, "posts/slug/nowhere/"));
      assert.deepEqual(error, {
        message: "Resource not found error, cannot read post.",
        context: "Post not found.",
        type: "NotFoundError",
        details: null,
        property: null,
        help: null,
        code: null,
        id: error["id"],
        ghostErrorCode: null,
      });
    }),
    same("A thing that there is not: 404 `NotFoundError`", async (site) => {
      for (const kind of ["post", "page", "tag", "author"]) {
        const context = `${kind[0]?.toUpperCase()}${kind.slice(1)} not found.`;
        const message = `Resource not found error, cannot read ${kind}.`;
        const expected = { message, context, type: "NotFoundError" };
        assertError(await get(site, `${kind}s/slug/nowhere/`), 404, expected);
        assertError(await get(site, `${kind}s/${"a".repeat(24)}/`), 404, expected);
      }
    }),
    same("A draft and a deleted post are not there", async (site) => {
      for (const slug of ["the-draft", "the-deleted"]) {
        assert.equal((await get(site, `posts/slug/${slug}/`)).status, 404);
      }
    }),
    same("An id that is none: 422", async (site) => {
      assertError(await get(site, "posts/nonsense/"), 422, {
        message: "Validation error, cannot read post.",
        type: "ValidationError",
        context: "Validation (matches) failed for id undefined.id",
      });
    }),
    same("A slug that is none: 422", async (site) => {
      assertError(await get(site, "posts/slug/no%20slug/"), 422, {
        message: "Validation error, cannot read post.",
        type: "ValidationError",
      });
    }),
    same("An address that there is not: 404, its own message", async (site) => {
      assertError(await get(site, "nonsense/"), 404, {
        message: "Resource not found",
        type: "NotFoundError",
      });
    }),
    same("The same with `Accept-Version` of another time: 406", async (site) => {
      const asked = (version: string) =>
        ask(site, pathOf(site, "nonsense/"), { headers: { "accept-version": version } });
      const type = "RequestNotAcceptableError";
      assertError(await asked("v99.0"), 406, { type, code: "UPDATE_GHOST" });
      assertError(await asked("v2.0"), 406, { type, code: "UPDATE_CLIENT" });
    }),
    same("… and one that is no version: 400", async (site) => {
      const named = { "accept-version": "nonsense" };
      const answer = await ask(site, pathOf(site, "nonsense/"), { headers: named });
      assertError(answer, 400, { message: "Requested version is not supported." });
    }),
  ],
};
