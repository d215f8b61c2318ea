import { createRoute } from "@hono/zod-openapi";

import { baseOf, withVersion } from "#api/answers";
import { requireVersion } from "#api/dependencies";
import {
  Contended,
  CursorInvalid,
  MomentNotAhead,
  ReferenceUnknown,
  ReportScheduleNotFound,
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
import { DEFAULT_LIMIT, pageBody, PageQuery, readCursor } from "#api/pages";
import { createRouter } from "#api/router";
import { given, IdPath } from "#api/schemas/fields";
import {
  NewReportScheduleBody,
  ReportScheduleBody,
  ReportScheduleChangesBody,
  ReportSchedulePage,
  toReportScheduleBody,
} from "#api/schemas/report-schedules";
import {
  createReportSchedule,
  deleteReportSchedule,
  editReportSchedule,
  listReportSchedules,
  readReportSchedule,
} from "#service/report-schedules";

export const reportSchedules = createRouter();

const list = createRoute({
  method: "get",
  path: "/report-schedules",
  operationId: "listReportSchedules",
  summary: "List recurring reports",
  description: "Newest first. Editors see their own.",
  tags: ["reports"],
  request: { query: PageQuery },
  responses: {
    200: json(ReportSchedulePage, "A page of recurring reports", answerHeaders.next),
    ...raises(...needsActor, ...validates, CursorInvalid),
  },
});

reportSchedules.openapi(list, async (c) => {
  const { limit = DEFAULT_LIMIT } = c.req.valid("query");
  const page = { limit, after: await readCursor(c) };
  const { items, next } = await listReportSchedules(c.var.context, c.var.caller, page);
  return c.json(await pageBody(c, items.map(toReportScheduleBody), next), 200);
});

const read = createRoute({
  method: "get",
  path: "/report-schedules/{id}",
  operationId: "readReportSchedule",
  summary: "Read a recurring report",
  tags: ["reports"],
  request: { params: IdPath },
  responses: {
    200: json(ReportScheduleBody, "The recurring report", answerHeaders.etag),
    ...raises(...needsActor, ...validates, ReportScheduleNotFound),
  },
});

reportSchedules.openapi(read, async (c) => {
  const { id } = c.req.valid("param");
  const schedule = await readReportSchedule(c.var.context, c.var.caller, id);
  return c.json(await withVersion(c, toReportScheduleBody(schedule)), 200);
});

const create = createRoute({
  method: "post",
  path: "/report-schedules",
  operationId: "createReportSchedule",
  summary: "Have a report every week or month",
  description:
    "A PDF about the week or month that has ended, drawn when it has, and mailed to the recipients. Of several that were missed, only the newest is made.",
  tags: ["reports"],
  request: { headers: IdempotencyHeaders, body: body(NewReportScheduleBody) },
  responses: {
    201: json(
      ReportScheduleBody,
      "The recurring report",
      answerHeaders.etag,
      answerHeaders.location,
      answerHeaders.replayed,
    ),
    ...raises(
      ...needsActor,
      ...changes,
      ...readsBody,
      ...idempotent,
      ReferenceUnknown,
      MomentNotAhead,
      Contended,
    ),
  },
});

reportSchedules.openapi(create, async (c) => {
  const { frequency, recipients, ...others } = c.req.valid("json");
  const wanted = { frequency, recipients, ...given(others) };
  const schedule = await createReportSchedule(c.var.context, c.var.caller, wanted);
  c.header("Location", `/v1/report-schedules/${schedule.id}`);
  return c.json(await withVersion(c, toReportScheduleBody(schedule)), 201);
});

const edit = createRoute({
  method: "patch",
  path: "/report-schedules/{id}",
  operationId: "editReportSchedule",
  summary: "Change a recurring report",
  tags: ["reports"],
  middleware: [requireVersion] as const,
  request: { params: IdPath, headers: VersionHeaders, body: body(ReportScheduleChangesBody) },
  responses: {
    200: json(ReportScheduleBody, "The recurring report as it is now", answerHeaders.etag),
    ...raises(
      ...needsActor,
      ...changes,
      ...readsBody,
      ...versioned,
      ReportScheduleNotFound,
      ReferenceUnknown,
      MomentNotAhead,
      Contended,
    ),
  },
});

reportSchedules.openapi(edit, async (c) => {
  const target = { id: c.req.valid("param").id, ...baseOf(c, toReportScheduleBody) };
  const changed = given(c.req.valid("json"));
  const schedule = await editReportSchedule(c.var.context, c.var.caller, target, changed);
  return c.json(await withVersion(c, toReportScheduleBody(schedule)), 200);
});

const remove = createRoute({
  method: "delete",
  path: "/report-schedules/{id}",
  operationId: "deleteReportSchedule",
  summary: "End a recurring report",
  description: "What it had drawn stays.",
  tags: ["reports"],
  middleware: [requireVersion] as const,
  request: { params: IdPath, headers: VersionHeaders },
  responses: {
    204: noContent("There will be no more of it."),
    ...raises(
      ...needsActor,
      ...changes,
      ...validates,
      ...versioned,
      ReportScheduleNotFound,
      Contended,
    ),
  },
});

reportSchedules.openapi(remove, async (c) => {
  const target = { id: c.req.valid("param").id, ...baseOf(c, toReportScheduleBody) };
  await deleteReportSchedule(c.var.context, c.var.caller, target);
  return c.body(null, 204);
});
