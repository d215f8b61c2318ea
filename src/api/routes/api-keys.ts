import { createRoute } from "@hono/zod-openapi";

import { ApiKeyLimitReached, ApiKeyNotFound, Contended, CursorInvalid } from "#api/exceptions";
import {
  answerHeaders,
  body,
  changes,
  idempotent,
  IdempotencyHeaders,
  json,
  needsPerson,
  noContent,
  raises,
  readsBody,
  validates,
} from "#api/openapi";
import { DEFAULT_LIMIT, pageBody, PageQuery, readCursor } from "#api/pages";
import { createRouter } from "#api/router";
import {
  ApiKeyBody,
  ApiKeyPage,
  ApiKeyWishBody,
  NewApiKeyBody,
  toApiKeyBody,
  toApiKeyWish,
  toNewApiKeyBody,
} from "#api/schemas/api-keys";
import { IdPath } from "#api/schemas/fields";
import { createApiKey, deleteApiKey, listApiKeys, readApiKey } from "#service/api-keys";

export const apiKeys = createRouter();

const create = createRoute({
  method: "post",
  path: "/api-keys",
  operationId: "createApiKey",
  summary: "Make an API key",
  description:
    "A publishable key reads what is published and may be in a page. A secret key has scopes, never more than your role has when it is used, and expires. The key is in this answer and nowhere else.",
  tags: ["api keys"],
  request: { headers: IdempotencyHeaders, body: body(ApiKeyWishBody) },
  responses: {
    201: json(NewApiKeyBody, "The key", answerHeaders.location, answerHeaders.replayed),
    ...raises(
      ...needsPerson,
      ...changes,
      ...readsBody,
      ...idempotent,
      ApiKeyLimitReached,
      Contended,
    ),
  },
});

apiKeys.openapi(create, async (c) => {
  const wish = toApiKeyWish(c.req.valid("json"));
  const key = await createApiKey(c.var.context, c.var.caller, wish);
  c.header("Location", `/v1/api-keys/${key.id}`);
  return c.json(toNewApiKeyBody(key), 201);
});

const list = createRoute({
  method: "get",
  path: "/api-keys",
  operationId: "listApiKeys",
  summary: "List API keys",
  tags: ["api keys"],
  request: { query: PageQuery },
  responses: {
    200: json(ApiKeyPage, "A page of keys, newest first", answerHeaders.next),
    ...raises(...needsPerson, ...validates, CursorInvalid),
  },
});

apiKeys.openapi(list, async (c) => {
  const { limit = DEFAULT_LIMIT } = c.req.valid("query");
  const page = { limit, after: await readCursor(c) };
  const { items, next } = await listApiKeys(c.var.context, c.var.caller, page);
  return c.json(await pageBody(c, items.map(toApiKeyBody), next), 200);
});

const read = createRoute({
  method: "get",
  path: "/api-keys/{id}",
  operationId: "readApiKey",
  summary: "Read about an API key",
  tags: ["api keys"],
  request: { params: IdPath },
  responses: {
    200: json(ApiKeyBody, "What may be known about the key"),
    ...raises(...needsPerson, ...validates, ApiKeyNotFound),
  },
});

apiKeys.openapi(read, async (c) => {
  const key = await readApiKey(c.var.context, c.var.caller, c.req.valid("param").id);
  return c.json(toApiKeyBody(key), 200);
});

const remove = createRoute({
  method: "delete",
  path: "/api-keys/{id}",
  operationId: "deleteApiKey",
  summary: "Delete an API key",
  tags: ["api keys"],
  request: { params: IdPath },
  responses: {
    204: noContent("The key opens nothing any more."),
    ...raises(...needsPerson, ...changes, ...validates, ApiKeyNotFound, Contended),
  },
});

apiKeys.openapi(remove, async (c) => {
  await deleteApiKey(c.var.context, c.var.caller, c.req.valid("param").id);
  return c.body(null, 204);
});
