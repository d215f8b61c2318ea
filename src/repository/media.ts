import { and, desc, eq, inArray, sql } from "drizzle-orm";

import type { Database, Statement } from "#core/db";
import type { PageRequest } from "#core/pages";

import { abortUnless, takeTurns } from "./guards";
import { jobs, media, mediaUses } from "./models";

/** A job that is over, or forgotten, will not look at an upload any more. */
const isGivenUp = sql`coalesce(${jobs.state} in ('dead', 'cancelled'), true)`;

const columns = {
  id: media.id,
  createdAt: media.createdAt,
  updatedAt: media.updatedAt,
  version: media.version,
  status: sql<(typeof media.$inferSelect)["status"]>`case
    when ${media.status} = 'processing' and ${isGivenUp} then 'failed' else ${media.status} end`,
  fileName: media.fileName,
  contentType: media.contentType,
  size: media.size,
  sha256: media.sha256,
  uploadKey: media.uploadKey,
  objectKey: media.objectKey,
  width: media.width,
  height: media.height,
  altText: media.altText,
  caption: media.caption,
  focalX: media.focalX,
  focalY: media.focalY,
  placeholder: media.placeholder,
  dominantColor: media.dominantColor,
  variants: media.variants,
  errorCode: sql<string | null>`case when ${media.status} = 'processing' and ${isGivenUp}
    then coalesce(${jobs.errorCode}, 'cancelled') else ${media.errorCode} end`,
  sourceUrl: media.sourceUrl,
  jobId: media.jobId,
  createdBy: media.createdBy,
};

/** A file, as it stands: one whose job was given up has failed. */
export const selectMedia = (db: Database, id: string) =>
  db.select(columns).from(media).leftJoin(jobs, eq(jobs.id, media.jobId)).where(eq(media.id, id));

export type MediaRecord = Awaited<ReturnType<typeof selectMedia>>[number];

export interface MediaFilter {
  readonly status: MediaRecord["status"] | null;
  /** Media types, any of them; null for all there are. */
  readonly contentTypes: readonly string[] | null;
}

/** A page of all files, newest first. */
export const selectMediaPage = (
  db: Database,
  { status, contentTypes }: MediaFilter,
  { limit, after }: PageRequest,
) =>
  db
    .select(columns)
    .from(media)
    .leftJoin(jobs, eq(jobs.id, media.jobId))
    .where(
      and(
        status === null ? undefined : sql`${columns.status} = ${status}`,
        contentTypes === null ? undefined : inArray(media.contentType, [...contentTypes]),
        after === null
          ? undefined
          : sql`(${media.createdAt}, ${media.id}) < (${after[0]}::timestamptz, ${after[1]}::uuid)`,
      ),
    )
    .orderBy(desc(media.createdAt), desc(media.id))
    .limit(limit + 1);

export const insertMedia = (db: Database, row: typeof media.$inferInsert): Statement =>
  db.insert(media).values(row);

/**
 * Writes down a picture that an import fetched, or that it could not have. One address has one row: when another
 * was faster, nothing is written.
 */
export const insertFetchedMedia = (
  db: Database,
  row: typeof media.$inferInsert,
  failed: string | null,
): Statement =>
  db
    .insert(media)
    .values(
      failed === null
        ? row
        : { ...row, status: "failed", errorCode: failed, uploadKey: null, jobId: null },
    )
    .onConflictDoNothing({ target: media.sourceUrl });

/** What people say about a file. */
export type MediaNote = Pick<
  MediaRecord,
  "altText" | "caption" | "focalX" | "focalY" | "updatedAt" | "version"
>;

export const updateMedia = (db: Database, id: string, note: MediaNote): Statement =>
  db
    .update(media)
    .set(note)
    .where(and(eq(media.id, id), eq(media.version, note.version - 1)));

/** Runs into the foreign key of the uses while anybody shows it. */
export const deleteMedia = (db: Database, id: string): Statement =>
  db.delete(media).where(eq(media.id, id));

