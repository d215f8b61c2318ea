import { TSGhostContentAPI } from "@ts-ghost/content-api";
import { afterAll, describe, expect, inject, it } from "vitest";

import { MANY, serveSite } from "./site";

const site = await serveSite(inject("neonEndpoint"));
afterAll(() => site.stop());

const ghost = new TSGhostContentAPI(site.origin, site.key, "v6.0");

/** What a client that holds every answer against a schema has found nothing wrong with. */
function valid<Result extends { readonly success: boolean }>(result: Result) {
  if (!result.success) throw new Error(JSON.stringify(result));
  return result as Result & { readonly success: true };
}

describe("a client that holds every answer against a schema of its own", () => {
  it("finds nothing wrong with lists", async () => {
    const posts = valid(
      await ghost.posts
        .browse({ limit: 15, filter: "visibility:[public,members,paid]" })
        .include({ authors: true, tags: true })
        .formats({ html: true, plaintext: true })
        .fetch(),
    );
    expect(posts.data).toHaveLength(15);
    expect(posts.data[0]).toMatchObject({ slug: "kilo", primary_tag: { slug: "tech" } });
    const pages = valid(await ghost.pages.browse().include({ authors: true }).fetch());
    expect(pages.data).toHaveLength(1);
    const tags = valid(await ghost.tags.browse().include({ "count.posts": true }).fetch());
    expect(tags.data.find(({ slug }) => slug === "many")?.count).toEqual({ posts: MANY });
    const authors = valid(await ghost.authors.browse().include({ "count.posts": true }).fetch());
    expect(authors.data.map(({ slug }) => slug)).toEqual(["ada", "ben", "cyd", "zoe"]);
    const tiers = valid(await ghost.tiers.browse().include({ benefits: true }).fetch());
    expect(tiers.data.map(({ type }) => type)).toEqual(["free"]);
  });

  it("finds nothing wrong with one thing", async () => {
    const post = valid(await ghost.posts.read({ slug: "delta" }).include({ tags: true }).fetch());
    expect(post.data).toMatchObject({ visibility: "members", access: false, html: "" });
    const same = valid(await ghost.posts.read({ id: post.data.id }).fetch());
    expect(same.data.slug).toBe("delta");
    expect(valid(await ghost.pages.read({ slug: "about" }).fetch()).data.title).toBe("About us");
    expect(valid(await ghost.tags.read({ slug: "news" }).fetch()).data.name).toBe("News");
    expect(valid(await ghost.authors.read({ slug: "ada" }).fetch()).data.name).toBe("Ada Lovelace");
  });

  it("finds nothing wrong with the settings", async () => {
    expect(valid(await ghost.settings.fetch()).data).toMatchObject({
      title: "The world",
      url: "https://reader.example/",
    });
  });

  it("pages to the end", async () => {
    const slugs = new Set<string>();
    let cursor = ghost.posts.browse({ limit: 15 }).fields({ slug: true }).paginate();
    for (;;) {
      const { current, next } = await cursor;
      for (const { slug } of valid(current).data) slugs.add(slug);
      if (!next) break;
      cursor = next.paginate();
    }
    expect(slugs.size).toBe(MANY + 11);
  });

  it("is told what is wrong", async () => {
    const result = await ghost.posts.read({ slug: "nowhere" }).fetch();
    expect(result.success).toBe(false);
    if (!result.success) expect(result.errors[0]).toMatchObject({ type: "NotFoundError" });
  });
});
