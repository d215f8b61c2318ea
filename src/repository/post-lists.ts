import {
  and,
  asc,
  desc,
  eq,
  gte,
  inArray,
  isNotNull,
  isNull,
  lt,
  or,
  type SQL,
  sql,
} from "drizzle-orm";

import type { Database } from "#core/db";
import { PAGE_BYTES, type PageRequest } from "#core/pages";

import { holderOf, type Reader, readsAll } from "./actors";
import { alphabetical, chronological, isBeyond } from "./keysets";
import { postAuthors, type PostRow, posts, postTags, tags, users } from "./models";
import { full, summary } from "./posts";

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
  readonly order: { readonly by: keyof typeof sortKeys; readonly descending: boolean };
}

/**
 * What a post sorts by. Drafts have no date of publication and take their date of creation; what nothing
 * is planned for has its date of publication among the planned ones.
 */
const sortKeys = {
  published_at: chronological(sql`coalesce(${posts.publishedAt}, ${posts.createdAt})`),
  publish_at: chronological(
    sql`coalesce(${posts.publishAt}, ${posts.publishedAt}, ${posts.createdAt})`,
  ),
  created_at: chronological(sql`${posts.createdAt}`),
  updated_at: chronological(sql`${posts.updatedAt}`),
  title: alphabetical(posts.title),
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
  const { by, descending } = filter.order;
  const key = sortKeys[by];
  const direction = descending ? desc : asc;
  const where = and(
    isVisible(db, reader, filter.status === "trashed"),
    ...conditionsOf(db, filter),
    after === null ? undefined : isBeyond(key, posts.id, { after, descending }),
  );
  return { where, order: [direction(key.by), direction(posts.id)], limit: limit + 1 };
}

/** Everybody sees what is published; drafts, and the trash, are for those whom the posts belong to. */
function isVisible(db: Database, reader: Reader, isTrash: boolean): SQL | undefined {
  const isPublished = and(eq(posts.status, "published"), isNull(posts.deletedAt));
  if (isTrash) return and(isNotNull(posts.deletedAt), isReadBy(db, reader));
  return or(isPublished, and(isNull(posts.deletedAt), isReadBy(db, reader)));
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
