import { asc, desc, type SQL, sql } from "drizzle-orm";

import type { Database } from "#core/db";
import { toInstant } from "#repository/columns";
import { posts, tags, users } from "#repository/models";

import { tagVisibility } from "./columns";
import { isShown, selectGhostAuthors, selectGhostTags, type Slice } from "./content";

/** The most that a search in the reader's browser is given, of each kind. */
const INDEX_LENGTH = 10_000;

/** The newest published posts, as far as a search in the reader's browser looks at them. */
export const selectGhostIndexPosts = (db: Database) =>
  db
    .select({
      id: posts.id,
      slug: posts.slug,
      title: posts.title,
      excerpt: sql<string>`case when posts.visibility = 'public' then posts.excerpt else '' end`,
      visibility: posts.visibility,
      createdAt: posts.createdAt,
      updatedAt: posts.updatedAt,
      publishedAt: sql<string>`${posts.publishedAt}`.mapWith(toInstant),
    })
    .from(posts)
    .where(isShown("post", undefined))
    .orderBy(desc(posts.publishedAt), desc(posts.id))
    .limit(INDEX_LENGTH);

export type GhostIndexPostRow = Awaited<ReturnType<typeof selectGhostIndexPosts>>[number];

const wholeIndex = (...order: readonly SQL[]): Slice => ({
  order,
  limit: INDEX_LENGTH,
  offset: 0,
});

export const selectGhostIndexAuthors = (db: Database) =>
  selectGhostAuthors(db, undefined, wholeIndex(asc(users.name), asc(users.id)), false);

/** Of internal tags, readers know nothing. */
export const selectGhostIndexTags = (db: Database) =>
  selectGhostTags(
    db,
    sql`${tagVisibility} = 'public'`,
    wholeIndex(asc(tags.name), asc(tags.id)),
    false,
  );
