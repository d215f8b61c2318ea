import { and, between, eq, inArray, isNull, type SQL, sql } from "drizzle-orm";

import type { Database } from "#core/db";
import { PAGE_BYTES } from "#core/pages";
import { toInstant } from "#repository/columns";
import { newsletters, type PostRow, posts, tags, users } from "#repository/models";
import { featurePictureOfPost } from "#repository/pictures";

import { publishedPostsOf, tagVisibility } from "./columns";

/** A tag as Ghost's clients know it. The count is null where nobody asked for it. */
export interface GhostTagRow {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly description: string | null;
  readonly visibility: "public" | "internal";
  readonly postCount: number | null;
}

/** An author as Ghost's clients know them. */
export interface GhostAuthorRow {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly bio: string | null;
  readonly website: string | null;
  readonly avatarUrl: string | null;
  readonly postCount: number | null;
}

/** The one thing that is meant: by slug, or by where its id lies. */
export type GhostKey =
  | { readonly slug: string }
  | { readonly first: string; readonly last: string };

/** Which part of a list, in which order. */
export interface Slice {
  readonly order: readonly SQL[];
  readonly limit: number;
  readonly offset: number;
}

/** Which of the larger parts of a post are wanted. */
export interface PostParts {
  readonly text: boolean;
  readonly tags: boolean;
  readonly authors: boolean;
}

// Written out, because drizzle takes the table's name off every column in what a select selects.
const tagRowsOf = sql<readonly GhostTagRow[] | null>`(
  select coalesce(json_agg(json_build_object(
    'id', tags.id, 'slug', tags.slug, 'name', tags.name, 'description', tags.description,
    'visibility', ${tagVisibility}, 'postCount', null
  ) order by post_tags.position), '[]')
  from post_tags join tags on tags.id = post_tags.tag_id
  where post_tags.post_id = posts.id)`;

const authorRowsOf = sql<readonly GhostAuthorRow[] | null>`(
  select coalesce(json_agg(json_build_object(
    'id', users.id, 'slug', users.slug, 'name', users.name, 'bio', users.bio,
    'website', users.website, 'avatarUrl', users.avatar_url, 'postCount', null
  ) order by post_authors.position), '[]')
  from post_authors join users on users.id = post_authors.user_id
  where post_authors.post_id = posts.id)`;

/** A text that is not for everybody does not leave the database. */
const shownHtml = sql<string | null>`case when posts.visibility = 'public' then posts.html
  else '' end`;

const columnsOf = (parts: PostParts) => ({
  id: posts.id,
  slug: posts.slug,
  title: posts.title,
  visibility: posts.visibility,
  html: parts.text ? shownHtml : sql<string | null>`null::text`,
  excerpt: sql<string>`case when posts.visibility = 'public' then posts.excerpt else '' end`,
  customExcerpt: posts.customExcerpt,
  readingTime: posts.readingTime,
  featured: posts.featured,
  featureImage: posts.featureImage,
  pictures: featurePictureOfPost,
  createdAt: posts.createdAt,
  updatedAt: posts.updatedAt,
  publishedAt: sql<string>`${posts.publishedAt}`.mapWith(toInstant),
  metaTitle: posts.metaTitle,
  metaDescription: posts.metaDescription,
  canonicalUrl: posts.canonicalUrl,
  ogTitle: posts.ogTitle,
  ogDescription: posts.ogDescription,
  ogImage: posts.ogImage,
  tags: parts.tags ? tagRowsOf : sql<readonly GhostTagRow[] | null>`null::json`,
  authors: parts.authors ? authorRowsOf : sql<readonly GhostAuthorRow[] | null>`null::json`,
});

export const isShown = (type: PostRow["type"], where: SQL | undefined): SQL | undefined =>
  and(eq(posts.status, "published"), isNull(posts.deletedAt), eq(posts.type, type), where);

// Of the rows that are found, all of which a window function sees.
const isTooLong = sql<boolean>`(count(*) over () > 1
  and sum(octet_length(${shownHtml})) over () > ${PAGE_BYTES})`;

/** @returns the texts of no post of the page, when those of all are longer than `PAGE_BYTES`. */
const pageColumnsOf = (parts: PostParts) => ({
  ...columnsOf(parts),
  ...(parts.text
    ? { html: sql<string | null>`case when ${isTooLong} then null else ${shownHtml} end` }
    : {}),
  isTooLong: parts.text ? isTooLong : sql<boolean>`false`,
});

/**
 * A slice of what is published. Which rows those are is found first: what stands before them costs no more
 * than its place in an index. Where the texts of several are too long for one answer, all rows say so and
 * none has its text.
 */
export const selectGhostPosts = (
  db: Database,
  { type, where }: { type: PostRow["type"]; where: SQL | undefined },
  { order, limit, offset }: Slice,
  parts: PostParts,
) =>
  db
    .select(pageColumnsOf(parts))
    .from(posts)
    .where(
      inArray(
        posts.id,
        db
          .select({ id: posts.id })
          .from(posts)
          .where(isShown(type, where))
          .orderBy(...order)
          .limit(limit)
          .offset(offset),
      ),
    )
    .orderBy(...order);

