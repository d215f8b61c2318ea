import { z } from "@hono/zod-openapi";

import { page } from "#api/openapi";
import { PageQuery } from "#api/pages";
import type { Media, MediaFields, Picture } from "#domain/media";

import { given, Id, Moment, Text } from "./fields";

const FocalPoint = z
  .strictObject({ x: z.number().min(0).max(1), y: z.number().min(0).max(1) })
  .openapi("FocalPoint", {
    description: "What stays in sight when the picture is cropped: from 0 at the left or top to 1.",
    example: { x: 0.5, y: 0.3 },
  });

/** An address, as far as its digest, for examples. */
const FILE =
  "https://cms.example.com/media/0a3c5e7f9b1d2f4a6c8e0b2d4f6a8c0e1b3d5f7a9c1e3b5d7f9a1c3e5b7d9f0a";

const SrcSet = z
  .object({
    webp: z
      .string()
      .nullable()
      .openapi({ example: `${FILE}-320.webp 320w, ${FILE}-640.webp 640w` }),
    avif: z
      .string()
      .nullable()
      .openapi({ example: `${FILE}-320.avif 320w, ${FILE}-640.avif 640w` }),
  })
  .openapi("SrcSet", { description: "For `srcset` of a `<source>`; null where there is none." });

const common = {
  id: Id,
  width: z.int().nullable().openapi({ description: "As it is shown, in pixels.", example: 1600 }),
  height: z.int().nullable().openapi({ example: 1067 }),
  alt_text: z.string().nullable().openapi({ example: "Boats in the harbour at dusk" }),
  caption: z.string().nullable().openapi({ example: "The harbour, last summer" }),
  focal_point: z.union([FocalPoint, z.null()]),
  placeholder: z.string().nullable().openapi({
    description: "A data URL of a few hundred bytes to show until the picture is there.",
    example: "data:image/webp;base64,UklGRh4AAABXRUJQVlA4TBEAAAAvAAAAAAfQ//73v/+BiOh/AAA=",
  }),
  dominant_color: z.string().nullable().openapi({ example: "#3b5f7d" }),
  srcset: SrcSet,
};

export const PictureBody = z
  .object({
    ...common,
    url: z.string().openapi({ example: `${FILE}.jpg` }),
    content_type: z.string().openapi({ example: "image/jpeg" }),
  })
  .openapi("Picture", { description: "A picture of ours, ready for an `<img>`." });

const Variant = z.object({
  url: z.string().openapi({ example: `${FILE}-640.webp` }),
  type: z.string().openapi({ example: "image/webp" }),
  width: z.int().openapi({ example: 640 }),
  height: z.int().openapi({ example: 427 }),
  size: z.int().openapi({ description: "Bytes." }),
});

export const MediaStatus = z.enum(["processing", "ready", "failed"]);
export const MediaKind = z.enum(["picture", "audio", "video", "document"]);

export const MediaBody = z
  .object({
    ...common,
    job_id: Id.nullable(),
    status: MediaStatus,
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    kind: MediaKind,
    file_name: z.string().openapi({ example: "harbour.jpg" }),
    content_type: z.string().openapi({ example: "image/jpeg" }),
    size: z
      .int()
      .openapi({ description: "Bytes: of the upload, and of what is served once that is ready." }),
    sha256: z.string().openapi({
      description: "Of the upload.",
      example: "0a3c5e7f9b1d2f4a6c8e0b2d4f6a8c0e1b3d5f7a9c1e3b5d7f9a1c3e5b7d9f0a",
    }),
    url: z
      .string()
      .nullable()
      .openapi({ description: "Null until it is ready.", example: `${FILE}.jpg` }),
    variants: z.array(Variant),
    source_url: z.string().nullable().openapi({
      description: "Where an import found it.",
      example: "https://example.com/harbour.jpg",
    }),
    created_by: Id.nullable(),
    created_at: Moment,
    updated_at: Moment,
    version: z.int(),
  })
  .openapi("Media");

export const MediaPage = page(MediaBody, "MediaPage");

type Shown = Pick<
  Media,
  | "id"
  | "width"
  | "height"
  | "altText"
  | "caption"
  | "focalX"
  | "focalY"
  | "placeholder"
  | "dominantColor"
  | "variants"
>;

const addressOf = (objectKey: string, apiUrl: string): string => `${apiUrl}/${objectKey}`;

