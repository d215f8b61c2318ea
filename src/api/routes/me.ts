import { createRoute } from "@hono/zod-openapi";

import { baseOf, isKnown, withVersion } from "#api/answers";
import { requireVersion } from "#api/dependencies";
import {
  Contended,
  CursorInvalid,
  EmailTaken,
  PasswordTooCommon,
  PasswordWrong,
  SessionNotFound,
  SlugTaken,
  TooManyAttempts,
} from "#api/exceptions";
import {
  answerHeaders,
  body,
  changes,
  json,
  needsPerson,
  noContent,
  raises,
  readsBody,
  validates,
  versioned,
  VersionHeaders,
} from "#api/openapi";
import { DEFAULT_LIMIT, pageBody, PageQuery, readCursor } from "#api/pages";
import { createRouter } from "#api/router";
import {
  PasswordChangeBody,
  SessionPage,
  SignedInBody,
  toSessionBody,
  toSignedInBody,
} from "#api/schemas/auth";
import { IdPath } from "#api/schemas/fields";
import { MyChangesBody, toMyChanges, toUserBody, UserBody } from "#api/schemas/users";
import { sessionCookieHeader, setSessionCookie } from "#api/session-cookie";
import { changePassword, editMe, readMe } from "#service/me";
import { endOtherSessions, endSession, listSessions } from "#service/sessions";

export const me = createRouter();

const read = createRoute({
  method: "get",
  path: "/me",
  operationId: "readMe",
  summary: "Read who you are",
  tags: ["me"],
  responses: {
    200: json(UserBody, "You", answerHeaders.etag),
    304: noContent("The client has this version."),
    ...raises(...needsPerson),
  },
});

me.openapi(read, async (c) => {
  const shown = await withVersion(c, toUserBody(await readMe(c.var.context, c.var.caller)));
  return isKnown(c) ? c.body(null, 304) : c.json(shown, 200);
});

const edit = createRoute({
  method: "patch",
  path: "/me",
  operationId: "editMe",
  summary: "Change how you are shown",
  description: "What is left out stays as it is. A new mail address needs your password.",
  tags: ["me"],
  middleware: [requireVersion] as const,
  request: { headers: VersionHeaders, body: body(MyChangesBody) },
  responses: {
    200: json(UserBody, "You, as you are now", answerHeaders.etag),
    ...raises(
      ...needsPerson,
      ...changes,
      ...readsBody,
      ...versioned,
      SlugTaken,
      EmailTaken,
      PasswordWrong,
      TooManyAttempts,
      Contended,
    ),
  },
});

me.openapi(edit, async (c) => {
  const wanted = toMyChanges(c.req.valid("json"));
  const user = await editMe(c.var.context, c.var.caller, baseOf(c, toUserBody), wanted);
  return c.json(await withVersion(c, toUserBody(user)), 200);
});

const password = createRoute({
  method: "put",
  path: "/me/password",
  operationId: "changePassword",
  summary: "Change your password",
  description: "Ends all your sessions, this one too, and answers with a new one.",
  tags: ["me"],
  request: { body: body(PasswordChangeBody) },
  responses: {
    200: json(SignedInBody, "You, and a new session", sessionCookieHeader),
    ...raises(
      ...needsPerson,
      ...changes,
      ...readsBody,
      PasswordWrong,
      PasswordTooCommon,
      TooManyAttempts,
      Contended,
    ),
  },
});

me.openapi(password, async (c) => {
  const { current_password, new_password } = c.req.valid("json");
  const passwords = { currentPassword: current_password, newPassword: new_password };
  const signedIn = await changePassword(c.var.context, c.var.caller, passwords);
  setSessionCookie(c, signedIn.session);
  return c.json(toSignedInBody(signedIn), 200);
});

const list = createRoute({
  method: "get",
  path: "/me/sessions",
  operationId: "listSessions",
  summary: "List your sessions",
  tags: ["me"],
  request: { query: PageQuery },
  responses: {
    200: json(SessionPage, "A page of where you are signed in, newest first", answerHeaders.next),
    ...raises(...needsPerson, ...validates, CursorInvalid),
  },
});

me.openapi(list, async (c) => {
  const { limit = DEFAULT_LIMIT } = c.req.valid("query");
  const page = { limit, after: await readCursor(c) };
  const { items, next } = await listSessions(c.var.context, c.var.caller, page);
  return c.json(await pageBody(c, items.map(toSessionBody), next), 200);
});

const endOne = createRoute({
  method: "delete",
  path: "/me/sessions/{id}",
  operationId: "endSession",
  summary: "End one of your sessions",
  tags: ["me"],
  request: { params: IdPath },
  responses: {
    204: noContent("The session has ended."),
    ...raises(...needsPerson, ...changes, ...validates, SessionNotFound, Contended),
  },
});

me.openapi(endOne, async (c) => {
  await endSession(c.var.context, c.var.caller, c.req.valid("param").id);
  return c.body(null, 204);
});

const endOthers = createRoute({
  method: "delete",
  path: "/me/sessions",
  operationId: "endOtherSessions",
  summary: "End all your sessions but this one",
  tags: ["me"],
  responses: {
    204: noContent("You are signed in here and nowhere else."),
    ...raises(...needsPerson, ...changes, Contended),
  },
});

me.openapi(endOthers, async (c) => {
  await endOtherSessions(c.var.context, c.var.caller);
  return c.body(null, 204);
});
