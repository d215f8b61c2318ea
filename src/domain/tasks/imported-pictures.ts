/** Brings in the pictures that imported posts show from elsewhere. */
import { z } from "zod";

import type { TaskContext } from "#core/context";
import { duplicateOf, type Statement } from "#core/db";
import { newId } from "#core/ids";
import { defineTask, done, newJob, retryAfter, type Run } from "#core/jobs";
import { ring } from "#core/jobs/doorbells";
import { apiUrlOf } from "#core/settings";
import { sha256 } from "#core/tokens";
import { postEvents } from "#domain/content-events";
import { fileNameOf, newMedia, rowOf } from "#domain/media";
import { addressOf, uploadKeyOf } from "#domain/media/addresses";
import { fileKinds } from "#domain/media/kinds";
import { foreignPicturesOf, withPicturesMoved } from "#domain/media/references";
import { outboundRulesOf } from "#domain/outbound";
import { fieldsOf, type Post, revisePost, withPictures } from "#domain/posts";
import { purgesOf } from "#domain/purges";
import { fetchPicturesKind, processMediaKind } from "#domain/task-kinds";
import { fetchPicture } from "#domain/work/media/fetch";
import { insertAuditEntries } from "#repository/audit";
import { selectImportedPosts } from "#repository/imported-posts";
import { selectImport } from "#repository/imports";
import { insertJob } from "#repository/jobs";
import { insertFetchedMedia, type MediaRecord, selectMediaFrom } from "#repository/media";
import { selectPictures } from "#repository/pictures";
import { selectPost, updatePost } from "#repository/posts";

const POSTS_AT_ONCE = 50;
/** While pictures are being looked at, their posts wait. */
const AGAIN_AFTER_SECONDS = 5;
/** After that the posts whose pictures are still not ready stay as they are. */
const MOST_ROUNDS = 240;
const MOST_PICTURES = 100;

const Cursor = z.object({
  /** The last post that was looked at in this round. */
  after: z.uuid().nullable(),
  isWaiting: z.boolean(),
  round: z.int(),
  done: z.int(),
});
type Cursor = z.infer<typeof Cursor>;

/**
 * Looks through all imported posts: pictures from elsewhere are fetched, once for each address whoever shows it,
 * and taken in like any upload; a post whose pictures are all settled is written anew with their new addresses.
 * What cannot be had stays where it is, and stands among the media as failed.
 */
export const fetchImportedPictures = defineTask({
  ...fetchPicturesKind,
  async run(context, { importId }, run) {
    const [record] = await selectImport(context.db, importId);
    const createdBy = record?.createdBy ?? null;
    let cursor: Cursor = Cursor.parse(
      run.cursor ?? { after: null, isWaiting: false, round: 1, done: 0 },
    );
    for (;;) {
      const page = await selectImportedPosts(context.db, cursor.after, POSTS_AT_ONCE);
      if (page.length === 0) break;
      for (const { id } of page) {
        const isSettled = await settle(context, run, { id, createdBy, cursor });
        cursor = {
          after: id,
          isWaiting: cursor.isWaiting || !isSettled,
          round: cursor.round,
          done: cursor.done + (isSettled ? 1 : 0),
        };
        const signal = await run.checkpoint({ cursor, done: cursor.done, total: null });
        if (signal === "stop" || run.deadline()) return retryAfter(0);
      }
    }
    if (!cursor.isWaiting || cursor.round >= MOST_ROUNDS) return done();
    const again: Cursor = { after: null, isWaiting: false, round: cursor.round + 1, done: 0 };
    await run.checkpoint({ cursor: again, done: 0, total: null });
    return retryAfter(AGAIN_AFTER_SECONDS);
  },
});

interface Wanted {
  readonly id: string;
  readonly createdBy: string | null;
  readonly cursor: Cursor;
}

