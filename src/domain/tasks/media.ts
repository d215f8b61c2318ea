import { z } from "zod";

import type { TaskContext } from "#core/context";
import {
  defineTask,
  done,
  newJob,
  type NewJob,
  type Outcome,
  retryAfter,
  type Run,
} from "#core/jobs";
import { sha256Stream } from "#core/tokens";
import { objectKeyOf, variantKeyOf } from "#domain/media/addresses";
import { FILE_LIMIT } from "#domain/media/heads";
import { type FileKind, kindOf, kindOfContentType } from "#domain/media/kinds";
import { purgeAll } from "#domain/purges";
import { deleteFilesKind, processMediaKind, removeMediaKind } from "#domain/task-kinds";
import { type Anatomy, BadFile, type Source, splicing } from "#domain/work/media/anatomy";
import { dominantColour } from "#domain/work/media/colour";
import { dissect } from "#domain/work/media/dissect";
import {
  draw,
  type Drawn,
  drawPlaceholder,
  drawSwatch,
  isTurned,
  type Open,
  variantFormats,
  widthsFor,
} from "#domain/work/media/variants";
import { storeStream } from "#repository/files";
import { abortReasonOf } from "#repository/guards";
import {
  markMediaFailed,
  markMediaReady,
  type MediaRecord,
  nameObject,
  OBJECT_GOING,
  selectMedia,
} from "#repository/media";

/**
 * Takes an upload in: looks at the whole of it, stores it without what it told about its making under a name
 * made of its bytes, and draws a picture's copies. Whatever is stored has its name from its content, so doing it
 * again, or for the same file twice, ends with the same objects.
 */
export const processMedia = defineTask({
  ...processMediaKind,
  async run(context, { mediaId }, run) {
    const [media] = await selectMedia(context.db, mediaId);
    if (!media || media.status !== "processing" || media.uploadKey === null) return done();
    try {
      return await take(context, { ...media, uploadKey: media.uploadKey }, run);
    } catch (error) {
      if (!(error instanceof BadFile)) throw error;
      return done({
        result: { status: "failed", code: error.code },
        effects: [markMediaFailed(context.db, mediaId, error.code)],
        jobs: [removalOf(media.uploadKey, context)],
      });
    }
  },
});

type Waiting = MediaRecord & { readonly uploadKey: string };

const removalOf = (uploadKey: string, { requestId }: TaskContext): NewJob =>
  newJob(deleteFilesKind, { prefix: uploadKey }, { requestId });

const Variant = z.object({
  objectKey: z.string(),
  contentType: z.string(),
  width: z.int(),
  height: z.int(),
  size: z.int(),
});

/** How far an upload has come, from when it was stored clean. */
const Progress = z.object({
  sha256: z.string(),
  objectKey: z.string(),
  contentType: z.string(),
  size: z.int(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  frames: z.int(),
  placeholder: z.string().nullable(),
  dominantColor: z.string().nullable(),
  /** How many of the planned copies have been tried. */
  drawn: z.int(),
  variants: z.array(Variant),
});
type Progress = z.infer<typeof Progress>;

async function take(context: TaskContext, media: Waiting, run: Run): Promise<Outcome> {
  const progress =
    run.cursor === null ? await storeClean(context, media, run) : Progress.parse(run.cursor);
  if ("kind" in progress) return progress;
  const finished = await drawCopies(context, progress, run);
  if ("kind" in finished) return finished;
  const { sha256: _sha256, frames: _frames, drawn: _drawn, ...columns } = finished;
  return done({
    result: { status: "ready" },
    effects: [markMediaReady(context.db, media.id, columns)],
    jobs: [removalOf(media.uploadKey, context), ...purgeAll(context.settings)],
  });
}

// --- The file itself ---------------------------------------------------------------------------------

async function storeClean(
  context: TaskContext,
  media: Waiting,
  run: Run,
): Promise<Progress | Outcome> {
  const { files } = context;
  const source = await sourceIn(files, media.uploadKey);
  const kind = kindOf(await source.read(0, 4096));
  if (!kind) throw new BadFile("type_unknown", "Its bytes are of no kind that is taken.");
  const anatomy = await dissect(kind, source);
  const cleaned = async () =>
    (await open(files, media.uploadKey)).pipeThrough(splicing(anatomy.splices));
  const sha256 = await digestOf(await cleaned());
  const objectKey = objectKeyOf(sha256, kind.extension);
  const named = await name(context, media, run, { sha256, objectKey });
  if (named !== "go on") return retryAfter(named === "stop" ? 0 : 5);
  const stored = await storeStream(files, objectKey, await cleaned(), 2 * FILE_LIMIT);
  if ("tooLarge" in stored || stored.sha256 !== sha256) throw new Error("The upload has changed.");
  return progressOf(kind, anatomy, { sha256, objectKey, size: stored.size });
}

const progressOf = (
  { contentType }: FileKind,
  { width, height, frames }: Anatomy,
  stored: Pick<Progress, "sha256" | "objectKey" | "size">,
): Progress => ({
  ...stored,
  contentType,
  width,
  height,
  frames,
  placeholder: null,
  dominantColor: null,
  drawn: 0,
  variants: [],
});

/** From here on nobody takes the object for an orphan. One that is just being deleted is waited for. */
async function name(
  { db }: TaskContext,
  media: Waiting,
  run: Run,
  object: { sha256: string; objectKey: string },
): Promise<"go on" | "stop" | "going"> {
  const effects = nameObject(db, media.id, { ...object, removal: removeMediaKind.name });
  try {
    return await run.checkpoint({ cursor: null, done: 0, total: null, effects });
  } catch (error) {
    if (abortReasonOf(error) === OBJECT_GOING) return "going";
    throw error;
  }
}

async function sourceIn(files: R2Bucket, key: string): Promise<Source> {
  const found = await files.head(key);
  if (!found) throw new BadFile("upload_gone", "What was uploaded is not there any more.");
  const { size } = found;
  return {
    size,
    async read(offset, length) {
      const rest = Math.min(length, size - offset);
      if (rest <= 0) return new Uint8Array();
      const part = await files.get(key, { range: { offset, length: rest } });
      if (!part) throw new BadFile("upload_gone", "What was uploaded is not there any more.");
      return new Uint8Array(await part.arrayBuffer());
    },
  };
}

async function open(files: R2Bucket, key: string): Promise<ReadableStream<Uint8Array>> {
  const object = await files.get(key);
  if (!object) throw new BadFile("upload_gone", "What was uploaded is not there any more.");
  return object.body;
}

async function digestOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  const { stream: hash, digest } = sha256Stream();
  await stream.pipeTo(hash);
  return digest;
}

