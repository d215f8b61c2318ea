import { createRoute, z } from "@hono/zod-openapi";
import { createMiddleware } from "hono/factory";

import type { AppEnv } from "#api/dependencies";
import {
  BodyTooLarge,
  Contended,
  CursorInvalid,
  MethodNotAllowed,
  ReferenceUnknown,
  SubscriberImportNotFound,
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
import { IdPath } from "#api/schemas/fields";
import {
  SubscriberImportBody,
  SubscriberImportPage,
  TermsQuery,
  toSubscriberImportBody,
  toTerms,
} from "#api/schemas/subscriber-imports";
import { SubscriberFilterQuery, toSubscriberFilter } from "#api/schemas/subscribers";
import {
  listSubscriberImports,
  readSubscriberImport,
  startSubscriberImport,
} from "#service/subscribers/imports";
import { exportSubscribers } from "#service/subscribers/read";

/** Comes before the subscribers one by one: what is a word here would be an id there. */
export const subscriberLists = createRouter();

const CSV = "text/csv";

/** @throws {MethodNotAllowed} 40500 where a word stands in the place of an id. */
const allow = (...methods: readonly string[]) =>
  createMiddleware<AppEnv>(async function allowOnly(c, next) {
    if (!methods.includes(c.req.method)) throw new MethodNotAllowed(methods);
    await next();
  });

subscriberLists.use("/subscribers/import", allow("POST"));
subscriberLists.use("/subscribers/imports", allow("GET", "HEAD"));
subscriberLists.use("/subscribers/export", allow("GET", "HEAD"));

/** @throws {UnsupportedMediaType} 41500 */
const requireCsv = createMiddleware<AppEnv & { Variables: { list: ReadableStream<Uint8Array> } }>(
  async function requireCsv(c, next) {
    const type = c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
    if (type !== CSV || c.req.raw.body === null) throw new UnsupportedMediaType(CSV);
    c.set("list", c.req.raw.body);
    await next();
  },
);

const start = createRoute({
  method: "post",
  path: "/subscribers/import",
  operationId: "importSubscribers",
  summary: "Import subscribers",
  description:
    "CSV whose first line names its columns: `email`, and if there are any `name`, `labels`, `newsletters` (slugs; where there is this column, it says all that they get), `status`, `created_at`; others are not read. Commas, semicolons, tabs or bars stand between, and are told by themselves. Whoever has left or is suppressed stays that way, and gets no newsletter that they have left; a line whose `status` is not `active` is passed over. Others get mail at once, on your word.",
  tags: ["subscribers"],
  middleware: [requireCsv] as const,
  request: {
    headers: IdempotencyHeaders,
    query: TermsQuery,
    body: {
      required: true,
      content: {
        [CSV]: {
          schema: z.string().openapi({
            example: 'email,name,labels\nada@example.com,"Lovelace, Ada","early bird, press"\n',
          }),
        },
      },
    },
  },
  responses: {
    202: json(
      SubscriberImportBody,
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
      ReferenceUnknown,
      Contended,
      StorageUnavailable,
    ),
  },
});

subscriberLists.openapi(start, async (c) => {
  const { context, caller, list } = c.var;
  const terms = toTerms(c.req.valid("query"));
  const started = await startSubscriberImport(context, caller, terms, list);
  c.header("Location", `/v1/subscribers/imports/${started.id}`);
  return c.json(toSubscriberImportBody(started), 202);
});

const list = createRoute({
  method: "get",
  path: "/subscribers/imports",
  operationId: "listSubscriberImports",
  summary: "List imports of subscribers",
  tags: ["subscribers"],
  request: { query: PageQuery },
  responses: {
    200: json(SubscriberImportPage, "A page of imports, newest first", answerHeaders.next),
    ...raises(...needsActor, ...validates, CursorInvalid),
  },
});

subscriberLists.openapi(list, async (c) => {
  const { limit = DEFAULT_LIMIT } = c.req.valid("query");
  const page = { limit, after: await readCursor(c) };
  const { items, next } = await listSubscriberImports(c.var.context, c.var.caller, page);
  return c.json(await pageBody(c, items.map(toSubscriberImportBody), next), 200);
});

const read = createRoute({
  method: "get",
  path: "/subscribers/imports/{id}",
  operationId: "readSubscriberImport",
  summary: "See how an import of subscribers stands",
  tags: ["subscribers"],
  request: { params: IdPath },
  responses: {
    200: json(SubscriberImportBody, "The import"),
    ...raises(...needsActor, ...validates, SubscriberImportNotFound),
  },
});

subscriberLists.openapi(read, async (c) => {
  const { id } = c.req.valid("param");
  const found = await readSubscriberImport(c.var.context, c.var.caller, id);
  return c.json(toSubscriberImportBody(found), 200);
});

const download = createRoute({
  method: "get",
  path: "/subscribers/export",
  operationId: "exportSubscribers",
  summary: "Export subscribers",
  description:
    "CSV (RFC 4180, UTF-8 with a byte order mark), newest first. What a spreadsheet could take for a formula has a quote in front; an import takes it away again.",
  tags: ["subscribers"],
  request: { query: SubscriberFilterQuery },
  responses: {
    200: {
      description: "The list",
      content: {
        [CSV]: {
          schema: {
            type: "string" as const,
            example:
              "email,name,status,labels,newsletters,created_at\r\nada@example.com,Ada,active,early-bird,weekly,2026-11-23T09:30:00.000Z\r\n",
          },
        },
      },
    },
    ...raises(...needsActor, ...validates),
  },
});

subscriberLists.openapi(download, async (c) => {
  const filter = toSubscriberFilter(c.req.valid("query"));
  const stream = await exportSubscribers(c.var.context, c.var.caller, filter);
  return c.body(stream, 200, {
    "Content-Type": `${CSV}; charset=utf-8`,
    "Content-Disposition": 'attachment; filename="subscribers.csv"',
  });
});
