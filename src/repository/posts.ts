import { and, desc, eq, getTableColumns, inArray, isNull, like, or, sql } from "drizzle-orm";

import type { Database, Statement } from "#core/db";

import { postAuthors, postRevisions, posts, postTags, slugRedirects } from "./models";
import {
  avatarOfUser,
  featurePictureOfPost,
  keepPostPictures,
  type PictureRow,
  picturesOfPost,
} from "./pictures";

/** Somebody as a post names them. */
export interface BylineRow {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly avatarUrl: string | null;
  /** What is known of the avatar, when it is a picture of ours. */
  readonly avatar: PictureRow | null;
}

/** A tag as a post names it. */
export interface TagLabelRow {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
}

// Written out, because drizzle takes the table's name off every column in what a select selects.
export const authorsOf = sql<readonly BylineRow[]>`(
  select coalesce(json_agg(json_build_object(
    'id', users.id, 'slug', users.slug, 'name', users.name, 'avatarUrl', users.avatar_url,
    'avatar', ${avatarOfUser}
  ) order by post_authors.position), '[]')
  from post_authors join users on users.id = post_authors.user_id
  where post_authors.post_id = posts.id)`;

export const tagsOf = sql<readonly TagLabelRow[]>`(
  select coalesce(json_agg(json_build_object(
    'id', tags.id, 'slug', tags.slug, 'name', tags.name
  ) order by post_tags.position), '[]')
  from post_tags join tags on tags.id = post_tags.tag_id
  where post_tags.post_id = posts.id)`;

const { content: _content, html: _html, ...summaryColumns } = getTableColumns(posts);

/** All of a post, with its byline, tags and pictures. */
export const full = {
  ...getTableColumns(posts),
  authors: authorsOf,
  tags: tagsOf,
  pictures: picturesOfPost,
};
/** The same without texts. */
export const summary = {
  ...summaryColumns,
  authors: authorsOf,
  tags: tagsOf,
  pictures: featurePictureOfPost,
};

/** One post with its byline and tags, whoever may read it and even from the trash. */
export const selectPost = (db: Database, id: string) =>
  db.select(full).from(posts).where(eq(posts.id, id));

/** The live post that has this slug, or had it while it was published. */
export const selectPostBySlug = (db: Database, slug: string) =>
  db
    .select(full)
    .from(posts)
    .where(
      and(
        isNull(posts.deletedAt),
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

export type FullPostRow = Awaited<ReturnType<typeof selectPost>>[number];
export type PostSummaryRow = Omit<FullPostRow, "content" | "html">;

/** The live post that has this slug, if there is one. */
export const selectPostIdsBySlug = (db: Database, slug: string) =>
  db
    .select({ id: posts.id })
    .from(posts)
    .where(and(isNull(posts.deletedAt), eq(posts.slug, slug)));

/** Slugs of live posts that a new post with this one would have to keep away from. */
export const selectSlugsLike = (db: Database, slug: string) =>
  db
    .select({ slug: posts.slug, postId: posts.id })
    .from(posts)
    .where(and(isNull(posts.deletedAt), or(eq(posts.slug, slug), like(posts.slug, `${slug}-%`))));

/** The same, for the slug that a post in the trash would like to have back. */
export const selectSlugsLikeThatOf = (db: Database, postId: string) => {
  const slug = db.select({ slug: posts.slug }).from(posts).where(eq(posts.id, postId));
  return db
    .select({ slug: posts.slug })
    .from(posts)
    .where(
      and(
        isNull(posts.deletedAt),
        or(eq(posts.slug, slug), sql`${posts.slug} like (${slug}) || '-%'`),
      ),
    );
};

/** Who changed a post, and what its revision keeps. */
export interface PostChange {
  /** Null when nobody did: its time had come. */
  readonly by: string | null;
  readonly fields: Record<string, unknown>;
}

/** Writes a new post with its byline, its tags and its first revision. */
export const insertPost = (db: Database, post: FullPostRow, change: PostChange): Statement[] => [
  db.insert(posts).values(columnsOf(post)),
  ...insertBylineAndTags(db, post),
  ...(mayShowFiles(post) ? keepPostPictures(db, eq(posts.id, post.id)) : []),
  insertRevision(db, post, change),
];

/** Whether anything in a post could be the address of a file of ours. */
const mayShowFiles = ({ featureImage, ogImage, html }: FullPostRow): boolean =>
  [featureImage, ogImage, html].some((text) => text?.includes("/media/"));

/**
 * Writes the next version of a post. The revision of that number is unique, so a change based on an
 * older version is undone.
 */
export const updatePost = (
  db: Database,
  before: FullPostRow,
  post: FullPostRow,
  change: PostChange,
): Statement[] => {
  const { id, createdAt: _createdAt, ...columns } = columnsOf(post);
  return [
    db
      .update(posts)
      .set(columns)
      .where(and(eq(posts.id, id), eq(posts.version, before.version))),
    db.delete(postAuthors).where(eq(postAuthors.postId, id)),
    db.delete(postTags).where(eq(postTags.postId, id)),
    ...insertBylineAndTags(db, post),
    ...(mayShowFiles(before) || mayShowFiles(post) ? keepPostPictures(db, eq(posts.id, id)) : []),
    insertRevision(db, post, change),
    ...redirectOldSlug(db, before, post),
  ];
};

function redirectOldSlug(db: Database, before: FullPostRow, post: FullPostRow): Statement[] {
  if (before.slug === post.slug || before.status !== "published") return [];
  return [
    db.delete(slugRedirects).where(inArray(slugRedirects.slug, [before.slug, post.slug])),
    db.insert(slugRedirects).values({ slug: before.slug, postId: post.id }),
  ];
}

const columnsOf = ({
  authors: _authors,
  tags: _tags,
  pictures: _pictures,
  ...columns
}: FullPostRow) => columns;

function insertBylineAndTags(db: Database, post: FullPostRow): Statement[] {
  const byline = post.authors.map(({ id }, position) => ({
    postId: post.id,
    userId: id,
    position,
  }));
  const labels = post.tags.map(({ id }, position) => ({ postId: post.id, tagId: id, position }));
  return [
    ...(byline.length > 0 ? [db.insert(postAuthors).values(byline)] : []),
    ...(labels.length > 0 ? [db.insert(postTags).values(labels)] : []),
  ];
}

const insertRevision = (db: Database, post: FullPostRow, change: PostChange): Statement => {
  const { id: postId, version: number, title, content } = post;
  return db
    .insert(postRevisions)
    .values({ postId, number, title, content, fields: change.fields, changedBy: change.by });
};
