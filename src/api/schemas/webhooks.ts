import { z } from "@hono/zod-openapi";

import { page } from "#api/openapi";
import { PageQuery } from "#api/pages";
import type { Webhook, WebhookDelivery } from "#domain/webhooks";
import {
  type NewWebhook,
  type WebhookChanges,
  webhookSubscriptions,
  type WebhookWish,
} from "#service/webhooks";

import { given, Id, IdPath, Moment, Text } from "./fields";

const formats = ["standard", "ghost"] as const;
const statuses = ["enabled", "disabled"] as const;

export const WebhookBody = z
  .object({
    id: Id,
    url: z.string().openapi({ example: "https://hooks.example.com/imprint" }),
    events: z.array(z.string()).openapi({ example: ["post.*"] }),
    description: z.string().nullable(),
    format: z.enum(formats),
    status: z.enum(statuses),
    disabled_reason: z.string().nullable().openapi({
      example: null,
      description:
        "`switched_off` by somebody, `gone` when it answered 410, `failing` when nothing arrived for five days.",
    }),
    failing_since: Moment.nullable().openapi({ description: "Since when nothing arrived." }),
    previous_secret_expires_at: Moment.nullable().openapi({
      description: "Until when the secret before this one signs as well.",
    }),
    created_by: Id.nullable(),
    created_at: Moment,
    updated_at: Moment,
    version: z.int(),
  })
  .openapi("Webhook");

export const NewWebhookBody = WebhookBody.extend({
  secret: z.string().nullable().openapi({
    description:
      "What the signatures are checked with. Shown here and never again; null in the answer to a repeated request.",
    example: "whsec_…",
  }),
}).openapi("NewWebhook");

export const WebhookPage = page(WebhookBody, "WebhookPage");

export const toWebhookBody = (webhook: Webhook): z.infer<typeof WebhookBody> => ({
  id: webhook.id,
  url: webhook.url,
  events: [...webhook.events],
  description: webhook.description,
  format: webhook.format,
  status: webhook.status,
  disabled_reason: webhook.disabledReason,
  failing_since: webhook.failingSince,
  previous_secret_expires_at: webhook.previousSecretExpiresAt,
  created_by: webhook.createdBy,
  created_at: webhook.createdAt,
  updated_at: webhook.updatedAt,
  version: webhook.version,
});

export const toNewWebhookBody = (webhook: NewWebhook): z.infer<typeof NewWebhookBody> => ({
  ...toWebhookBody(webhook),
  secret: webhook.secret,
});

const Url = z
  .string()
  .min(1)
  .max(2000)
  .openapi({ format: "uri", example: "https://hooks.example.com/imprint" });
const Events = z
  .array(z.enum(webhookSubscriptions as [string, ...string[]]))
  .min(1)
  .max(webhookSubscriptions.length)
  .openapi({
    description: "Names of events, `post.*` for all of a kind, `*` for everything.",
    example: ["post.*"],
  });
const Description = Text(300).nullable().optional();
const Format = z.enum(formats).openapi({
  description:
    "`standard`: https://www.standardwebhooks.com. `ghost`: bodies and `X-Ghost-Signature` as Ghost sends them, without texts.",
});

export const WebhookWishBody = z
  .strictObject({
    url: Url,
    events: Events,
    description: Description,
    format: Format.optional(),
  })
  .openapi("WebhookWish");

export const toWebhookWish = (body: z.infer<typeof WebhookWishBody>): WebhookWish => ({
  url: body.url,
  events: body.events,
  description: body.description ?? null,
  format: body.format ?? "standard",
});

export const WebhookChangesBody = z
  .strictObject({
    url: Url.optional(),
    events: Events.optional(),
    description: Description,
    format: Format.optional(),
    status: z.enum(statuses).optional(),
  })
  .openapi("WebhookChanges");

export const toWebhookChanges = (body: z.infer<typeof WebhookChangesBody>): WebhookChanges =>
  given(body);

const DeliveryAttemptBody = z
  .object({
    at: Moment,
    status: z.int().nullable().openapi({ description: "What was answered; null for nothing." }),
    milliseconds: z.int(),
    error: z.string().nullable().openapi({
      description:
        "Why there is no answer: `timeout`, `unreachable`, `secret_unreadable`, or why the address was not called.",
    }),
    excerpt: z.string().nullable().openapi({ description: "How the answer's body began." }),
  })
  .openapi("DeliveryAttempt");

const deliveryStates = ["pending", "delivered", "failed"] as const;

export const WebhookDeliveryBody = z
  .object({
    id: Id,
    webhook_id: Id,
    event: z.object({
      id: Id.openapi({ description: "`webhook-id` of every attempt." }),
      type: z.string().openapi({ example: "post.published" }),
      timestamp: Moment,
    }),
    status: z.enum(deliveryStates),
    attempts: z.array(DeliveryAttemptBody).openapi({ description: "The last 30." }),
    next_at: Moment.nullable().openapi({ description: "When it is tried next." }),
    created_at: Moment,
    finished_at: Moment.nullable(),
  })
  .openapi("WebhookDelivery");

export const WebhookDeliveryPage = page(WebhookDeliveryBody, "WebhookDeliveryPage");

export const toWebhookDeliveryBody = (
  delivery: WebhookDelivery,
): z.infer<typeof WebhookDeliveryBody> => ({
  id: delivery.id,
  webhook_id: delivery.webhookId,
  event: {
    id: delivery.event.id,
    type: delivery.event.type,
    timestamp: delivery.event.createdAt,
  },
  status: delivery.state,
  attempts: delivery.attempts.map(({ at, status, milliseconds, error, excerpt }) => ({
    at,
    status,
    milliseconds,
    error,
    excerpt,
  })),
  next_at: delivery.nextAt,
  created_at: delivery.createdAt,
  finished_at: delivery.finishedAt,
});

export const WebhookDeliveryPath = IdPath.extend({ delivery_id: Id });

export const WebhookDeliveryQuery = PageQuery.extend({
  status: z.enum(deliveryStates).optional(),
});
