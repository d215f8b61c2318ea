import { imageSize } from "image-size";

import { kindOf } from "#domain/media/kinds";

import { BadFile } from "./anatomy";

/** What pages are laid out in, in CSS pixels and twice as many. No copy is wider than its picture. */
const WIDTHS = [320, 640, 960, 1280, 1920, 2560];
const PLACEHOLDER_WIDTH = 24;
const SWATCH_WIDTH = 16;

/** A large AVIF takes seconds. Encoders have been seen never to answer at all (lovell/sharp#4486). */
const PATIENCE_MS = 20_000;

export const variantFormats = ["webp", "avif"] as const;
export type VariantFormat = (typeof variantFormats)[number];

/** The widths that a picture is offered in: the usual ones below its own, and its own if a page could use it. */
export function widthsFor(width: number): number[] {
  const smaller = WIDTHS.filter((each) => each < width);
  const widest = WIDTHS.at(-1) ?? width;
  return width <= widest ? [...smaller, width] : smaller;
}

/** A picture as an encoder gave it, with what it is by its own bytes. */
export interface Drawn {
  readonly bytes: Uint8Array;
  readonly contentType: string;
  readonly extension: string;
  readonly width: number;
  readonly height: number;
}

interface Wanted {
  readonly width: number;
  readonly format: VariantFormat | "png";
}

/** How a picture is read, as often as needed. */
export type Open = () => Promise<ReadableStream<Uint8Array>>;

/**
 * Draws a picture again, turned as it is to be shown and at most `width` wide, without what it told about its
 * making. An encoder may give another format than was asked for, or a smaller picture: what it gave is told.
 *
 * @throws {BadFile} `file_undecodable`, when no decoder can make anything of it.
 * @throws {TypeError} when the encoder does not answer; it can be asked again.
 */
export async function draw(images: ImagesBinding, open: Open, wanted: Wanted): Promise<Drawn> {
  const { promise: silence, reject } = Promise.withResolvers<never>();
  const patience = setTimeout(
    () => reject(new TypeError("The encoder does not answer.")),
    PATIENCE_MS,
  );
  try {
    return measured(await Promise.race([encoded(images, open, wanted), silence]));
  } catch (error) {
    throw isVerdict(error)
      ? new BadFile("file_undecodable", "No decoder can make anything of this picture.")
      : error;
  } finally {
    clearTimeout(patience);
  }
}

async function encoded(
  images: ImagesBinding,
  open: Open,
  { width, format }: Wanted,
): Promise<Uint8Array> {
  const result = await images
    .input(await open())
    .transform({ width, fit: "scale-down" })
    .output({ format: `image/${format}` });
  return new Uint8Array(await result.response().arrayBuffer());
}

function measured(bytes: Uint8Array): Drawn {
  const kind = kindOf(bytes);
  if (!kind) throw new TypeError("The encoder gave something that is no picture.");
  const { width, height } = imageSize(bytes);
  return { bytes, contentType: kind.contentType, extension: kind.extension, width, height };
}

/** What the service says of a picture that it cannot read, whenever it is asked. */
const verdicts: ReadonlySet<unknown> = new Set([9402, 9404, 9412, 9413, 9420, 9520]);
/** What its stand-in says: the words of libvips and of what it reads files with. */
const libraries =
  /vips|libpng|gifload|heif|unsupported image format|corrupt|premature end|Input (?:buffer|file)/iu;

/**
 * Whether an error says that the picture is at fault, and not the network or the service.
 *
 * @see https://developers.cloudflare.com/images/reference/troubleshooting/
 */
const isVerdict = (error: unknown): boolean =>
  error instanceof Error &&
  (("code" in error && verdicts.has(error.code)) || libraries.test(error.message));

/** A picture so small that it can stand in the page itself until the real one is there: a WebP as a data URL. */
export async function drawPlaceholder(images: ImagesBinding, open: Open): Promise<string> {
  const { bytes, contentType } = await draw(images, open, {
    width: PLACEHOLDER_WIDTH,
    format: "webp",
  });
  return `data:${contentType};base64,${btoa(String.fromCharCode(...bytes))}`;
}

/** A few pixels of a picture, as a PNG. */
export const drawSwatch = async (images: ImagesBinding, open: Open): Promise<Uint8Array> =>
  (await draw(images, open, { width: SWATCH_WIDTH, format: "png" })).bytes;

/** Whether a picture is shown with its sides changed, by how a copy of it came out. */
export const isTurned = (
  stored: { readonly width: number; readonly height: number },
  shown: { readonly width: number; readonly height: number },
): boolean =>
  stored.width !== stored.height &&
  shown.width !== shown.height &&
  stored.width > stored.height !== shown.width > shown.height;
