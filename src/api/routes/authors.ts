import { createRoute } from "@hono/zod-openapi";

import { isKnown, withDigest } from "#api/answers";
import { AuthorNotFound, CursorInvalid } from "#api/exceptions";
import { cacheWhenPublic, openToAllOrigins } from "#api/headers";
import { linkFeeds } from "#api/links";
import { answerHeaders, json, knowsCallers, noContent, raises, validates } from "#api/openapi";
import { DEFAULT_LIMIT, pageBody, PageQuery, readCursor } from "#api/pages";
import { createRouter } from "#api/router";
import { AuthorBody, AuthorPage, AuthorPath, toAuthorBody } from "#api/schemas/authors";
import { listAuthors, readAuthor } from "#service/authors";

export const authors = createRouter();

const list = createRoute({
  method: "get",
  path: "/authors",
  operationId: "listAuthors",
  summary: "List authors",
  description: "Everyone who has published something.",
  tags: ["authors"],
  middleware: [openToAllOrigins, cacheWhenPublic("authors")] as const,
  request: { query: PageQuery },
  responses: {
    200: json(AuthorPage, "A page of authors, by name", answerHeaders.next, answerHeaders.etag),
    304: noContent("The client has this page."),
    ...raises(...knowsCallers, ...validates, CursorInvalid),
  },
});

authors.openapi(list, async (c) => {
  const { limit = DEFAULT_LIMIT } = c.req.valid("query");
  const page = { limit, after: await readCursor(c) };
  const { items, next } = await listAuthors(c.var.context, c.var.caller, page);
  const shown = await withDigest(c, await pageBody(c, items.map(toAuthorBody), next));
  return isKnown(c) ? c.body(null, 304) : c.json(shown, 200);
});

const read = createRoute({
  method: "get",
  path: "/authors/{slug}",
  operationId: "readAuthor",
  summary: "Read an author",
  tags: ["authors"],
  middleware: [openToAllOrigins, cacheWhenPublic("authors")] as const,
  request: { params: AuthorPath },
  responses: {
    200: json(AuthorBody, "The author", answerHeaders.etag, answerHeaders.feeds),
    304: noContent("The client has this version."),
    ...raises(...knowsCallers, ...validates, AuthorNotFound),
  },
});

authors.openapi(read, async (c) => {
  const { slug } = c.req.valid("param");
  const author = await readAuthor(c.var.context, c.var.caller, slug);
  const shown = await withDigest(c, toAuthorBody(author));
  linkFeeds(c, `/author/${shown.slug}`);
  return isKnown(c) ? c.body(null, 304) : c.json(shown, 200);
});
