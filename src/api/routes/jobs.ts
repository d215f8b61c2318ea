import { createRoute } from "@hono/zod-openapi";

import { streamChanges } from "#api/event-stream";
import {
  Contended,
  CursorInvalid,
  JobNotCancellable,
  JobNotFound,
  JobNotRetryable,
} from "#api/exceptions";
import {
  answerHeaders,
  changes,
  idempotent,
  IdempotencyHeaders,
  json,
  needsActor,
  noContent,
  raises,
  validates,
} from "#api/openapi";
import { DEFAULT_LIMIT, pageBody, readCursor } from "#api/pages";
import { createRouter } from "#api/router";
import { IdPath } from "#api/schemas/fields";
import {
  JobBody,
  JobEvents,
  JobListQuery,
  JobPage,
  toJobBody,
  toJobQuery,
  toTold,
} from "#api/schemas/jobs";
import { cancelJob, listJobs, readJob, retryJob } from "#service/jobs";

export const jobs = createRouter();

const list = createRoute({
  method: "get",
  path: "/jobs",
  operationId: "listJobs",
  summary: "List background jobs",
  description: "Newest first. Authors and contributors see the jobs they asked for.",
  tags: ["jobs"],
  request: { query: JobListQuery },
  responses: {
    200: json(JobPage, "A page of jobs", answerHeaders.next),
    ...raises(...needsActor, ...validates, CursorInvalid),
  },
});

jobs.openapi(list, async (c) => {
  const query = c.req.valid("query");
  const page = { limit: query.limit ?? DEFAULT_LIMIT, after: await readCursor(c) };
  const { items, next } = await listJobs(c.var.context, c.var.caller, toJobQuery(query), page);
  return c.json(await pageBody(c, items.map(toJobBody), next), 200);
});

const read = createRoute({
  method: "get",
  path: "/jobs/{id}",
  operationId: "readJob",
  summary: "Read a background job",
  tags: ["jobs"],
  request: { params: IdPath },
  responses: {
    200: json(JobBody, "The job"),
    ...raises(...needsActor, ...validates, JobNotFound),
  },
});

jobs.openapi(read, async (c) => {
  const { id } = c.req.valid("param");
  return c.json(toJobBody(await readJob(c.var.context, c.var.caller, id)), 200);
});

const events = createRoute({
  method: "get",
  path: "/jobs/{id}/events",
  operationId: "watchJob",
  summary: "Watch a background job",
  description:
    "Server-sent events (WHATWG HTML): a `progress` with each change, at most one a second. The last one has the status `done`, `failed` or `cancelled`. The stream ends with it, or after five minutes: come again with `Last-Event-ID`, as an `EventSource` does by itself. Whoever has seen the last one is answered 204.",
  tags: ["jobs"],
  request: { params: IdPath },
  responses: {
    200: {
      description: "The events",
      content: { "text/event-stream": { schema: JobEvents } },
    },
    204: noContent("The client has been told everything."),
    ...raises(...needsActor, ...validates, JobNotFound),
  },
});

jobs.openapi(events, async (c) => {
  const { id } = c.req.valid("param");
  const look = async () => toTold(await readJob(c.var.context, c.var.caller, id));
  return streamChanges(c, "progress", await look(), look);
});

const transitions = [
  {
    path: "/jobs/{id}/retry",
    operationId: "retryJob",
    summary: "Try a job again",
    description: "It goes on from where it was, with all its chances.",
    run: retryJob,
    refusal: JobNotRetryable,
  },
  {
    path: "/jobs/{id}/cancel",
    operationId: "cancelJob",
    summary: "Cancel a job",
    description: "One that runs stops at the next point where its work is saved.",
    run: cancelJob,
    refusal: JobNotCancellable,
  },
] as const;

for (const { run, refusal, ...described } of transitions) {
  const route = createRoute({
    ...described,
    method: "post",
    tags: ["jobs"],
    request: { params: IdPath, headers: IdempotencyHeaders },
    responses: {
      202: json(
        JobBody,
        "The job; watch its `status`",
        answerHeaders.location,
        answerHeaders.replayed,
      ),
      ...raises(
        ...needsActor,
        ...changes,
        ...validates,
        ...idempotent,
        JobNotFound,
        Contended,
        refusal,
      ),
    },
  });
  jobs.openapi(route, async (c) => {
    const { id } = c.req.valid("param");
    const job = await run(c.var.context, c.var.caller, id);
    c.header("Location", `/v1/jobs/${id}`);
    return c.json(toJobBody(job), 202);
  });
}
