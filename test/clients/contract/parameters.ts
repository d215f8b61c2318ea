import assert from "node:assert/strict";

import {
  type Answer,
  ask,
  assertError,
  filtered,
  get,
  type GhostSite,
  otherwise,
  paginationOf,
  type Part,
  pathOf,
  same,
  slugsOf,
  thingOf,
  thingsOf,
} from "./row.ts";

const alpha = (site: GhostSite, params: Record<string, string>): Promise<Answer> =>
  get(site, "posts/slug/alpha/", params);

const keysOf = async (asked: Promise<Answer>): Promise<string> =>
  Object.keys(thingOf(await asked))
    .toSorted()
    .join(" ");

export const parameters: Part = {
  title: "Parameters",
  rows: [
    same("Unknown parameters are let be", async (site) => {
      const answer = await get(site, "posts/slug/alpha/", { slug: "alpha", absolute_urls: "true" });
      assert.equal(thingOf(answer)["slug"], "alpha");
    }),
    same("`include=tags`: `tags` and `primary_tag`", async (site) => {
      const post = thingOf(await get(site, "posts/slug/foxtrot/", { include: "tags" }));
      const tags = post["tags"] as readonly Record<string, unknown>[];
      assert.deepEqual(
        tags.map(({ slug }) => slug),
        ["tech", "news"],
      );
      assert.deepEqual(post["primary_tag"], tags[0]);
      assert(!("authors" in post));
    }),
    same("`primary_tag` is null where the first tag is internal or there is none", async (site) => {
      for (const slug of ["india", "golf"]) {
        const post = thingOf(await get(site, `posts/slug/${slug}/`, { include: "tags" }));
        assert.equal(post["primary_tag"], null);
      }
    }),
    same("`include=authors`: `authors` and `primary_author`", async (site) => {
      const post = thingOf(await get(site, "posts/slug/delta/", { include: "authors" }));
      const authors = post["authors"] as readonly Record<string, unknown>[];
      assert.deepEqual(
        authors.map(({ slug }) => slug),
        ["ben", "ada"],
      );
      assert.deepEqual(post["primary_author"], authors[0]);
    }),
    otherwise(
      "`include=tiers`",
      "The free tier for what is public or for members; none for what is paid, because nobody can pay.",
      async (site) => {
        const tiersOf = async (slug: string): Promise<unknown> =>
          (
            thingOf(await get(site, `posts/slug/${slug}/`, { include: "tiers" }))[
              "tiers"
            ] as unknown[]
          ).length;
        assert.deepEqual(
          [await tiersOf("alpha"), await tiersOf("delta"), await tiersOf("echo")],
          [1, 1, 0],
        );
      },
    ),
    same("`include=count.posts` of tags and authors: published posts, no pages", async (site) => {
      const news = await get(site, "tags/slug/news/", { include: "count.posts" });
      assert.deepEqual(thingOf(news)["count"], { posts: 6 });
      const ada = await get(site, "authors/slug/ada/", { include: "count.posts" });
      assert.deepEqual(thingOf(ada)["count"], { posts: 7 });
    }),
    same("`include`: case does not matter, what nobody knows is dropped", async (site) => {
      const post = thingOf(await alpha(site, { include: " TAGS ,nonsense,email" }));
      assert("tags" in post && !("email" in post));
    }),
    same("`fields`: the named ones; the id always comes; unknown ones are let be", async (site) => {
      assert.equal(await keysOf(alpha(site, { fields: "Title,url,nonsense" })), "id title url");
    }),
    same("`fields` may name what is computed", async (site) => {
      const fields = "excerpt,reading_time,access,comments,plaintext,html,url";
      const sorted = "access comments excerpt html id plaintext reading_time url";
      assert.equal(await keysOf(alpha(site, { fields })), sorted);
    }),
    same("`formats=plaintext` comes without HTML; nothing asked for is HTML", async (site) => {
      const plain = thingOf(await alpha(site, { formats: "plaintext" }));
      assert.equal(plain["plaintext"], "The text of alpha.");
      assert(!("html" in plain));
      assert(!("plaintext" in thingOf(await alpha(site, {}))));
      assert("html" in thingOf(await alpha(site, { formats: "" })));
    }),
    same("`formats` with `fields` adds to them", async (site) => {
      const asked = alpha(site, { fields: "title", formats: "html,plaintext" });
      assert.equal(await keysOf(asked), "html id plaintext title");
    }),
    same("`formats=mobiledoc,lexical` are taken and never come", async (site) => {
      const post = thingOf(await alpha(site, { formats: "html,mobiledoc,lexical" }));
      assert(!("mobiledoc" in post) && !("lexical" in post));
    }),
    same("Other `formats`: 422", async (site) => {
      assertError(await get(site, "posts/", { formats: "markdown" }), 422, {
        message: "Validation error, cannot list posts.",
        type: "ValidationError",
        context: "Validation (AllowedValues) failed for formats",
      });
    }),
    same("`limit`: 15 unless said; 0 is 15", async (site) => {
      assert.equal(paginationOf(await get(site, "posts/"))["limit"], 15);
      const answer = await get(site, "posts/", { limit: 0 });
      assert.equal(paginationOf(answer)["limit"], 15);
    }),
    same("`limit` over 100, `all`, or no number is 100, as in Ghost 6", async (site) => {
      for (const limit of ["101", "all", "many"]) {
        const answer = await get(site, "posts/", { limit, fields: "id" });
        assert.equal(paginationOf(answer)["limit"], 100);
        assert.equal(thingsOf(answer).length, 100);
      }
    }),
    same("`page`: from 1; anything but digits is 422", async (site) => {
      const second = await get(site, "posts/", { page: 2, limit: 5, fields: "slug" });
      assert.deepEqual(paginationOf(second), {
        page: 2,
        limit: 5,
        pages: 29,
        total: 141,
        next: 3,
        prev: 1,
      });
      assertError(await get(site, "posts/", { page: "two" }), 422, {
        message: "Validation error, cannot list posts.",
        type: "ValidationError",
        context: "Validation (matches) failed for page undefined.page",
      });
    }),
    otherwise(
      "`page` beyond the last: an empty list",
      "`next` is null there (Ghost says `page + 1`): who follows it comes to an end.",
      async (site) => {
        const answer = await get(site, "posts/", { page: 1_000 });
        assert.equal(thingsOf(answer).length, 0);
        assert.partialDeepStrictEqual(paginationOf(answer), { next: null, prev: 999 });
      },
    ),
    otherwise(
      "`total` of tags and authors",
      "The number of those that the list has. Ghost counts all there are, shown or not.",
      async (site) => {
        assert.equal(paginationOf(await get(site, "authors/"))["total"], 4);
        assert.equal(paginationOf(await get(site, "tags/"))["total"], 5);
      },
    ),
    same("There is at least one page", async (site) => {
      const none = await get(site, "posts/", { filter: "slug:nothing-of-the-kind" });
      assert.partialDeepStrictEqual(paginationOf(none), { pages: 1, total: 0, next: null });
    }),
    same("`order=field asc|desc`, several with commas; wrong rules are ignored", async (site) => {
      const order = "nonsense, html up, featured desc, slug asc";
      const answer = await get(site, "posts/", { order, filter: "tag:news", limit: 3 });
      assert.equal(slugsOf(answer), "2020-in-review alpha delta");
    }),
    same("`order` with other signs than `a-z 0-9 _ , .`: 422", async (site) => {
      const answer = await get(site, "posts/", { order: "slug;asc" });
      assert.equal(answer.status, 422);
      assertError(answer, 422, { type: "ValidationError" });
    }),
    same("`order=count.posts desc`, where the count is included", async (site) => {
      const params = { include: "count.posts", order: "count.posts desc", limit: 2 };
      assert.equal(slugsOf(await get(site, "tags/", params)), "many news");
    }),
    same(
      "Without `order`: posts newest first, pages by title, tags and authors by name",
      async (site) => {
        assert.equal(slugsOf(await get(site, "posts/", { limit: 2 })), "kilo 2020-in-review");
        assert.equal(slugsOf(await get(site, "authors/")), "ada ben cyd zoe");
        const tags = slugsOf(await get(site, "tags/", { filter: "visibility:public" }));
        assert.equal(tags, "many news opinion tech");
      },
    ),
    same(
      "Without `order`, `filter=slug:[a,b]` is the order, unless tags or authors are included",
      async (site) => {
        const filter = "slug:[charlie,alpha,bravo]";
        assert.equal(slugsOf(await get(site, "posts/", { filter })), "charlie alpha bravo");
        const include = "tags";
        assert.equal(
          slugsOf(await get(site, "posts/", { filter, include })),
          "charlie bravo alpha",
        );
      },
    ),
    same(
      "Without `order`, posts with most of `tag:[a,b]` first, where tags are included",
      async (site) => {
        const filter = "tag:[opinion,tech]";
        const params = { filter, include: "tags", limit: 2 };
        assert.equal(slugsOf(await get(site, "posts/", params)), "2020-in-review foxtrot");
      },
    ),
    same("A list as several parameters of one name", async (site) => {
      const path = `${pathOf(site, "posts/slug/alpha/")}&include=tags&include=authors`;
      const post = thingOf(await ask(site, path));
      assert("tags" in post && "authors" in post);
    }),
    same("`filter` in NQL: see below", async (site) => {
      assert.equal(
        await filtered(site, "featured:true+tag:news"),
        "2020-in-review alpha delta foxtrot",
      );
    }),
  ],
};
