import { isFrameHeader } from "#domain/media/kinds";

import {
  type Anatomy,
  corrupt,
  latin1,
  type Source,
  type Splice,
  truncated,
  viewOf,
} from "./anatomy";
import { refuseForeignEnds } from "./polyglot";

/** Cover pictures are in it too. */
const TAG_LIMIT = 16 * 1024 * 1024;
/** Frames of the tag that are for programs, or say who bought it, or what somebody thought of it. */
const hidden = new Set(["PRIV", "GEOB", "UFID", "OWNE", "USER", "COMM"]);
/** Zeros that fill up the tag, behind it; some writers leave more than they say. */
const PADDING = 64 * 1024;

/**
 * Reads an MP3. What listeners see of its ID3v2 tag stays (titles, names, the cover); frames for programs, owners
 * and comments become zeros where they are.
 *
 * @see https://id3.org/id3v2.4.0-structure
 * @throws {BadFile}
 */
export async function dissectMp3(source: Source): Promise<Anatomy> {
  await refuseForeignEnds(source);
  const head = await source.read(0, 10);
  const hasTag = latin1(head, 0, 3) === "ID3";
  const end = hasTag ? 10 + plainSize(head, 6) : 0;
  if (end > TAG_LIMIT) throw corrupt("The tag of the file is too large.");
  if (end >= source.size) throw truncated("the tag");
  const splices = hasTag ? privateIn(await source.read(0, end)) : [];
  const start = await source.read(end, PADDING);
  const frame = start.findIndex((byte) => byte !== 0);
  if (frame === -1 || !isFrameHeader(start, frame)) throw corrupt("There is no sound in the file.");
  const promised = promisedSize(start.subarray(frame));
  if (promised > source.size - end - frame) throw truncated("the sound");
  return { width: null, height: null, frames: 1, splices };
}

/** Four times seven bits. */
const plainSize = (bytes: Uint8Array, at: number): number =>
  bytes.subarray(at, at + 4).reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0);

function privateIn(tag: Uint8Array): Splice[] {
  const [, , , version = 0, , flags = 0] = tag;
  // Versions before the third have frames of another make; with unsynchronisation no length can be trusted.
  if (version < 3 || version > 4 || (flags & 0x80) !== 0) return [];
  const splices: Splice[] = [];
  const extended = (flags & 0x40) === 0 ? 0 : extendedSize(tag, version);
  for (let at = 10 + extended; at + 10 <= tag.byteLength && tag[at] !== 0;) {
    const length = version === 4 ? plainSize(tag, at + 4) : viewOf(tag).getUint32(at + 4);
    const offset = at + 10;
    if (offset + length > tag.byteLength) throw truncated("the tag");
    if (hidden.has(latin1(tag, at, at + 4))) {
      splices.push({ offset, length, bytes: new Uint8Array(length) });
    }
    at = offset + length;
  }
  return splices;
}

const extendedSize = (tag: Uint8Array, version: number): number =>
  version === 4 ? plainSize(tag, 10) : 4 + viewOf(tag).getUint32(10);

/**
 * How long the sound is by the first frame, where an encoder wrote that down (the Xing header); 0 where none did.
 */
function promisedSize(frame: Uint8Array): number {
  const text = latin1(frame, 0, 192);
  const at = Math.max(text.indexOf("Xing"), text.indexOf("Info"));
  if (at === -1) return 0;
  const view = viewOf(frame);
  const flags = view.getUint32(at + 4);
  const [HAS_FRAMES, HAS_BYTES] = [1, 2];
  if ((flags & HAS_BYTES) === 0) return 0;
  return view.getUint32(at + 8 + ((flags & HAS_FRAMES) === 0 ? 0 : 4));
}
