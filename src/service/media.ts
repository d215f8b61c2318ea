import { MediaInUse, MediaNotFound, PermissionDenied } from "#api/exceptions";
import type { Context } from "#core/context";
import { databaseErrorOf } from "#core/db";
import { newJob } from "#core/jobs";
import { type Page, type PageRequest, toPage } from "#core/pages";
import type { Actor, Caller } from "#domain/actors";
import {
  mayChangeMedia,
  type Media,
  type MediaFields,
  reviseMedia,
  toMedia,
  usesShownTo,
} from "#domain/media";
import { digestIn } from "#domain/media/addresses";
import { contentTypesOf, type Family } from "#domain/media/kinds";
import { deleteFilesKind, removeMediaKind } from "#domain/task-kinds";
import {
  deleteMedia as deleteMediaRow,
  type MediaRecord,
  selectMedia,
  selectMediaPage,
  selectMediaUses,
  updateMedia,
} from "#repository/media";

import { ask, perform } from "./perform";
import { type Base, expectBase } from "./versions";

export interface MediaQuery {
  readonly status: Media["status"] | null;
  readonly kind: Family | null;
}

/** A page of all files, newest first. */
export async function listMedia(
  context: Context,
  caller: Caller,
  { status, kind }: MediaQuery,
  page: PageRequest,
): Promise<Page<Media>> {
  const filter = { status, contentTypes: kind === null ? null : contentTypesOf(kind) };
  const { loaded } = await ask(context, caller, "media:read", [
    selectMediaPage(context.db, filter, page),
  ]);
  return toPage(loaded[0].map(toMedia), page, ({ createdAt, id }) => [createdAt, id]);
}

/** @throws {MediaNotFound} 40412 */
export async function readMedia(context: Context, caller: Caller, id: string): Promise<Media> {
  const { loaded } = await ask(context, caller, "media:read", [selectMedia(context.db, id)]);
  const [media] = loaded[0];
  if (!media) throw new MediaNotFound();
  return toMedia(media);
}

interface Target extends Base<Media> {
  readonly id: string;
}

/**
 * Changes what is said about a file; for nothing there is no new version.
 *
 * @throws {MediaNotFound} 40412, {@link PermissionDenied} 40300, {@link StaleVersion} 41200
 */
export function editMedia(
  context: Context,
  caller: Caller,
  target: Target,
  fields: Partial<MediaFields>,
): Promise<Media> {
  return perform(context, caller, {
    permission: "media:write",
    load: (db) => [selectMedia(db, target.id)],
    decide: async (actor, [[found]]) => {
      const media = await expectMedia(actor, found, target);
      if (Object.keys(fields).length === 0) return { result: media, statements: [], audit: [] };
      const next = reviseMedia(media, fields);
      const { altText, caption, focalX, focalY, updatedAt, version } = next;
      const note = { altText, caption, focalX, focalY, updatedAt, version };
      return {
        result: next,
        statements: [updateMedia(context.db, media.id, note)],
        audit: [{ action: "media.update", entity: "media", entityId: media.id, version }],
      };
    },
  });
}

/**
 * Deletes a file that nobody shows. What is stored of it goes too, unless it was uploaded twice.
 *
 * @throws {MediaNotFound} 40412, {@link PermissionDenied} 40300, {@link StaleVersion} 41200
 * @throws {MediaInUse} 40913
 */
export async function deleteMedia(context: Context, caller: Caller, target: Target): Promise<null> {
  try {
    return await deleteUnused(context, caller, target);
  } catch (error) {
    // Somebody began to show it after it was looked up: looking again finds out who.
    if (!/^23(?:503|001)$/u.test(databaseErrorOf(error)?.code ?? "")) throw error;
    return deleteUnused(context, caller, target);
  }
}

const deleteUnused = (context: Context, caller: Caller, target: Target): Promise<null> =>
  perform(context, caller, {
    permission: "media:write",
    load: (db) => [selectMedia(db, target.id), selectMediaUses(db, target.id)],
    decide: async (actor, [[found], uses]) => {
      const media = await expectMedia(actor, found, target);
      if (uses.length > 0) {
        const shown = usesShownTo(actor, uses);
        throw new MediaInUse(
          uses.length,
          shown.map(({ type, id, title, slug }) => ({ type, id, title, slug })),
        );
      }
      const { id, version } = media;
      return {
        result: null,
        statements: [deleteMediaRow(context.db, id)],
        jobs: jobsToRemove(media, context.requestId),
        audit: [{ action: "media.delete", entity: "media", entityId: id, version: version + 1 }],
      };
    },
  });

function jobsToRemove({ uploadKey, objectKey }: Media, requestId: string) {
  const sha256 = digestIn(objectKey ?? "");
  return [
    ...(uploadKey === null ? [] : [newJob(deleteFilesKind, { prefix: uploadKey }, { requestId })]),
    ...(sha256 === undefined
      ? []
      : [newJob(removeMediaKind, { sha256 }, { requestId, dedupeKey: sha256 })]),
  ];
}

/** @throws {MediaNotFound} 40412, {@link PermissionDenied} 40300, {@link StaleVersion} 41200 */
async function expectMedia(
  actor: Actor,
  found: MediaRecord | undefined,
  target: Target,
): Promise<Media> {
  if (!found) throw new MediaNotFound();
  if (!mayChangeMedia(actor, found)) throw new PermissionDenied("this with another's upload");
  const media = toMedia(found);
  await expectBase(media, target);
  return media;
}
