import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";

import { db, GHOST, ghost, givenPublished, givenTagNamed, key } from "#test/support/ghost";
import { send, type Sent } from "#test/support/requests";

/** Posts that nothing else in this file has a tag with, newest first. */
async function givenShelf(size: number): Promise<{ slug: string; ids: readonly string[] }> {
  const mark = crypto.randomUUID().slice(0, 8);
  const tag = await givenTagNamed(`Shelf ${mark}`, `shelf-${mark}`);
  const ids: string[] = [];
  for (let number = 0; number < size; number += 1) {
    const day = String(28 - number).padStart(2, "0");
    const { ghostId } = await givenPublished({
      tags: [tag],
      title: `Book ${String.fromCharCode(97 + ((number * 7) % 26))}`,
      publishedAt: `2026-01-${day}T12:00:00.000Z`,
    });
    ids.push(ghostId);
  }
  return { slug: tag.slug, ids };
}

const shelf = await givenShelf(17);
const onShelf = { filter: `tag:${shelf.slug}`, fields: "id" };

const idsOf = (body: { posts: readonly { id: string }[] }): readonly string[] =>
  body.posts.map(({ id }) => id);

it("a list has the newest fifteen first, and says how many there are", async () => {
  const { body } = await ghost("posts/", onShelf);
  expect(idsOf(body)).toEqual(shelf.ids.slice(0, 15));
  expect(body.meta).toEqual({
    pagination: { page: 1, limit: 15, pages: 2, total: 17, next: 2, prev: null },
  });
});

it("pages follow one another to the end, each post once", async () => {
  const seen: string[] = [];
  let page: number | null = 1;
  while (page !== null) {
    const { body } = await ghost("posts/", { ...onShelf, limit: "5", page: String(page) });
    seen.push(...idsOf(body));
    page = body.meta.pagination.next;
  }
  expect(seen).toEqual(shelf.ids);
});

it("the last page leads back and no further", async () => {
  const { body } = await ghost("posts/", { ...onShelf, page: "2" });
  expect(idsOf(body)).toHaveLength(2);
  expect(body.meta.pagination).toMatchObject({ page: 2, next: null, prev: 1 });
});

it.each(["3", "1000000", "99999999999999999999999999"])(
  "beyond the end, at page %s, there is nothing, and nothing follows",
  async (page) => {
    const { status, body } = await ghost("posts/", { ...onShelf, page });
    expect([status, body.posts]).toEqual([200, []]);
    expect(body.meta.pagination).toMatchObject({ pages: 2, total: 17, next: null });
  },
);

it("what nothing is in still has one page", async () => {
  const { body } = await ghost("posts/", { filter: "slug:there-is-no-such-thing" });
  expect(body).toEqual({
    posts: [],
    meta: { pagination: { page: 1, limit: 15, pages: 1, total: 0, next: null, prev: null } },
  });
});

it.each([
  ["1", 1],
  ["100", 100],
  ["101", 100],
  ["all", 100],
  ["many", 100],
  ["-1", 100],
  ["0", 15],
  ["", 15],
])("a limit of %j is one of %i", async (limit, effective) => {
  const { body } = await ghost("posts/", { ...onShelf, limit });
  expect(body.meta.pagination.limit).toBe(effective);
  expect(body.posts).toHaveLength(Math.min(effective, 17));
});

it("page 0 is the first", async () => {
  const { body } = await ghost("posts/", { ...onShelf, page: "0" });
  expect(body.meta.pagination).toMatchObject({ page: 1, next: 2, prev: null });
});

it("a list has the order that is asked for", async () => {
  const titlesOf = async (order: string): Promise<readonly string[]> => {
    const query = { filter: `tag:${shelf.slug}`, fields: "title", limit: "all", order };
    const { body } = await ghost("posts/", query);
    return body.posts.map(({ title }: { title: string }) => title);
  };
  const ascending = await titlesOf("title asc");
  expect(ascending).toEqual([...ascending].toSorted());
  expect(new Set(ascending).size).toBeGreaterThan(5);
  expect(await titlesOf("title desc, published_at asc")).toEqual(ascending.toReversed());
});

