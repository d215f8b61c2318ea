import { and, asc, getTableColumns, type SQL, sql } from "drizzle-orm";

import type { Database } from "#core/db";

import { hasPublished } from "./authors";
import { contentChanges } from "./models";
import { isBorne } from "./tags";

export type ContentEntity = (typeof contentChanges.$inferSelect)["entity"];

/** Where a reading of changes stands: behind the row `id` of the transaction `changedIn`. */
export interface ChangePosition {
  /** The number of a transaction: text of decimal digits. */
  readonly changedIn: string;
  readonly id: string;
}

/** The last change that a reader was told of. */
export interface ToldChange {
  readonly entity: ContentEntity;
  readonly entityId: string;
  readonly changedIn: string;
}

/** Where somebody's copy stands. */
export interface SyncPosition extends ChangePosition {
  readonly told: ToldChange | null;
}

export interface ChangeRow extends Record<string, unknown> {
  /** False when the position is of another history than this database's; there are no changes then. */
  readonly isOurs: boolean;
  /** How many rows there are to go, and at most one more than was asked for. Null when there is none at all. */
  readonly found: number | null;
  readonly id: string | null;
  readonly changedIn: string | null;
  readonly entity: ContentEntity | null;
  readonly entityId: string | null;
  /** The thing as it is published now, JSON as the wire has it; null when it is not. */
  readonly shown: string | null;
  /** Whether a thing that is not published may be known to whoever reads. */
  readonly isKnown: boolean;
}

/**
 * Rows of transactions after which none can come that began before them: every older one has ended. So nobody
 * who reads in the order of transactions misses one that was slow to commit.
 */
const isSettled: SQL = sql`changed_in < pg_snapshot_xmin(pg_current_snapshot())`;

const isAfter = ({ changedIn, id }: ChangePosition): SQL =>
  sql`(changed_in, id) > (${changedIn}::xid8, ${id}::uuid)`;

/** Before everything. */
export const BEGINNING: SyncPosition = {
  changedIn: "0",
  id: "00000000-0000-0000-0000-000000000000",
  told: null,
};

/**
 * What may have changed since a position, in the order of transactions: once for each thing, or a few times.
 * Nothing is left out, whatever commits in which order; what has not settled yet comes the next time.
 */
export const selectChangesSince = (db: Database, since: ChangePosition, limit = 1000) =>
  db
    .select(getTableColumns(contentChanges))
    .from(contentChanges)
    .where(and(isAfter(since), isSettled))
    .orderBy(asc(contentChanges.changedIn), asc(contentChanges.id))
    .limit(limit);

/**
 * Gives changes that came from another database, whose transactions have other numbers, those of this one.
 * Whoever has read as far as them has to begin again.
 */
export const renumberForeignChanges = (db: Database) =>
  db.update(contentChanges).set({ changedIn: sql`pg_current_xact_id()` })
    .where(sql`changed_in >= pg_snapshot_xmax(pg_current_snapshot())
      and changed_in <> pg_current_xact_id()`);

