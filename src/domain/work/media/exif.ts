import { viewOf } from "./anatomy";

const ORIENTATION = 0x01_12;
const SHORT = 3;

/**
 * How a picture is to be turned, from 1 to 8, as its Exif data says; 1 is as it is stored.
 *
 * @param tiff the TIFF structure, without anything in front of it (Exif 3.0, section 4.6.5).
 */
export function orientationIn(tiff: Uint8Array): number {
  if (tiff.byteLength < 14) return 1;
  const view = viewOf(tiff);
  const isLittle = view.getUint16(0) === 0x49_49;
  const directory = view.getUint32(4, isLittle);
  if (directory + 2 > tiff.byteLength) return 1;
  const entries = view.getUint16(directory, isLittle);
  for (let index = 0; index < entries; index += 1) {
    const at = directory + 2 + index * 12;
    if (at + 12 > tiff.byteLength) return 1;
    if (view.getUint16(at, isLittle) !== ORIENTATION) continue;
    const value = view.getUint16(at + 2, isLittle) === SHORT ? view.getUint16(at + 8, isLittle) : 1;
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/** Exif data that says how a picture is to be turned, and nothing else. */
export function tiffWithOrientation(orientation: number): Uint8Array {
  const tiff = new Uint8Array(26);
  const view = viewOf(tiff);
  view.setUint32(0, 0x4d_4d_00_2a);
  view.setUint32(4, 8);
  view.setUint16(8, 1);
  view.setUint16(10, ORIENTATION);
  view.setUint16(12, SHORT);
  view.setUint32(14, 1);
  view.setUint16(18, orientation);
  return tiff;
}
