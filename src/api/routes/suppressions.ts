import { createRoute } from "@hono/zod-openapi";

import { Contended, CursorInvalid, SuppressionNotFound } from "#api/exceptions";
import {
  answerHeaders,
  body,
  changes,
  idempotent,
  IdempotencyHeaders,
  json,
  needsActor,
  noContent,
  raises,
  readsBody,
  validates,
} from "#api/openapi";
import { DEFAULT_LIMIT, pageBody, readCursor } from "#api/pages";
import { createRouter } from "#api/router";
import {
  AddressQuery,
  NewSuppressionBody,
  SuppressionBody,
  SuppressionPage,
  SuppressionQuery,
  toSuppressionBody,
} from "#api/schemas/suppressions";
import { liftSuppression, listSuppressions, suppressAddress } from "#service/suppressions";

export const suppressions = createRouter();

const list = createRoute({
  method: "get",
  path: "/suppressions",
  operationId: "listSuppressions",
  summary: "List suppressions",
  description:
    "Addresses that get no mail. They are kept as hashes: nobody can tell which they are, only whether one is among them.",
  tags: ["subscribers"],
  request: { query: SuppressionQuery },
  responses: {
    200: json(SuppressionPage, "A page of suppressions, newest first", answerHeaders.next),
    ...raises(...needsActor, ...validates, CursorInvalid),
  },
});

suppressions.openapi(list, async (c) => {
  const { limit = DEFAULT_LIMIT, email = null } = c.req.valid("query");
  const page = { limit, after: await readCursor(c) };
  const { items, next } = await listSuppressions(c.var.context, c.var.caller, email, page);
  return c.json(await pageBody(c, items.map(toSuppressionBody), next), 200);
});

const create = createRoute({
  method: "post",
  path: "/suppressions",
  operationId: "suppressAddress",
  summary: "Suppress an address",
  description:
    "It gets no newsletters from now on, whether or not a subscriber has it. After a hard bounce or a complaint it is not even asked to confirm; else its owner can sign up and confirm anew. Once or often is the same; of several reasons the strongest counts.",
  tags: ["subscribers"],
  request: { headers: IdempotencyHeaders, body: body(NewSuppressionBody) },
  responses: {
    200: json(SuppressionBody, "The suppression", answerHeaders.replayed),
    ...raises(...needsActor, ...changes, ...readsBody, ...idempotent, Contended),
  },
});

suppressions.openapi(create, async (c) => {
  const { email, reason = "manual" } = c.req.valid("json");
  const made = await suppressAddress(c.var.context, c.var.caller, { email, reason });
  return c.json(toSuppressionBody(made), 200);
});

const lift = createRoute({
  method: "delete",
  path: "/suppressions",
  operationId: "liftSuppression",
  summary: "Lift a suppression",
  description:
    "Whoever has the address gets what they got before, unless they have left themselves. Who did this stays in the audit.",
  tags: ["subscribers"],
  request: { query: AddressQuery },
  responses: {
    204: noContent("The address may get mail."),
    ...raises(...needsActor, ...changes, ...validates, SuppressionNotFound, Contended),
  },
});

suppressions.openapi(lift, async (c) => {
  await liftSuppression(c.var.context, c.var.caller, c.req.valid("query").email);
  return c.body(null, 204);
});
