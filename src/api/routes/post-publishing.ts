import { createRoute } from "@hono/zod-openapi";

import { baseOf, withVersion } from "#api/answers";
import { requireVersion } from "#api/dependencies";
import {
  Contended,
  NewsletterArchived,
  PermissionDenied,
  PostAlreadyPublished,
  PostNotFound,
  ReferenceUnknown,
  SendUnderWay,
} from "#api/exceptions";
import {
  answerHeaders,
  changes,
  GuardHeaders,
  idempotent,
  json,
  needsActor,
  raises,
  readsBody,
  versioned,
} from "#api/openapi";
import { withOptionalBody } from "#api/optional-body";
import { createRouter } from "#api/router";
import { IdPath } from "#api/schemas/fields";
import { PostBody, toPostBody } from "#api/schemas/posts";
import { PublishBody, toSendWish } from "#api/schemas/sends";
import { publishPost } from "#service/posts/publish";

export const postPublishing = createRouter();

const publish = createRoute({
  method: "post",
  path: "/posts/{id}/publish",
  operationId: "publishPost",
  summary: "Publish a post",
  description:
    "With `newsletter`, its readers are mailed the post as well: the send is ordered in the same moment, or nothing is done at all.",
  tags: ["posts"],
  middleware: [requireVersion, withOptionalBody] as const,
  request: {
    params: IdPath,
    headers: GuardHeaders,
    body: { content: { "application/json": { schema: PublishBody } } },
  },
  responses: {
    200: json(PostBody, "The post as it is now", answerHeaders.etag, answerHeaders.replayed),
    ...raises(
      ...needsActor,
      ...changes,
      ...readsBody,
      ...versioned,
      ...idempotent,
      PermissionDenied,
      PostNotFound,
      Contended,
      PostAlreadyPublished,
      ReferenceUnknown,
      NewsletterArchived,
      SendUnderWay,
    ),
  },
});

postPublishing.openapi(publish, async (c) => {
  const target = { id: c.req.valid("param").id, ...baseOf(c, toPostBody) };
  const wish = toSendWish(c.req.valid("json"));
  const post = await publishPost(c.var.context, c.var.caller, target, wish);
  return c.json(await withVersion(c, toPostBody(post)), 200);
});
