import { createRoute } from "@hono/zod-openapi";

import { answerJsonText, answerVersionedText, baseOf, withVersion } from "#api/answers";
import { requireVersion } from "#api/dependencies";
import { Contended, CursorInvalid, SlugTaken, TagNotFound } from "#api/exceptions";
import { cacheWhenPublic, tagCache } from "#api/headers";
import { linkFeeds } from "#api/links";
import {
  answerHeaders,
  body,
  changes,
  idempotent,
  IdempotencyHeaders,
  json,
  knowsCallers,
  needsActor,
  noContent,
  raises,
  readsBody,
  validates,
  versioned,
  VersionHeaders,
} from "#api/openapi";
import { pageText, readCursor } from "#api/pages";
import { createRouter } from "#api/router";
import { chosenOf } from "#api/schemas/choices";
import { given, IdPath } from "#api/schemas/fields";
import {
  ChosenTag,
  ChosenTagPage,
  NewTagBody,
  TagBody,
  TagChangesBody,
  TagChoice,
  TagKeyPath,
  TagQuery,
  toTagBody,
  toTagList,
} from "#api/schemas/tags";
import { createTag, deleteTag, editTag, listTags, readTag } from "#service/tags";

export const tags = createRouter();

const list = createRoute({
  method: "get",
  path: "/tags",
  operationId: "listTags",
  summary: "List tags",
  description: "All to staff; to everybody else those that something published bears.",
  tags: ["tags"],
  middleware: [cacheWhenPublic("tags")] as const,
  request: { query: TagQuery },
  responses: {
    200: json(ChosenTagPage, "A page of tags", answerHeaders.next, answerHeaders.etag),
    304: noContent("The client has this page."),
    ...raises(...knowsCallers, ...validates, CursorInvalid),
  },
});

tags.openapi(list, async (c) => {
  const query = c.req.valid("query");
  const wanted = { ...toTagList(query), after: await readCursor(c) };
  const { items, next } = await listTags(c.var.context, c.var.caller, wanted);
  tagCache(c, ...items.map(({ id }) => `tag-${id}`));
  const chosen = items.map((tag) => JSON.stringify(chosenOf(toTagBody(tag), query)));
  return answerJsonText(c, await pageText(c, chosen, next), null);
});

const read = createRoute({
  method: "get",
  path: "/tags/{id}",
  operationId: "readTag",
  summary: "Read a tag",
  tags: ["tags"],
  middleware: [cacheWhenPublic("tags")] as const,
  request: { params: TagKeyPath, query: TagChoice },
  responses: {
    200: json(ChosenTag, "The tag", answerHeaders.etag, answerHeaders.feeds),
    304: noContent("The client has this version."),
    ...raises(...knowsCallers, ...validates, TagNotFound),
  },
});

tags.openapi(read, async (c) => {
  const { id } = c.req.valid("param");
  const tag = toTagBody(await readTag(c.var.context, c.var.caller, id));
  tagCache(c, `tag-${tag.id}`);
  linkFeeds(c, `/tag/${tag.slug}`);
  return answerVersionedText(c, JSON.stringify(chosenOf(tag, c.req.valid("query"))), tag);
});

const create = createRoute({
  method: "post",
  path: "/tags",
  operationId: "createTag",
  summary: "Make a tag",
  tags: ["tags"],
  request: { headers: IdempotencyHeaders, body: body(NewTagBody) },
  responses: {
    201: json(
      TagBody,
      "The new tag",
      answerHeaders.etag,
      answerHeaders.location,
      answerHeaders.replayed,
    ),
    ...raises(...needsActor, ...changes, ...readsBody, ...idempotent, SlugTaken, Contended),
  },
});

tags.openapi(create, async (c) => {
  const { name, ...others } = c.req.valid("json");
  const tag = await createTag(c.var.context, c.var.caller, { name, ...given(others) });
  c.header("Location", `/v1/tags/${tag.id}`);
  return c.json(await withVersion(c, toTagBody(tag)), 201);
});

const edit = createRoute({
  method: "patch",
  path: "/tags/{id}",
  operationId: "editTag",
  summary: "Change a tag",
  tags: ["tags"],
  middleware: [requireVersion] as const,
  request: { params: IdPath, headers: VersionHeaders, body: body(TagChangesBody) },
  responses: {
    200: json(TagBody, "The tag as it is now", answerHeaders.etag),
    ...raises(
      ...needsActor,
      ...changes,
      ...readsBody,
      ...versioned,
      TagNotFound,
      SlugTaken,
      Contended,
    ),
  },
});

tags.openapi(edit, async (c) => {
  const target = { id: c.req.valid("param").id, ...baseOf(c, toTagBody) };
  const changed = given(c.req.valid("json"));
  const tag = await editTag(c.var.context, c.var.caller, target, changed);
  return c.json(await withVersion(c, toTagBody(tag)), 200);
});

const remove = createRoute({
  method: "delete",
  path: "/tags/{id}",
  operationId: "deleteTag",
  summary: "Delete a tag",
  description: "Posts that have it lose it.",
  tags: ["tags"],
  middleware: [requireVersion] as const,
  request: { params: IdPath, headers: VersionHeaders },
  responses: {
    204: noContent("The tag is gone."),
    ...raises(...needsActor, ...changes, ...validates, ...versioned, TagNotFound, Contended),
  },
});

tags.openapi(remove, async (c) => {
  const target = { id: c.req.valid("param").id, ...baseOf(c, toTagBody) };
  await deleteTag(c.var.context, c.var.caller, target);
  return c.body(null, 204);
});
