import { createRoute } from "@hono/zod-openapi";

import {
  Contended,
  CursorInvalid,
  NewsletterArchived,
  NewsletterNotFound,
  NobodyMissing,
  NotStaff,
  PostNotPublished,
  ReferenceUnknown,
  SendNotFound,
  SendStateUnfit,
  SendUnderWay,
} from "#api/exceptions";
import {
  answerHeaders,
  body,
  changes,
  idempotent,
  IdempotencyHeaders,
  json,
  needsActor,
  raises,
  readsBody,
  validates,
} from "#api/openapi";
import { DEFAULT_LIMIT, pageBody, PageQuery, readCursor } from "#api/pages";
import { createRouter } from "#api/router";
import { IdPath } from "#api/schemas/fields";
import {
  RecipientPage,
  RecipientQuery,
  ResendBody,
  SendBody,
  SendOrderBody,
  SendPage,
  SendPath,
  TestSendBody,
  TestSendOrderBody,
  toRecipientBody,
  toSegment,
  toSendBody,
  toSendSummaryBody,
} from "#api/schemas/sends";
import { orderSend, orderTestSend } from "#service/sends/order";
import { listRecipients, listSends, readSend } from "#service/sends/read";
import { cancelSend, pauseSend, resendMissing, resumeSend } from "#service/sends/steer";

export const sends = createRouter();

const order = createRoute({
  method: "post",
  path: "/newsletters/{id}/sends",
  operationId: "orderSend",
  summary: "Send a post to a newsletter's readers",
  description:
    "All of them, or a segment. What they get is rendered once, from the post as it is now; who they are is written down before the first mail goes, and each is accounted for. Who was reached by a send of the same post before is not written to again.",
  tags: ["newsletters"],
  request: { params: IdPath, headers: IdempotencyHeaders, body: body(SendOrderBody) },
  responses: {
    202: json(SendBody, "The send, not yet begun", answerHeaders.location, answerHeaders.replayed),
    ...raises(
      ...needsActor,
      ...changes,
      ...readsBody,
      ...idempotent,
      NewsletterNotFound,
      NewsletterArchived,
      PostNotPublished,
      ReferenceUnknown,
      SendUnderWay,
      Contended,
    ),
  },
});

sends.openapi(order, async (c) => {
  const { id } = c.req.valid("param");
  const { post_id: postId, segment } = c.req.valid("json");
  const wanted = { postId, segment: toSegment(segment) };
  const send = await orderSend(c.var.context, c.var.caller, id, wanted);
  c.header("Location", `/v1/newsletters/${id}/sends/${send.id}`);
  return c.json(toSendBody(send), 202);
});

const list = createRoute({
  method: "get",
  path: "/newsletters/{id}/sends",
  operationId: "listSends",
  summary: "List what was sent through a newsletter",
  description: "Recipients are counted for one send at a time, not here.",
  tags: ["newsletters"],
  request: { params: IdPath, query: PageQuery },
  responses: {
    200: json(SendPage, "A page of sends, newest first", answerHeaders.next),
    ...raises(...needsActor, ...validates, CursorInvalid, NewsletterNotFound),
  },
});

sends.openapi(list, async (c) => {
  const { limit = DEFAULT_LIMIT } = c.req.valid("query");
  const page = { limit, after: await readCursor(c) };
  const { id } = c.req.valid("param");
  const { items, next } = await listSends(c.var.context, c.var.caller, id, page);
  return c.json(await pageBody(c, items.map(toSendSummaryBody), next), 200);
});

const read = createRoute({
  method: "get",
  path: "/newsletters/{id}/sends/{send_id}",
  operationId: "readSend",
  summary: "See how a send stands",
  description: "Every recipient is counted, where it is at this moment, and only once.",
  tags: ["newsletters"],
  request: { params: SendPath },
  responses: {
    200: json(SendBody, "The send"),
    ...raises(...needsActor, ...validates, SendNotFound),
  },
});

sends.openapi(read, async (c) => {
  const { id: newsletterId, send_id: sendId } = c.req.valid("param");
  const send = await readSend(c.var.context, c.var.caller, { newsletterId, sendId });
  return c.json(toSendBody(send), 200);
});

