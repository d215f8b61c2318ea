/** Which posts and users show which files of ours, and what is known of those. */
import { type SQL, sql } from "drizzle-orm";

import type { Database, Statement } from "#core/db";

import { media, type MediaVariant } from "./models";

/** A file of ours that something shows. */
export interface PictureRow {
  readonly id: string;
  readonly objectKey: string;
  readonly contentType: string;
  readonly width: number | null;
  readonly height: number | null;
  readonly altText: string | null;
  readonly caption: string | null;
  readonly focalX: number | null;
  readonly focalY: number | null;
  readonly placeholder: string | null;
  readonly dominantColor: string | null;
  readonly variants: readonly MediaVariant[];
}

/** A row of `media`, as {@link PictureRow}; the function `picture_row` has the same. */
// Written out, because drizzle takes the table's name off every column in what a select selects.
const picture = sql.raw(`json_build_object(
  'id', media.id, 'objectKey', media.object_key, 'contentType', media.content_type,
  'width', media.width, 'height', media.height, 'altText', media.alt_text, 'caption', media.caption,
  'focalX', media.focal_x, 'focalY', media.focal_y, 'placeholder', media.placeholder,
  'dominantColor', media.dominant_color, 'variants', media.variants)`);

/** All files that a post of the query around it shows. */
export const picturesOfPost = sql<readonly PictureRow[]>`(
  select coalesce(json_agg(${picture} order by media.id), '[]')
  from media_uses join media on media.id = media_uses.media_id
  where media_uses.post_id = posts.id and media.status = 'ready')`;

/** Of those, the one that lists show. */
export const featurePictureOfPost = sql<readonly PictureRow[]>`(
  select coalesce(json_agg(${picture} order by media.id), '[]')
  from media_uses join media on media.id = media_uses.media_id
  where media_uses.post_id = posts.id and media.status = 'ready'
    and strpos(posts.feature_image, split_part(media.object_key, '.', 1)) > 0)`;

/** The file that a user of the query around it is shown with. */
export const avatarOfUser = sql<PictureRow | null>`(
  select ${picture} from media_uses join media on media.id = media_uses.media_id
  where media_uses.user_id = users.id and media.status = 'ready' order by media.id limit 1)`;

const extensions = sql.raw("'{png,jpg,gif,webp,avif,svg,pdf,mp3,mp4}'");

/** Every name that a file of this digest can be served under. */
const namesOf = (sha256: SQL): SQL => sql`(
  select 'media/' || ${sha256} || '.' || extension
  from unnest(${extensions}::text[]) as extension)`;

/** Of files that were uploaded more than once, the first counts. */
const isFirst = sql`not exists (
  select 1 from media earlier where earlier.object_key = media.object_key and earlier.id < media.id)`;

/** The files of these digests, one each, as `picturesOfPost` has them. */
export const selectPictures = (db: Database, sha256s: readonly string[]) =>
  db.select({ picture: sql<PictureRow>`${picture}` }).from(media)
    .where(sql`media.status = 'ready' and ${isFirst} and media.object_key in (
      select 'media/' || digest || '.' || extension
      from jsonb_array_elements_text(${JSON.stringify(sha256s)}::jsonb) as digest
      cross join unnest(${extensions}::text[]) as extension)`);

const digests = (text: SQL): SQL =>
  sql`regexp_matches(${text}, '/media/([0-9a-f]{64})(?:-[0-9]+)?[.][a-z0-9]{2,5}\\M', 'g')`;

/** The files of ours that a revision of a post could show, as {@link selectPictures} has them. */
export const selectPicturesOfRevision = (db: Database, postId: string, number: number) =>
  db.select({ picture: sql<PictureRow>`${picture}` }).from(media)
    .where(sql`media.status = 'ready' and ${isFirst} and media.object_key in (
      select 'media/' || found[1] || '.' || extension
      from post_revisions
      cross join lateral ${digests(sql`post_revisions.fields::text`)} as found
      cross join unnest(${extensions}::text[]) as extension
      where post_revisions.post_id = ${postId}::uuid and post_revisions.number = ${number})`);

/**
 * Notes which files the posts of a condition show, as they are written by then, and forgets what they showed
 * before. Comes after whatever writes them, in its batch. The files are locked against being deleted; of one
 * that was deleted just before, nothing is noted.
 *
 * @param condition about `posts`.
 */
export const keepPostPictures = (db: Database, condition: SQL): Statement[] => [
  db.execute(
    sql`delete from media_uses where post_id in (select posts.id from posts where ${condition})`,
  ),
  db.execute(sql`
    insert into media_uses (media_id, post_id)
    select media.id, shown.post_id from (
      select distinct posts.id as post_id, found[1] as digest
      from posts cross join lateral ${digests(sql`concat_ws(' ', posts.feature_image, posts.og_image, posts.html)`)} as found
      where ${condition} and strpos(concat_ws(' ', posts.feature_image, posts.og_image, posts.html), '/media/') > 0
    ) shown
    join media on media.object_key in ${namesOf(sql`shown.digest`)} and ${isFirst}
    for key share of media`),
];

/** The same for the avatar of a user. */
export const keepAvatar = (db: Database, userId: string): Statement[] => [
  db.execute(sql`delete from media_uses where user_id = ${userId}::uuid`),
  db.execute(sql`
    insert into media_uses (media_id, user_id)
    select media.id, shown.user_id from (
      select users.id as user_id, found[1] as digest
      from users cross join lateral ${digests(sql`users.avatar_url`)} as found
      where users.id = ${userId}::uuid
    ) shown
    join media on media.object_key in ${namesOf(sql`shown.digest`)} and ${isFirst}
    for key share of media`),
];
