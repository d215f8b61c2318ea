import { createRoute } from "@hono/zod-openapi";

import { baseOf, isKnown, withVersion } from "#api/answers";
import { requireVersion } from "#api/dependencies";
import {
  Contended,
  CursorInvalid,
  WebhookAddressRefused,
  WebhookDisabled,
  WebhookLimitReached,
  WebhookNotFound,
} from "#api/exceptions";
import {
  answerHeaders,
  body,
  changes,
  GuardHeaders,
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
import { IdPath } from "#api/schemas/fields";
import {
  NewWebhookBody,
  toNewWebhookBody,
  toWebhookBody,
  toWebhookChanges,
  toWebhookDeliveryBody,
  toWebhookWish,
  WebhookBody,
  WebhookChangesBody,
  WebhookDeliveryBody,
  WebhookPage,
  WebhookWishBody,
} from "#api/schemas/webhooks";
import {
  createWebhook,
  deleteWebhook,
  editWebhook,
  listWebhooks,
  pingWebhook,
  readWebhook,
  rotateSecret,
} from "#service/webhooks";

export const webhooks = createRouter();

const create = createRoute({
  method: "post",
  path: "/webhooks",
  operationId: "createWebhook",
  summary: "Make a webhook",
  description:
    "From now on the address is told of these events, each signed with the secret in this answer. An attempt has 15 seconds and succeeds with a status of 2xx; a redirect is a failure, 410 switches the webhook off. Attempts are made at once, then after 5 seconds, 5 minutes, 30 minutes, and 2, 5, 10, 14, 20 and 24 hours, or later where `Retry-After` with 429 or 503 asks for it. When nothing arrived for five days, the webhook is switched off and its maker gets a mail. Redirected, doubled or late: a receiver takes each `webhook-id` once.",
  tags: ["webhooks"],
  request: { headers: IdempotencyHeaders, body: body(WebhookWishBody) },
  responses: {
    201: json(
      NewWebhookBody,
      "The webhook, with its secret",
      answerHeaders.etag,
      answerHeaders.location,
      answerHeaders.replayed,
    ),
    ...raises(
      ...needsActor,
      ...changes,
      ...readsBody,
      ...idempotent,
      WebhookAddressRefused,
      WebhookLimitReached,
      Contended,
    ),
  },
});

webhooks.openapi(create, async (c) => {
  const wish = toWebhookWish(c.req.valid("json"));
  const webhook = await createWebhook(c.var.context, c.var.caller, wish);
  c.header("Location", `/v1/webhooks/${webhook.id}`);
  await withVersion(c, toWebhookBody(webhook));
  return c.json(toNewWebhookBody(webhook), 201);
});

const list = createRoute({
  method: "get",
  path: "/webhooks",
  operationId: "listWebhooks",
  summary: "List webhooks",
  tags: ["webhooks"],
  request: { query: PageQuery },
  responses: {
    200: json(WebhookPage, "A page of webhooks, newest first", answerHeaders.next),
    ...raises(...needsActor, ...validates, CursorInvalid),
  },
});

webhooks.openapi(list, async (c) => {
  const { limit = DEFAULT_LIMIT } = c.req.valid("query");
  const page = { limit, after: await readCursor(c) };
  const { items, next } = await listWebhooks(c.var.context, c.var.caller, page);
  return c.json(await pageBody(c, items.map(toWebhookBody), next), 200);
});

const read = createRoute({
  method: "get",
  path: "/webhooks/{id}",
  operationId: "readWebhook",
  summary: "Read a webhook",
  description: "Without its secret, which nobody is shown again.",
  tags: ["webhooks"],
  request: { params: IdPath },
  responses: {
    200: json(WebhookBody, "The webhook", answerHeaders.etag),
    304: noContent("The client has this version."),
    ...raises(...needsActor, ...validates, WebhookNotFound),
  },
});

webhooks.openapi(read, async (c) => {
  const webhook = await readWebhook(c.var.context, c.var.caller, c.req.valid("param").id);
  const shown = await withVersion(c, toWebhookBody(webhook));
  return isKnown(c) ? c.body(null, 304) : c.json(shown, 200);
});

const edit = createRoute({
  method: "patch",
  path: "/webhooks/{id}",
  operationId: "editWebhook",
  summary: "Change a webhook",
  description:
    "Switched off, it is told nothing, and what was on its way to it has failed. Switched on, it is told of what happens from then on; what it missed can be replayed.",
  tags: ["webhooks"],
  middleware: [requireVersion] as const,
  request: { params: IdPath, headers: VersionHeaders, body: body(WebhookChangesBody) },
  responses: {
    200: json(WebhookBody, "The webhook as it is now", answerHeaders.etag),
    ...raises(
      ...needsActor,
      ...changes,
      ...readsBody,
      ...versioned,
      WebhookNotFound,
      WebhookAddressRefused,
      Contended,
    ),
  },
});

webhooks.openapi(edit, async (c) => {
  const target = { id: c.req.valid("param").id, ...baseOf(c, toWebhookBody) };
  const changed = toWebhookChanges(c.req.valid("json"));
  const webhook = await editWebhook(c.var.context, c.var.caller, target, changed);
  return c.json(await withVersion(c, toWebhookBody(webhook)), 200);
});

const remove = createRoute({
  method: "delete",
  path: "/webhooks/{id}",
  operationId: "deleteWebhook",
  summary: "Delete a webhook",
  description: "With its deliveries. What is on its way is not sent.",
  tags: ["webhooks"],
  middleware: [requireVersion] as const,
  request: { params: IdPath, headers: VersionHeaders },
  responses: {
    204: noContent("The webhook is gone."),
    ...raises(...needsActor, ...changes, ...validates, ...versioned, WebhookNotFound, Contended),
  },
});

webhooks.openapi(remove, async (c) => {
  const target = { id: c.req.valid("param").id, ...baseOf(c, toWebhookBody) };
  await deleteWebhook(c.var.context, c.var.caller, target);
  return c.body(null, 204);
});

const rotate = createRoute({
  method: "post",
  path: "/webhooks/{id}/rotate-secret",
  operationId: "rotateWebhookSecret",
  summary: "Give a webhook a new secret",
  description:
    "For 24 hours the secret before it signs as well, so a receiver can change in its own time: there are two signatures, parted by a space. Ghost's header has room for one, which is the new secret's.",
  tags: ["webhooks"],
  middleware: [requireVersion] as const,
  request: { params: IdPath, headers: GuardHeaders },
  responses: {
    200: json(
      NewWebhookBody,
      "The webhook, with its new secret",
      answerHeaders.etag,
      answerHeaders.replayed,
    ),
    ...raises(
      ...needsActor,
      ...changes,
      ...validates,
      ...versioned,
      ...idempotent,
      WebhookNotFound,
      Contended,
    ),
  },
});

webhooks.openapi(rotate, async (c) => {
  const target = { id: c.req.valid("param").id, ...baseOf(c, toWebhookBody) };
  const webhook = await rotateSecret(c.var.context, c.var.caller, target);
  await withVersion(c, toWebhookBody(webhook));
  return c.json(toNewWebhookBody(webhook), 200);
});

const ping = createRoute({
  method: "post",
  path: "/webhooks/{id}/ping",
  operationId: "pingWebhook",
  summary: "Try a webhook",
  description:
    "Sends it a `webhook.ping`, whatever it is subscribed to, as any event is sent. The delivery tells how it went.",
  tags: ["webhooks"],
  request: { params: IdPath, headers: IdempotencyHeaders },
  responses: {
    202: json(
      WebhookDeliveryBody,
      "The delivery, on its way",
      answerHeaders.location,
      answerHeaders.replayed,
    ),
    ...raises(
      ...needsActor,
      ...changes,
      ...validates,
      ...idempotent,
      WebhookNotFound,
      WebhookDisabled,
      Contended,
    ),
  },
});

webhooks.openapi(ping, async (c) => {
  const { id } = c.req.valid("param");
  const delivery = await pingWebhook(c.var.context, c.var.caller, id);
  c.header("Location", `/v1/webhooks/${id}/deliveries/${delivery.id}`);
  return c.json(toWebhookDeliveryBody(delivery), 202);
});
