import { createRoute, z } from "@hono/zod-openapi";
import type { Context as HonoContext } from "hono";

import type { AppEnv } from "#api/dependencies";
import { handleException } from "#api/exception-handler";
import { Contended, PostNotFound, PreviewNotFound } from "#api/exceptions";
import { preferredType } from "#api/negotiation";
import {
  answerHeaders,
  anything,
  changes,
  idempotent,
  IdempotencyHeaders,
  json,
  needsActor,
  raises,
  readsBody,
  validates,
} from "#api/openapi";
import { withOptionalBody } from "#api/optional-body";
import { answerPage } from "#api/readers/layout";
import { answerPreview, lostPreview } from "#api/readers/preview";
import { createRouter } from "#api/router";
import { IdPath } from "#api/schemas/fields";
import { PostBody, toPostBody } from "#api/schemas/posts";
import {
  NewPreviewLinkBody,
  PreviewLinkBody,
  PreviewPath,
  toPreviewLinkBody,
  toPreviewSeconds,
} from "#api/schemas/previews";
import { createPreviewLink, readPreview } from "#service/posts/preview";

/** Showing a post that is not out to somebody who has no account. */
export const previews = createRouter();

const wantsPage = (c: HonoContext<AppEnv>): boolean =>
  preferredType(c.req.header("accept"), ["application/json", "text/html"]) === "text/html";

/** Whoever opens a link in a browser is told in words. */
previews.onError(async (error, c) => {
  const problem = await handleException(error, c);
  const { status } = problem;
  const isRead = c.req.method === "GET" || c.req.method === "HEAD";
  if (!isRead || !wantsPage(c) || status !== 404) return problem;
  return answerPage(c, lostPreview, status);
});

const create = createRoute({
  method: "post",
  path: "/posts/{id}/preview-links",
  operationId: "createPreviewLink",
  summary: "Make a link that shows a post",
  description:
    "Whoever holds the link sees the post as it is at that moment, draft or not, without an account. It ends at its time, or when the post is put into the trash; before that it cannot be taken back.",
  tags: ["posts"],
  middleware: [withOptionalBody] as const,
  request: {
    params: IdPath,
    headers: IdempotencyHeaders,
    body: { content: { "application/json": { schema: NewPreviewLinkBody } } },
  },
  responses: {
    201: json(PreviewLinkBody, "The link", answerHeaders.location, answerHeaders.replayed),
    ...raises(...needsActor, ...changes, ...readsBody, ...idempotent, Contended, PostNotFound),
  },
});

previews.openapi(create, async (c) => {
  const forSeconds = toPreviewSeconds(c.req.valid("json"));
  const { id } = c.req.valid("param");
  const link = await createPreviewLink(c.var.context, c.var.caller, id, forSeconds);
  c.header("Location", link.url);
  return c.json(toPreviewLinkBody(link), 201);
});

const read = createRoute({
  method: "get",
  path: "/previews/{token}",
  operationId: "readPreview",
  summary: "See a post by a link",
  description:
    "The post as it is now, whether it is out or not; browsers get a page. Nobody may keep it. A link that was changed, has expired, or whose post is gone: all are answered in the same way.",
  tags: ["posts"],
  request: { params: PreviewPath },
  responses: {
    200: {
      description: "The post",
      content: {
        "application/json": { schema: PostBody },
        "text/html": { schema: z.string().openapi({ example: "<!doctype html>…" }) },
      },
    },
    ...raises(...anything, ...validates, PreviewNotFound),
  },
});

previews.openapi(read, async (c) => {
  c.header("X-Robots-Tag", "noindex, nofollow");
  // The address is all that it takes to read.
  c.header("Referrer-Policy", "no-referrer");
  const preview = await readPreview(c.var.context, c.req.valid("param").token);
  if (wantsPage(c)) return answerPreview(c, preview);
  return c.json(toPostBody(preview.post), 200);
});
