import { FRAME_LIMIT, refusalOf } from "#domain/media/heads";
import type { FileKind } from "#domain/media/kinds";

import { type Anatomy, BadFile, corrupt, type Source } from "./anatomy";
import { dissectAvif } from "./avif";
import { dissectGif } from "./gif";
import { dissectJpeg } from "./jpeg";
import { dissectMp3 } from "./mp3";
import { dissectMp4 } from "./mp4";
import { dissectPdf } from "./pdf";
import { dissectPng } from "./png";
import { dissectSvg } from "./svg";
import { dissectWebp } from "./webp";

const whole = (source: Source): Promise<Uint8Array> => source.read(0, source.size);

const dissections: Readonly<Record<FileKind["name"], (source: Source) => Promise<Anatomy>>> = {
  png: async (source) => dissectPng(await whole(source)),
  jpeg: async (source) => dissectJpeg(await whole(source)),
  gif: async (source) => dissectGif(await whole(source)),
  webp: async (source) => dissectWebp(await whole(source)),
  avif: async (source) => dissectAvif(await whole(source)),
  svg: async (source) => dissectSvg(await whole(source)),
  pdf: dissectPdf,
  mp3: dissectMp3,
  mp4: dissectMp4,
};

/** A number in a file that leads beyond its end is a fault of the file. */
function unlessBeyond(error: unknown): never {
  throw error instanceof RangeError ? corrupt("A part of the file points beyond its end.") : error;
}

/**
 * Looks at the whole of a file without decoding it: whether it is complete, itself and nothing else, and no
 * larger unpacked than it says. Answers with what has to be taken out of it.
 *
 * @throws {BadFile} with the code that its owner is told.
 */
export async function dissect(kind: FileKind, source: Source): Promise<Anatomy> {
  const anatomy = await dissections[kind.name](source).catch(unlessBeyond);
  const { width, height, frames } = anatomy;
  const isDrawn = kind.family === "picture" && kind.name !== "svg";
  const refusal = isDrawn ? refusalOf({ width: width ?? 0, height: height ?? 0 }) : undefined;
  if (refusal) throw new BadFile(refusal, "The picture is larger than any may be.");
  if (frames > FRAME_LIMIT) {
    throw new BadFile("too_many_frames", `The picture has more than ${FRAME_LIMIT} frames.`);
  }
  return anatomy;
}
