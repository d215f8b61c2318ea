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
import { refuseForeign } from "./polyglot";

interface Chunk {
  readonly type: string;
  readonly start: number;
  readonly data: Uint8Array;
  /** With the byte that makes its length even. */
  readonly end: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

const shown = new Set(["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP"]);
const [HAS_EXIF, HAS_XMP] = [0x08, 0x04];

/**
 * Reads a WebP chunk by chunk (RFC 9649, section 2). Exif and XMP data and what nobody knows go; the
 * orientation stays.
 *
 * @throws {BadFile}
 */
export function dissectWebp(bytes: Uint8Array): Anatomy {
  const end = 8 + viewOf(bytes).getUint32(4, true);
  if (end > bytes.byteLength) throw truncated("the picture");
  const chunks = chunksOf(bytes, 12, end);
  const [first] = chunks;
  const canvas = first?.type === "VP8X" ? canvasIn(first.data) : null;
  const frames = framesIn(chunks);
  const [only] = frames;
  const size = canvas ?? only;
  if (!size || frames.length === 0) throw corrupt("There is no picture in the file.");
  if (frames.some(({ width, height }) => width > size.width || height > size.height)) {
    throw bomb("A frame is larger than the picture.");
  }
  const splices = withoutPrivacy(bytes, chunks);
  if (end < bytes.byteLength) {
    refuseForeign(bytes, end, bytes.byteLength);
    splices.push(cut(end, bytes.byteLength));
  }
  return { ...size, frames: frames.length, splices: withSize(bytes, splices) };
}

function chunksOf(bytes: Uint8Array, from: number, to: number): Chunk[] {
  const view = viewOf(bytes);
  const chunks: Chunk[] = [];
  for (let at = from; at < to;) {
    if (at + 8 > to) throw truncated("a chunk");
    const length = view.getUint32(at + 4, true);
    if (at + 8 + length > to) throw truncated("a chunk");
    const end = Math.min(to, at + 8 + length + (length % 2));
    chunks.push({
      type: latin1(bytes, at, at + 4),
      start: at,
      data: bytes.subarray(at + 8, at + 8 + length),
      end,
    });
    at = end;
  }
  return chunks;
}

const uint24 = (data: Uint8Array, at: number): number =>
  (data[at] ?? 0) + (data[at + 1] ?? 0) * 256 + (data[at + 2] ?? 0) * 65_536;

function canvasIn(data: Uint8Array): Size {
  if (data.byteLength < 10) throw corrupt("The header is not there.");
  return { width: uint24(data, 4) + 1, height: uint24(data, 7) + 1 };
}

/** The size of every frame, as its own data says it: the canvas alone could be a lie. */
function framesIn(chunks: readonly Chunk[]): Size[] {
  return chunks.flatMap(({ type, data }) => {
    if (type === "ANMF") return framesIn(chunksOf(data, 16, data.byteLength));
    const size =
      type === "VP8 " ? lossySize(data) : type === "VP8L" ? losslessSize(data) : undefined;
    return size ? [size] : [];
  });
}

/** RFC 6386, section 9.1. */
function lossySize(data: Uint8Array): Size {
  if (data.byteLength < 10 || uint24(data, 3) !== 0x2a_01_9d)
    throw corrupt("A frame has no header.");
  const view = viewOf(data);
  return { width: view.getUint16(6, true) & 0x3f_ff, height: view.getUint16(8, true) & 0x3f_ff };
}

/** RFC 9649, section 3.4. */
function losslessSize(data: Uint8Array): Size {
  if (data.byteLength < 5 || data[0] !== 0x2f) throw corrupt("A frame has no header.");
  const bits = viewOf(data).getUint32(1, true);
  return { width: (bits & 0x3f_ff) + 1, height: ((bits >>> 14) & 0x3f_ff) + 1 };
}

function withoutPrivacy(bytes: Uint8Array, chunks: readonly Chunk[]): Splice[] {
  const exif = chunks.find(({ type }) => type === "EXIF");
  const orientation = exif ? orientationIn(tiffIn(exif.data)) : 1;
  return chunks.flatMap((chunk): Splice[] => {
    const { type, start, data, end } = chunk;
    if (type === "VP8X") {
      const flags = (data[0] ?? 0) & ~HAS_XMP & ~(orientation === 1 ? HAS_EXIF : 0);
      return [{ offset: start + 8, length: 1, bytes: Uint8Array.of(flags) }];
    }
    if (shown.has(type)) return [];
    refuseForeign(bytes, start, end);
    if (chunk !== exif || orientation === 1) return [cut(start, end)];
    return [{ offset: start, length: end - start, bytes: exifChunk(orientation) }];
  });
}

/** Some writers put the prefix of a JPEG segment in front, which does not belong there. */
const tiffIn = (data: Uint8Array): Uint8Array =>
  latin1(data, 0, 6) === "Exif\0\0" ? data.subarray(6) : data;

function exifChunk(orientation: number): Uint8Array {
  const tiff = tiffWithOrientation(orientation);
  return new Uint8Array([0x45, 0x58, 0x49, 0x46, tiff.byteLength, 0, 0, 0, ...tiff]);
}

/** With the length that the file says it has, which comes before all other splices. */
function withSize(bytes: Uint8Array, splices: readonly Splice[]): Splice[] {
  const size = splices.reduce(
    (sum, { length, bytes: inserted }) => sum + inserted.byteLength - length,
    bytes.byteLength,
  );
  const field = new Uint8Array(4);
  viewOf(field).setUint32(0, size - 8, true);
  return [{ offset: 4, length: 4, bytes: field }, ...splices];
}
