import { type Anatomy, corrupt, latin1, type Source, type Splice, truncated } from "./anatomy";
import { type Box, boxesIn, boxIn, FieldReader } from "./boxes";
import { type Extent, samplesOf } from "./mp4-samples";
import { refuseForeignEnds } from "./polyglot";

/** No index of a film of 100 MB is larger, and no such film has more parts. */
const INDEX_LIMIT = 16 * 1024 * 1024;
const MOST_BOXES = 5000;
const READ_AHEAD = 64 * 1024;

const known = new Set([
  "ftyp", "moov", "mdat", "moof", "mfra", "sidx", "ssix", "styp", "prft", "emsg", "free", "skip", "wide", "pdin",
  "uuid", "udta", "meta", "pnot",
]); // prettier-ignore
/** What holds names, places, cameras and comments, wherever it stands. */
const hidden = new Set(["udta", "meta", "uuid", "free", "skip"]);
/** What holds other boxes that can hold such things, and times. */
const nests = new Set(["moov", "trak", "mdia"]);
const clocks = new Set(["mvhd", "tkhd", "mdhd"]);

/**
 * Reads an MP4 (ISO/IEC 14496-14). What it tells about its making becomes empty space of the same length:
 * user data, metadata boxes, tracks of metadata with their samples, and the times of its making. So nothing
 * moves, and no table of places has to be written again.
 *
 * @throws {BadFile}
 */
export async function dissectMp4(source: Source): Promise<Anatomy> {
  await refuseForeignEnds(source);
  const boxes = await topOf(source);
  const index = boxes.find(({ type }) => type === "moov");
  if (!index || !boxes.some(({ type }) => type === "mdat"))
    throw corrupt("There is no film in the file.");
  const { body, end } = index;
  if (end - body > INDEX_LIMIT) throw corrupt("The index of the film is too large.");
  const bytes = await source.read(body, end - body);
  if (bytes.byteLength < end - body) throw truncated("the index");
  const found: Found = {
    splices: boxes.filter(({ type }) => hidden.has(type)).flatMap(emptied),
    size: null,
  };
  walk({ bytes, base: body, size: source.size }, boxesIn(bytes, body, body, end), found);
  const { width = null, height = null } = found.size ?? {};
  return { width, height, frames: 1, splices: merged(found.splices) };
}

async function topOf(source: Source): Promise<Box[]> {
  const boxes: Box[] = [];
  let held = { at: 0, bytes: new Uint8Array() };
  for (let at = 0; at < source.size;) {
    if (at < held.at || at + 16 > held.at + held.bytes.byteLength) {
      held = { at, bytes: new Uint8Array(await source.read(at, READ_AHEAD)) };
    }
    const box = boxIn(held.bytes.subarray(at - held.at, at - held.at + 16), at, source.size);
    if (!known.has(box.type)) throw corrupt("There is something in the file that no film has.");
    boxes.push(box);
    if (boxes.length > MOST_BOXES) throw corrupt("The film has too many parts.");
    at = box.end;
  }
  return boxes;
}

interface Index {
  readonly bytes: Uint8Array;
  readonly base: number;
  /** Of the file. */
  readonly size: number;
}

interface Found {
  readonly splices: Splice[];
  size: { width: number; height: number } | null;
}

function walk(index: Index, boxes: readonly Box[], found: Found): void {
  const { bytes, base } = index;
  for (const box of boxes) {
    const inner = nests.has(box.type) ? boxesIn(bytes, base, box.body, box.end) : [];
    const isHidden = hidden.has(box.type) || (box.type === "trak" && isMetadata(index, inner));
    if (isHidden) {
      if (box.type === "trak") found.splices.push(...samplesOf(index, inner).map(zeros));
      found.splices.push(...emptied(box));
      continue;
    }
    if (clocks.has(box.type)) found.splices.push(zeros(timesIn(index, box)));
    if (box.type === "tkhd") found.size ??= sizeIn(index, box);
    walk(index, inner, found);
  }
}

/** Whether a track holds neither pictures nor sound nor words, but what devices note beside them: places, say. */
function isMetadata({ bytes, base }: Index, track: readonly Box[]): boolean {
  const media = track.find(({ type }) => type === "mdia");
  const handler =
    media && boxesIn(bytes, base, media.body, media.end).find(({ type }) => type === "hdlr");
  if (!handler) return false;
  const at = handler.body + 8 - base;
  return latin1(bytes, at, at + 4) === "meta";
}

/** Two times, of making and of the last change, of four bytes each or of eight in version 1. */
function timesIn({ bytes, base }: Index, { body }: Box): Extent {
  return { offset: body + 4, length: bytes[body - base] === 1 ? 16 : 8 };
}

/** As it is shown: a track that is turned by a quarter has its sides changed. */
function sizeIn({ bytes, base }: Index, { body, end }: Box): Found["size"] {
  const version = bytes[body - base] ?? 0;
  const fields = new FieldReader(bytes.subarray(body - base, end - base), version === 1 ? 52 : 40);
  const [a, b] = [fields.next(4), fields.next(4)];
  fields.skip(28);
  const [width, height] = [
    Math.round(fields.next(4) / 65_536),
    Math.round(fields.next(4) / 65_536),
  ];
  if (width === 0 || height === 0) return null;
  return a === 0 && b !== 0 ? { width: height, height: width } : { width, height };
}

const zeros = ({ offset, length }: Extent): Splice => ({
  offset,
  length,
  bytes: new Uint8Array(length),
});

/** The box as `free` space that holds zeros. */
function emptied({ start, body, end }: Box): Splice[] {
  const bytes = new Uint8Array(end - body);
  return [
    { offset: start + 4, length: 4, bytes: new TextEncoder().encode("free") },
    { offset: body, length: bytes.byteLength, bytes },
  ];
}

/** In order; samples of tracks that share their bytes are emptied once. */
function merged(splices: readonly Splice[]): Splice[] {
  const kept: Splice[] = [];
  for (const splice of splices.toSorted((a, b) => a.offset - b.offset)) {
    const last = kept.at(-1);
    const end = last ? last.offset + last.length : 0;
    if (splice.offset >= end) kept.push(splice);
    else if (splice.offset + splice.length > end) {
      const length = splice.offset + splice.length - end;
      kept.push({ offset: end, length, bytes: splice.bytes.subarray(-length) });
    }
  }
  return kept.filter(({ length }) => length > 0);
}
