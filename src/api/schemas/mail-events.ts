import { z } from "@hono/zod-openapi";

/** As much of a report as is looked at. Its sender decides what else is in it, so nothing is refused. */
export const ResendReportBody = z
  .looseObject({
    type: z.string().max(100).openapi({ example: "email.bounced" }),
    created_at: z.string().max(100).optional(),
    data: z.looseObject({}).openapi({ description: "With `to`, and for bounces `bounce`." }),
  })
  .openapi("ResendReport");

export const SignatureHeaders = z.object({
  "svix-id": z.string().optional().openapi({ description: "Or `webhook-id`." }),
  "svix-timestamp": z.string().optional().openapi({ description: "Or `webhook-timestamp`." }),
  "svix-signature": z.string().optional().openapi({ description: "Or `webhook-signature`." }),
});

export const HeardBody = z.object({ heard: z.literal(true) }).openapi("Heard");
