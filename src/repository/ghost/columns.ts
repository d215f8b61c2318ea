import { type AnyColumn, type SQL, sql } from "drizzle-orm";

import { newsletters, postAuthors, posts, postTags, tags, users } from "#repository/models";
import { isInternal } from "#repository/tags";

/** What Ghost's content API lists that can be filtered and put in order in the database. */
export type GhostResource = "posts" | "pages" | "authors" | "tags" | "newsletters";

/**
 * How a column is compared: `choice` is an enum, `id` one of our UUIDs, known by its first 24 hex digits, and
 * `secrecy` a condition that makes a thing `internal`, and `public` where it is not met.
 */
export type ColumnKind = "text" | "choice" | "boolean" | "instant" | "id" | "number" | "secrecy";

export interface GhostColumn {
  readonly kind: ColumnKind;
  readonly sql: AnyColumn | SQL;
  /** Whether Ghost keeps it in `posts_meta`: a negation then keeps rows that have nothing there. */
  readonly isMeta: boolean;
  /** False: the same in every row. */
  readonly varies: boolean;
  readonly isNullable: boolean;
}

/** By Ghost's name, in the order of Ghost's schema, which decides what an ambiguous `order` means. */
export type GhostColumns = ReadonlyMap<string, GhostColumn>;

const column = (
  kind: ColumnKind,
  source: AnyColumn | SQL,
  { isMeta = false, isNullable = false, varies = true } = {},
): GhostColumn => ({ kind, sql: source, isMeta, isNullable, varies });

const nullable = { isNullable: true };
const meta = { isNullable: true, isMeta: true };

/** What Ghost has and we do not: null in every row. */
const absent = (names: readonly string[], isMeta = false): [string, GhostColumn][] =>
  names.map((name) => [
    name,
    column("text", sql`null::text`, { isMeta, isNullable: true, varies: false }),
  ]);

const constant = (kind: ColumnKind, source: SQL): GhostColumn =>
  column(kind, source, { varies: false });

// Written out, because drizzle takes the table's name off every column in what a select selects.

/** `internal` for a tag whose name begins with `#`, as Ghost has it, else `public`; of a row of `tags`. */
export const tagVisibility = sql<
  "public" | "internal"
>`(case when ${isInternal} then 'internal' else 'public' end)`;

const postColumns: GhostColumns = new Map<string, GhostColumn>([
  ["id", column("id", posts.id)],
  ["uuid", column("id", posts.id)],
  ["title", column("text", posts.title)],
  ["slug", column("text", posts.slug)],
  ["comment_id", column("id", posts.id)],
  ["feature_image", column("text", posts.featureImage, nullable)],
  ["featured", column("boolean", posts.featured)],
  ["type", column("choice", posts.type)],
  ["status", constant("text", sql`'published'`)],
  ...absent(["locale"]),
  ["visibility", column("choice", posts.visibility)],
  ["created_at", column("instant", posts.createdAt)],
  ["updated_at", column("instant", posts.updatedAt)],
  ["published_at", column("instant", posts.publishedAt)],
  ["custom_excerpt", column("text", posts.customExcerpt, nullable)],
  ...absent(["codeinjection_head", "codeinjection_foot", "custom_template"]),
  ["canonical_url", column("text", posts.canonicalUrl, nullable)],
  ["og_image", column("text", posts.ogImage, meta)],
  ["og_title", column("text", posts.ogTitle, meta)],
  ["og_description", column("text", posts.ogDescription, meta)],
  ...absent(["twitter_image", "twitter_title", "twitter_description"], true),
  ["meta_title", column("text", posts.metaTitle, meta)],
  ["meta_description", column("text", posts.metaDescription, meta)],
  ...absent(["email_subject", "frontmatter", "feature_image_alt", "feature_image_caption"], true),
  ["email_only", constant("boolean", sql`false`)],
]);

const tagColumns: GhostColumns = new Map<string, GhostColumn>([
  ["id", column("id", tags.id)],
  ["name", column("text", tags.name)],
  ["slug", column("text", tags.slug)],
  ["description", column("text", tags.description, nullable)],
  ...absent(["feature_image"]),
  ["visibility", column("secrecy", isInternal)],
  ...absent(["og_image", "og_title", "og_description"]),
  ...absent(["twitter_image", "twitter_title", "twitter_description"]),
  ...absent(["meta_title", "meta_description", "codeinjection_head", "codeinjection_foot"]),
  ...absent(["canonical_url", "accent_color"]),
  ["created_at", column("instant", tags.createdAt)],
  ["updated_at", column("instant", tags.updatedAt)],
]);

