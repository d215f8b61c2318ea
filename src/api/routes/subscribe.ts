import { createRoute } from "@hono/zod-openapi";

import { ReferenceUnknown, TooManyAttempts } from "#api/exceptions";
import { answerFormPreflight, openToForms } from "#api/headers";
import { anything, body, changes, json, raises, readsBody } from "#api/openapi";
import { createRouter } from "#api/router";
import { SignUpAnswerBody, SignUpBody, toSignUp } from "#api/schemas/subscribers";
import { signUpForMail } from "#service/subscribers/sign-up";

export const subscribe = createRouter();

const ANSWER = { message: "If this address can get mail, one is on its way to it." };

const signUp = createRoute({
  method: "post",
  path: "/subscribe",
  operationId: "requestSubscription",
  summary: "Sign up for newsletters",
  description:
    "For anybody, about any address: its owner gets a mail with a link to a page, and is a subscriber once they have pressed the button there. The answer is the same whether or not the address is subscribed already, and scripts of any site may ask for it. An address gets at most one mail in ten minutes and three a day.",
  tags: ["subscribers"],
  middleware: [openToForms] as const,
  request: { body: body(SignUpBody) },
  responses: {
    202: json(SignUpAnswerBody, "Perhaps a mail is on its way"),
    ...raises(...anything, ...changes, ...readsBody, ReferenceUnknown, TooManyAttempts),
  },
});

subscribe.options("/subscribe", answerFormPreflight);

subscribe.openapi(signUp, async (c) => {
  await signUpForMail(c.var.context, c.var.caller, toSignUp(c.req.valid("json")));
  return c.json(ANSWER, 202);
});