const toShownBody = (media: Shown, apiUrl: string) => ({
  id: media.id,
  width: media.width,
  height: media.height,
  alt_text: media.altText,
  caption: media.caption,
  focal_point:
    media.focalX === null || media.focalY === null ? null : { x: media.focalX, y: media.focalY },
  placeholder: media.placeholder,
  dominant_color: media.dominantColor,
  srcset: {
    webp: srcsetOf(media, "image/webp", apiUrl),
    avif: srcsetOf(media, "image/avif", apiUrl),
  },
});

function srcsetOf({ variants }: Shown, type: string, apiUrl: string): string | null {
  const candidates = variants
    .filter(({ contentType }) => contentType === type)
    .map(({ objectKey, width }) => `${addressOf(objectKey, apiUrl)} ${width}w`);
  return candidates.length === 0 ? null : candidates.join(", ");
}

/**
 * A picture of ours that a text shows. Its copies are where the text has the picture from: beside each other.
 *
 * @param texts that may show it: addresses, or HTML.
 * @returns null when none of them does.
 */
export function toPictureBody(
  picture: Picture,
  ...texts: readonly (string | null)[]
): z.infer<typeof PictureBody> | null {
  const name = /[0-9a-f]{64}/u.exec(picture.objectKey)?.[0] ?? "";
  const address = new RegExp(`([^\\s"'(),]*)/media/${name}[-.]`, "u");
  const base = texts
    .map((text) => address.exec(text ?? "")?.[1])
    .find((found) => found !== undefined);
  if (base === undefined) return null;
  return {
    ...toShownBody(picture, base),
    url: addressOf(picture.objectKey, base),
    content_type: picture.contentType,
  };
}

/** The pictures that a text shows, in their order. */
export const toPictureBodies = (
  pictures: readonly Picture[],
  text: string,
): z.infer<typeof PictureBody>[] =>
  pictures
    .map((picture) => ({
      shown: toPictureBody(picture, text),
      at: text.indexOf(picture.objectKey.slice(0, 70)),
    }))
    .toSorted((a, b) => a.at - b.at)
    .flatMap(({ shown }) => shown ?? []);

/** @param apiUrl the base of addresses that the worker answers. */
export const toMediaBody = (media: Media, apiUrl: string): z.infer<typeof MediaBody> => ({
  ...toShownBody(media, apiUrl),
  job_id: media.jobId,
  status: media.status,
  error: media.error === null ? null : { ...media.error },
  kind: media.kind,
  file_name: media.fileName,
  content_type: media.contentType,
  size: media.size,
  sha256: media.sha256,
  url:
    media.status === "ready" && media.objectKey !== null
      ? addressOf(media.objectKey, apiUrl)
      : null,
  variants: media.variants.map(({ objectKey, contentType, width, height, size }) => ({
    url: addressOf(objectKey, apiUrl),
    type: contentType,
    width,
    height,
    size,
  })),
  source_url: media.sourceUrl,
  created_by: media.createdBy,
  created_at: media.createdAt,
  updated_at: media.updatedAt,
  version: media.version,
});

const AltText = Text(1000).openapi({ example: "Boats in the harbour at dusk" });
const Caption = Text(2000).openapi({ example: "The harbour, last summer" });

export const MediaChangesBody = z
  .strictObject({
    alt_text: AltText.nullable().optional(),
    caption: Caption.nullable().optional(),
    focal_point: z.union([FocalPoint, z.null()]).optional(),
  })
  .openapi("MediaChanges");

export const toMediaFields = ({
  alt_text,
  caption,
  focal_point,
}: z.infer<typeof MediaChangesBody>): Partial<MediaFields> => ({
  ...given({ altText: alt_text, caption }),
  ...(focal_point === undefined
    ? {}
    : { focalX: rounded(focal_point?.x), focalY: rounded(focal_point?.y) }),
});

/** To a ten-thousandth: less than a pixel of any picture, and every digit survives being kept. */
const rounded = (fraction: number | undefined): number | null =>
  fraction === undefined ? null : Math.round(fraction * 10_000) / 10_000;

/** What can be said about a file beside it, in a query or in the fields of a form. */
export const UploadNotes = z.strictObject({
  file_name: z
    .string()
    .max(1000)
    .optional()
    .openapi({ description: "Goes before the name in `Content-Disposition`." }),
  alt_text: AltText.optional(),
  caption: Caption.optional(),
});

export const MediaQuery = PageQuery.extend({
  status: MediaStatus.optional(),
  kind: MediaKind.optional(),
});
