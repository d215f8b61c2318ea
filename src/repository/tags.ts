import { and, asc, desc, eq, inArray, or, sql } from "drizzle-orm";

import type { Database } from "#core/db";
import type { PageRequest } from "#core/pages";

import { isBeyond } from "./keysets";
import { type TagRow, tags } from "./models";

// Written out, because drizzle takes the table's name off every column in what a select selects.
const publishedCount = sql<number>`(
  select count(*)::int from post_tags join posts on posts.id = post_tags.post_id
  where post_tags.tag_id = tags.id and posts.status = 'published' and posts.deleted_at is null)`;

const columns = {
  id: tags.id,
  createdAt: tags.createdAt,
  updatedAt: tags.updatedAt,
  version: tags.version,
  slug: tags.slug,
  name: tags.name,
  description: tags.description,
  postCount: publishedCount,
};

/** What lists of tags can be sorted by. */
export interface TagOrder {
  readonly by: "name" | "slug" | "created_at" | "updated_at";
  readonly descending: boolean;
}

const sortColumns = {
  name: tags.name,
  slug: tags.slug,
  created_at: tags.createdAt,
  updated_at: tags.updatedAt,
} as const;

/**
 * A page of all tags.
 *
 * @param hasCount whether each comes with the number of its published posts; without it that is 0.
 */
export function selectTags(
  db: Database,
  { by, descending }: TagOrder,
  { limit, after }: PageRequest,
  hasCount: boolean,
) {
  const column = sortColumns[by];
  const direction = descending ? desc : asc;
  return db
    .select(hasCount ? columns : { ...columns, postCount: sql<number>`0` })
    .from(tags)
    .where(after === null ? undefined : isBeyond(column, tags.id, { after, descending }))
    .orderBy(direction(column), direction(tags.id))
    .limit(limit + 1);
}

export const selectTag = (db: Database, id: string) =>
  db.select(columns).from(tags).where(eq(tags.id, id));

export const selectTagBySlug = (db: Database, slug: string) =>
  db.select(columns).from(tags).where(eq(tags.slug, slug));

export type CountedTagRow = Awaited<ReturnType<typeof selectTag>>[number];

/** The tags that have one of these slugs or ids. */
export const selectTagsNamed = (db: Database, names: { slugs: string[]; ids: string[] }) =>
  db
    .select({ id: tags.id, slug: tags.slug, name: tags.name })
    .from(tags)
    .where(or(inArray(tags.slug, names.slugs), inArray(tags.id, names.ids)));

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