/** Who shows a file, with what it takes to know who may know that. */
export const selectMediaUses = (db: Database, mediaId: string) =>
  db
    .select({
      type: sql<"post" | "user">`case when ${mediaUses.postId} is null then 'user' else 'post' end`,
      id: sql<string>`coalesce(${mediaUses.postId}, ${mediaUses.userId})`,
      title: sql<string>`coalesce(posts.title, users.name)`,
      slug: sql<string>`coalesce(posts.slug, users.slug)`,
      isPublic: sql<boolean>`coalesce(posts.status = 'published' and posts.deleted_at is null, true)`,
      authorIds: sql<readonly string[]>`(
        select coalesce(json_agg(post_authors.user_id), '[]') from post_authors
        where post_authors.post_id = media_uses.post_id)`,
    })
    .from(mediaUses)
    .leftJoin(sql`posts`, sql`posts.id = ${mediaUses.postId}`)
    .leftJoin(sql`users`, sql`users.id = ${mediaUses.userId}`)
    .where(eq(mediaUses.mediaId, mediaId))
    .orderBy(sql`3, 2`);

export type MediaUse = Awaited<ReturnType<typeof selectMediaUses>>[number];

// --- What becomes of an upload -----------------------------------------------------------------------

export const OBJECT_GOING = "object_going";

/** Whoever is about to store a file, and whoever is about to delete it, take turns. */
const takeTurnsOn = (db: Database, sha256: string): Statement => takeTurns(db, `media ${sha256}`);

/**
 * Says which object an upload becomes, before there is any: from then on nobody takes it for an orphan. Undoes
 * the batch with {@link OBJECT_GOING} while a job deletes just this object.
 *
 * @param removal the kind of that job.
 */
export const nameObject = (
  db: Database,
  id: string,
  { sha256, objectKey, removal }: { sha256: string; objectKey: string; removal: string },
): Statement[] => [
  takeTurnsOn(db, sha256),
  abortUnless(
    db,
    sql`not exists (select 1 from jobs where kind = ${removal} and dedupe_key = ${sha256}
      and state in ('ready', 'running'))`,
    OBJECT_GOING,
  ),
  db
    .update(media)
    .set({ objectKey })
    .where(and(eq(media.id, id), eq(media.status, "processing"))),
];

/** The files, in any state, that stand behind one of these objects. The first statement waits for its turn. */
export const selectHoldersOf = (db: Database, sha256: string, objectKeys: readonly string[]) => ({
  turn: takeTurnsOn(db, sha256),
  holders: db
    .select({ id: media.id })
    .from(media)
    .where(inArray(media.objectKey, [...objectKeys])),
});

export type Finished = Pick<
  typeof media.$inferSelect,
  | "objectKey"
  | "contentType"
  | "size"
  | "width"
  | "height"
  | "placeholder"
  | "dominantColor"
  | "variants"
>;

/** Nothing for a file that is no longer there. */
export const markMediaReady = (db: Database, id: string, finished: Finished): Statement =>
  db
    .update(media)
    .set({ ...finished, status: "ready", uploadKey: null, errorCode: null })
    .where(and(eq(media.id, id), eq(media.status, "processing")));

export const markMediaFailed = (db: Database, id: string, errorCode: string): Statement =>
  db
    .update(media)
    .set({ status: "failed", errorCode, objectKey: null, uploadKey: null })
    .where(and(eq(media.id, id), eq(media.status, "processing")));

/** Of these digests, those of files that somebody has, or is about to have. */
export const selectNamedDigests = (db: Database, sha256s: readonly string[]) => {
  const digest = sql<string>`substring(${media.objectKey} from 7 for 64)`;
  return db
    .selectDistinct({ sha256: digest })
    .from(media)
    .where(inArray(digest, [...sha256s]));
};

/** Uploads that an import fetched from these addresses. */
export const selectMediaFrom = (db: Database, sourceUrls: readonly string[]) =>
  db
    .select(columns)
    .from(media)
    .leftJoin(jobs, eq(jobs.id, media.jobId))
    .where(inArray(media.sourceUrl, [...sourceUrls]));
