import { createRoute } from "@hono/zod-openapi";

import { baseOf, isKnown, withVersion } from "#api/answers";
import { requireVersion } from "#api/dependencies";
import {
  Contended,
  CursorInvalid,
  NewsletterHasSends,
  NewsletterNotFound,
  SlugTaken,
} from "#api/exceptions";
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
  versioned,
  VersionHeaders,
} from "#api/openapi";
import { DEFAULT_LIMIT, pageBody, readCursor } from "#api/pages";
import { createRouter } from "#api/router";
import { IdPath } from "#api/schemas/fields";
import {
  NewNewsletterBody,
  NewsletterBody,
  NewsletterChangesBody,
  NewsletterPage,
  NewsletterQuery,
  toNewsletterBody,
  toNewsletterInput,
} from "#api/schemas/newsletters";
import {
  createNewsletter,
  deleteNewsletter,
  editNewsletter,
  listNewsletters,
  readNewsletter,
} from "#service/newsletters";

export const newsletters = createRouter();

const list = createRoute({
  method: "get",
  path: "/newsletters",
  operationId: "listNewsletters",
  summary: "List newsletters",
  tags: ["newsletters"],
  request: { query: NewsletterQuery },
  responses: {
    200: json(NewsletterPage, "A page of newsletters, newest first", answerHeaders.next),
    ...raises(...needsActor, ...validates, CursorInvalid),
  },
});

newsletters.openapi(list, async (c) => {
  const { limit = DEFAULT_LIMIT, status = null } = c.req.valid("query");
  const page = { limit, after: await readCursor(c) };
  const { items, next } = await listNewsletters(c.var.context, c.var.caller, status, page);
  return c.json(await pageBody(c, items.map(toNewsletterBody), next), 200);
});

const create = createRoute({
  method: "post",
  path: "/newsletters",
  operationId: "createNewsletter",
  summary: "Make a newsletter",
  tags: ["newsletters"],
  request: { headers: IdempotencyHeaders, body: body(NewNewsletterBody) },
  responses: {
    201: json(
      NewsletterBody,
      "The new newsletter",
      answerHeaders.etag,
      answerHeaders.location,
      answerHeaders.replayed,
    ),
    ...raises(...needsActor, ...changes, ...readsBody, ...idempotent, SlugTaken, Contended),
  },
});

newsletters.openapi(create, async (c) => {
  const input = c.req.valid("json");
  const wanted = { ...toNewsletterInput(input), name: input.name };
  const newsletter = await createNewsletter(c.var.context, c.var.caller, wanted);
  c.header("Location", `/v1/newsletters/${newsletter.id}`);
  return c.json(await withVersion(c, toNewsletterBody(newsletter)), 201);
});

const read = createRoute({
  method: "get",
  path: "/newsletters/{id}",
  operationId: "readNewsletter",
  summary: "Read a newsletter",
  tags: ["newsletters"],
  request: { params: IdPath },
  responses: {
    200: json(NewsletterBody, "The newsletter", answerHeaders.etag),
    304: noContent("The client has this version."),
    ...raises(...needsActor, ...validates, NewsletterNotFound),
  },
});

newsletters.openapi(read, async (c) => {
  const { id } = c.req.valid("param");
  const newsletter = await readNewsletter(c.var.context, c.var.caller, id);
  const shown = await withVersion(c, toNewsletterBody(newsletter));
  return isKnown(c) ? c.body(null, 304) : c.json(shown, 200);
});

const edit = createRoute({
  method: "patch",
  path: "/newsletters/{id}",
  operationId: "editNewsletter",
  summary: "Change a newsletter, or archive it",
  description: "What is already on its way goes out as it was ordered.",
  tags: ["newsletters"],
  middleware: [requireVersion] as const,
  request: { params: IdPath, headers: VersionHeaders, body: body(NewsletterChangesBody) },
  responses: {
    200: json(NewsletterBody, "The newsletter as it is now", answerHeaders.etag),
    ...raises(
      ...needsActor,
      ...changes,
      ...readsBody,
      ...versioned,
      NewsletterNotFound,
      SlugTaken,
      Contended,
    ),
  },
});

newsletters.openapi(edit, async (c) => {
  const target = { id: c.req.valid("param").id, ...baseOf(c, toNewsletterBody) };
  const input = toNewsletterInput(c.req.valid("json"));
  const newsletter = await editNewsletter(c.var.context, c.var.caller, target, input);
  return c.json(await withVersion(c, toNewsletterBody(newsletter)), 200);
});

const remove = createRoute({
  method: "delete",
  path: "/newsletters/{id}",
  operationId: "deleteNewsletter",
  summary: "Delete a newsletter",
  description: "With all subscriptions to it. One that anything was sent through can be archived.",
  tags: ["newsletters"],
  middleware: [requireVersion] as const,
  request: { params: IdPath, headers: VersionHeaders },
  responses: {
    204: noContent("The newsletter is gone."),
    ...raises(
      ...needsActor,
      ...changes,
      ...validates,
      ...versioned,
      NewsletterNotFound,
      NewsletterHasSends,
      Contended,
    ),
  },
});

newsletters.openapi(remove, async (c) => {
  const target = { id: c.req.valid("param").id, ...baseOf(c, toNewsletterBody) };
  await deleteNewsletter(c.var.context, c.var.caller, target);
  return c.body(null, 204);
});
