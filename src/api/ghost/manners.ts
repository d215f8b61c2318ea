import type { Context as HonoContext } from "hono";
import { createMiddleware } from "hono/factory";

import type { AppEnv } from "#api/dependencies";
import type { Problem } from "#api/openapi";

import { toGhostFailure } from "./errors";
import { acceptVersionOf } from "./versions";

/**
 * Makes everything that is answered below `/ghost/api/` an answer of Ghost's: any page may read it, addresses
 * end with a slash, and whatever went wrong is said in Ghost's envelope. Stands outside of all that could refuse.
 */
export const withGhostManners = createMiddleware<AppEnv>(async function withGhostManners(c, next) {
  const short = answerWithoutAsking(c);
  if (short) c.res = short;
  else await next();
  if (isProblem(c)) await tellInGhostsWords(c);
  const { headers } = c.res;
  headers.set("Access-Control-Allow-Origin", "*");
  headers.set("Cross-Origin-Resource-Policy", "cross-origin");
});

function answerWithoutAsking(c: HonoContext<AppEnv>): Response | undefined {
  if (c.req.method === "OPTIONS") return answerGhostPreflight(c);
  const { pathname, search } = new URL(c.req.url);
  if (pathname.endsWith("/") || !["GET", "HEAD"].includes(c.req.method)) return undefined;
  return c.body(null, 301, {
    Location: `${pathname}/${search}`,
    "Cache-Control": "public, max-age=31536000",
  });
}

/** Browsers ask first, because clients send `Accept-Version`. What they want to send is repeated to them. */
function answerGhostPreflight(c: HonoContext<AppEnv>): Response {
  const wanted = c.req.header("access-control-request-headers");
  return c.body(null, 204, {
    "Access-Control-Allow-Methods": "GET,HEAD,PUT,PATCH,POST,DELETE",
    ...(wanted === undefined ? {} : { "Access-Control-Allow-Headers": wanted }),
    "Access-Control-Max-Age": "86400",
    Vary: "Access-Control-Request-Headers",
  });
}

const isProblem = (c: HonoContext<AppEnv>): boolean =>
  c.res.headers.get("Content-Type")?.startsWith("application/problem+json") === true;

/** Ghost's words on errors: for everybody, kept by nobody. */
const NEVER = "no-store, must-revalidate, max-stale=0, post-check=0, pre-check=0";

async function tellInGhostsWords(c: HonoContext<AppEnv>): Promise<void> {
  const problem = await c.res.json<Problem>();
  const { status, body } = toGhostFailure(problem, acceptVersionOf(c.req.raw));
  c.res = new Response(JSON.stringify(body), { status, headers: c.res.headers });
  const { headers } = c.res;
  headers.set("Content-Type", "application/json; charset=utf-8");
  const isPersonal =
    c.req.header("cookie") !== undefined || c.req.header("authorization") !== undefined;
  const isAbsence = status === 404 && c.req.method === "GET" && !isPersonal;
  headers.set("Cache-Control", `no-cache, ${isAbsence ? "max-age=0" : "private"}, ${NEVER}`);
  headers.set("Vary", "Accept-Encoding");
  headers.delete("Allow");
  headers.delete("WWW-Authenticate");
}
