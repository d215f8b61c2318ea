import { createRoute } from "@hono/zod-openapi";

import {
  Contended,
  CursorInvalid,
  WebhookDeliveryNotFound,
  WebhookDisabled,
  WebhookNotFound,
} from "#api/exceptions";
import {
  answerHeaders,
  changes,
  idempotent,
  IdempotencyHeaders,
  json,
  needsActor,
  raises,
  validates,
} from "#api/openapi";
import { DEFAULT_LIMIT, pageBody, readCursor } from "#api/pages";
import { createRouter } from "#api/router";
import { IdPath } from "#api/schemas/fields";
import {
  toWebhookDeliveryBody,
  WebhookDeliveryBody,
  WebhookDeliveryPage,
  WebhookDeliveryPath,
  WebhookDeliveryQuery,
} from "#api/schemas/webhooks";
import { listDeliveries, readDelivery, replayDelivery } from "#service/webhook-deliveries";

export const webhookDeliveries = createRouter();

const list = createRoute({
  method: "get",
  path: "/webhooks/{id}/deliveries",
  operationId: "listWebhookDeliveries",
  summary: "List what a webhook was told",
  description: "Of the last 30 days, with every attempt.",
  tags: ["webhooks"],
  request: { params: IdPath, query: WebhookDeliveryQuery },
  responses: {
    200: json(WebhookDeliveryPage, "A page of deliveries, newest first", answerHeaders.next),
    ...raises(...needsActor, ...validates, CursorInvalid, WebhookNotFound),
  },
});

webhookDeliveries.openapi(list, async (c) => {
  const { limit = DEFAULT_LIMIT, status = null } = c.req.valid("query");
  const wanted = { webhookId: c.req.valid("param").id, status };
  const page = { limit, after: await readCursor(c) };
  const { items, next } = await listDeliveries(c.var.context, c.var.caller, wanted, page);
  return c.json(await pageBody(c, items.map(toWebhookDeliveryBody), next), 200);
});

const read = createRoute({
  method: "get",
  path: "/webhooks/{id}/deliveries/{delivery_id}",
  operationId: "readWebhookDelivery",
  summary: "See how a delivery went",
  tags: ["webhooks"],
  request: { params: WebhookDeliveryPath },
  responses: {
    200: json(WebhookDeliveryBody, "The delivery"),
    ...raises(...needsActor, ...validates, WebhookNotFound, WebhookDeliveryNotFound),
  },
});

webhookDeliveries.openapi(read, async (c) => {
  const { id: webhookId, delivery_id: id } = c.req.valid("param");
  const delivery = await readDelivery(c.var.context, c.var.caller, { webhookId, id });
  return c.json(toWebhookDeliveryBody(delivery), 200);
});

const replay = createRoute({
  method: "post",
  path: "/webhooks/{id}/deliveries/{delivery_id}/replay",
  operationId: "replayWebhookDelivery",
  summary: "Tell a webhook again",
  description:
    "At once, however the delivery stands, and with all its attempts before it. `webhook-id` stays the same, so a receiver that has it takes no harm.",
  tags: ["webhooks"],
  request: { params: WebhookDeliveryPath, headers: IdempotencyHeaders },
  responses: {
    202: json(
      WebhookDeliveryBody,
      "The delivery, on its way again",
      answerHeaders.location,
      answerHeaders.replayed,
    ),
    ...raises(
      ...needsActor,
      ...changes,
      ...validates,
      ...idempotent,
      WebhookNotFound,
      WebhookDeliveryNotFound,
      WebhookDisabled,
      Contended,
    ),
  },
});

webhookDeliveries.openapi(replay, async (c) => {
  const { id: webhookId, delivery_id: id } = c.req.valid("param");
  const delivery = await replayDelivery(c.var.context, c.var.caller, { webhookId, id });
  c.header("Location", `/v1/webhooks/${webhookId}/deliveries/${id}`);
  return c.json(toWebhookDeliveryBody(delivery), 202);
});
