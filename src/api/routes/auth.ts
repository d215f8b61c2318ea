import { createRoute } from "@hono/zod-openapi";

import {
  Contended,
  EmailTaken,
  IdempotencyKeyInvalid,
  InviteRequired,
  MailTokenInvalid,
  PasswordTooCommon,
  SetupTokenInvalid,
  SignInFailed,
  TooManyAttempts,
} from "#api/exceptions";
import { anything, body, changes, json, noContent, raises, readsBody } from "#api/openapi";
import { createRouter } from "#api/router";
import {
  AcceptedBody,
  PasswordResetBody,
  ResetConfirmationBody,
  SignedInBody,
  SignInBody,
  SignUpBody,
  toSignedInBody,
} from "#api/schemas/auth";
import { clearSessionCookie, sessionCookieHeader, setSessionCookie } from "#api/session-cookie";
import { confirmPasswordReset, requestPasswordReset } from "#service/auth/password-reset";
import { signIn, signOut } from "#service/auth/sign-in";
import { signUp } from "#service/auth/sign-up";

export const auth = createRouter();

/** What every route here can answer. None looks at who is asking. */
const always = [...anything, ...changes, ...readsBody, IdempotencyKeyInvalid] as const;

/** Answers here hold secrets, and no receipt is to hold one. */
const repeats = "No answer is kept for an Idempotency-Key; sending it again does no harm.";

const up = createRoute({
  method: "post",
  path: "/auth/signup",
  operationId: "signUp",
  summary: "Make an account",
  description: `The first account is the owner's and needs the operator's setup token; every other needs an invitation. Signs in as well. ${repeats}`,
  tags: ["auth"],
  request: { body: body(SignUpBody) },
  responses: {
    201: json(SignedInBody, "The account, and a session", sessionCookieHeader),
    ...raises(
      ...always,
      SetupTokenInvalid,
      InviteRequired,
      EmailTaken,
      PasswordTooCommon,
      TooManyAttempts,
      Contended,
    ),
  },
});

auth.openapi(up, async (c) => {
  const { name, email, password, setup_token, invite_token } = c.req.valid("json");
  const tokens = { setupToken: setup_token ?? null, inviteToken: invite_token ?? null };
  const wish = { name, email, password, ...tokens };
  const signedIn = await signUp(c.var.context, c.var.caller, wish);
  setSessionCookie(c, signedIn.session);
  return c.json(toSignedInBody(signedIn), 201);
});

const into = createRoute({
  method: "post",
  path: "/auth/signin",
  operationId: "signIn",
  summary: "Sign in",
  description: `Use the token as \`Authorization: Bearer …\`, or let a browser keep the cookie. ${repeats}`,
  tags: ["auth"],
  request: { body: body(SignInBody) },
  responses: {
    200: json(SignedInBody, "The account, and a session", sessionCookieHeader),
    ...raises(...always, SignInFailed, TooManyAttempts),
  },
});

auth.openapi(into, async (c) => {
  const signedIn = await signIn(c.var.context, c.var.caller, c.req.valid("json"));
  setSessionCookie(c, signedIn.session);
  return c.json(toSignedInBody(signedIn), 200);
});

const out = createRoute({
  method: "post",
  path: "/auth/signout",
  operationId: "signOut",
  summary: "Sign out",
  description:
    "Ends the session and takes the cookie back. Without a session there is nothing to do.",
  tags: ["auth"],
  security: [{}, { session: [] }, { sessionCookie: [] }],
  responses: {
    204: noContent("There is no session any more."),
    ...raises(...anything, ...changes, IdempotencyKeyInvalid),
  },
});

auth.openapi(out, async (c) => {
  await signOut(c.var.context, c.var.caller);
  clearSessionCookie(c);
  return c.body(null, 204);
});

const reset = createRoute({
  method: "post",
  path: "/auth/password-reset",
  operationId: "requestPasswordReset",
  summary: "Ask for a new password",
  description: `If an active account has this address, a link that works for 30 minutes is mailed to it. The answer is the same if not. ${repeats}`,
  tags: ["auth"],
  request: { body: body(PasswordResetBody) },
  responses: {
    202: json(AcceptedBody, "Whatever there is to do will be done"),
    ...raises(...always, TooManyAttempts),
  },
});

auth.openapi(reset, async (c) => {
  const { email } = c.req.valid("json");
  await requestPasswordReset(c.var.context, c.var.caller, email);
  return c.json({ status: "accepted" as const }, 202);
});

const confirm = createRoute({
  method: "post",
  path: "/auth/password-reset/confirm",
  operationId: "confirmPasswordReset",
  summary: "Choose a new password",
  description: `Ends every session of the account. Sign in with the new password afterwards. ${repeats}`,
  tags: ["auth"],
  request: { body: body(ResetConfirmationBody) },
  responses: {
    204: noContent("The password is the new one."),
    ...raises(...always, MailTokenInvalid, PasswordTooCommon),
  },
});

auth.openapi(confirm, async (c) => {
  await confirmPasswordReset(c.var.context, c.req.valid("json"));
  return c.body(null, 204);
});
