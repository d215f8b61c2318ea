import { and, asc, eq, inArray, sql } from "drizzle-orm";

import type { Database } from "#core/db";
import type { PageRequest } from "#core/pages";

import { users } from "./models";
import { avatarOfUser } from "./pictures";

// Written out, because drizzle takes the table's name off every column in what a select selects.
const published = sql`from post_authors join posts on posts.id = post_authors.post_id
  where post_authors.user_id = users.id and posts.status = 'published' and posts.deleted_at is null`;
const hasPublished = sql`exists (select 1 ${published})`;

const columns = {
  id: users.id,
  slug: users.slug,
  name: users.name,
  bio: users.bio,
  website: users.website,
  avatarUrl: users.avatarUrl,
  avatar: avatarOfUser,
  postCount: sql<number>`(select count(*)::int ${published})`,
};

/** A page of the people who have published something, by name. */
export const selectAuthors = (db: Database, { limit, after }: PageRequest) =>
  db
    .select(columns)
    .from(users)
    .where(
      and(
        hasPublished,
        after === null
          ? undefined
          : sql`(${users.name}, ${users.id}) > (${after[0]}, ${after[1]}::uuid)`,
      ),
    )
    .orderBy(asc(users.name), asc(users.id))
    .limit(limit + 1);

/** An author by slug; nobody who has published nothing. */
export const selectAuthor = (db: Database, slug: string) =>
  db
    .select(columns)
    .from(users)
    .where(and(eq(users.slug, slug), hasPublished));

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
