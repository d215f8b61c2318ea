import GhostContentAPI, { type Asked, type GhostClient, type Thing } from "@tryghost/content-api";
import { afterAll, describe, expect, inject, it } from "vitest";

import { ghostIdOf, worldPosts } from "#test/repository/ghost/world";

import { MANY, serveSite } from "./site";

const site = await serveSite(inject("neonEndpoint"));
afterAll(() => site.stop());

/** As people write it where axios cannot be: on the edge. */
async function askByFetch({ url, params, headers }: Asked): Promise<{ data: unknown }> {
  const query = Object.entries(params).map(
    ([name, value]) => `${name}=${encodeURIComponent([value].flat().join(","))}`,
  );
  const response = await fetch(`${url}?${query.join("&")}`, { headers });
  const data: unknown = await response.json();
  if (response.ok) return { data };
  throw Object.assign(new Error(`status ${response.status}`), {
    response: { status: response.status, data },
  });
}

const options = { url: site.origin, key: site.key };

const clients: readonly (readonly [string, GhostClient])[] = [
  ["with axios", new GhostContentAPI({ ...options, version: "v6.0" })],
  ["with fetch", new GhostContentAPI({ ...options, version: "v6.0", makeRequest: askByFetch })],
  ["of Ghost 5", new GhostContentAPI({ ...options, version: "v5.0" })],
  ["of Ghost 3", new GhostContentAPI({ ...options, version: "v3" })],
  ["that names no version", new GhostContentAPI({ ...options, version: false })],
];

const slugsOf = (things: readonly Thing[]): string =>
  things.map(({ slug }) => String(slug)).join(" ");
const byWorld = "tag:[news,tech,opinion]";

