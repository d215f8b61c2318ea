import type { Handler } from "hono";
import { createMiddleware } from "hono/factory";

import type { AppEnv } from "./dependencies";

/**
 * What every answer carries. It tells nobody anything by default: not cacheable, not framable, not a
 * page. A handler that wants otherwise sets the header itself.
 */
const defaults: Readonly<Record<string, string>> = {
  "Cache-Control": "private, no-store",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
  "Referrer-Policy": "no-referrer",
  "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
  "X-Content-Type-Options": "nosniff",
};

export const withDefaultHeaders = createMiddleware<AppEnv>(
  async function withDefaultHeaders(c, next) {
    await next();
    for (const [name, value] of Object.entries(defaults)) {
      if (!c.res.headers.has(name)) c.res.headers.set(name, value);
    }
  },
);

/** Any site's pages may read this: it is published, and no cookie changes it. */
export const openToAllOrigins = createMiddleware<AppEnv>(async function openToAllOrigins(c, next) {
  await next();
  if (c.var.caller.credential?.kind === "session") return;
  c.res.headers.set("Access-Control-Allow-Origin", "*");
  c.res.headers.set("Access-Control-Expose-Headers", "ETag, Link, Server-Timing");
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

/**
 * What the edge may keep: a published thing, asked for by nobody in particular. Stale for a minute at
 * most, and for five more while a fresh one is fetched. Anything else keeps the default.
 *
 * @param tag under which a cache that can purge by tag finds it.
 */
export const cacheWhenPublic = (tag: string) =>
  createMiddleware<AppEnv>(async function keepWhenPublic(c, next) {
    await next();
    if (c.req.header("authorization") !== undefined || c.req.header("cookie") !== undefined) return;
    if (c.res.status !== 200 && c.res.status !== 304 && c.res.status !== 301) return;
    c.res.headers.set(
      "Cache-Control",
      "public, max-age=0, s-maxage=60, stale-while-revalidate=300",
    );
    c.res.headers.set("Cache-Tag", tag);
    c.res.headers.set("Vary", "Accept-Encoding, Authorization, Cookie");
  });
