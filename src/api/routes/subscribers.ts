import { createRoute } from "@hono/zod-openapi";

import { baseOf, withVersion } from "#api/answers";
import { requireVersion } from "#api/dependencies";
import {
  AddressSuppressed,
  Contended,
  CursorInvalid,
  ReferenceUnknown,
  SubscriberExists,
  SubscriberNotFound,
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
import { DEFAULT_LIMIT, pageBody, readCursor } from "#api/pages";
import { createRouter } from "#api/router";
import { IdPath } from "#api/schemas/fields";
import {
  DossierBody,
  NewSubscriberBody,
  SubscriberBody,
  SubscriberChangesBody,
  SubscriberPage,
  SubscriberQuery,
  toDossierBody,
  toSubscriberBody,
  toSubscriberChanges,
  toSubscriberFilter,
  toSubscriberInput,
} from "#api/schemas/subscribers";
import {
  addSubscriber,
  editSubscriber,
  eraseSubscriber,
  unsubscribe,
} from "#service/subscribers/manage";
import { listSubscribers, readDossier, readSubscriber } from "#service/subscribers/read";

export const subscribers = createRouter();

const list = createRoute({
  method: "get",
  path: "/subscribers",
  operationId: "listSubscribers",
  summary: "List subscribers",
  tags: ["subscribers"],
  request: { query: SubscriberQuery },
  responses: {
    200: json(SubscriberPage, "A page of subscribers, newest first", answerHeaders.next),
    ...raises(...needsActor, ...validates, CursorInvalid),
  },
});

subscribers.openapi(list, async (c) => {
  const { limit = DEFAULT_LIMIT, cursor: _cursor, ...filter } = c.req.valid("query");
  const page = { limit, after: await readCursor(c) };
  const wanted = toSubscriberFilter(filter);
  const { items, next } = await listSubscribers(c.var.context, c.var.caller, wanted, page);
  return c.json(await pageBody(c, items.map(toSubscriberBody), next), 200);
});

const create = createRoute({
  method: "post",
  path: "/subscribers",
  operationId: "addSubscriber",
  summary: "Add a subscriber",
  description:
    "With an `attestation` they get mail at once; without it they are asked by mail first. An address that is suppressed is refused.",
  tags: ["subscribers"],
  request: { headers: IdempotencyHeaders, body: body(NewSubscriberBody) },
  responses: {
    201: json(
      SubscriberBody,
      "The new subscriber",
      answerHeaders.etag,
      answerHeaders.location,
      answerHeaders.replayed,
    ),
    ...raises(
      ...needsActor,
      ...changes,
      ...readsBody,
      ...idempotent,
      SubscriberExists,
      AddressSuppressed,
      ReferenceUnknown,
      Contended,
    ),
  },
});

subscribers.openapi(create, async (c) => {
  const input = toSubscriberInput(c.req.valid("json"));
  const subscriber = await addSubscriber(c.var.context, c.var.caller, input);
  c.header("Location", `/v1/subscribers/${subscriber.id}`);
  return c.json(await withVersion(c, toSubscriberBody(subscriber)), 201);
});

const read = createRoute({
  method: "get",
  path: "/subscribers/{id}",
  operationId: "readSubscriber",
  summary: "Read a subscriber",
  tags: ["subscribers"],
  request: { params: IdPath },
  responses: {
    200: json(SubscriberBody, "The subscriber", answerHeaders.etag),
    ...raises(...needsActor, ...validates, SubscriberNotFound),
  },
});

subscribers.openapi(read, async (c) => {
  const { id } = c.req.valid("param");
  const subscriber = await readSubscriber(c.var.context, c.var.caller, id);
  return c.json(await withVersion(c, toSubscriberBody(subscriber)), 200);
});

const edit = createRoute({
  method: "patch",
  path: "/subscribers/{id}",
  operationId: "editSubscriber",
  summary: "Change a subscriber",
  description: "Nobody gets mail by this who gets none.",
  tags: ["subscribers"],
  middleware: [requireVersion] as const,
  request: { params: IdPath, headers: VersionHeaders, body: body(SubscriberChangesBody) },
  responses: {
    200: json(SubscriberBody, "The subscriber as they are now", answerHeaders.etag),
    ...raises(
      ...needsActor,
      ...changes,
      ...readsBody,
      ...versioned,
      SubscriberNotFound,
      ReferenceUnknown,
      Contended,
    ),
  },
});

subscribers.openapi(edit, async (c) => {
  const target = { id: c.req.valid("param").id, ...baseOf(c, toSubscriberBody) };
  const changed = toSubscriberChanges(c.req.valid("json"));
  const subscriber = await editSubscriber(c.var.context, c.var.caller, target, changed);
  return c.json(await withVersion(c, toSubscriberBody(subscriber)), 200);
});

const erase = createRoute({
  method: "delete",
  path: "/subscribers/{id}",
  operationId: "eraseSubscriber",
  summary: "Erase a subscriber",
  description:
    "With everything that is known of them. If their address is suppressed it stays so: of that, a hash is kept that nobody can read the address from.",
  tags: ["subscribers"],
  middleware: [requireVersion] as const,
  request: { params: IdPath, headers: VersionHeaders },
  responses: {
    204: noContent("They are forgotten."),
    ...raises(...needsActor, ...changes, ...validates, ...versioned, SubscriberNotFound, Contended),
  },
});

subscribers.openapi(erase, async (c) => {
  const target = { id: c.req.valid("param").id, ...baseOf(c, toSubscriberBody) };
  await eraseSubscriber(c.var.context, c.var.caller, target);
  return c.body(null, 204);
});

const dossier = createRoute({
  method: "get",
  path: "/subscribers/{id}/export",
  operationId: "exportSubscriber",
  summary: "Everything that is known of a subscriber",
  tags: ["subscribers"],
  request: { params: IdPath },
  responses: {
    200: json(DossierBody, "All of it"),
    ...raises(...needsActor, ...validates, SubscriberNotFound),
  },
});

subscribers.openapi(dossier, async (c) => {
  const { id } = c.req.valid("param");
  const known = await readDossier(c.var.context, c.var.caller, id);
  c.header("Content-Disposition", `attachment; filename="subscriber-${id}.json"`);
  return c.json(toDossierBody(known), 200);
});

const leave = createRoute({
  method: "post",
  path: "/subscribers/{id}/unsubscribe",
  operationId: "unsubscribeSubscriber",
  summary: "Unsubscribe somebody from everything",
  description: "As they have asked in some other way. Only they themselves can come back.",
  tags: ["subscribers"],
  middleware: [requireVersion] as const,
  request: { params: IdPath, headers: GuardHeaders },
  responses: {
    200: json(
      SubscriberBody,
      "The subscriber, who gets nothing now",
      answerHeaders.etag,
      answerHeaders.replayed,
    ),
    ...raises(
      ...needsActor,
      ...changes,
      ...validates,
      ...versioned,
      ...idempotent,
      SubscriberNotFound,
      Contended,
    ),
  },
});

subscribers.openapi(leave, async (c) => {
  const target = { id: c.req.valid("param").id, ...baseOf(c, toSubscriberBody) };
  const subscriber = await unsubscribe(c.var.context, c.var.caller, target);
  return c.json(await withVersion(c, toSubscriberBody(subscriber)), 200);
});