describe.each(clients)("Ghost's own client %s", (_what, ghost) => {
  it("browses posts, newest first, fifteen a page", async () => {
    const posts = await ghost.posts.browse();
    expect(posts).toHaveLength(15);
    const total = MANY + 11;
    expect(posts.meta.pagination).toEqual({
      page: 1,
      limit: 15,
      pages: Math.ceil(total / 15),
      total,
      next: 2,
      prev: null,
    });
    expect(slugsOf(posts.slice(0, 3))).toBe("kilo 2020-in-review india");
    expect(posts[0]).toMatchObject({
      title: "Kilo of tomorrow",
      url: "https://reader.example/kilo/",
    });
    expect(posts[0]).not.toHaveProperty("tags");
  });

  it("follows the pages to the end and meets every post once", async () => {
    const seen: string[] = [];
    let page: number | null = 1;
    while (page !== null) {
      const posts: Awaited<ReturnType<typeof ghost.posts.browse>> = await ghost.posts.browse({
        limit: 20,
        page,
        fields: ["slug"],
        filter: "tag:many",
      });
      seen.push(...posts.map(({ slug }) => String(slug)));
      page = posts.meta.pagination.next;
    }
    expect(seen).toHaveLength(MANY);
    expect(new Set(seen).size).toBe(MANY);
    expect(seen).toEqual(seen.toSorted().toReversed());
  });

  it("reads a post by id and by slug, with everything that belongs to it", async () => {
    const delta = worldPosts.find(({ slug }) => slug === "foxtrot");
    if (!delta) throw new Error("The world has no foxtrot");
    const include = ["tags", "authors"];
    const bySlug = await ghost.posts.read({ slug: "foxtrot" }, { include });
    expect(bySlug).toMatchObject({
      id: ghostIdOf(delta),
      uuid: delta.id,
      html: "<p>The <em>text</em> of foxtrot.</p>",
      published_at: "2021-06-01T12:00:00.000+00:00",
      primary_tag: { slug: "tech", visibility: "public" },
      primary_author: { slug: "ada" },
      tags: [{ slug: "tech" }, { slug: "news" }],
      authors: [{ slug: "ada" }, { slug: "cyd" }],
    });
    expect(await ghost.posts.read({ id: ghostIdOf(delta) }, { include })).toEqual(bySlug);
  });

  it("gets the texts, fields and orders it asks for", async () => {
    const [post] = await ghost.posts.browse({
      formats: ["plaintext", "html"],
      limit: 1,
      filter: "slug:alpha",
    });
    expect(post).toMatchObject({ plaintext: "The text of alpha.", excerpt: "In short" });
    const few = await ghost.posts.browse({
      filter: byWorld,
      fields: ["slug", "title"],
      order: "slug asc",
      limit: 3,
      page: 2,
    });
    expect(few.map((one) => Object.keys(one).toSorted())).toEqual(
      Array.from({ length: 3 }, () => ["id", "slug", "title"]),
    );
    expect(slugsOf(few)).toBe("charlie delta echo");
    expect(few.meta.pagination).toMatchObject({ page: 2, limit: 3, pages: 3, total: 9, prev: 1 });
  });

  it.each([
    ["featured:true+visibility:public", "2020-in-review foxtrot charlie alpha"],
    ["primary_tag:news", "echo delta alpha"],
    ["tag:news+tag:-tech", "india echo alpha"],
    ["author:ben,slug:alpha", "hotel delta bravo alpha"],
    ["published_at:>='2022-01-01'+published_at:<'2023-01-01'", "india hotel golf"],
    ["title:~'100%'", "bravo"],
    ["status:draft+slug:alpha", "alpha"],
    ["slug:[charlie,alpha,bravo]", "charlie alpha bravo"],
  ])("filters posts: %s", async (filter, slugs) => {
    expect(slugsOf(await ghost.posts.browse({ filter }))).toBe(slugs);
  });

  it("finds the post before and the post after", async () => {
    const post = await ghost.posts.read({ slug: "bravo" });
    const at = String(post["published_at"]);
    const beside = (sign: string, order: string) =>
      ghost.posts.browse({ filter: `published_at:${sign}'${at}'`, order, limit: 1 });
    expect(slugsOf(await beside(">", "published_at asc"))).toBe("charlie");
    expect(slugsOf(await beside("<", "published_at desc"))).toBe("alpha");
  });

  it("browses and reads pages, which are no posts", async () => {
    const pages = await ghost.pages.browse({ include: "tags" });
    expect(slugsOf(pages)).toBe("about");
    expect(pages[0]).toMatchObject({ tags: [{ slug: "news" }] });
    expect(await ghost.pages.read({ slug: "about" })).toMatchObject({ title: "About us" });
    await expect(ghost.posts.read({ slug: "about" })).rejects.toMatchObject({
      name: "NotFoundError",
    });
  });

  it("browses and reads tags and authors, with how many posts they have", async () => {
    const tags = await ghost.tags.browse({ include: "count.posts", order: "count.posts desc" });
    expect(slugsOf(tags)).toBe("many news tech hash-secret opinion");
    expect(tags[1]).toMatchObject({ count: { posts: 6 } });
    const shown = await ghost.tags.browse({ filter: "visibility:public" });
    expect(slugsOf(shown)).toBe("many news opinion tech");
    const news = await ghost.tags.read({ slug: "news" }, { include: "count.posts" });
    expect(news).toMatchObject({ name: "News", count: { posts: 6 } });
    expect(await ghost.tags.read({ id: String(news["id"]) })).toMatchObject({ slug: "news" });
    const authors = await ghost.authors.browse({ include: ["count.posts"] });
    expect(slugsOf(authors)).toBe("ada ben cyd zoe");
    expect(authors[0]).toMatchObject({ name: "Ada Lovelace", count: { posts: 7 } });
    expect(await ghost.authors.read({ slug: "cyd" })).toMatchObject({ name: "Cyd (guest)" });
    expect(authors[0]).not.toHaveProperty("email");
  });

  it("browses settings, tiers and newsletters", async () => {
    const settings = await ghost.settings.browse();
    expect(settings).toMatchObject({ title: "The world", url: "https://reader.example/" });
    const tiers = await ghost.tiers.browse({ include: ["monthly_price", "benefits"] });
    expect(slugsOf(tiers)).toBe("free");
    const newsletters = await ghost.newsletters.browse({ filter: "status:archived" });
    expect(slugsOf(newsletters)).toBe("weekly");
  });

  it("is told what is wrong in its own words", async () => {
    await expect(ghost.posts.read({ slug: "nowhere" })).rejects.toMatchObject({
      name: "NotFoundError",
      type: "NotFoundError",
      message: "Resource not found error, cannot read post.",
      context: "Post not found.",
    });
    await expect(ghost.posts.browse({ filter: "featured:" })).rejects.toMatchObject({
      name: "BadRequestError",
      message: "Request not understood error, cannot list posts.",
    });
    await expect(ghost.posts.browse({ page: "two" })).rejects.toMatchObject({
      name: "ValidationError",
    });
    await expect(ghost.offers.read({ id: "0".repeat(24) })).rejects.toBeInstanceOf(Error);
  });
});

describe("Ghost's own client with a key that opens nothing", () => {
  it("is told so", async () => {
    const ghost = new GhostContentAPI({ ...options, key: "0".repeat(26), version: "v6.0" });
    await expect(ghost.posts.browse()).rejects.toMatchObject({
      name: "UnauthorizedError",
      message: "Unknown Content API Key",
      code: "UNKNOWN_CONTENT_API_KEY",
    });
  });
});
