import { createRoute } from "@hono/zod-openapi";

import { isKnown, withDigest } from "#api/answers";
import { CursorInvalid } from "#api/exceptions";
import { cacheWhenPublic } from "#api/headers";
import { answerHeaders, json, knowsCallers, noContent, raises, validates } from "#api/openapi";
import { DEFAULT_LIMIT, pageBody, readCursor } from "#api/pages";
import { createRouter } from "#api/router";
import {
  FindingPage,
  SearchQuery,
  SuggestionList,
  SuggestionQuery,
  SUGGESTIONS,
  toFacetsBody,
  toHitBody,
  toSearch,
  toSuggestionBody,
} from "#api/schemas/search";
import { searchPosts, suggest as suggestNames } from "#service/search";

export const search = createRouter();

// What was found shows posts, tags and authors, and changes with each of them.
const shared = cacheWhenPublic("posts,tags,authors");

const find = createRoute({
  method: "get",
  path: "/search",
  operationId: "searchPosts",
  summary: "Search what is published",
  description:
    "In titles, excerpts, texts, and the names of tags and authors, best first. Of what is for members, the text is not searched.",
  tags: ["search"],
  middleware: [shared] as const,
  request: { query: SearchQuery },
  responses: {
    200: json(FindingPage, "A page of hits", answerHeaders.next, answerHeaders.etag),
    304: noContent("The client has this page."),
    ...raises(...knowsCallers, ...validates, CursorInvalid),
  },
});

search.openapi(find, async (c) => {
  const query = c.req.valid("query");
  const page = { limit: query.limit ?? DEFAULT_LIMIT, after: await readCursor(c) };
  const finding = await searchPosts(c.var.context, c.var.caller, toSearch(query), page);
  const hits = await pageBody(c, finding.items.map(toHitBody), finding.next);
  const shown = await withDigest(c, { ...hits, ...toFacetsBody(finding) });
  return isKnown(c) ? c.body(null, 304) : c.json(shown, 200);
});

const suggest = createRoute({
  method: "get",
  path: "/search/suggest",
  operationId: "suggestWords",
  summary: "Suggest what a search may be meant for",
  description:
    "For every key that is pressed: the tags, the authors and the newest posts whose names have these words; internal tags (`#name`) are left out.",
  tags: ["search"],
  middleware: [shared] as const,
  request: { query: SuggestionQuery },
  responses: {
    200: json(SuggestionList, "Suggestions, best first", answerHeaders.etag),
    304: noContent("The client has these."),
    ...raises(...knowsCallers, ...validates),
  },
});

search.openapi(suggest, async (c) => {
  const { q, limit = SUGGESTIONS } = c.req.valid("query");
  const suggestions = await suggestNames(c.var.context, c.var.caller, q, limit);
  const shown = await withDigest(c, { data: suggestions.map(toSuggestionBody) });
  return isKnown(c) ? c.body(null, 304) : c.json(shown, 200);
});
