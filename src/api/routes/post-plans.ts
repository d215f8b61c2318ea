import { createRoute } from "@hono/zod-openapi";

import { baseOf, withVersion } from "#api/answers";
import { requireVersion } from "#api/dependencies";
import {
  Contended,
  MomentNotAhead,
  NewsletterArchived,
  NothingPlanned,
  PermissionDenied,
  PostAlreadyPublished,
  PostNotFound,
  PostNotPublished,
  ReferenceUnknown,
  UnpublishedTooEarly,
} from "#api/exceptions";
import {
  answerHeaders,
  body,
  changes,
  GuardHeaders,
  idempotent,
  json,
  needsActor,
  raises,
  readsBody,
  validates,
  versioned,
} from "#api/openapi";
import { createRouter } from "#api/router";
import { IdPath } from "#api/schemas/fields";
import { PublishPlanBody, toPublishPlan, UnpublishPlanBody } from "#api/schemas/post-plans";
import { PostBody, toPostBody } from "#api/schemas/posts";
import { schedulePost, scheduleUnpublishing, unschedulePost } from "#service/posts/schedule";

export const postPlans = createRouter();

const answer = json(PostBody, "The post as it is now", answerHeaders.etag, answerHeaders.replayed);

const changesPlans = [
  ...needsActor,
  ...changes,
  ...versioned,
  ...idempotent,
  PermissionDenied,
  PostNotFound,
  Contended,
] as const;

const schedule = createRoute({
  method: "post",
  path: "/posts/{id}/schedule",
  operationId: "schedulePost",
  summary: "Let a post go out at its time",
  description:
    "For a draft, or a post that waits already: the plan takes the place of the one before, whole. It goes out within seconds of its time, with that time as its date. Editing the post leaves the plan alone; publishing it by hand or putting it into the trash ends it.",
  tags: ["posts"],
  middleware: [requireVersion] as const,
  request: { params: IdPath, headers: GuardHeaders, body: body(PublishPlanBody) },
  responses: {
    200: answer,
    ...raises(
      ...changesPlans,
      ...readsBody,
      PostAlreadyPublished,
      MomentNotAhead,
      UnpublishedTooEarly,
      ReferenceUnknown,
      NewsletterArchived,
    ),
  },
});

postPlans.openapi(schedule, async (c) => {
  const target = { id: c.req.valid("param").id, ...baseOf(c, toPostBody) };
  const plan = toPublishPlan(c.req.valid("json"));
  const post = await schedulePost(c.var.context, c.var.caller, target, plan);
  return c.json(await withVersion(c, toPostBody(post)), 200);
});

const scheduleUnpublish = createRoute({
  method: "post",
  path: "/posts/{id}/schedule-unpublish",
  operationId: "scheduleUnpublishing",
  summary: "Take a post back at its time",
  description: "For a post that is out, or waits to go out: it will be a draft again.",
  tags: ["posts"],
  middleware: [requireVersion] as const,
  request: { params: IdPath, headers: GuardHeaders, body: body(UnpublishPlanBody) },
  responses: {
    200: answer,
    ...raises(...changesPlans, ...readsBody, PostNotPublished, MomentNotAhead, UnpublishedTooEarly),
  },
});

postPlans.openapi(scheduleUnpublish, async (c) => {
  const target = { id: c.req.valid("param").id, ...baseOf(c, toPostBody) };
  const { unpublish_at: unpublishAt } = c.req.valid("json");
  const post = await scheduleUnpublishing(c.var.context, c.var.caller, target, unpublishAt);
  return c.json(await withVersion(c, toPostBody(post)), 200);
});

const unschedule = createRoute({
  method: "post",
  path: "/posts/{id}/unschedule",
  operationId: "unschedulePost",
  summary: "Take all plans for a post back",
  description: "What waited to go out is a draft again; what is out stays out.",
  tags: ["posts"],
  middleware: [requireVersion] as const,
  request: { params: IdPath, headers: GuardHeaders },
  responses: { 200: answer, ...raises(...changesPlans, ...validates, NothingPlanned) },
});

postPlans.openapi(unschedule, async (c) => {
  const target = { id: c.req.valid("param").id, ...baseOf(c, toPostBody) };
  const post = await unschedulePost(c.var.context, c.var.caller, target);
  return c.json(await withVersion(c, toPostBody(post)), 200);
});
