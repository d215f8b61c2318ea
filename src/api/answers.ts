import type { Context as HonoContext } from "hono";

import { sha256 } from "#core/tokens";
import type { Base } from "#service/versions";

import type { AppEnv } from "./dependencies";

/**
 * Gives a resource its strong ETag (RFC 9110, section 8.8.3): the version and a digest of all that it says.
 * Answers with the body, for `c.json`.
 */
export async function withVersion<Env extends AppEnv, Body extends { version: number }>(
  c: HonoContext<Env>,
  shown: Body,
): Promise<Body> {
  c.header("ETag", await etagOf(shown));
  return shown;
}

async function etagOf(shown: { readonly version: number }): Promise<string> {
  const digest = await sha256(JSON.stringify(shown, inOrder));
  return `"v${shown.version}-${digest.slice(0, 16)}"`;
}

/** PostgreSQL keeps the members of `jsonb` in an order of its own, so theirs says nothing. */
const inOrder = (_name: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/**
 * What a change is based on, by If-Match (RFC 9110, section 13.1.1): the very ETag, or the version alone
 * where that is all it names.
 *
 * @param toBody what a client was shown, and its ETag is of.
 */
export const baseOf = <Entity>(
  c: HonoContext<AppEnv & { Variables: { version: number } }>,
  toBody: (entity: Entity) => { readonly version: number },
): Base<Entity> => {
  const { version } = c.var;
  const sent = c.req.header("if-match");
  if (sent === `"v${version}"`) return { version };
  return { version, isSeen: async (entity) => (await etagOf(toBody(entity))) === sent };
};

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