export type GhostPostRow = Awaited<ReturnType<typeof selectGhostPost>>[number];

/** One published post; its address today is the only one it has for Ghost's clients. */
export const selectGhostPost = (
  db: Database,
  type: PostRow["type"],
  key: GhostKey,
  parts: PostParts,
) =>
  db
    .select(columnsOf(parts))
    .from(posts)
    .where(isShown(type, isNamed(posts, key)))
    .limit(1);

const total = { total: sql<number>`count(*)::int` };

export const countGhostPosts = (
  db: Database,
  { type, where }: { type: PostRow["type"]; where: SQL | undefined },
) => db.select(total).from(posts).where(isShown(type, where));

const isNamed = (table: typeof posts | typeof users | typeof tags, key: GhostKey): SQL =>
  "slug" in key ? eq(table.slug, key.slug) : between(table.id, key.first, key.last);

const byAuthor = sql`from post_authors join posts on posts.id = post_authors.post_id
  where post_authors.user_id = users.id and posts.status = 'published' and posts.deleted_at is null`;
const withTag = sql`from post_tags join posts on posts.id = post_tags.post_id
  where post_tags.tag_id = tags.id and posts.status = 'published' and posts.deleted_at is null`;

/** Pages show that somebody writes, and count for nothing: as with Ghost. */
const postCount = (of: "authors" | "tags", isWanted: boolean): SQL<number | null> =>
  isWanted ? publishedPostsOf[of] : sql<number | null>`null::int`;

const authorColumns = (withCount: boolean) => ({
  id: users.id,
  slug: users.slug,
  name: users.name,
  bio: users.bio,
  website: users.website,
  avatarUrl: users.avatarUrl,
  postCount: postCount("authors", withCount),
});

const hasWritten = sql`exists (select 1 ${byAuthor})`;

/** A slice of the people who have published something. */
export const selectGhostAuthors = (
  db: Database,
  where: SQL | undefined,
  { order, limit, offset }: Slice,
  withCount: boolean,
) =>
  db
    .select(authorColumns(withCount))
    .from(users)
    .where(and(hasWritten, where))
    .orderBy(...order)
    .limit(limit)
    .offset(offset);

export const selectGhostAuthor = (db: Database, key: GhostKey, withCount: boolean) =>
  db
    .select(authorColumns(withCount))
    .from(users)
    .where(and(hasWritten, isNamed(users, key)))
    .limit(1);

export const countGhostAuthors = (db: Database, where: SQL | undefined) =>
  db.select(total).from(users).where(and(hasWritten, where));

const tagColumns = (withCount: boolean) => ({
  id: tags.id,
  slug: tags.slug,
  name: tags.name,
  description: tags.description,
  visibility: tagVisibility,
  postCount: postCount("tags", withCount),
});

const isUsed = sql`exists (select 1 ${withTag})`;

/** A slice of the tags that something published has. */
export const selectGhostTags = (
  db: Database,
  where: SQL | undefined,
  { order, limit, offset }: Slice,
  withCount: boolean,
) =>
  db
    .select(tagColumns(withCount))
    .from(tags)
    .where(and(isUsed, where))
    .orderBy(...order)
    .limit(limit)
    .offset(offset);

export const selectGhostTag = (db: Database, key: GhostKey, withCount: boolean) =>
  db
    .select(tagColumns(withCount))
    .from(tags)
    .where(and(isUsed, isNamed(tags, key)))
    .limit(1);

export const countGhostTags = (db: Database, where: SQL | undefined) =>
  db.select(total).from(tags).where(and(isUsed, where));

const isActive = (where: SQL | undefined): SQL | undefined =>
  and(eq(newsletters.status, "active"), where);

/** A slice of the newsletters that can be signed up for, each with its place among them, from 0. */
export const selectGhostNewsletters = (
  db: Database,
  where: SQL | undefined,
  { order, limit, offset }: Slice,
) =>
  db
    .select({
      id: newsletters.id,
      slug: newsletters.slug,
      name: newsletters.name,
      description: newsletters.description,
      senderEmail: newsletters.senderEmail,
      isDefault: newsletters.isDefault,
      createdAt: newsletters.createdAt,
      updatedAt: newsletters.updatedAt,
      place: sql<number>`(select count(*)::int from newsletters earlier
        where earlier.status = 'active'
          and (earlier.created_at, earlier.id) < (newsletters.created_at, newsletters.id))`,
    })
    .from(newsletters)
    .where(isActive(where))
    .orderBy(...order)
    .limit(limit)
    .offset(offset);

export type GhostNewsletterRow = Awaited<ReturnType<typeof selectGhostNewsletters>>[number];

export const countGhostNewsletters = (db: Database, where: SQL | undefined) =>
  db.select(total).from(newsletters).where(isActive(where));
