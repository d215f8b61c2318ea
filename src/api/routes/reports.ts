import { createRoute } from "@hono/zod-openapi";

import { isKnown } from "#api/answers";
import {
  Contended,
  CursorInvalid,
  RangeNotSatisfiable,
  ReferenceUnknown,
  ReportNotFound,
  ReportNotReady,
  StorageUnavailable,
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
} from "#api/openapi";
import { DEFAULT_LIMIT, pageBody, PageQuery, readCursor } from "#api/pages";
import { isRangeOf, readRange } from "#api/ranges";
import { createRouter } from "#api/router";
import { IdPath } from "#api/schemas/fields";
import {
  ReportBody,
  ReportOrderBody,
  ReportPage,
  toReportBody,
  toReportOrder,
} from "#api/schemas/reports";
import {
  deleteReport,
  listReports,
  openReportFile,
  orderReport,
  readReport,
} from "#service/reports";

export const reports = createRouter();

const order = createRoute({
  method: "post",
  path: "/reports",
  operationId: "orderReport",
  summary: "Order a report",
  description: "A PDF about the publication, or a post typeset for print. Drawn in the background.",
  tags: ["reports"],
  request: { headers: IdempotencyHeaders, body: body(ReportOrderBody) },
  responses: {
    202: json(
      ReportBody,
      "The report, not yet drawn",
      answerHeaders.location,
      answerHeaders.replayed,
    ),
    ...raises(...needsActor, ...changes, ...readsBody, ...idempotent, ReferenceUnknown, Contended),
  },
});

reports.openapi(order, async (c) => {
  const wanted = toReportOrder(c.req.valid("json"));
  const report = await orderReport(c.var.context, c.var.caller, wanted);
  c.header("Location", `/v1/reports/${report.id}`);
  return c.json(toReportBody(report), 202);
});

const list = createRoute({
  method: "get",
  path: "/reports",
  operationId: "listReports",
  summary: "List reports",
  tags: ["reports"],
  request: { query: PageQuery },
  responses: {
    200: json(ReportPage, "A page of reports, newest first", answerHeaders.next),
    ...raises(...needsActor, ...validates, CursorInvalid),
  },
});

reports.openapi(list, async (c) => {
  const { limit = DEFAULT_LIMIT } = c.req.valid("query");
  const page = { limit, after: await readCursor(c) };
  const { items, next } = await listReports(c.var.context, c.var.caller, page);
  return c.json(await pageBody(c, items.map(toReportBody), next), 200);
});

const read = createRoute({
  method: "get",
  path: "/reports/{id}",
  operationId: "readReport",
  summary: "See how a report stands",
  tags: ["reports"],
  request: { params: IdPath },
  responses: {
    200: json(ReportBody, "The report"),
    ...raises(...needsActor, ...validates, ReportNotFound),
  },
});

reports.openapi(read, async (c) => {
  const { id } = c.req.valid("param");
  return c.json(toReportBody(await readReport(c.var.context, c.var.caller, id)), 200);
});

const pdf = { "application/pdf": { schema: { type: "string" as const, format: "binary" } } };

const download = createRoute({
  method: "get",
  path: "/reports/{id}/file",
  operationId: "downloadReport",
  summary: "Download a report",
  description:
    "The PDF, whole or one range of its bytes. It is made of what it shows and of nothing else: two reports about the same content, in the same state, are the same bytes.",
  tags: ["reports"],
  request: { params: IdPath },
  responses: {
    200: { description: "The PDF", headers: answerHeaders.etag, content: pdf },
    206: { description: "A part of it", headers: answerHeaders.etag, content: pdf },
    304: noContent("The client has this file."),
    ...raises(
      ...needsActor,
      ...validates,
      ReportNotFound,
      ReportNotReady,
      RangeNotSatisfiable,
      StorageUnavailable,
    ),
  },
});

reports.openapi(download, async (c) => {
  const file = await openReportFile(c.var.context, c.var.caller, c.req.valid("param").id);
  const etag = `"${file.sha256}"`;
  c.header("ETag", etag);
  if (isKnown(c)) return c.body(null, 304);
  const range = isRangeOf(c.req.header("if-range"), etag)
    ? readRange(c.req.header("range"), file.size)
    : undefined;
  const headers = {
    "Accept-Ranges": "bytes",
    "Content-Disposition": `attachment; filename="${file.report.fileName}"`,
    "Content-Length": String(range?.length ?? file.size),
    "Content-Type": "application/pdf",
  };
  const stream = await file.open(range);
  if (!range) return c.body(stream, 200, headers);
  const last = range.offset + range.length - 1;
  const part = { ...headers, "Content-Range": `bytes ${range.offset}-${last}/${file.size}` };
  return c.body(stream, 206, part);
});

const remove = createRoute({
  method: "delete",
  path: "/reports/{id}",
  operationId: "deleteReport",
  summary: "Delete a report",
  description: "With its file. One that is not finished is not drawn.",
  tags: ["reports"],
  request: { params: IdPath },
  responses: {
    204: noContent("The report is gone."),
    ...raises(...needsActor, ...changes, ...validates, ReportNotFound, Contended),
  },
});

reports.openapi(remove, async (c) => {
  await deleteReport(c.var.context, c.var.caller, c.req.valid("param").id);
  return c.body(null, 204);
});