it("every list comes with its place in the whole, also when one thing is in it", async () => {
  const { body } = await ghost("posts/", { filter: `id:${shelf.ids[3]}` });
  expect(idsOf(body)).toEqual([shelf.ids[3]]);
  expect(body.meta.pagination.total).toBe(1);
});

it("parameters that Ghost does not have change nothing", async () => {
  const plain = await ghost("posts/", onShelf);
  const odd = await ghost("posts/", {
    ...onShelf,
    absolute_urls: "true",
    debug: "1",
    slug: "something",
    "utm_source[]": "x",
    nonsense: "yes",
  });
  expect([odd.status, odd.text]).toEqual([200, plain.text]);
});

it("whoever gives a parameter twice gives both values", async () => {
  const { slug } = await givenPublished({ title: "Both" });
  const path = `${GHOST}/posts/slug/${slug}/?key=${key}&fields=title&fields=slug&x=1&x=2`;
  const { body } = await send("GET", path);
  expect(body.posts).toEqual([{ id: expect.any(String), title: "Both", slug }]);
});

describe.each(["posts", "pages"] as const)("a list of %s with long texts", (kind) => {
  const type = kind === "posts" ? "post" : "page";

  /** So many texts of these bytes each, and the question for them. */
  async function givenLong(count: number, bytes: number, visibility: "public" | "members") {
    const mark = crypto.randomUUID().slice(0, 8);
    const tag = await givenTagNamed(`Long ${mark}`, `long-${mark}`);
    for (let made = 0; made < count; made += 1) {
      const { id } = await givenPublished({ tags: [tag], type, visibility });
      await db.execute(
        sql`update posts set html = repeat('long ', ${bytes / 5}::int) where id = ${id}`,
      );
    }
    return (query: Readonly<Record<string, string>>) =>
      ghost(`${kind}/`, { filter: `tag:${tag.slug}`, ...query });
  }

  const lengthsIn = ({ body }: Sent): readonly number[] =>
    body[kind].map(({ html }: { html: string }) => html.length);

  it("is refused in Ghost's words when one answer cannot have them, and says what to do", async () => {
    const list = await givenLong(3, 3_000_000, "public");
    for (const query of [{}, { formats: "plaintext" }, { fields: "id,html" }, { limit: "all" }]) {
      const answer = await list(query);
      expect(answer.status).toBe(400);
      expect(answer.text.length).toBeLessThan(1000);
      expect(answer.headers.get("cache-control")).toContain("no-store");
      expect(answer.body.errors).toMatchObject([
        {
          type: "BadRequestError",
          message: `Request not understood error, cannot list ${kind}.`,
          context:
            "The texts of this page are too long for one answer. Ask for fewer posts with `limit`, or without texts by naming `fields`.",
        },
      ]);
    }
  });

  it("is answered with fewer at a time, and without the texts", async () => {
    const list = await givenLong(3, 3_000_000, "public");
    expect(lengthsIn(await list({ limit: "2" }))).toEqual([3_000_000, 3_000_000]);
    expect(lengthsIn(await list({ limit: "2", page: "2" }))).toEqual([3_000_000]);
    const { status, body, roundTrips } = await list({ fields: "id,title" });
    expect([status, body[kind].length, roundTrips]).toEqual([200, 3, 1]);
  });

  it("has one at least, however long", async () => {
    const list = await givenLong(2, 10_000_000, "public");
    expect((await list({})).status).toBe(400);
    for (const page of ["1", "2"]) {
      expect(lengthsIn(await list({ limit: "1", page }))).toEqual([10_000_000]);
    }
  });

  it("is not too long by texts that are not shown", async () => {
    const list = await givenLong(3, 3_000_000, "members");
    expect(lengthsIn(await list({}))).toEqual([0, 0, 0]);
  });
});
