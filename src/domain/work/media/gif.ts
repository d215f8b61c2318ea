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
import { refuseForeign } from "./polyglot";

/** All frames together, in pixels: each has to be unpacked before the next is drawn over it. */
const ALL_PIXELS = 1_000_000_000;

const [EXTENSION, IMAGE, TRAILER] = [0x21, 0x2c, 0x3b];
const [GRAPHIC_CONTROL, APPLICATION] = [0xf9, 0xff];
/** Applications whose extensions show something: how often to repeat, and what the colours mean. */
const shownApplications = /^(?:NETSCAPE2\.0|ANIMEXTS1\.0|ICCRGBG1012)$/u;

/**
 * Reads a GIF block by block (GIF89a, section 17 on). Comments, captions and what applications left go.
 *
 * @throws {BadFile}
 */
export function dissectGif(bytes: Uint8Array): Anatomy {
  if (bytes.byteLength < 13) throw truncated("the header");
  const view = viewOf(bytes);
  const [width, height] = [view.getUint16(6, true), view.getUint16(8, true)];
  const splices: Splice[] = [];
  let at = 13 + paletteSize(view.getUint8(10));
  let frames = 0;
  let pixels = 0;
  for (;;) {
    const type = bytes[at];
    if (type === undefined) throw truncated("the picture");
    if (type === TRAILER) break;
    const end = type === EXTENSION ? endOfExtension(bytes, at) : endOfImage(bytes, at);
    if (type === IMAGE) {
      frames += 1;
      pixels += view.getUint16(at + 5, true) * view.getUint16(at + 7, true);
      if (pixels > ALL_PIXELS) throw bomb("The frames together are too large.");
    } else if (isPrivate(bytes, at)) {
      refuseForeign(bytes, at, end);
      splices.push(cut(at, end));
    }
    at = end;
  }
  if (frames === 0 || width === 0 || height === 0)
    throw corrupt("There is no picture in the file.");
  if (at + 1 < bytes.byteLength) {
    refuseForeign(bytes, at + 1, bytes.byteLength);
    splices.push(cut(at + 1, bytes.byteLength));
  }
  return { width, height, frames, splices };
}

const paletteSize = (flags: number): number => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);

const endOfExtension = (bytes: Uint8Array, at: number): number => endOfBlocks(bytes, at + 2);

function endOfImage(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== IMAGE) throw corrupt("There is something between the frames.");
  return endOfBlocks(bytes, at + 11 + paletteSize(bytes[at + 9] ?? 0));
}

function endOfBlocks(bytes: Uint8Array, from: number): number {
  for (let at = from; ;) {
    const length = bytes[at];
    if (length === undefined) throw truncated("a block");
    at += 1 + length;
    if (length === 0) return at;
  }
}

function isPrivate(bytes: Uint8Array, at: number): boolean {
  const label = bytes[at + 1];
  if (label === GRAPHIC_CONTROL) return false;
  return label !== APPLICATION || !shownApplications.test(latin1(bytes, at + 3, at + 14));
}
