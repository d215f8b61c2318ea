import { createRoute } from "@hono/zod-openapi";
import type { Context as HonoContext } from "hono";

import { baseOf, withVersion } from "#api/answers";
import { type AppEnv, requireVersion } from "#api/dependencies";
import {
  Contended,
  CursorInvalid,
  MediaInUse,
  MediaNotFound,
  MediaTooLarge,
  MediaTypeMismatch,
  MediaTypeUnknown,
  SideTooLong,
  StorageUnavailable,
  TooManyFrames,
  TooManyPixels,
  UnsupportedMediaType,
} from "#api/exceptions";
import {
  answerHeaders,
  body,
  changes,
  idempotent,
  IdempotencyHeaders,
  json,
  needsActor,
  noContent,
  raises,
  readsBody,
  validates,
  versioned,
  VersionHeaders,
} from "#api/openapi";
import { DEFAULT_LIMIT, pageBody, readCursor } from "#api/pages";
import { createRouter } from "#api/router";
import { IdPath } from "#api/schemas/fields";
import {
  MediaBody,
  MediaChangesBody,
  MediaPage,
  MediaQuery,
  toMediaBody,
  toMediaFields,
  UploadNotes,
} from "#api/schemas/media";
import { readUpload } from "#api/uploads";
import { apiUrlOf } from "#core/settings";
import type { Media } from "#domain/media";
import { deleteMedia, editMedia, listMedia, readMedia } from "#service/media";
import { uploadMedia } from "#service/media/upload";

export const media = createRouter();

const bodyOf = <Env extends AppEnv>(c: HonoContext<Env>, shown: Media) =>
  toMediaBody(shown, apiUrlOf(c.var.context.settings));

const binary = {
  schema: { type: "string" as const, format: "binary" },
  example: "(the bytes of the file)",
};

const upload = createRoute({
  method: "post",
  path: "/media",
  operationId: "uploadMedia",
  summary: "Upload a file",
  description:
    'PNG, JPEG, GIF, WebP, AVIF or SVG up to 25 MB, PDF, MP3 or MP4 up to 100 MB: as the body, with its Content-Type and its name in `Content-Disposition: attachment; filename="…"`, or as the part `file` of a form. What it is, its bytes say. It is stored as it comes; then it is looked at whole, cleaned of Exif data, places and comments, and drawn in the sizes that pages need. `status` says when that is done.',
  tags: ["media"],
  request: {
    headers: IdempotencyHeaders,
    query: UploadNotes,
    body: {
      required: true,
      content: {
        "multipart/form-data": {
          schema: {
            type: "object",
            required: ["file"],
            properties: {
              file: { type: "string", format: "binary" },
              alt_text: { type: "string", maxLength: 1000 },
              caption: { type: "string", maxLength: 2000 },
            },
          },
          example: { file: "(the bytes of the file)", alt_text: "Boats in the harbour at dusk" },
        },
        "image/png": binary,
        "image/jpeg": binary,
        "image/gif": binary,
        "image/webp": binary,
        "image/avif": binary,
        "image/svg+xml": binary,
        "application/pdf": binary,
        "audio/mpeg": binary,
        "video/mp4": binary,
      },
    },
  },
  responses: {
    201: json(
      MediaBody,
      "The file, stored and not yet looked at",
      answerHeaders.etag,
      answerHeaders.location,
      answerHeaders.replayed,
    ),
    ...raises(
      ...needsActor,
      ...changes,
      ...validates,
      ...idempotent,
      MediaTooLarge,
      UnsupportedMediaType,
      MediaTypeUnknown,
      MediaTypeMismatch,
      TooManyPixels,
      SideTooLong,
      TooManyFrames,
      Contended,
      StorageUnavailable,
    ),
  },
});

media.openapi(upload, async (c) => {
  const sent = readUpload(c, c.req.valid("query"));
  const uploaded = await uploadMedia(c.var.context, c.var.caller, sent);
  c.header("Location", `/v1/media/${uploaded.id}`);
  return c.json(await withVersion(c, bodyOf(c, uploaded)), 201);
});

const list = createRoute({
  method: "get",
  path: "/media",
  operationId: "listMedia",
  summary: "List files",
  tags: ["media"],
  request: { query: MediaQuery },
  responses: {
    200: json(MediaPage, "A page of files, newest first", answerHeaders.next),
    ...raises(...needsActor, ...validates, CursorInvalid),
  },
});

media.openapi(list, async (c) => {
  const { limit = DEFAULT_LIMIT, status = null, kind = null } = c.req.valid("query");
  const page = { limit, after: await readCursor(c) };
  const { items, next } = await listMedia(c.var.context, c.var.caller, { status, kind }, page);
  return c.json(
    await pageBody(
      c,
      items.map((item) => bodyOf(c, item)),
      next,
    ),
    200,
  );
});

const read = createRoute({
  method: "get",
  path: "/media/{id}",
  operationId: "readMedia",
  summary: "Read about a file",
  tags: ["media"],
  request: { params: IdPath },
  responses: {
    200: json(MediaBody, "The file, and how it stands", answerHeaders.etag),
    ...raises(...needsActor, ...validates, MediaNotFound),
  },
});

media.openapi(read, async (c) => {
  const { id } = c.req.valid("param");
  const found = await readMedia(c.var.context, c.var.caller, id);
  return c.json(await withVersion(c, bodyOf(c, found)), 200);
});

const edit = createRoute({
  method: "patch",
  path: "/media/{id}",
  operationId: "editMedia",
  summary: "Change what is said about a file",
  description:
    'Whatever shows the file shows the new words at once. Its ETag changes when it becomes ready; to change what was read before that, name the version alone: `"v1"`.',
  tags: ["media"],
  middleware: [requireVersion] as const,
  request: { params: IdPath, headers: VersionHeaders, body: body(MediaChangesBody) },
  responses: {
    200: json(MediaBody, "The file as it is now", answerHeaders.etag),
    ...raises(...needsActor, ...changes, ...readsBody, ...versioned, MediaNotFound, Contended),
  },
});

media.openapi(edit, async (c) => {
  const base = baseOf(c, (found: Media) => bodyOf(c, found));
  const target = { id: c.req.valid("param").id, ...base };
  const fields = toMediaFields(c.req.valid("json"));
  const edited = await editMedia(c.var.context, c.var.caller, target, fields);
  return c.json(await withVersion(c, bodyOf(c, edited)), 200);
});

const remove = createRoute({
  method: "delete",
  path: "/media/{id}",
  operationId: "deleteMedia",
  summary: "Delete a file",
  description: "With all its copies. One that a post or a user shows is not deleted.",
  tags: ["media"],
  middleware: [requireVersion] as const,
  request: { params: IdPath, headers: VersionHeaders },
  responses: {
    204: noContent("The file is gone."),
    ...raises(
      ...needsActor,
      ...changes,
      ...validates,
      ...versioned,
      MediaNotFound,
      MediaInUse,
      Contended,
    ),
  },
});

media.openapi(remove, async (c) => {
  const base = baseOf(c, (found: Media) => bodyOf(c, found));
  const target = { id: c.req.valid("param").id, ...base };
  await deleteMedia(c.var.context, c.var.caller, target);
  return c.body(null, 204);
});