const recipients = createRoute({
  method: "get",
  path: "/newsletters/{id}/sends/{send_id}/recipients",
  operationId: "listRecipients",
  summary: "List whom a send is for",
  description: "With what became of it for each. Needs the right to read subscribers.",
  tags: ["newsletters"],
  request: { params: SendPath, query: RecipientQuery },
  responses: {
    200: json(RecipientPage, "A page of recipients", answerHeaders.next),
    ...raises(...needsActor, ...validates, CursorInvalid, SendNotFound),
  },
});

sends.openapi(recipients, async (c) => {
  const { id: newsletterId, send_id: sendId } = c.req.valid("param");
  const { limit = DEFAULT_LIMIT, status = null } = c.req.valid("query");
  const page = { limit, after: await readCursor(c), state: status };
  const path = { newsletterId, sendId };
  const { items, next } = await listRecipients(c.var.context, c.var.caller, path, page);
  return c.json(await pageBody(c, items.map(toRecipientBody), next), 200);
});

const steps = [
  {
    name: "pause",
    operationId: "pauseSend",
    summary: "Stop a send for a while",
    description: "What is being handed over at this moment still goes; nothing after it does.",
    run: pauseSend,
  },
  {
    name: "resume",
    operationId: "resumeSend",
    summary: "Let a send go on",
    description: "Also one that goes on in name only, because its jobs were cancelled or are dead.",
    run: resumeSend,
  },
  {
    name: "cancel",
    operationId: "cancelSend",
    summary: "End a send where it is",
    description: "Who is still pending gets nothing of it. Another send of the post can follow.",
    run: cancelSend,
  },
] as const;

for (const { name, operationId, summary, description, run } of steps) {
  const route = createRoute({
    method: "post",
    path: `/newsletters/{id}/sends/{send_id}/${name}`,
    operationId,
    summary,
    description,
    tags: ["newsletters"],
    request: { params: SendPath, headers: IdempotencyHeaders },
    responses: {
      200: json(SendBody, "The send as it is now", answerHeaders.replayed),
      ...raises(
        ...needsActor,
        ...changes,
        ...validates,
        ...idempotent,
        SendNotFound,
        SendStateUnfit,
        Contended,
      ),
    },
  });
  sends.openapi(route, async (c) => {
    const { id: newsletterId, send_id: sendId } = c.req.valid("param");
    const send = await run(c.var.context, c.var.caller, { newsletterId, sendId });
    return c.json(toSendBody(send), 200);
  });
}

const resend = createRoute({
  method: "post",
  path: "/newsletters/{id}/sends/{send_id}/resend-missing",
  operationId: "resendMissing",
  summary: "Send again to whom it did not reach",
  tags: ["newsletters"],
  request: { params: SendPath, headers: IdempotencyHeaders, body: body(ResendBody) },
  responses: {
    202: json(SendBody, "The send, going on", answerHeaders.replayed),
    ...raises(
      ...needsActor,
      ...changes,
      ...readsBody,
      ...idempotent,
      SendNotFound,
      SendStateUnfit,
      SendUnderWay,
      NobodyMissing,
      Contended,
    ),
  },
});

sends.openapi(resend, async (c) => {
  const { id: newsletterId, send_id: sendId } = c.req.valid("param");
  const { include_uncertain: too } = c.req.valid("json");
  const send = await resendMissing(c.var.context, c.var.caller, { newsletterId, sendId }, too);
  return c.json(toSendBody(send), 202);
});

const test = createRoute({
  method: "post",
  path: "/newsletters/{id}/test-sends",
  operationId: "orderTestSend",
  summary: "See a post as readers would get it",
  description: "One mail to somebody with an account, marked as a test. The post may be a draft.",
  tags: ["newsletters"],
  request: { params: IdPath, headers: IdempotencyHeaders, body: body(TestSendBody) },
  responses: {
    202: json(TestSendOrderBody, "The job that sends it", answerHeaders.replayed),
    ...raises(
      ...needsActor,
      ...changes,
      ...readsBody,
      ...idempotent,
      NewsletterNotFound,
      ReferenceUnknown,
      NotStaff,
      Contended,
    ),
  },
});

sends.openapi(test, async (c) => {
  const { post_id: postId, to = null } = c.req.valid("json");
  const { id } = c.req.valid("param");
  const { jobId } = await orderTestSend(c.var.context, c.var.caller, id, { postId, to });
  return c.json({ job_id: jobId }, 202);
});
