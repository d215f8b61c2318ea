import { z } from "@hono/zod-openapi";

import type { PublishPlan } from "#domain/plans";

import { MomentInput } from "./fields";
import { PublishBody, toSendWish } from "./sends";

export const PublishPlanBody = z
  .strictObject({
    publish_at: MomentInput.openapi({
      description: "In the future, and no more than five years ahead.",
      example: "2031-05-01T07:00:00Z",
    }),
    unpublish_at: z
      .union([MomentInput, z.null()])
      .optional()
      .openapi({ description: "After `publish_at`. Left out or null: it stays out." }),
    newsletter: PublishBody.shape.newsletter,
  })
  .openapi("PublishPlan");

export const toPublishPlan = (body: z.infer<typeof PublishPlanBody>): PublishPlan => ({
  publishAt: body.publish_at,
  unpublishAt: body.unpublish_at ?? null,
  send: toSendWish(body),
});

export const UnpublishPlanBody = z
  .strictObject({
    unpublish_at: MomentInput.openapi({
      description: "In the future, and no more than five years ahead.",
      example: "2031-06-01T07:00:00Z",
    }),
  })
  .openapi("UnpublishPlan");
