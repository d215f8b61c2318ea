import { and, desc, eq, inArray, isNull, or, type SQL, sql } from "drizzle-orm";

import type { Database } from "#core/db";

import { hasPublished } from "./authors";
import { toInstant } from "./columns";
import { postAuthors, posts, postTags, slugRedirects, tags, users } from "./models";
import { authorsOf, tagsOf } from "./posts";
import { isBorne } from "./tags";

/** What a feed is about: everything, or what has one tag or one author, by slug. */
export type FeedChannel =
  | { readonly kind: "site" }
  | { readonly kind: "tag" | "author"; readonly slug: string };

/** A picture that is kept here, as far as readers of feeds ask. */
export interface PictureFacts {
  readonly contentType: string;
  /** In bytes. */
  readonly size: number;
  readonly width: number | null;
  readonly height: number | null;
}

const FEED_LENGTH = 20;
/** A longer text would be too much for one answer, twenty times over; such a post comes with its excerpt. */
const MOST_BYTES = 250_000;

// Written out, because drizzle takes the table's name off every column in what a select selects.
const pictureOf = sql<PictureFacts | null>`(
  select json_build_object('contentType', media.content_type, 'size', media.size,
    'width', media.width, 'height', media.height)
  from media
  where media.object_key = substring(posts.feature_image from 'media/[0-9a-f]{64}\\.[a-z0-9]+$')
    and media.status = 'ready'
  limit 1)`;

/** What everybody may read of a post that stands in a list by itself; what is for members gives no text away. */
const columns = {
  id: posts.id,
  slug: posts.slug,
  title: posts.title,
  excerpt: sql<string>`case when posts.visibility = 'public' then posts.excerpt
    else coalesce(posts.custom_excerpt, '') end`,
  featureImage: posts.featureImage,
  picture: pictureOf,
  publishedAt: sql<string>`${posts.publishedAt}`.mapWith(toInstant),
  updatedAt: posts.updatedAt,
  authors: authorsOf,
};

const isPublished = and(eq(posts.status, "published"), isNull(posts.deletedAt));

/** The newest published posts of a channel, with the text of those that are for everybody. No pages. */
export const selectFeedPosts = (db: Database, channel: FeedChannel) =>
  db
    .select({
      ...columns,
      html: sql<string | null>`case when posts.visibility = 'public'
        and octet_length(posts.html) <= ${MOST_BYTES}::int then posts.html end`,
      language: sql<string | null>`posts.metadata->>'lang'`,
      tags: tagsOf,
    })
    .from(posts)
    .where(and(isPublished, eq(posts.type, "post"), isIn(db, channel)))
    .orderBy(desc(posts.publishedAt), desc(posts.id))
    .limit(FEED_LENGTH);

export type FeedPostRow = Awaited<ReturnType<typeof selectFeedPosts>>[number];

function isIn(db: Database, channel: FeedChannel): SQL | undefined {
  if (channel.kind === "site") return undefined;
  const named =
    channel.kind === "tag"
      ? db
          .select({ id: postTags.postId })
          .from(postTags)
          .innerJoin(tags, eq(tags.id, postTags.tagId))
          .where(eq(tags.slug, channel.slug))
      : db
          .select({ id: postAuthors.postId })
          .from(postAuthors)
          .innerJoin(users, eq(users.id, postAuthors.userId))
          .where(eq(users.slug, channel.slug));
  return inArray(posts.id, named);
}

/** The tag that something published bears, or the author who has published something, that a channel is about. */
export const selectSubject = (
  db: Database,
  { kind, slug }: FeedChannel & { kind: "tag" | "author" },
) =>
  kind === "tag"
    ? db
        .select({ id: tags.id, name: tags.name, description: tags.description })
        .from(tags)
        .where(and(eq(tags.slug, slug), isBorne))
    : db
        .select({ id: users.id, name: users.name, description: users.bio })
        .from(users)
        .where(and(eq(users.slug, slug), hasPublished));

export type SubjectRow = Awaited<ReturnType<typeof selectSubject>>[number];

/**
 * When anything was last changed, published or not: by somebody, by an import or by its plan. Whatever is
 * taken back or thrown away counts too, so no list of what is published was other after this moment.
 */
export const selectLastChange = (db: Database) =>
  db
    .select({
      at: sql<string | null>`greatest(
        (select max(audit_entries.created_at) from audit_entries),
        (select max(posts.updated_at) from posts where posts.deleted_at is null))`.mapWith(
        toInstant,
      ),
    })
    .from(sql`(select 1) as one`);

/** The published post that has this slug, or had it while it was published, without its text. */
export const selectCard = (db: Database, slug: string) =>
  db
    .select(columns)
    .from(posts)
    .where(
      and(
        isPublished,
        or(
          eq(posts.slug, slug),
          eq(
            posts.id,
            db
              .select({ id: slugRedirects.postId })
              .from(slugRedirects)
              .where(eq(slugRedirects.slug, slug)),
          ),
        ),
      ),
    )
    .orderBy(desc(eq(posts.slug, slug)))
    .limit(1);

export type CardRow = Awaited<ReturnType<typeof selectCard>>[number];