// --- Its copies --------------------------------------------------------------------------------------

/** Of what moves a copy would stand still, and of a drawing made of shapes it would be worse. */
const isDrawn = ({ contentType }: Progress): boolean =>
  kindOfContentType(contentType)?.family === "picture" && contentType !== "image/svg+xml";

async function drawCopies(
  { images, files }: TaskContext,
  start: Progress,
  run: Run,
): Promise<Progress | Outcome> {
  if (!isDrawn(start)) return start;
  const source: Open = () => open(files, start.objectKey);
  const sketched = start.placeholder === null ? await sketch(images, source, start) : start;
  if (sketched.frames > 1) return sketched;
  const plan = widthsFor(sketched.width ?? 0).flatMap((width) =>
    variantFormats.map((format) => ({ width, format })),
  );
  const variants = [...sketched.variants];
  for (const [index, wanted] of plan.entries()) {
    if (index < sketched.drawn) continue;
    const copy = await draw(images, source, wanted);
    if (copy.extension === wanted.format) variants.push(await keep(files, sketched.sha256, copy));
    const drawn = index + 1;
    const cursor: Progress = { ...sketched, drawn, variants };
    const signal = await run.checkpoint({ cursor, done: drawn, total: plan.length });
    if (signal === "stop" || (run.deadline() && drawn < plan.length)) return retryAfter(0);
  }
  return { ...sketched, variants };
}

/** What a page needs before it has the picture; and how large that is, once it is turned as it is shown. */
async function sketch(images: ImagesBinding, source: Open, start: Progress): Promise<Progress> {
  const stored = { width: start.width ?? 0, height: start.height ?? 0 };
  const width = Math.min(320, stored.width, stored.height);
  try {
    const small = await draw(images, source, { width, format: "webp" });
    const again: Open = () => Promise.resolve(new Blob([new Uint8Array(small.bytes)]).stream());
    const turned = isTurned(stored, small);
    return {
      ...start,
      width: turned ? stored.height : stored.width,
      height: turned ? stored.width : stored.height,
      placeholder: await drawPlaceholder(images, again),
      dominantColor: await dominantColour(await drawSwatch(images, again)),
    };
  } catch (error) {
    // Not every encoder takes what moves; that is shown as it is.
    if (error instanceof BadFile && start.frames > 1) return start;
    throw error;
  }
}

async function keep(
  files: R2Bucket,
  sha256: string,
  copy: Drawn,
): Promise<z.infer<typeof Variant>> {
  const { bytes, contentType, extension, width, height } = copy;
  const objectKey = variantKeyOf(sha256, width, extension);
  await files.put(objectKey, bytes);
  return { objectKey, contentType, width, height, size: bytes.byteLength };
}
