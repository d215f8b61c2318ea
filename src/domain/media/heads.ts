import { imageSize } from "image-size";

import { type FileKind, kindOf } from "./kinds";

/** How much of an upload is looked at before any of it is stored, in bytes. */
export const HEAD_BYTES = 256 * 1024;

/** The most that one file may hold, in bytes. */
export const PICTURE_LIMIT = 25_000_000;
export const FILE_LIMIT = 100_000_000;
/** The longest side of a picture, in pixels. */
export const SIDE_LIMIT = 16_384;
export const PIXEL_LIMIT = 40_000_000;
export const FRAME_LIMIT = 300;

export const sizeLimitOf = ({ family }: FileKind): number =>
  family === "picture" ? PICTURE_LIMIT : FILE_LIMIT;

/** Why a file is not taken in, as far as its first bytes tell. */
export type HeadRefusal = "type_unknown" | "too_many_pixels" | "side_too_long" | "too_many_frames";

export type Head =
  | { readonly ok: true; readonly kind: FileKind }
  | { readonly ok: false; readonly refusal: HeadRefusal };

/**
 * Looks at the beginning of a file: what it is, and whether a picture says there already that it is too
 * large. What it does not say there, or says wrongly, is found when the whole of it is looked at.
 */
export function inspectHead(head: Uint8Array): Head {
  const kind = kindOf(head);
  if (!kind) return { ok: false, refusal: "type_unknown" };
  if (kind.family !== "picture" || kind.name === "svg") return { ok: true, kind };
  const refusal =
    refusalOf(sizeIn(head)) ?? (framesIn(kind, head) > FRAME_LIMIT ? "too_many_frames" : undefined);
  return refusal ? { ok: false, refusal } : { ok: true, kind };
}

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Whether a picture is larger than any may be. */
export function refusalOf({ width, height }: PictureSize): HeadRefusal | undefined {
  if (Math.max(width, height) > SIDE_LIMIT) return "side_too_long";
  return width * height > PIXEL_LIMIT ? "too_many_pixels" : undefined;
}

/** Nothing, when the head does not go as far as to tell. */
function sizeIn(head: Uint8Array): PictureSize {
  try {
    return imageSize(head);
  } catch {
    return { width: 0, height: 0 };
  }
}

/** An animated PNG says how many frames it has (PNG, third edition, section 11.3.6.1); others do not. */
function framesIn({ name }: FileKind, head: Uint8Array): number {
  const text = name === "png" ? new TextDecoder("latin1").decode(head.subarray(0, 4096)) : "";
  const at = text.indexOf("acTL");
  if (at === -1 || at + 8 > head.byteLength) return 0;
  return new DataView(head.buffer, head.byteOffset + at + 4, 4).getUint32(0);
}