/** Does for one post what can be done now. @returns whether nothing is left to wait for. */
async function settle(context: TaskContext, run: Run, wanted: Wanted): Promise<boolean> {
  const { db } = context;
  const [post] = await selectPost(db, wanted.id);
  const addresses = post ? foreignPicturesOf(post).slice(0, MOST_PICTURES) : [];
  if (!post || addresses.length === 0) return true;
  const found = await selectMediaFrom(db, addresses);
  const known = new Set(found.map(({ sourceUrl }) => sourceUrl));
  let isOpen = found.some(({ status }) => status === "processing");
  for (const address of addresses.filter((each) => !known.has(each))) {
    const isComing = run.deadline() || (await bringIn(context, run, address, wanted));
    isOpen ||= isComing;
  }
  if (isOpen) return false;
  const moved = movedOf(context, found);
  if (moved.size > 0) await rewrite(context, run, post, { ...wanted, moved });
  return true;
}

const movedOf = ({ settings }: TaskContext, found: readonly MediaRecord[]): Map<string, string> =>
  new Map(
    found.flatMap(({ status, sourceUrl, objectKey }) =>
      status === "ready" && sourceUrl !== null && objectKey !== null
        ? [[sourceUrl, addressOf(objectKey, apiUrlOf(settings))] as const]
        : [],
    ),
  );

/**
 * Fetches a picture and has it looked at like any upload. Another job may have been faster: then nothing is kept.
 *
 * @returns whether there is now something to wait for.
 */
async function bringIn(
  context: TaskContext,
  run: Run,
  sourceUrl: string,
  { createdBy, cursor }: Wanted,
): Promise<boolean> {
  const { db, files, requestId } = context;
  const id = newId();
  const fetched = await fetchPicture(sourceUrl, outboundRulesOf(context.settings));
  const bytes = fetched.ok ? fetched.bytes : new Uint8Array();
  const kind = fetched.ok ? fetched.kind : fileKinds.png;
  const job = newJob(processMediaKind, { mediaId: id }, { createdBy, requestId });
  const media = newMedia({
    id,
    kind,
    fileName: fileNameOf(nameIn(sourceUrl), kind),
    size: bytes.byteLength,
    sha256: await sha256(bytes),
    altText: null,
    caption: null,
    sourceUrl,
    jobId: job.id,
    createdBy,
  });
  if (fetched.ok) await files.put(uploadKeyOf(id), bytes);
  const failed = fetched.ok ? null : fetched.code;
  const effects: Statement[] = [
    ...(fetched.ok ? [insertJob(db, job)] : []),
    insertFetchedMedia(db, rowOf(media), failed),
  ];
  await run.checkpoint({ cursor, done: cursor.done, total: null, effects });
  if (fetched.ok) await ring(context, [job]);
  return fetched.ok;
}

function nameIn(address: string): string | null {
  const name = new URL(address).pathname.split("/").at(-1) ?? "";
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** The post with its pictures' new addresses, as a new version with its revision. */
async function rewrite(
  context: TaskContext,
  run: Run,
  post: Post,
  { createdBy, cursor, moved }: Wanted & { readonly moved: ReadonlyMap<string, string> },
): Promise<void> {
  const { db, requestId, settings } = context;
  const digests = [...moved.values()].flatMap((address) => /[0-9a-f]{64}/u.exec(address) ?? []);
  const pictures = await selectPictures(db, digests);
  const revised = revisePost(post, withPicturesMoved(post, moved));
  const known = [...post.pictures, ...pictures.map(({ picture }) => picture)];
  const next = withPictures(revised, known);
  const isSame = next.content === post.content && next.featureImage === post.featureImage;
  if (isSame && next.ogImage === post.ogImage) return;
  const { id: entityId, version } = next;
  const entry = { action: "post.bring_pictures", entity: "post", entityId, version, requestId };
  const purges = purgesOf(settings, postEvents(post, next), []);
  const effects = [
    ...updatePost(db, post, next, { by: createdBy, fields: fieldsOf(next) }),
    insertAuditEntries(db, [{ ...entry, actorId: createdBy }]),
    ...purges.map((job) => insertJob(db, job)),
  ];
  try {
    await run.checkpoint({ cursor, done: cursor.done, total: null, effects });
    await ring(context, purges);
  } catch (error) {
    // Somebody edits it just now. The next import finds it again.
    if (duplicateOf(error) === undefined) throw error;
    context.log.info("post.edited_meanwhile", { post_id: post.id });
  }
}
