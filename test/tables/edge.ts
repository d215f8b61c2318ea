import { access } from "./access";
import { cellsOf } from "./access-cells";
import {
  ghostRoutes,
  methodOf,
  pages,
  publishedPages,
  readerPages,
  servedRoutes,
} from "./document";

/** What has our own manners with browsers; Ghost's clients expect Ghost's. */
export const ownRoutes: readonly string[] = servedRoutes.filter(
  (route) => !ghostRoutes.includes(route),
);

/** What anybody's page may read, and the edge may keep: what is published, to nobody in particular. */
export const publicReads: readonly string[] = [
  "GET /v1/authors",
  "GET /v1/authors/{id}",
  "GET /v1/posts",
  "GET /v1/posts/{id}",
  "GET /v1/search",
  "GET /v1/search/suggest",
  "GET /v1/settings",
  "GET /v1/tags",
  "GET /v1/tags/{id}",
  ...publishedPages,
];

/** What anybody's page may read as well, though it is the same for everybody and no content. */
export const sharedPages: readonly string[] = ["GET /openapi.json", "GET /media/{key}"];

/** What anybody's page may read, and nobody may keep: whoever asks wants what is new. */
export const liveReads: readonly string[] = ["GET /v1/sync"];

/** What a form on anybody's page may send. */
export const openForms: readonly string[] = ["POST /v1/subscribe"];

/** What every answer carries, whatever it is. */
export const fixedHeaders: Readonly<Record<string, string>> = {
  "strict-transport-security": "max-age=63072000; includeSubDomains",
  "x-content-type-options": "nosniff",
};

/** What an answer carries besides that a browser shows or follows: all but JSON. */
export const visibleHeaders: Readonly<Record<string, string>> = {
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
  "referrer-policy": "no-referrer",
};

/** What no page may do, on an answer that is no page. */
export const NOTHING_ALLOWED = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'";

export const CACHED = "public, max-age=0, s-maxage=5, stale-while-revalidate=5";
export const UNCACHED = "private, no-store";

/** What a stranger gets, about the first thing that a route can be asked about. */
const toStrangers = (route: string): string =>
  cellsOf(Object.values(access[route]?.rows ?? {})[0] ?? "")[0] ?? "";

export const api = servedRoutes.filter((route) => !pages.includes(route));
/** What strangers are told to say who they are for. */
export const guarded = servedRoutes.filter((route) => toStrangers(route) === "40100");
/** What changes something in the name of whoever is signed in. */
export const unsafe = servedRoutes.filter(
  (route) => methodOf(route) !== "GET" && !readerPages.includes(route),
);
