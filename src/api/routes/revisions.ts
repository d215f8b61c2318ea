import { createRoute } from "@hono/zod-openapi";

import { baseOf, withVersion } from "#api/answers";
import { requireVersion } from "#api/dependencies";
import { Contended, CursorInvalid, PostNotFound, RevisionNotFound } from "#api/exceptions";
import {
  answerHeaders,
  changes,
  GuardHeaders,
  idempotent,
  json,
  needsActor,
  raises,
  validates,
  versioned,
} from "#api/openapi";
import { DEFAULT_LIMIT, pageBody, PageQuery, readCursor } from "#api/pages";
import { createRouter } from "#api/router";
import { IdPath } from "#api/schemas/fields";
import { PostBody, toPostBody } from "#api/schemas/posts";
import {
  RevisionBody,
  RevisionPage,
  RevisionPath,
  toRevisionBody,
  toRevisionSummaryBody,
} from "#api/schemas/revisions";
import { listRevisions, readRevision, restoreRevision } from "#service/revisions";

export const revisions = createRouter();

const list = createRoute({
  method: "get",
  path: "/posts/{id}/revisions",
  operationId: "listRevisions",
  summary: "List what a post was",
  tags: ["posts"],
  request: { params: IdPath, query: PageQuery },
  responses: {
    200: json(RevisionPage, "A page of revisions, newest first", answerHeaders.next),
    ...raises(...needsActor, ...validates, CursorInvalid, PostNotFound),
  },
});

revisions.openapi(list, async (c) => {
  const { limit = DEFAULT_LIMIT } = c.req.valid("query");
  const page = { limit, after: await readCursor(c) };
  const { id } = c.req.valid("param");
  const { items, next } = await listRevisions(c.var.context, c.var.caller, id, page);
  return c.json(await pageBody(c, items.map(toRevisionSummaryBody), next), 200);
});

const read = createRoute({
  method: "get",
  path: "/posts/{id}/revisions/{number}",
  operationId: "readRevision",
  summary: "Read a post as it was",
  tags: ["posts"],
  request: { params: RevisionPath },
  responses: {
    200: json(RevisionBody, "The revision"),
    ...raises(...needsActor, ...validates, PostNotFound, RevisionNotFound),
  },
});

revisions.openapi(read, async (c) => {
  const { id, number } = c.req.valid("param");
  const revision = await readRevision(c.var.context, c.var.caller, id, number);
  return c.json(toRevisionBody(revision), 200);
});

const restore = createRoute({
  method: "post",
  path: "/posts/{id}/revisions/{number}/restore",
  operationId: "restoreRevision",
  summary: "Make a post read as it did",
  description: "As a new version. Slug, status, authors and tags stay as they are.",
  tags: ["posts"],
  middleware: [requireVersion] as const,
  request: { params: RevisionPath, headers: GuardHeaders },
  responses: {
    200: json(PostBody, "The post as it is now", answerHeaders.etag, answerHeaders.replayed),
    ...raises(
      ...needsActor,
      ...changes,
      ...validates,
      ...versioned,
      ...idempotent,
      PostNotFound,
      RevisionNotFound,
      Contended,
    ),
  },
});

revisions.openapi(restore, async (c) => {
  const { id, number } = c.req.valid("param");
  const target = { id, ...baseOf(c, toPostBody) };
  const post = await restoreRevision(c.var.context, c.var.caller, target, number);
  return c.json(await withVersion(c, toPostBody(post)), 200);
});
