import type { Context as HonoContext, Handler } from "hono";
import { createMiddleware } from "hono/factory";

import { EVERYTHING, MOST_TAGS } from "#core/cache-tags";

import type { AppEnv } from "./dependencies";

/**
 * What every answer carries. It tells nobody anything by default: not cacheable, not framable, not a
 * page. A handler that wants otherwise sets the header itself.
 */
const defaults: Readonly<Record<string, string>> = {
  "Cache-Control": "private, no-store",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
  "X-Content-Type-Options": "nosniff",
};

/** For what a browser shows or follows. JSON asks for no camera and leads nowhere. */
const visible: Readonly<Record<string, string>> = {
  ...defaults,
  "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
  "Referrer-Policy": "no-referrer",
};

const isJson = (type: string | null): boolean =>
  type !== null && /^application\/(?:[\w.-]+\+)?json\b/u.test(type);

export const withDefaultHeaders = createMiddleware<AppEnv>(
  async function withDefaultHeaders(c, next) {
    await next();
    const { headers } = c.res;
    for (const [name, value] of Object.entries(
      isJson(headers.get("content-type")) ? defaults : visible,
    )) {
      if (!headers.has(name)) headers.set(name, value);
    }
  },
);

/**
 * Any site's pages may read this: it is published, and no cookie changes it. Why credentials are none can be read as
 * well: what a mistyped key opens is nobody's.
 */
export const openToAllOrigins = createMiddleware<AppEnv>(async function openToAllOrigins(c, next) {
  await next();
  // Whoever was refused early is still unknown.
  const caller = c.get("caller") as AppEnv["Variables"]["caller"] | undefined;
  if (caller?.credential?.kind === "session" && c.res.status !== 401) return;
  c.res.headers.set("Access-Control-Allow-Origin", "*");
  c.res.headers.set(
    "Access-Control-Expose-Headers",
    "Age, Cache-Status, ETag, Link, Server-Timing",
  );
  c.res.headers.set("Cross-Origin-Resource-Policy", "cross-origin");
});

/** Answers a browser that asks whether another site's page may read what is published: yes, and only read. */
export const answerPreflight: Handler<AppEnv> = (c) =>
  c.body(null, 204, {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "Authorization, If-None-Match",
    "Access-Control-Max-Age": "600",
  });

/**
 * Any site's form may send this, by script: whoever sends it is nobody in particular, and the answer says
 * nothing of anybody.
 */
export const openToForms = createMiddleware<AppEnv>(async function openToForms(c, next) {
  await next();
  if (c.var.caller.credential === null) c.res.headers.set("Access-Control-Allow-Origin", "*");
});

/** Answers a browser that asks whether another site's page may send a form of its own. */
export const answerFormPreflight: Handler<AppEnv> = (c) =>
  c.body(null, 204, {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "Content-Type",
    "Access-Control-Max-Age": "600",
  });

/** What `cacheWhenPublic` and the edge vary by: the same for every answer, whatever the route looks at. */
export const VARY = "Accept, Accept-Encoding, Authorization, Cookie";

const shown = new WeakMap<object, Set<string>>();

/**
 * Notes what an answer shows, so that a change of it purges the answer: `post-<id>`, `tag-<id>`,
 * `author-<id>`, `media-<id>`. Beyond 100 the rest is left out, and fresh after the bound alone.
 */
export function tagCache<Env extends AppEnv>(c: HonoContext<Env>, ...tags: readonly string[]) {
  const noted = shown.get(c) ?? new Set();
  for (const tag of tags) noted.add(tag);
  shown.set(c, noted);
}

/**
 * What the edge may keep: a published thing, asked for by nobody in particular or with a publishable key.
 * The two halves of `EDGE_CACHE_SECONDS` are how long it is fresh and how long it may be served while a
 * fresh one is fetched (RFC 5861), so no cache that conforms shows it for longer than both together.
 * What a session or a secret key gets, and what failed, keeps the default.
 *
 * @param lists tags of the lists that the answer depends on, with commas between: `posts,tags`.
 */
export const cacheWhenPublic = (lists: string) =>
  createMiddleware<AppEnv>(async function keepWhenPublic(c, next) {
    await next();
    const kind = c.var.caller.credential?.kind ?? "publishable_key";
    if (kind !== "publishable_key") return;
    if (c.res.status !== 200 && c.res.status !== 304 && c.res.status !== 301) return;
    const tags = [...new Set([EVERYTHING, ...lists.split(","), ...(shown.get(c) ?? [])])];
    c.res.headers.set("Cache-Control", publicFor(c.var.context.settings.EDGE_CACHE_SECONDS));
    c.res.headers.set("Cache-Tag", tags.slice(0, MOST_TAGS).join(","));
    // What a handler varies by besides is no longer kept by the worker, which does not know it.
    const own = c.res.headers.get("Vary");
    c.res.headers.set("Vary", own === null ? VARY : `${VARY}, ${own}`);
  });

/** @param seconds of which the first half is fresh, the larger one where they are odd. */
const publicFor = (seconds: number): string => {
  const stale = Math.floor(seconds / 2);
  return `public, max-age=0, s-maxage=${seconds - stale}, stale-while-revalidate=${stale}`;
};
