import { env } from "cloudflare:workers";
import { and, eq } from "drizzle-orm";
import {
  type Arbitrary,
  array,
  assert,
  asyncProperty,
  constantFrom,
  letrec,
  oneof,
} from "fast-check";
import { expect, it } from "vitest";

import { createContext } from "#core/context";
import { compileFilter } from "#repository/ghost/nql";
import { posts } from "#repository/models";

import { keptBy, type Op, type Scalar, type Tree, write } from "./evaluator";
import { makeWorld } from "./make-world";
import { ghostIdOf, worldAuthors, worldPosts, worldTags } from "./world";

const { db } = createContext(env, { waitUntil: () => undefined }, "test");
await makeWorld(db);

const equality: readonly Op[] = ["is", "isNot"];
const lists: readonly Op[] = ["among", "notAmong"];
const ranges: readonly Op[] = ["above", "from", "below", "to"];
const searches: readonly Op[] = ["has", "begins", "ends", "hasNot", "beginsNot", "endsNot"];

interface Column {
  readonly values: readonly Scalar[];
  readonly ops: readonly Op[];
}

/** Ranges only where the order of the texts is the same under every collation. */
const text = (values: readonly (string | null)[], isOrdered = false): Column => ({
  values: [...values, "something else", null],
  ops: [...equality, ...lists, ...searches, ...(isOrdered ? ranges : [])],
});

const tagSlugs = text(
  worldTags.map(({ slug }) => slug),
  true,
);
const authorSlugs = text(
  worldAuthors.map(({ slug }) => slug),
  true,
);

const columns: Readonly<Record<string, Column>> = {
  slug: text(
    worldPosts.map(({ slug }) => slug),
    true,
  ),
  title: text(worldPosts.map(({ title }) => title)),
  custom_excerpt: text(["In short", "Not so short", "short", "in"]),
  feature_image: text(["https://pictures.example/b.jpg", "pictures", "G"]),
  meta_title: text(["Meta of Bravo", "Meta of Charlie", "meta", "delta"]),
  og_title: text(["Open Charlie", "Open", "o"]),
  visibility: text(["public", "members", "paid", "tiers", "m"]),
  featured: { values: [true, false], ops: [...equality, ...lists] },
  published_at: {
    values: [...worldPosts.map(({ publishedAt }) => publishedAt), "2021-03-01T00:00:00.000Z"].map(
      (moment) => `${moment.slice(0, 19)}.000Z`,
    ),
    ops: [...equality, ...lists, ...ranges],
  },
  id: { values: worldPosts.map(ghostIdOf), ops: [...equality, ...lists, ...ranges] },
  tag: tagSlugs,
  tags: tagSlugs,
  "tags.slug": tagSlugs,
  "tags.name": text([...worldTags.map(({ name }) => name), "o", "0%", "_"]),
  "tags.description": text(["What is new", "what", "think"]),
  "tags.visibility": text(["public", "internal", "i"]),
  "tags.id": { values: worldTags.map(ghostIdOf), ops: [...equality, ...lists, ...ranges] },
  "tags.created_at": {
    values: worldTags.map(({ createdAt }) => createdAt),
    ops: [...equality, ...lists, ...ranges],
  },
  author: authorSlugs,
  "authors.slug": authorSlugs,
  "authors.name": text([...worldAuthors.map(({ name }) => name), "a", "(guest)", "o'h"]),
  "authors.bio": text(["Counts", "visits"]),
  primary_tag: tagSlugs,
  primary_author: authorSlugs,
};

/** A search needs a text to search for. */
const isSearch = (op: Op): boolean => searches.includes(op);

const leaves: Arbitrary<Tree> = constantFrom(...Object.entries(columns)).chain(([key, column]) =>
  constantFrom(...column.ops).chain((op) => {
    const known = column.values.filter((one) => one !== null || !isSearch(op));
    const value = constantFrom(...known);
    const values = array(value, { minLength: 1, maxLength: lists.includes(op) ? 4 : 1 });
    return values.map((some) => ({ key, op, values: some }));
  }),
);

const { tree: trees } = letrec<{ tree: Tree }>((tie) => {
  const members = array(tie("tree"), { minLength: 2, maxLength: 4 });
  return {
    tree: oneof(
      { maxDepth: 3, depthSize: "small" },
      leaves,
      members.map((all) => ({ all })),
      members.map((any) => ({ any })),
    ),
  };
});

const letterOf = new Map(worldPosts.map(({ id, letter }) => [id, letter]));

it("keeps, whatever the filter, just what somebody without a database would keep", async () => {
  let kept = 0;
  await assert(
    asyncProperty(trees, async (tree) => {
      const compiled = compileFilter(write(tree), "posts");
      if (!compiled.ok) {
        expect(compiled.reason).toBe("limit");
        return;
      }
      const rows = await db
        .select({ id: posts.id })
        .from(posts)
        .where(and(eq(posts.type, "post"), compiled.where));
      const letters = rows.map(({ id }) => letterOf.get(id) ?? "?").toSorted();
      expect(letters.join("")).toBe(keptBy(tree));
      if (rows.length > 0 && rows.length < 11) kept += 1;
    }),
    { numRuns: 250 },
  );
  // Filters that keep nothing or everything would prove little.
  expect(kept).toBeGreaterThan(50);
});
