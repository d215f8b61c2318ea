import { and, asc, eq, isNull, type SQL, sql } from "drizzle-orm";

import type { Database } from "#core/db";

import { toInstant } from "./columns";
import { posts, tags, users } from "./models";

/**
 * Addresses in one sitemap. The protocol allows 50,000; a page is to be made while somebody waits.
 *
 * @see https://www.sitemaps.org/protocol.html#index
 */
export const SITEMAP_LENGTH = 5000;

export type SitemapKind = "posts" | "pages" | "tags" | "authors";

/** Published, and at home here: what names another address as its own is found there. */
const isListed = (siteUrl: string) =>
  and(
    eq(posts.status, "published"),
    isNull(posts.deletedAt),
    sql`(${posts.canonicalUrl} is null or ${posts.canonicalUrl} = ${siteUrl} || '/' || ${posts.slug})`,
  );

const isShown = {
  tags: sql`exists (select 1 from post_tags join posts on posts.id = post_tags.post_id
    where post_tags.tag_id = tags.id and posts.status = 'published' and posts.deleted_at is null)`,
  authors: sql`exists (select 1 from post_authors join posts on posts.id = post_authors.post_id
    where post_authors.user_id = users.id and posts.status = 'published' and posts.deleted_at is null)`,
};

/**
 * Which sitemaps there are, and when something in those of posts last changed. Posts are parted by the month
 * of publication, in UTC: what is published next changes none of the older ones, and none is far to reach.
 */
export function selectSitemaps(db: Database, siteUrl: string) {
  // Of each row no more than has to be: there may be a million of them.
  const inMonths = db
    .select({
      type: posts.type,
      month: sql`date_trunc('month', posts.published_at at time zone 'UTC')`.as("month"),
      count: sql`count(*)`.as("count"),
      updatedAt: sql`max(posts.updated_at)`.as("updated_at"),
    })
    .from(posts)
    .where(isListed(siteUrl))
    .groupBy(sql`1, 2`);
  const ofPosts = sql`select case when type = 'post' then 'posts' else 'pages' end as kind,
      case when type = 'post' then month end as month, sum(count) as count, max(updated_at) as updated_at
    from (${inMonths}) as parts group by 1, 2`;
  const others = (["tags", "authors"] as const).map(
    (kind) => sql`select ${kind}::text, null, count(*), null
      from ${kind === "tags" ? tags : users} where ${isShown[kind]}`,
  );
  const all = sql`(${ofPosts} union all ${sql.join(others, sql` union all `)})`;
  return db
    .select({
      kind: sql<SitemapKind>`found.kind`,
      month: sql<string | null>`to_char(found.month, 'YYYY-MM')`,
      page: sql<number>`found.page`,
      updatedAt: sql<string | null>`found.updated_at`.mapWith(toInstant),
    })
    .from(
      sql`(select counted.*, generate_series(1, ceil(counted.count::numeric / ${SITEMAP_LENGTH})::int) as page
        from ${all} as counted) as found`,
    )
    .orderBy(
      sql`array_position(array['pages', 'posts', 'tags', 'authors'], found.kind)`,
      sql`found.month`,
      sql`found.page`,
    );
}

/** Which part of the posts. */
export interface SitemapPart {
  /** `2026-11`, in UTC; null for all of them. */
  readonly month: string | null;
  /** From 1 on. */
  readonly page: number;
}

export interface SitemapRow {
  readonly slug: string;
  readonly updatedAt: string | null;
  readonly image: string | null;
}

/** Posts or pages, oldest first: what is published next does not move those before it. */
export const selectSitemapPosts = (
  db: Database,
  siteUrl: string,
  type: "post" | "page",
  { month, page }: SitemapPart,
) =>
  db
    .select({
      slug: posts.slug,
      updatedAt: sql<string | null>`${posts.updatedAt}`.mapWith(toInstant),
      image: posts.featureImage,
    })
    .from(posts)
    .where(and(isListed(siteUrl), eq(posts.type, type), month === null ? undefined : isIn(month)))
    .orderBy(asc(posts.publishedAt), asc(posts.id))
    .limit(SITEMAP_LENGTH)
    .offset((page - 1) * SITEMAP_LENGTH);

/** Compared as moments, so that an index answers. */
function isIn(month: string): SQL {
  const first = sql`${`${month}-01`}::date::timestamp`;
  return sql`(${posts.publishedAt} >= ${first} at time zone 'UTC'
    and ${posts.publishedAt} < (${first} + interval '1 month') at time zone 'UTC')`;
}

/** A page of the tags that a published post has. */
export const selectSitemapTags = (db: Database, page: number) =>
  db
    .select({
      slug: tags.slug,
      updatedAt: sql<string | null>`null`,
      image: sql<string | null>`null`,
    })
    .from(tags)
    .where(isShown.tags)
    .orderBy(asc(tags.id))
    .limit(SITEMAP_LENGTH)
    .offset((page - 1) * SITEMAP_LENGTH);

/** A page of the people who have published something. */
export const selectSitemapAuthors = (db: Database, page: number) =>
  db
    .select({
      slug: users.slug,
      updatedAt: sql<string | null>`null`,
      image: users.avatarUrl,
    })
    .from(users)
    .where(isShown.authors)
    .orderBy(asc(users.id))
    .limit(SITEMAP_LENGTH)
    .offset((page - 1) * SITEMAP_LENGTH);
