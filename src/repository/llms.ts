import { and, desc, eq, isNull, sql } from "drizzle-orm";

import type { Database } from "#core/db";
import type { Keyset } from "#core/pages";

import { toInstant } from "./columns";
import { type PostRow, posts } from "./models";
import { authorsOf, tagsOf } from "./posts";

/** Programs that read are nobody in particular: what is for members is not for them. */
const isForAll = and(
  eq(posts.status, "published"),
  isNull(posts.deletedAt),
  eq(posts.visibility, "public"),
);

const newestFirst = [desc(posts.publishedAt), desc(posts.id)];

/** The newest that everybody may read, by name. */
export const selectNewest = (db: Database, type: PostRow["type"], limit: number) =>
  db
    .select({ id: posts.id, slug: posts.slug, title: posts.title, excerpt: posts.excerpt })
    .from(posts)
    .where(and(isForAll, eq(posts.type, type)))
    .orderBy(...newestFirst)
    .limit(limit);

export type NewestRow = Awaited<ReturnType<typeof selectNewest>>[number];

const isBehind = ([publishedAt, id]: Keyset) =>
  sql`(${posts.publishedAt}, ${posts.id}) < (${publishedAt}::timestamptz, ${id}::uuid)`;

/** The next of them, how long they are, and how long they are with all before them. */
function measuredTexts(db: Database, after: Keyset | null, limit: number) {
  const found = db.$with("found").as(
    db
      .select({
        id: posts.id,
        publishedAt: posts.publishedAt,
        // Known without reading the text.
        size: sql<number>`octet_length(${posts.content})`.as("size"),
      })
      .from(posts)
      .where(and(isForAll, after === null ? undefined : isBehind(after)))
      .orderBy(...newestFirst)
      .limit(limit),
  );
  const inOrder = sql`order by found.published_at desc, found.id desc`;
  const measured = db.$with("measured").as(
    db
      .select({
        id: found.id,
        running: sql<number>`sum(found.size) over (${inOrder})`.as("running"),
        place: sql<number>`row_number() over (${inOrder})`.as("place"),
        total: sql<number>`(count(*) over ())::int`.as("total"),
      })
      .from(found),
  );
  return { found, measured };
}

/**
 * What everybody may read, posts and pages alike, newest first and in full: as many as there is room for,
 * and one at least. `total` is how many there are up to one more than `limit`, whether there is room or not.
 *
 * @param bytes how much room there is, for the texts alone.
 */
export function selectFullTexts(
  db: Database,
  after: Keyset | null,
  { limit, bytes }: { readonly limit: number; readonly bytes: number },
) {
  const { found, measured } = measuredTexts(db, after, limit + 1);
  return db
    .with(found, measured)
    .select({
      id: posts.id,
      slug: posts.slug,
      title: posts.title,
      content: posts.content,
      publishedAt: sql<string>`${posts.publishedAt}`.mapWith(toInstant),
      authors: authorsOf,
      tags: tagsOf,
      total: measured.total,
    })
    .from(posts)
    .innerJoin(measured, eq(measured.id, posts.id))
    .where(
      sql`measured.place <= ${limit}::int
        and (measured.place = 1 or measured.running <= ${bytes}::int)`,
    )
    .orderBy(...newestFirst);
}

export type FullTextRow = Awaited<ReturnType<typeof selectFullTexts>>[number];
