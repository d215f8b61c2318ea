import { crc32 } from "node:zlib";

import {
  type Anatomy,
  bomb,
  corrupt,
  cut,
  latin1,
  type Splice,
  truncated,
  viewOf,
} from "./anatomy";
import { orientationIn, tiffWithOrientation } from "./exif";
import { inflatedSize } from "./inflate";
import { refuseForeign } from "./polyglot";

interface Chunk {
  readonly type: string;
  readonly start: number;
  readonly data: Uint8Array;
  readonly end: number;
}

/** What a picture needs to look as it does (PNG, third edition, section 11). Everything else can tell tales. */
const shown = new Set([
  "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "cHRM", "gAMA", "iCCP", "sBIT", "sRGB", "cICP", "mDCV", "cLLI", "bKGD",
  "hIST", "pHYs", "sPLT", "acTL", "fcTL", "fdAT",
]); // prettier-ignore

/** No colour profile is larger. */
const PROFILE_LIMIT = 4 * 1024 * 1024;

/**
 * Reads a PNG chunk by chunk, checks every checksum, and counts what its data inflates to without keeping it.
 *
 * @throws {BadFile}
 */
export async function dissectPng(bytes: Uint8Array): Promise<Anatomy> {
  const chunks = chunksOf(bytes);
  const [first] = chunks;
  if (first?.type !== "IHDR" || first.data.byteLength !== 13)
    throw corrupt("The header is not there.");
  const header = headerIn(first.data);
  await checkProfiles(chunks);
  const frames = await checkFrames(chunks, header);
  const splices = chunks.filter(({ type }) => !shown.has(type)).map((chunk) => hide(bytes, chunk));
  const end = chunks.at(-1)?.end ?? 0;
  if (end < bytes.byteLength) {
    refuseForeign(bytes, end, bytes.byteLength);
    splices.push(cut(end, bytes.byteLength));
  }
  return { width: header.width, height: header.height, frames, splices };
}

function chunksOf(bytes: Uint8Array): Chunk[] {
  const view = viewOf(bytes);
  const chunks: Chunk[] = [];
  for (let at = 8; chunks.at(-1)?.type !== "IEND";) {
    if (at + 12 > bytes.byteLength) throw truncated("a chunk");
    const length = view.getUint32(at);
    const end = at + 12 + length;
    if (end > bytes.byteLength) throw truncated("a chunk");
    const type = latin1(bytes, at + 4, at + 8);
    if (crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) {
      throw corrupt("A checksum is wrong.");
    }
    chunks.push({ type, start: at, data: bytes.subarray(at + 8, end - 4), end });
    at = end;
  }
  return chunks;
}

interface Header {
  readonly width: number;
  readonly height: number;
  readonly bitsPerPixel: number;
  readonly isInterlaced: boolean;
}

const channels: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

function headerIn(data: Uint8Array): Header {
  const view = viewOf(data);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const bitsPerPixel = view.getUint8(8) * (channels[view.getUint8(9)] ?? 0);
  if (width === 0 || height === 0 || bitsPerPixel === 0)
    throw corrupt("The header makes no sense.");
  return { width, height, bitsPerPixel, isInterlaced: view.getUint8(12) === 1 };
}

/** Where each pass of Adam7 begins and how far it steps (section 8.1). */
const passes = [
  [0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2],
] as const; // prettier-ignore

/** How many bytes a picture of this size inflates to: a filter byte and the pixels, for every row. */
function rawSizeOf({ bitsPerPixel, isInterlaced }: Header, width: number, height: number): number {
  const sizeOf = (columns: number, rows: number): number =>
    columns === 0 ? 0 : rows * (1 + Math.ceil((columns * bitsPerPixel) / 8));
  if (!isInterlaced) return sizeOf(width, height);
  return passes.reduce((sum, [x, y, stepX, stepY]) => {
    const columns = Math.ceil(Math.max(0, width - x) / stepX);
    const rows = Math.ceil(Math.max(0, height - y) / stepY);
    return sum + sizeOf(columns, rows);
  }, 0);
}

/** Inflates every frame, and answers with how many are shown. */
async function checkFrames(chunks: readonly Chunk[], header: Header): Promise<number> {
  const still = chunks.filter(({ type }) => type === "IDAT").map(({ data }) => data);
  if (still.length === 0) throw corrupt("There is no picture in the file.");
  await checkInflated(still, rawSizeOf(header, header.width, header.height));
  let frame: { pieces: Uint8Array[]; size: number } | undefined;
  let frames = 0;
  for (const { type, data } of chunks) {
    if (type === "fdAT") frame?.pieces.push(data.subarray(4));
    if (type !== "fcTL" && type !== "IEND") continue;
    if (frame && frame.pieces.length > 0) await checkInflated(frame.pieces, frame.size);
    frame = undefined;
    if (type === "IEND") break;
    if (data.byteLength < 26) throw corrupt("A frame has no header.");
    frames += 1;
    frame = { pieces: [], size: sizeOfFrame(data, header) };
  }
  return Math.max(1, frames);
}

function sizeOfFrame(data: Uint8Array, header: Header): number {
  const view = viewOf(data);
  const [width, height] = [view.getUint32(4), view.getUint32(8)];
  const isInside =
    view.getUint32(12) + width <= header.width && view.getUint32(16) + height <= header.height;
  if (!isInside || width === 0 || height === 0) throw bomb("A frame is larger than the picture.");
  return rawSizeOf(header, width, height);
}

async function checkInflated(pieces: readonly Uint8Array[], wanted: number): Promise<void> {
  const size = await inflatedSize(pieces, wanted);
  if (size > wanted) throw bomb("The data is more than the picture says it is.");
  if (size < wanted) throw truncated("the picture's data");
}

async function checkProfiles(chunks: readonly Chunk[]): Promise<void> {
  for (const { type, data } of chunks) {
    if (type !== "iCCP") continue;
    const size = await inflatedSize([data.subarray(data.indexOf(0) + 2)], PROFILE_LIMIT);
    if (size > PROFILE_LIMIT) throw bomb("The colour profile inflates without end.");
  }
}

/** Takes a chunk out; of Exif data the orientation stays. */
function hide(bytes: Uint8Array, { type, start, data, end }: Chunk): Splice {
  refuseForeign(bytes, start, end);
  const orientation = type === "eXIf" ? orientationIn(data) : 1;
  return orientation === 1
    ? cut(start, end)
    : {
        offset: start,
        length: end - start,
        bytes: chunkOf("eXIf", tiffWithOrientation(orientation)),
      };
}

function chunkOf(type: string, data: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(12 + data.byteLength);
  const view = viewOf(chunk);
  view.setUint32(0, data.byteLength);
  chunk.set(new TextEncoder().encode(type), 4);
  chunk.set(data, 8);
  view.setUint32(8 + data.byteLength, crc32(chunk.subarray(4, -4)));
  return chunk;
}