const authorColumns: GhostColumns = new Map<string, GhostColumn>([
  ["id", column("id", users.id)],
  ["name", column("text", users.name)],
  ["slug", column("text", users.slug)],
  ["profile_image", column("text", users.avatarUrl, nullable)],
  ...absent(["cover_image"]),
  ["bio", column("text", users.bio, nullable)],
  ["website", column("text", users.website, nullable)],
  ...absent(["location", "facebook", "twitter", "threads", "bluesky", "mastodon", "tiktok"]),
  ...absent(["youtube", "instagram", "linkedin", "locale"]),
  ["visibility", constant("text", sql`'public'`)],
  ...absent(["meta_title", "meta_description"]),
  ["created_at", column("instant", users.createdAt)],
  ["updated_at", column("instant", users.updatedAt)],
]);

/** How many active ones are older. */
const placeOfNewsletter = sql`(select count(*) from newsletters earlier
  where earlier.status = 'active'
    and (earlier.created_at, earlier.id) < (newsletters.created_at, newsletters.id))`;

const newsletterColumns: GhostColumns = new Map<string, GhostColumn>([
  ["id", column("id", newsletters.id)],
  ["uuid", column("id", newsletters.id)],
  ["name", column("text", newsletters.name)],
  ["description", column("text", newsletters.description, nullable)],
  ["slug", column("text", newsletters.slug)],
  ["sender_name", column("text", newsletters.senderName, nullable)],
  ["sender_email", column("text", newsletters.senderEmail, nullable)],
  ["visibility", constant("text", sql`'members'`)],
  ["subscribe_on_signup", column("boolean", newsletters.isDefault)],
  ["sort_order", column("number", placeOfNewsletter)],
  ["created_at", column("instant", newsletters.createdAt)],
  ["updated_at", column("instant", newsletters.updatedAt)],
]);

export interface GhostTable {
  /** What Ghost calls it: its columns may be written with that name before them. */
  readonly name: string;
  readonly columns: GhostColumns;
}

const postTable: GhostTable = { name: "posts", columns: postColumns };

export const ghostTables: Readonly<Record<GhostResource, GhostTable>> = {
  posts: postTable,
  pages: postTable,
  authors: { name: "users", columns: authorColumns },
  tags: { name: "tags", columns: tagColumns },
  newsletters: { name: "newsletters", columns: newsletterColumns },
};

/** What a post has several of. */
export interface GhostRelation {
  readonly name: "tags" | "authors";
  readonly columns: GhostColumns;
  /** What Ghost calls the table between; its one column is `sort_order`, 0 for the first. */
  readonly joinName: string;
  readonly sortOrder: GhostColumn;
  /** The same as `sort_order` being 0, found sooner. */
  readonly isFirst: SQL;
  /** Whether the post at hand has one that meets the conditions. */
  readonly some: (conditions: SQL | undefined) => SQL;
}

// Counted, not read: when a tag is gone, the next one is the first.
const rankOfTag = sql`(select count(*) from post_tags earlier
  where earlier.post_id = post_tags.post_id and earlier.position < post_tags.position)`;
const rankOfAuthor = sql`(select count(*) from post_authors earlier
  where earlier.post_id = post_authors.post_id and earlier.position < post_authors.position)`;
const isFirstTag = sql`not exists (select 1 from post_tags earlier
  where earlier.post_id = post_tags.post_id and earlier.position < post_tags.position)`;
const isFirstAuthor = sql`not exists (select 1 from post_authors earlier
  where earlier.post_id = post_authors.post_id and earlier.position < post_authors.position)`;

export const postRelations: readonly GhostRelation[] = [
  {
    name: "tags",
    columns: tagColumns,
    joinName: "posts_tags",
    sortOrder: column("number", rankOfTag),
    isFirst: isFirstTag,
    some: (conditions) => sql`exists (select 1 from ${postTags}
      inner join ${tags} on ${tags.id} = ${postTags.tagId}
      where ${postTags.postId} = ${posts.id} and ${conditions ?? sql`true`})`,
  },
  {
    name: "authors",
    columns: authorColumns,
    joinName: "posts_authors",
    sortOrder: column("number", rankOfAuthor),
    isFirst: isFirstAuthor,
    some: (conditions) => sql`exists (select 1 from ${postAuthors}
      inner join ${users} on ${users.id} = ${postAuthors.userId}
      where ${postAuthors.postId} = ${posts.id} and ${conditions ?? sql`true`})`,
  },
];

/** How many published posts (pages apart) a row of `tags` or `users` has, as `count.posts` says. */
export const publishedPostsOf: Readonly<Record<"tags" | "authors", SQL<number>>> = {
  tags: sql<number>`(select count(*)::int from post_tags join posts on posts.id = post_tags.post_id
    where post_tags.tag_id = tags.id and posts.type = 'post' and posts.status = 'published'
    and posts.deleted_at is null)`,
  authors: sql<number>`(select count(*)::int
    from post_authors join posts on posts.id = post_authors.post_id
    where post_authors.user_id = users.id and posts.type = 'post' and posts.status = 'published'
    and posts.deleted_at is null)`,
};
