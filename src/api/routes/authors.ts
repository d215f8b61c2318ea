import { createRoute } from "@hono/zod-openapi";

import { answerJsonText } from "#api/answers";
import { AuthorNotFound, CursorInvalid } from "#api/exceptions";
import { cacheWhenPublic, tagCache } from "#api/headers";
import { linkFeeds } from "#api/links";
import { answerHeaders, json, knowsCallers, noContent, raises, validates } from "#api/openapi";
import { pageText, readCursor } from "#api/pages";
import { createRouter } from "#api/router";
import {
  AuthorChoice,
  AuthorKeyPath,
  AuthorQuery,
  ChosenAuthor,
  ChosenAuthorPage,
  toAuthorBody,
  toAuthorList,
} from "#api/schemas/authors";
import { chosenOf } from "#api/schemas/choices";
import { listAuthors, readAuthor } from "#service/authors";

export const authors = createRouter();

const list = createRoute({
  method: "get",
  path: "/authors",
  operationId: "listAuthors",
  summary: "List authors",
  description: "Everyone who has published something.",
  tags: ["authors"],
  middleware: [cacheWhenPublic("authors")] as const,
  request: { query: AuthorQuery },
  responses: {
    200: json(ChosenAuthorPage, "A page of authors", answerHeaders.next, answerHeaders.etag),
    304: noContent("The client has this page."),
    ...raises(...knowsCallers, ...validates, CursorInvalid),
  },
});

authors.openapi(list, async (c) => {
  const query = c.req.valid("query");
  const wanted = { ...toAuthorList(query), after: await readCursor(c) };
  const { items, next } = await listAuthors(c.var.context, c.var.caller, wanted);
  tagCache(c, ...items.map(({ id }) => `author-${id}`));
  const chosen = items.map((author) => JSON.stringify(chosenOf(toAuthorBody(author), query)));
  return answerJsonText(c, await pageText(c, chosen, next), null);
});

const read = createRoute({
  method: "get",
  path: "/authors/{id}",
  operationId: "readAuthor",
  summary: "Read an author",
  tags: ["authors"],
  middleware: [cacheWhenPublic("authors")] as const,
  request: { params: AuthorKeyPath, query: AuthorChoice },
  responses: {
    200: json(ChosenAuthor, "The author", answerHeaders.etag, answerHeaders.feeds),
    304: noContent("The client has this version."),
    ...raises(...knowsCallers, ...validates, AuthorNotFound),
  },
});

authors.openapi(read, async (c) => {
  const { id } = c.req.valid("param");
  const author = await readAuthor(c.var.context, c.var.caller, id);
  tagCache(c, `author-${author.id}`);
  linkFeeds(c, `/author/${author.slug}`);
  const chosen = chosenOf(toAuthorBody(author), c.req.valid("query"));
  return answerJsonText(c, JSON.stringify(chosen), null);
});
