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

const [EOI, SOS, COM, APP0, APP1, APP2, APP14, APP15] = [
  0xd9, 0xda, 0xfe, 0xe0, 0xe1, 0xe2, 0xee, 0xef,
];
/** A progressive picture has a dozen scans. Each costs a pass over all of it, so thousands of them are an attack. */
const MOST_SCANS = 200;

interface Segment {
  readonly marker: number;
  /** Of the first byte of its marker, and of the first behind it. */
  readonly start: number;
  readonly end: number;
}

/**
 * Reads a JPEG marker by marker (ITU-T T.81, annex B). What stays is what shows the picture: tables, frames,
 * scans, the colour profile, Adobe's colour transform, and the orientation by itself.
 *
 * @throws {BadFile}
 */
export function dissectJpeg(bytes: Uint8Array): Anatomy {
  const splices: Splice[] = [];
  let size: { width: number; height: number } | undefined;
  let scans = 0;
  let end = 2;
  for (const segment of segmentsOf(bytes)) {
    ({ end } = segment);
    if (segment.marker === SOS) scans += 1;
    if (scans > MOST_SCANS) throw bomb("The picture is drawn in too many passes.");
    if (isFrame(segment.marker)) {
      if (size) throw corrupt("The picture says twice how large it is.");
      size = sizeIn(bytes, segment);
    }
    if (isPrivate(bytes, segment)) splices.push(withoutPrivacy(bytes, segment));
  }
  if (!size || scans === 0) throw corrupt("There is no picture in the file.");
  if (end < bytes.byteLength) {
    refuseForeign(bytes, end, bytes.byteLength);
    splices.push(cut(end, bytes.byteLength));
  }
  return { ...size, frames: 1, splices };
}

function* segmentsOf(bytes: Uint8Array): Generator<Segment> {
  let at = 2;
  for (;;) {
    const start = at;
    if (at >= bytes.byteLength) throw truncated("the picture");
    if (bytes[at] !== 0xff) throw corrupt("There is something between the parts of the picture.");
    while (bytes[at] === 0xff) at += 1;
    const marker = bytes[at];
    if (marker === undefined) throw truncated("a marker");
    at += 1;
    if (marker === EOI) {
      yield { marker, start, end: at };
      return;
    }
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) continue;
    const length = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    if (at + length > bytes.byteLength) throw truncated("a segment");
    if (length < 2) throw corrupt("A segment has an impossible length.");
    at += length;
    if (marker === SOS) at = endOfScan(bytes, at);
    yield { marker, start, end: at };
  }
}

/** Where a scan's entropy-coded data ends: at the next marker that is neither a stuffed byte nor a restart. */
function endOfScan(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next === undefined) break;
    const isData = next === 0 || next === 0xff || (next >= 0xd0 && next <= 0xd7);
    if (!isData) return at;
  }
  throw truncated("a scan");
}

const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

function sizeIn(bytes: Uint8Array, segment: Segment): { width: number; height: number } {
  const payload = payloadOf(bytes, segment);
  if (payload.byteLength < 6) throw corrupt("The picture does not say how large it is.");
  const view = viewOf(payload);
  const [height, width] = [view.getUint16(1), view.getUint16(3)];
  if (width === 0 || height === 0) throw corrupt("The picture has no area.");
  return { width, height };
}

/** What stands behind the marker and the length. */
const payloadOf = (bytes: Uint8Array, { start, end }: Segment): Uint8Array => {
  let from = start;
  while (bytes[from] === 0xff) from += 1;
  return bytes.subarray(from + 3, end);
};

function isPrivate(bytes: Uint8Array, segment: Segment): boolean {
  const { marker } = segment;
  if (marker === COM) return true;
  if (marker < APP0 || marker > APP15 || marker === APP14) return false;
  const name = latin1(payloadOf(bytes, segment), 0, 12);
  if (marker === APP0) return !name.startsWith("JFIF\0");
  return !(marker === APP2 && name === "ICC_PROFILE\0");
}

/** Takes a segment out; of Exif data the orientation stays. */
function withoutPrivacy(bytes: Uint8Array, segment: Segment): Splice {
  const { marker, start, end } = segment;
  refuseForeign(bytes, start, end);
  const payload = payloadOf(bytes, segment);
  const isExif = marker === APP1 && latin1(payload, 0, 6) === "Exif\0\0";
  const orientation = isExif ? orientationIn(payload.subarray(6)) : 1;
  return orientation === 1
    ? cut(start, end)
    : { offset: start, length: end - start, bytes: exifSegment(orientation) };
}

function exifSegment(orientation: number): Uint8Array {
  const tiff = tiffWithOrientation(orientation);
  const head = [0xff, APP1 ?? 0, 0, 8 + tiff.byteLength, 0x45, 0x78, 0x69, 0x66, 0, 0];
  return new Uint8Array([...head, ...tiff]);
}
