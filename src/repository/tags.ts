import { and, asc, desc, eq, inArray, or, sql } from "drizzle-orm";

import type { Database } from "#core/db";
import type { PageRequest } from "#core/pages";

import { alphabetical, exactly, isBeyond } from "./keysets";
import { type TagRow, tags } from "./models";

// Written out, because drizzle takes the table's name off every column in what a select selects.
const published = sql`from post_tags join posts on posts.id = post_tags.post_id
  where post_tags.tag_id = tags.id and posts.status = 'published' and posts.deleted_at is null`;

/** Whether a tag is for the templates of a site alone, as in Ghost: a condition on a row of `tags`. */
export const isInternal = sql<boolean>`tags.name like '#%'`;

/** Whether something published, a post or a page, bears a tag: a condition on a row of `tags`. */
export const isBorne = sql<boolean>`exists (select 1 ${published})`;

const columns = {
  id: tags.id,
  createdAt: tags.createdAt,
  updatedAt: tags.updatedAt,
  version: tags.version,
  slug: tags.slug,
  name: tags.name,
  description: tags.description,
  postCount: sql<number>`(select count(*)::int ${published} and posts.type = 'post')`,
};

/** Which tags there are for somebody: all, or those that something published bears. */
export type TagScope = "all" | "borne";

const isIn = (scope: TagScope) => (scope === "borne" ? isBorne : undefined);

/** What lists of tags can be sorted by. */
export interface TagOrder {
  readonly by: "name" | "slug" | "created_at" | "updated_at";
  readonly descending: boolean;
}

const sortKeys = {
  name: alphabetical(tags.name),
  slug: exactly(tags.slug),
  created_at: exactly(tags.createdAt),
  updated_at: exactly(tags.updatedAt),
} as const;

export interface TagChoice {
  readonly scope: TagScope;
  /** Whether each comes with the number of its published posts; without it that is 0. */
  readonly hasCount: boolean;
}

/** A page of tags. */
export function selectTags(
  db: Database,
  { by, descending }: TagOrder,
  { limit, after }: PageRequest,
  { scope, hasCount }: TagChoice,
) {
  const key = sortKeys[by];
  const direction = descending ? desc : asc;
  const isNext = after === null ? undefined : isBeyond(key, tags.id, { after, descending });
  return db
    .select(hasCount ? columns : { ...columns, postCount: sql<number>`0` })
    .from(tags)
    .where(and(isIn(scope), isNext))
    .orderBy(direction(key.by), direction(tags.id))
    .limit(limit + 1);
}

export const selectTag = (db: Database, id: string, scope: TagScope = "all") =>
  db
    .select(columns)
    .from(tags)
    .where(and(eq(tags.id, id), isIn(scope)));

export const selectTagBySlug = (db: Database, slug: string, scope: TagScope = "all") =>
  db
    .select(columns)
    .from(tags)
    .where(and(eq(tags.slug, slug), isIn(scope)));

export type CountedTagRow = Awaited<ReturnType<typeof selectTag>>[number];

/**
 * The tags that have one of these ids or slugs, or a name that is like one of these: in the same letters and digits,
 * whatever their case and accents and whatever is between them. Oldest first.
 */
export function selectTagsNamed(
  db: Database,
  { ids, slugs, names }: { ids: string[]; slugs: string[]; names: string[] },
) {
  const folded = names.map((name) => sql`search_fold(${name})`);
  return db
    .select({ id: tags.id, slug: tags.slug, name: tags.name })
    .from(tags)
    .where(
      or(
        inArray(tags.id, ids),
        inArray(tags.slug, slugs),
        inArray(sql`search_fold(${tags.name})`, folded),
      ),
    )
    .orderBy(tags.id);
}

/** A second tag with a slug runs into `tags_slug_key`. */
export const insertTag = (db: Database, tag: TagRow) => db.insert(tags).values(tag);

export const updateTag = (db: Database, tag: TagRow) =>
  db
    .update(tags)
    .set({
      slug: tag.slug,
      name: tag.name,
      description: tag.description,
      updatedAt: tag.updatedAt,
      version: tag.version,
    })
    .where(and(eq(tags.id, tag.id), eq(tags.version, tag.version - 1)));

export const deleteTag = (db: Database, id: string) => db.delete(tags).where(eq(tags.id, id));
