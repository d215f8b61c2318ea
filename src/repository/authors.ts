import { and, asc, desc, eq, inArray, sql } from "drizzle-orm";

import type { Database } from "#core/db";
import { isId } from "#core/ids";
import type { PageRequest } from "#core/pages";

import { alphabetical, exactly, isBeyond } from "./keysets";
import { users } from "./models";
import { avatarOfUser } from "./pictures";

// Written out, because drizzle takes the table's name off every column in what a select selects.
const published = sql`from post_authors join posts on posts.id = post_authors.post_id
  where post_authors.user_id = users.id and posts.status = 'published' and posts.deleted_at is null`;

/** Whether somebody has published something, a post or a page: a condition on a row of `users`. */
export const hasPublished = sql<boolean>`exists (select 1 ${published})`;

const columns = {
  id: users.id,
  slug: users.slug,
  name: users.name,
  bio: users.bio,
  website: users.website,
  avatarUrl: users.avatarUrl,
  avatar: avatarOfUser,
  postCount: sql<number>`(select count(*)::int ${published} and posts.type = 'post')`,
};

/** What lists of authors can be sorted by. */
export interface AuthorOrder {
  readonly by: "name" | "slug";
  readonly descending: boolean;
}

const sortKeys = { name: alphabetical(users.name), slug: exactly(users.slug) } as const;

/**
 * A page of the people who have published something.
 *
 * @param hasCount whether each comes with the number of their published posts; without it that is 0.
 */
export function selectAuthors(
  db: Database,
  { by, descending }: AuthorOrder,
  { limit, after }: PageRequest,
  hasCount: boolean,
) {
  const key = sortKeys[by];
  const direction = descending ? desc : asc;
  const isNext = after === null ? undefined : isBeyond(key, users.id, { after, descending });
  return db
    .select(hasCount ? columns : { ...columns, postCount: sql<number>`0` })
    .from(users)
    .where(and(hasPublished, isNext))
    .orderBy(direction(key.by), direction(users.id))
    .limit(limit + 1);
}

/** An author by id or slug; nobody who has published nothing. */
export const selectAuthor = (db: Database, key: string) =>
  db
    .select(columns)
    .from(users)
    .where(and(eq(isId(key) ? users.id : users.slug, key), hasPublished));

export type AuthorRow = Awaited<ReturnType<typeof selectAuthor>>[number];

/** These users as posts name them. */
export const selectBylines = (db: Database, ids: string[]) =>
  db
    .select({
      id: users.id,
      slug: users.slug,
      name: users.name,
      avatarUrl: users.avatarUrl,
      avatar: avatarOfUser,
    })
    .from(users)
    .where(inArray(users.id, ids));