/** As JavaScript writes a moment. */
const moment = (column: SQL): SQL =>
  sql`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const isPublished = sql`posts.status = 'published' and posts.deleted_at is null`;
const isPublic = sql`posts.visibility = 'public'`;

/** What strangers may read of a post; what it is about and by is named by id. */
const post = sql`(
  select json_build_object(
    'id', posts.id, 'type', posts.type, 'slug', posts.slug, 'title', posts.title,
    'excerpt', case when ${isPublic} then posts.excerpt else coalesce(posts.custom_excerpt, '') end,
    'visibility', posts.visibility, 'featured', posts.featured, 'feature_image', posts.feature_image,
    'authors', (select coalesce(json_agg(user_id order by position), '[]')
      from post_authors where post_id = posts.id),
    'tags', (select coalesce(json_agg(tag_id order by position), '[]')
      from post_tags where post_id = posts.id),
    'published_at', ${moment(sql`posts.published_at`)}, 'created_at', ${moment(sql`posts.created_at`)},
    'updated_at', ${moment(sql`posts.updated_at`)}, 'version', posts.version,
    'reading_time', posts.reading_time, 'word_count', posts.word_count,
    'meta_title', posts.meta_title, 'meta_description', posts.meta_description,
    'canonical_url', posts.canonical_url, 'og_title', posts.og_title,
    'og_description', posts.og_description, 'og_image', posts.og_image, 'metadata', posts.metadata,
    'content', case when ${isPublic} then posts.content else '' end,
    'html', case when ${isPublic} then posts.html else '' end)::text
  from posts where posts.id = kept.entity_id and ${isPublished})`;

const tag = sql`(
  select json_build_object('id', tags.id, 'slug', tags.slug, 'name', tags.name,
    'description', tags.description, 'created_at', ${moment(sql`tags.created_at`)},
    'updated_at', ${moment(sql`tags.updated_at`)}, 'version', tags.version)::text
  from tags where tags.id = kept.entity_id and ${isBorne})`;

const author = sql`(
  select json_build_object('id', users.id, 'slug', users.slug, 'name', users.name, 'bio', users.bio,
    'website', users.website, 'avatar_url', users.avatar_url)::text
  from users where users.id = kept.entity_id and ${hasPublished})`;

/** How much text comes with a change, in bytes: told by PostgreSQL without reading it. */
const size = sql`case when scanned.entity = 'post' then (
  select octet_length(posts.content) + octet_length(posts.html)
  from posts where posts.id = scanned.entity_id and ${isPublished} and ${isPublic}) end`;

/**
 * Whether this database has told what a position says it was told. The row of a thing only ever gives way to a
 * younger one, so in our own history there is that row or a younger one.
 */
const isOurs = ({ told, changedIn }: SyncPosition): SQL =>
  told === null
    ? sql`${changedIn}::xid8 <= pg_snapshot_xmax(pg_current_snapshot())`
    : sql`exists (select 1 from content_changes
        where entity = ${told.entity}::content_entity and entity_id = ${told.entityId}::uuid
          and changed_in >= ${told.changedIn}::xid8)`;

export interface SyncLimits {
  /** How many rows. */
  readonly rows: number;
  /** How much text, in bytes; but the first row always comes. */
  readonly bytes: number;
}

/**
 * What changed since a position, with what is published of it now, in one row at least: see {@link ChangeRow}.
 * Everything is read at one moment, so what is told of a thing is at least as new as the change it is told for.
 */
export const selectSyncPage = (db: Database, from: SyncPosition, { rows, bytes }: SyncLimits) =>
  db.execute<ChangeRow>(sql`
    with scanned as materialized (
      select id, entity, entity_id, changed_in from content_changes
      where ${isAfter(from)} and ${isSettled}
      order by changed_in, id limit ${rows + 1}::int
    ),
    sized as (
      select scanned.*, row_number() over later as place, count(*) over () as found,
        sum(coalesce(${size}, 0)) over later as total
      from scanned window later as (order by scanned.changed_in, scanned.id)
    ),
    kept as (
      select * from sized where place = 1 or (place <= ${rows}::int and total <= ${bytes}::int)
    ),
    told as (
      select kept.*, case kept.entity
        when 'post' then ${post} when 'tag' then ${tag} else ${author} end as shown
      from kept
    )
    select history.is_ours as "isOurs", told.found::int as found, told.id, told.changed_in::text as "changedIn",
      told.entity, told.entity_id as "entityId", told.shown,
      told.shown is null and exists (
        select 1 from content_changes as known where known.entity = told.entity
          and known.entity_id = told.entity_id and known.is_known) as "isKnown"
    from (select ${isOurs(from)} as is_ours) as history
    left join told on history.is_ours
    order by told.changed_in, told.id`);
