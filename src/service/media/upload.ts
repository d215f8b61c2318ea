import {
  type ApiException,
  MediaTooLarge,
  MediaTypeMismatch,
  MediaTypeUnknown,
  SideTooLong,
  TooManyFrames,
  TooManyPixels,
} from "#api/exceptions";
import type { Context } from "#core/context";
import { newId } from "#core/ids";
import { newJob } from "#core/jobs";
import { readBeginning } from "#core/streams";
import { sha256, sha256Stream } from "#core/tokens";
import type { Caller } from "#domain/actors";
import { fileNameOf, type Media, newMedia, rowOf } from "#domain/media";
import { uploadKeyOf } from "#domain/media/addresses";
import { HEAD_BYTES, type HeadRefusal, inspectHead, sizeLimitOf } from "#domain/media/heads";
import type { FileKind } from "#domain/media/kinds";
import { processMediaKind } from "#domain/task-kinds";
import { storeStream } from "#repository/files";
import { insertMedia } from "#repository/media";
import { perform } from "#service/perform";

/** A file on its way in. It is read once, from its beginning to its end. */
export interface Upload {
  readonly open: () => Promise<Opened>;
  /** What is said about the file. Asked for when it has been read, because it may come behind it. */
  readonly notes: () => Promise<Notes>;
}

export interface Opened {
  /** As it was sent. */
  readonly fileName: string | null;
  /** The media type that it was said to have; null where what is said counts for nothing. */
  readonly contentType: string | null;
  /** In bytes; null where nobody knows yet. */
  readonly size: number | null;
  readonly stream: ReadableStream<Uint8Array>;
}

export interface Notes {
  readonly altText: string | null;
  readonly caption: string | null;
}

/** An upload that has been stored, or for a repeated request only read. */
interface Received extends Notes {
  readonly fileName: string | null;
  readonly sha256: string;
}

/**
 * Stores a file as it comes and orders that it is looked at, cleaned and drawn in the sizes that pages need.
 * What its first bytes give away is refused before anything is stored.
 *
 * @throws {MediaTypeUnknown} 41501, {@link MediaTypeMismatch} 41502, {@link MediaTooLarge} 41301
 * @throws {TooManyPixels} 42210, {@link SideTooLong} 42211, {@link TooManyFrames} 42212
 */
export async function uploadMedia(
  context: Context,
  caller: Caller,
  upload: Upload,
): Promise<Media> {
  const id = newId();
  // A stream can be read once, and a decision may have to be taken again.
  let storing: ReturnType<typeof store> | undefined;
  const uploaded = await perform(context, caller, {
    permission: "media:write",
    digest: async () => digestOf(await (storing ?? readOnly(upload))),
    load: () => [],
    decide: async ({ userId }) => {
      storing ??= store(context, uploadKeyOf(id), upload);
      const { fileName, ...received } = await storing;
      const options = { createdBy: userId, requestId: context.requestId };
      const job = newJob(processMediaKind, { mediaId: id }, options);
      const media = newMedia({
        ...received,
        id,
        fileName: fileNameOf(fileName, received.kind),
        sourceUrl: null,
        jobId: job.id,
        createdBy: userId,
      });
      return {
        result: media,
        statements: [insertMedia(context.db, rowOf(media))],
        jobs: [job],
        audit: [{ action: "media.upload", entity: "media", entityId: id, version: 1 }],
      };
    },
  });
  // The same request came twice at once, and the other was faster.
  if (storing && uploaded.id !== id) await context.files.delete(uploadKeyOf(id));
  return uploaded;
}

const digestOf = ({ sha256: bytes, fileName, altText, caption }: Received): Promise<string> =>
  sha256(JSON.stringify([bytes, fileName, altText, caption]));

async function readOnly(upload: Upload): Promise<Received> {
  const { stream, fileName } = await upload.open();
  const { stream: hash, digest } = sha256Stream();
  await stream.pipeTo(hash);
  return { ...(await upload.notes()), fileName, sha256: await digest };
}

async function store(
  { files }: Context,
  key: string,
  upload: Upload,
): Promise<Received & { readonly kind: FileKind; readonly size: number }> {
  const { stream, fileName, contentType, size } = await upload.open();
  const { head, stream: whole } = await readBeginning(stream, HEAD_BYTES);
  const kind = expectKind(head, contentType);
  const limit = sizeLimitOf(kind);
  if (size !== null && size > limit) throw new MediaTooLarge(limit);
  const stored = await storeStream(files, key, whole, limit);
  if ("tooLarge" in stored) throw new MediaTooLarge(limit);
  try {
    return { ...(await upload.notes()), ...stored, fileName, kind };
  } catch (error) {
    await files.delete(key);
    throw error;
  }
}

const refusals: Readonly<Record<HeadRefusal, () => ApiException>> = {
  type_unknown: () => new MediaTypeUnknown(),
  too_many_pixels: () => new TooManyPixels(),
  side_too_long: () => new SideTooLong(),
  too_many_frames: () => new TooManyFrames(),
};

function expectKind(head: Uint8Array, sent: string | null): FileKind {
  const found = inspectHead(head);
  if (!found.ok) throw refusals[found.refusal]();
  const { contentType } = found.kind;
  if (sent !== null && sent !== contentType) throw new MediaTypeMismatch(sent, contentType);
  return found.kind;
}
