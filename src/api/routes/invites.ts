import { createRoute } from "@hono/zod-openapi";

import {
  Contended,
  CursorInvalid,
  EmailTaken,
  InviteNotFound,
  InviteOpen,
  RoleTooHigh,
} from "#api/exceptions";
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
import { IdPath } from "#api/schemas/fields";
import { InviteBody, InvitePage, NewInviteBody, toInviteBody } from "#api/schemas/invites";
import { createInvite, deleteInvite, listInvites, readInvite } from "#service/invites";

export const invites = createRouter();

const create = createRoute({
  method: "post",
  path: "/invites",
  operationId: "createInvite",
  summary: "Invite somebody",
  description: "A mail with a token goes to the address; it works once, for a week.",
  tags: ["invites"],
  request: { headers: IdempotencyHeaders, body: body(NewInviteBody) },
  responses: {
    201: json(InviteBody, "The invitation", answerHeaders.location, answerHeaders.replayed),
    ...raises(
      ...needsPerson,
      ...changes,
      ...readsBody,
      ...idempotent,
      RoleTooHigh,
      EmailTaken,
      InviteOpen,
      Contended,
    ),
  },
});

invites.openapi(create, async (c) => {
  const invite = await createInvite(c.var.context, c.var.caller, c.req.valid("json"));
  c.header("Location", `/v1/invites/${invite.id}`);
  return c.json(toInviteBody(invite), 201);
});

const list = createRoute({
  method: "get",
  path: "/invites",
  operationId: "listInvites",
  summary: "List open invitations",
  tags: ["invites"],
  request: { query: PageQuery },
  responses: {
    200: json(InvitePage, "A page of open invitations, newest first", answerHeaders.next),
    ...raises(...needsPerson, ...validates, CursorInvalid),
  },
});

invites.openapi(list, async (c) => {
  const { limit = DEFAULT_LIMIT } = c.req.valid("query");
  const page = { limit, after: await readCursor(c) };
  const { items, next } = await listInvites(c.var.context, c.var.caller, page);
  return c.json(await pageBody(c, items.map(toInviteBody), next), 200);
});

const read = createRoute({
  method: "get",
  path: "/invites/{id}",
  operationId: "readInvite",
  summary: "Read an open invitation",
  tags: ["invites"],
  request: { params: IdPath },
  responses: {
    200: json(InviteBody, "The invitation"),
    ...raises(...needsPerson, ...validates, InviteNotFound),
  },
});

invites.openapi(read, async (c) => {
  const invite = await readInvite(c.var.context, c.var.caller, c.req.valid("param").id);
  return c.json(toInviteBody(invite), 200);
});

const remove = createRoute({
  method: "delete",
  path: "/invites/{id}",
  operationId: "deleteInvite",
  summary: "Take an invitation back",
  tags: ["invites"],
  request: { params: IdPath },
  responses: {
    204: noContent("Its token is worth nothing any more."),
    ...raises(...needsPerson, ...changes, ...validates, InviteNotFound, Contended),
  },
});

invites.openapi(remove, async (c) => {
  await deleteInvite(c.var.context, c.var.caller, c.req.valid("param").id);
  return c.body(null, 204);
});
