import { createRoute } from "@hono/zod-openapi";

import { Contended, SignatureInvalid } from "#api/exceptions";
import { anything, body, changes, json, raises, readsBody } from "#api/openapi";
import { createRouter } from "#api/router";
import { HeardBody, ResendReportBody, SignatureHeaders } from "#api/schemas/mail-events";
import { hearResend } from "#service/mail-events";

export const mailEvents = createRouter();

const resend = createRoute({
  method: "post",
  path: "/mail-events/resend",
  operationId: "hearResend",
  summary: "Hear what became of a mail",
  description:
    "For Resend's webhooks (`email.delivered`, `email.bounced`, `email.complained`), signed as Standard Webhooks are. A hard bounce or a complaint suppresses the address at once, five soft bounces in a row do. Other kinds change nothing.",
  tags: ["subscribers"],
  request: { headers: SignatureHeaders, body: body(ResendReportBody) },
  responses: {
    200: json(HeardBody, "It was heard, perhaps before"),
    ...raises(...anything, ...changes, ...readsBody, SignatureInvalid, Contended),
  },
});

mailEvents.openapi(resend, async (c) => {
  const header = (name: string) => c.req.header(`svix-${name}`) ?? c.req.header(`webhook-${name}`);
  const signed = {
    id: header("id") ?? "",
    timestamp: header("timestamp") ?? "",
    signature: header("signature") ?? "",
    text: await c.req.text(),
  };
  await hearResend(c.var.context, signed, c.req.valid("json"));
  return c.json({ heard: true } as const, 200);
});
