import { createRoute, z } from "@hono/zod-openapi";
import { createMiddleware } from "hono/factory";

import type { AppEnv } from "#api/dependencies";
import {
  BodyTooLarge,
  Contended,
  CursorInvalid,
  ImportNotFound,
  StorageUnavailable,
  UnsupportedMediaType,
} from "#api/exceptions";
import {
  answerHeaders,
  changes,
  idempotent,
  IdempotencyHeaders,
  json,
  needsActor,
  raises,
  validates,
} from "#api/openapi";
import { DEFAULT_LIMIT, pageBody, PageQuery, readCursor } from "#api/pages";
import { createRouter } from "#api/router";
import { Flag, IdPath } from "#api/schemas/fields";
import { ImportBody, ImportPage, toImportBody } from "#api/schemas/imports";
import { listImports, readImport, startImport } from "#service/imports";

export const imports = createRouter();

const NDJSON = "application/x-ndjson";

/** @throws {UnsupportedMediaType} 41500 */
const requireLines = createMiddleware<
  AppEnv & { Variables: { lines: ReadableStream<Uint8Array> } }
>(async function requireLines(c, next) {
  const type = c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== NDJSON || c.req.raw.body === null) throw new UnsupportedMediaType(NDJSON);
  c.set("lines", c.req.raw.body);
  await next();
});

const start = createRoute({
  method: "post",
  path: "/imports",
  operationId: "startImport",
  summary: "Import documents",
  description:
    "One JSON object a line: `path` tells a document from all others, `front_matter` holds what stands at the top of the file, `markdown` the rest. A document that is the same as last time changes nothing.",
  tags: ["imports"],
  middleware: [requireLines] as const,
  request: {
    headers: IdempotencyHeaders,
    query: z.strictObject({
      pictures: Flag.optional().openapi({
        description:
          "Bring in the pictures as well that imported posts show from elsewhere. Each comes to the media, and the posts get its new address.",
      }),
    }),
    body: {
      required: true,
      content: {
        [NDJSON]: {
          schema: z.string().openapi({
            example:
              '{"path":"hello.md","front_matter":{"title":"Hello","date":"2026-11-23"},"markdown":"Some *words*."}\n',
          }),
        },
      },
    },
  },
  responses: {
    202: json(
      ImportBody,
      "The import, not yet begun",
      answerHeaders.location,
      answerHeaders.replayed,
    ),
    ...raises(
      ...needsActor,
      ...changes,
      ...validates,
      ...idempotent,
      BodyTooLarge,
      UnsupportedMediaType,
      Contended,
      StorageUnavailable,
    ),
  },
});

imports.openapi(start, async (c) => {
  const { pictures = false } = c.req.valid("query");
  const started = await startImport(c.var.context, c.var.caller, c.var.lines, pictures);
  c.header("Location", `/v1/imports/${started.id}`);
  return c.json(toImportBody(started), 202);
});

const list = createRoute({
  method: "get",
  path: "/imports",
  operationId: "listImports",
  summary: "List imports",
  tags: ["imports"],
  request: { query: PageQuery },
  responses: {
    200: json(ImportPage, "A page of imports, newest first", answerHeaders.next),
    ...raises(...needsActor, ...validates, CursorInvalid),
  },
});

imports.openapi(list, async (c) => {
  const { limit = DEFAULT_LIMIT } = c.req.valid("query");
  const page = { limit, after: await readCursor(c) };
  const { items, next } = await listImports(c.var.context, c.var.caller, page);
  return c.json(await pageBody(c, items.map(toImportBody), next), 200);
});

const read = createRoute({
  method: "get",
  path: "/imports/{id}",
  operationId: "readImport",
  summary: "See how an import stands",
  tags: ["imports"],
  request: { params: IdPath },
  responses: {
    200: json(ImportBody, "The import"),
    ...raises(...needsActor, ...validates, ImportNotFound),
  },
});

imports.openapi(read, async (c) => {
  const { id } = c.req.valid("param");
  return c.json(toImportBody(await readImport(c.var.context, c.var.caller, id)), 200);
});
