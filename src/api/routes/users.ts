import { createRoute } from "@hono/zod-openapi";

import { baseOf, isKnown, withVersion } from "#api/answers";
import { requireVersion } from "#api/dependencies";
import {
  Contended,
  CursorInvalid,
  HeirInvalid,
  LastOwner,
  RoleTooHigh,
  SlugTaken,
  UserNotFound,
} from "#api/exceptions";
import {
  answerHeaders,
  body,
  changes,
  json,
  needsActor,
  needsPerson,
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
  HeirQuery,
  toUserBody,
  toUserChanges,
  UserBody,
  UserChangesBody,
  UserPage,
  UserQuery,
} from "#api/schemas/users";
import { deleteUser, editUser, listUsers, readUser } from "#service/users";

export const users = createRouter();

const list = createRoute({
  method: "get",
  path: "/users",
  operationId: "listUsers",
  summary: "List users",
  tags: ["users"],
  request: { query: UserQuery },
  responses: {
    200: json(UserPage, "A page of users, by name", answerHeaders.next),
    ...raises(...needsActor, ...validates, CursorInvalid),
  },
});

users.openapi(list, async (c) => {
  const { limit = DEFAULT_LIMIT, role = null, status = null } = c.req.valid("query");
  const page = { limit, after: await readCursor(c) };
  const { context, caller } = c.var;
  const { items, next } = await listUsers(context, caller, { role, status }, page);
  return c.json(await pageBody(c, items.map(toUserBody), next), 200);
});

const read = createRoute({
  method: "get",
  path: "/users/{id}",
  operationId: "readUser",
  summary: "Read a user",
  tags: ["users"],
  request: { params: IdPath },
  responses: {
    200: json(UserBody, "The user", answerHeaders.etag),
    304: noContent("The client has this version."),
    ...raises(...needsActor, ...validates, UserNotFound),
  },
});

users.openapi(read, async (c) => {
  const user = await readUser(c.var.context, c.var.caller, c.req.valid("param").id);
  const shown = await withVersion(c, toUserBody(user));
  return isKnown(c) ? c.body(null, 304) : c.json(shown, 200);
});

const edit = createRoute({
  method: "patch",
  path: "/users/{id}",
  operationId: "editUser",
  summary: "Change a user",
  description:
    "What is left out stays as it is. Suspending ends every session and stops every key of the user at once. Only owners change owners, nobody gives a role above their own, and one active owner always remains.",
  tags: ["users"],
  middleware: [requireVersion] as const,
  request: { params: IdPath, headers: VersionHeaders, body: body(UserChangesBody) },
  responses: {
    200: json(UserBody, "The user as they are now", answerHeaders.etag),
    ...raises(
      ...needsPerson,
      ...changes,
      ...readsBody,
      ...versioned,
      UserNotFound,
      SlugTaken,
      RoleTooHigh,
      LastOwner,
      Contended,
    ),
  },
});

users.openapi(edit, async (c) => {
  const target = { id: c.req.valid("param").id, ...baseOf(c, toUserBody) };
  const wanted = toUserChanges(c.req.valid("json"));
  const user = await editUser(c.var.context, c.var.caller, target, wanted);
  return c.json(await withVersion(c, toUserBody(user)), 200);
});

const remove = createRoute({
  method: "delete",
  path: "/users/{id}",
  operationId: "deleteUser",
  summary: "Delete a user",
  description: "Their posts are handed to somebody else; their sessions, keys and invitations end.",
  tags: ["users"],
  request: { params: IdPath, query: HeirQuery },
  responses: {
    204: noContent("The user is gone."),
    ...raises(
      ...needsPerson,
      ...changes,
      ...validates,
      UserNotFound,
      HeirInvalid,
      LastOwner,
      Contended,
    ),
  },
});

users.openapi(remove, async (c) => {
  const heirId = c.req.valid("query").posts_to ?? null;
  await deleteUser(c.var.context, c.var.caller, c.req.valid("param").id, heirId);
  return c.body(null, 204);
});
