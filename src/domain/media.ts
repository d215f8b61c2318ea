import { now } from "#core/ids";
import type { MediaRecord, MediaUse } from "#repository/media";
import type { PictureRow } from "#repository/pictures";

import type { Actor } from "./actors";
import { uploadKeyOf } from "./media/addresses";
import { messageOf } from "./media/failures";
import { type Family, type FileKind, kindOfContentType } from "./media/kinds";
import { reaches } from "./permissions";

/** A file that was uploaded, with how it stands. */
export interface Media extends MediaRecord {
  readonly kind: Family;
  /** Why it was not taken in. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

export const toMedia = (record: MediaRecord): Media => ({
  ...record,
  kind: kindOfContentType(record.contentType)?.family ?? "document",
  error:
    record.errorCode === null
      ? null
      : { code: record.errorCode, message: messageOf(record.errorCode) },
});

/** A picture of ours, as whatever shows it has it. */
export type Picture = PictureRow;

/** What people say about a file. A picture's focal point is what stays in sight when it is cropped. */
export type MediaFields = Pick<Media, "altText" | "caption" | "focalX" | "focalY">;

/** What is known of an upload when it has been stored. */
export interface Uploaded {
  readonly id: string;
  readonly kind: FileKind;
  readonly fileName: string;
  readonly size: number;
  readonly sha256: string;
  readonly altText: string | null;
  readonly caption: string | null;
  readonly sourceUrl: string | null;
  readonly jobId: string;
  readonly createdBy: string | null;
}

/** A file that nobody has saved yet, at version 1; it waits to be looked at. */
export function newMedia({ kind, ...uploaded }: Uploaded): Media {
  const moment = now();
  return toMedia({
    ...uploaded,
    createdAt: moment,
    updatedAt: moment,
    version: 1,
    status: "processing",
    contentType: kind.contentType,
    uploadKey: uploadKeyOf(uploaded.id),
    objectKey: null,
    width: null,
    height: null,
    focalX: null,
    focalY: null,
    placeholder: null,
    dominantColor: null,
    variants: [],
    errorCode: null,
  });
}

/** The row that is kept of it. */
export const rowOf = ({ kind: _kind, error: _error, ...row }: Media): MediaRecord => row;

/** The file with other words about it, one version on. */
export const reviseMedia = (media: Media, fields: Partial<MediaFields>): Media => ({
  ...media,
  ...fields,
  updatedAt: now(),
  version: media.version + 1,
});

export const mayChangeMedia = (actor: Actor, { createdBy }: Pick<Media, "createdBy">): boolean =>
  reaches(actor, "media:write", createdBy === actor.userId);

/** Of those who show a file, the ones that the actor may know of: anybody's published posts, and drafts by role. */
export const usesShownTo = (actor: Actor, uses: readonly MediaUse[]): MediaUse[] =>
  uses.filter(
    ({ isPublic, authorIds }) =>
      isPublic || reaches(actor, "posts:read", authorIds.includes(actor.userId)),
  );

const NAME_LIMIT = 200;

/**
 * A name that can stand in a header and on any disk: no folders, nothing that cannot be seen, no more than
 * 200 characters, and the extension that the file's bytes call for.
 */
export function fileNameOf(sent: string | null, { extension }: FileKind): string {
  const base = (sent ?? "")
    .toWellFormed()
    .normalize("NFC")
    .replace(/^.*[\\/]/su, "")
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}"*:<>?|]/gu, "")
    .replace(/\.[a-z0-9]{1,5}$/iu, "")
    .replaceAll(/^[\s.]+|[\s.]+$/gu, "")
    .slice(0, NAME_LIMIT)
    .toWellFormed();
  return `${base === "" ? "file" : base}.${extension}`;
}
