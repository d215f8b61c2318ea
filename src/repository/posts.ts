import {
  and,
  asc,
  desc,
  eq,
  getTableColumns,
  gte,
  inArray,
  isNotNull,
  isNull,
  like,
  lt,
  or,
  type SQL,
  sql,
} from "drizzle-orm";

import type { Database, Statement } from "#core/db";
import { type Keyset, PAGE_BYTES, type PageRequest } from "#core/pages";

import { holderOf, type Reader, readsAll } from "./actors";
import {
  postAuthors,
  postRevisions,
  type PostRow,
  posts,
  postTags,
  slugRedirects,
  tags,
  users,
} from "./models";
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

const full = {
  ...getTableColumns(posts),
  authors: authorsOf,
  tags: tagsOf,
  pictures: picturesOfPost,
};
const summary = {
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

export const postOrders = [
  "published_at",
  "publish_at",
  "created_at",
  "updated_at",
  "title",
] as const;

export interface PostFilter {
  readonly status: PostRow["status"] | "trashed" | null;
  readonly type: PostRow["type"] | null;
  readonly featured: boolean | null;
  /** Slugs. */
  readonly tag: string | null;
  readonly author: string | null;
  /** Publication: from this moment on, and before that one. */
  readonly from: string | null;
  readonly to: string | null;
  readonly order: { readonly by: (typeof postOrders)[number]; readonly descending: boolean };
}

/**
 * What a post sorts by. Drafts have no date of publication and take their date of creation; what nothing
 * is planned for has its date of publication among the planned ones.
 */
const sortColumns = {
  published_at: sql`coalesce(${posts.publishedAt}, ${posts.createdAt})`,
  publish_at: sql`coalesce(${posts.publishAt}, ${posts.publishedAt}, ${posts.createdAt})`,
  created_at: sql`${posts.createdAt}`,
  updated_at: sql`${posts.updatedAt}`,
  title: sql`${posts.title}`,
} as const;

/**
 * A page of the posts that somebody of the staff may read. The rule stands in the statement, so that who is asking
 * need not be known before; whoever turns out to be nobody finds what is published.
 */
export function selectPosts(db: Database, reader: Reader, filter: PostFilter, page: PageRequest) {
  const { where, order, limit } = pageOf(db, reader, filter, page);
  return db
    .select(summary)
    .from(posts)
    .where(where)
    .orderBy(...order)
    .limit(limit);
}

/**
 * The same with their texts, as far as those have no more than `PAGE_BYTES` together: what comes after is
 * not held, and its texts are empty. The first is held however long it is.
 */
export function selectFullPosts(
  db: Database,
  reader: Reader,
  filter: PostFilter,
  page: PageRequest,
) {
  const { where, order, limit } = pageOf(db, reader, filter, page);
  const upToHere = sql`over (order by ${sql.join(order, sql`, `)})`;
  const isHeld = sql<boolean>`(row_number() ${upToHere} = 1
    or sum(octet_length(posts.content) + octet_length(posts.html)) ${upToHere} <= ${PAGE_BYTES})`;
  const held = (text: SQL) => sql<string>`case when ${isHeld} then ${text} else '' end`;
  const found = db
    .select({ id: posts.id })
    .from(posts)
    .where(where)
    .orderBy(...order)
    .limit(limit);
  return db
    .select({ ...full, content: held(sql`posts.content`), html: held(sql`posts.html`), isHeld })
    .from(posts)
    .where(inArray(posts.id, found))
    .orderBy(...order);
}

function pageOf(db: Database, reader: Reader, filter: PostFilter, { limit, after }: PageRequest) {
  const by = sortColumns[filter.order.by];
  const direction = filter.order.descending ? desc : asc;
  const where = and(
    isVisible(db, reader, filter.status === "trashed"),
    ...conditionsOf(db, filter),
    after === null ? undefined : isBeyond(by, filter, after),
  );
  return { where, order: [direction(by), direction(posts.id)], limit: limit + 1 };
}

/** Everybody sees what is published; drafts, and the trash, are for those whom the posts belong to. */
function isVisible(db: Database, reader: Reader, isTrash: boolean): SQL | undefined {
  const isPublished = and(eq(posts.status, "published"), isNull(posts.deletedAt));
  if (isTrash) return and(isNotNull(posts.deletedAt), isReadBy(db, reader));
  return or(isPublished, and(isNull(posts.deletedAt), isReadBy(db, reader)));
}

/** Rows after the last one of the page before; a comparison of rows is what an index can answer. */
function isBeyond(by: SQL, { order }: PostFilter, [value, id]: Keyset): SQL {
  const comparison = order.descending ? sql`<` : sql`>`;
  const type = order.by === "title" ? sql`text` : sql`timestamptz`;
  return sql`(${by}, ${posts.id}) ${comparison} (${value}::${type}, ${id}::uuid)`;
}

function conditionsOf(db: Database, filter: PostFilter): (SQL | undefined)[] {
  const { status, type, featured, tag, author, from, to } = filter;
  return [
    status === null || status === "trashed" ? undefined : eq(posts.status, status),
    type === null ? undefined : eq(posts.type, type),
    featured === null ? undefined : eq(posts.featured, featured),
    from === null ? undefined : gte(posts.publishedAt, from),
    to === null ? undefined : lt(posts.publishedAt, to),
    tag === null
      ? undefined
      : inArray(
          posts.id,
          db
            .select({ id: postTags.postId })
            .from(postTags)
            .innerJoin(tags, eq(tags.id, postTags.tagId))
            .where(eq(tags.slug, tag)),
        ),
    author === null
      ? undefined
      : inArray(
          posts.id,
          db
            .select({ id: postAuthors.postId })
            .from(postAuthors)
            .innerJoin(users, eq(users.id, postAuthors.userId))
            .where(eq(users.slug, author)),
        ),
  ];
}

/** Whether a post is read as a draft: by whoever reads all of them, and by its authors. */
function isReadBy(db: Database, reader: Reader): SQL {
  const holder = holderOf(db, reader, "posts:read");
  const isAuthor = sql`exists (select 1 from ${postAuthors}
    where ${postAuthors.postId} = ${posts.id} and ${postAuthors.userId} = ${holder})`;
  return sql`(${readsAll(reader, holder)} or ${isAuthor})`;
}

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
