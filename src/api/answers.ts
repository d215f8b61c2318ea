import type { Context as HonoContext } from "hono";

import { sha256 } from "#core/tokens";

import type { AppEnv } from "./dependencies";

/**
 * Gives a resource its strong ETag (RFC 9110, section 8.8.3): the version, which If-Match is about, and a
 * digest of every byte, which If-None-Match is about. Answers with the body, for `c.json`.
 */
export async function withVersion<Env extends AppEnv, Body extends { version: number }>(
  c: HonoContext<Env>,
  shown: Body,
): Promise<Body> {
  const digest = await sha256(JSON.stringify(shown));
  c.header("ETag", `"v${shown.version}-${digest.slice(0, 16)}"`);
  return shown;
}

/** The same for what has no version: a digest of every byte. */
export async function withDigest<Env extends AppEnv, Body>(
  c: HonoContext<Env>,
  shown: Body,
): Promise<Body> {
  const digest = await sha256(JSON.stringify(shown));
  c.header("ETag", `"${digest.slice(0, 32)}"`);
  return shown;
}

/** True when the client has just these bytes, and 304 is the answer (RFC 9110, section 13.1.2). */
export function isKnown<Env extends AppEnv>(c: HonoContext<Env>): boolean {
  const etag = c.res.headers.get("ETag");
  const known = c.req.header("if-none-match");
  if (known === undefined || etag === null) return false;
  return known === "*" || known.split(",").some((tag) => tag.trim().replace(/^W\//u, "") === etag);
}
