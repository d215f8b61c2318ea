import { env } from "cloudflare:workers";
import { and, eq, isNull, type SQL } from "drizzle-orm";
import { describe, expect, it } from "vitest";

import { createContext } from "#core/context";
import type { GhostResource } from "#repository/ghost/columns";
import { compileFilter } from "#repository/ghost/nql";
import { posts, tags, users } from "#repository/models";

import { authorFilters, postFilters, refusedFilters, tagFilters } from "./filters";
import { makeWorld } from "./make-world";
import { worldPosts } from "./world";

const { db } = createContext(env, { waitUntil: () => undefined }, "test");
await makeWorld(db);

const letterOf = new Map(worldPosts.map(({ id, letter }) => [id, letter]));

function conditionOf(filter: string, resource: GhostResource): SQL | undefined {
  const compiled = compileFilter(filter, resource);
  if (!compiled.ok) throw new Error(`${filter} is refused: ${compiled.reason}`);
  return compiled.where;
}

async function lettersOf(type: "post" | "page", where: SQL | undefined): Promise<string> {
  const rows = await db
    .select({ id: posts.id })
    .from(posts)
    .where(and(eq(posts.type, type), isNull(posts.deletedAt), where));
  return rows
    .map(({ id }) => letterOf.get(id) ?? "?")
    .toSorted()
    .join("");
}

describe.each(Object.entries(postFilters))("a filter of posts: %s", (_what, filters) => {
  it.each(filters)("%s keeps %j", async (filter, letters) => {
    expect(await lettersOf("post", conditionOf(filter, "posts"))).toBe(letters);
  });
});

describe("a filter of other things", () => {
  it("is one of pages, where there are only these", async () => {
    expect(await lettersOf("page", conditionOf("tag:news+author:ada", "pages"))).toBe("p");
    expect(await lettersOf("page", conditionOf("tag:tech", "pages"))).toBe("");
  });

  it.each(tagFilters)("of tags: %s keeps %j", async (filter, slugs) => {
    const rows = await db
      .select({ slug: tags.slug })
      .from(tags)
      .where(conditionOf(filter, "tags"))
      .orderBy(tags.slug);
    expect(rows.map(({ slug }) => slug).join(" ")).toBe(slugs);
  });

  it.each(authorFilters)("of authors: %s keeps %j", async (filter, slugs) => {
    const rows = await db
      .select({ slug: users.slug })
      .from(users)
      .where(conditionOf(filter, "authors"))
      .orderBy(users.slug);
    expect(rows.map(({ slug }) => slug).join(" ")).toBe(slugs);
  });
});

describe("a filter that cannot be answered", () => {
  it.each(refusedFilters)("is refused: %s, for its %s", (filter, reason) => {
    expect(compileFilter(filter, "posts")).toEqual({ ok: false, reason });
  });

  it.each(["tags", "authors", "newsletters"] as const)(
    "names no tag of a post in %s",
    (resource) => {
      expect(compileFilter("tag:news", resource)).toEqual({ ok: false, reason: "column" });
    },
  );
});

describe("no filter", () => {
  it.each([undefined, ""])("is no condition: %j", (filter) => {
    expect(compileFilter(filter, "posts")).toMatchObject({ ok: true, where: undefined });
  });
});
