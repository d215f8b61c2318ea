import { env } from "cloudflare:workers";
import { and, eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";

import { createContext } from "#core/context";
import { compileFilter } from "#repository/ghost/nql";
import { orderOf } from "#repository/ghost/order";
import { posts, tags, users } from "#repository/models";

import { makeWorld } from "./make-world";
import { worldPosts } from "./world";

const { db } = createContext(env, { waitUntil: () => undefined }, "test");
await makeWorld(db);

const letterOf = new Map(worldPosts.map(({ id, letter }) => [id, letter]));

/** A filter with its hints. */
function compiled(filter: string, resource: "posts" | "authors" | "tags") {
  const of = compileFilter(filter, resource);
  if (!of.ok) throw new Error(`${filter} is refused`);
  return of;
}

async function lettersBy(
  order: string | undefined,
  filter = "",
  include: readonly string[] = [],
): Promise<string> {
  const { where, hints } = compiled(filter, "posts");
  const rows = await db
    .select({ id: posts.id })
    .from(posts)
    .where(and(eq(posts.type, "post"), where))
    .orderBy(...orderOf(order, "posts", include, hints));
  return rows.map(({ id }) => letterOf.get(id)).join("");
}

describe("the order of posts", () => {
  it.each<readonly [string | undefined, string]>([
    [undefined, "kjihgfedcba"],
    ["", "kjihgfedcba"],
    ["published_at desc", "kjihgfedcba"],
    ["published_at asc", "abcdefghijk"],
    ["PUBLISHED_AT ASC", "abcdefghijk"],
    [" slug   asc ", "jabcdefghik"],
    ["id desc", "kjihgfedcba"],
    ["featured desc, slug asc", "jacdfbeghik"],
    ["featured asc,published_at desc", "kihgebjfdca"],
    ["posts.slug asc", "jabcdefghik"],
    ["lug asc", "jabcdefghik"],
    ["custom_excerpt desc,slug asc", "kajbcdefghi"],
    ["custom_excerpt asc,slug asc", "jbcdefghiak"],
    ["meta_title desc", "dcbkjihgfea"],
    ["posts_meta.meta_title asc", "aefghijkbcd"],
    ["slug asc,slug desc", "kihgfedcbaj"],
  ])("follows %j", async (order, letters) => {
    expect(await lettersBy(order)).toBe(letters);
  });

  it.each([
    "slug",
    "slug up",
    "nothing asc",
    "slug;drop asc",
    "slug asc desc",
    "password desc",
    "html asc",
    "count.posts desc",
    "feature_image_alt asc",
    "(select 1) asc",
    "slug' asc",
    ",,,",
  ])("ignores %j", async (order) => {
    expect(await lettersBy(order)).toBe("kjihgfedcba");
    expect(await lettersBy(`${order},slug asc`)).toBe("jabcdefghik");
  });

  it("is that of a list of slugs, when nobody asks for one", async () => {
    expect(await lettersBy(undefined, "slug:[echo,alpha,kilo,nothing]")).toBe("eak");
    expect(
      await lettersBy(undefined, "(slug:[echo,alpha,kilo],slug:bravo)+featured:[true,false]"),
    ).toBe("beak");
    expect(await lettersBy("slug desc", "slug:[echo,alpha,kilo]")).toBe("kea");
    expect(await lettersBy(undefined, "slug:-[echo,alpha,kilo]")).toBe("jihgfdcb");
    expect(await lettersBy(undefined, "slug:[echo,alpha,kilo]", ["tags"])).toBe("kea");
  });

  it("has what is in most of a filter's tags or authors first, when these are shown", async () => {
    expect(await lettersBy(undefined, "tag:[news,tech]", ["tags"])).toBe("jifdkeba");
    expect(await lettersBy(undefined, "primary_tag:[news,tech]", ["authors"])).toBe("fdkeba");
    expect(await lettersBy(undefined, "author:[ada,ben]", ["authors"])).toBe("jhfdiecba");
    expect(await lettersBy(undefined, "author:[ada,ben]+tag:[news,tech]", ["tags"])).toBe(
      "jfdieba",
    );
    expect(await lettersBy(undefined, "tag:[news,tech]")).toBe("kjifedba");
    expect(await lettersBy("slug asc", "tag:[news,tech]", ["tags"])).toBe("jabdefik");
  });

  it("ends with the id, so that two with the same date are never one before the other twice", () => {
    const { hints } = compiled("", "posts");
    expect(orderOf("featured desc", "posts", [], hints)).toHaveLength(2);
    expect(orderOf("nothing", "posts", [], hints)).toHaveLength(2);
  });
});

describe("the order of tags and authors", () => {
  const slugsBy = async (
    resource: "tags" | "authors",
    order: string | undefined,
    include: readonly string[] = [],
  ): Promise<string> => {
    const table = resource === "tags" ? tags : users;
    const rows = await db
      .select({ slug: table.slug })
      .from(table)
      .orderBy(...orderOf(order, resource, include, compiled("", resource).hints));
    return rows.map(({ slug }) => slug).join(" ");
  };

  it.each<readonly ["tags" | "authors", string | undefined, string]>([
    ["tags", "slug asc", "hash-secret lonely news opinion tech"],
    ["tags", "created_at desc", "lonely hash-secret opinion tech news"],
    ["tags", "description asc", "hash-secret lonely tech news opinion"],
    ["authors", undefined, "ada ben cyd"],
    ["authors", "name desc", "cyd ben ada"],
    ["authors", "email desc", "ada ben cyd"],
  ])("of %s follows %j", async (resource, order, slugs) => {
    const got = await slugsBy(resource, order);
    // Nulls come first and together; which of them is first is for the id to say.
    expect(got.split(" ").toSorted()).toEqual(slugs.split(" ").toSorted());
    if (order !== "description asc") expect(got).toBe(slugs);
    else expect(got).toMatch(/opinion news$|news opinion$/u);
  });

  it("can be that of the number of posts, where that is shown", async () => {
    expect(await slugsBy("tags", "count.posts desc,slug asc", ["count.posts"])).toBe(
      "news tech hash-secret opinion lonely",
    );
    expect(await slugsBy("authors", "count.posts asc", ["count.posts"])).toBe("ben cyd ada");
    expect(await slugsBy("authors", "count.posts asc")).toBe("ada ben cyd");
  });
});
