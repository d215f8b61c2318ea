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

/**
 * Answers with JSON that is text already: 200 with a strong ETag, a digest of every byte, or 304 without it.
 *
 * @param version of the resource, to stand in the ETag as {@link withVersion} has it; null for lists.
 */
export async function answerJsonText<Env extends AppEnv>(
  c: HonoContext<Env>,
  json: string,
  version: number | null,
): Promise<Response> {
  // Its type says that it may be shared; it never is.
  const bytes = encoder.encode(json) as Uint8Array<ArrayBuffer>;
  const digest = await sha256(bytes);
  const etag =
    version === null ? `"${digest.slice(0, 32)}"` : `"v${version}-${digest.slice(0, 16)}"`;
  return answerTagged(c, bytes, etag);
}

/** The same for a resource that changes are based on: with the ETag of {@link withVersion}. */
export const answerVersionedText = async <Env extends AppEnv>(
  c: HonoContext<Env>,
  json: string,
  whole: { readonly version: number },
): Promise<Response> => answerTagged(c, json, await etagOf(whole));

function answerTagged<Env extends AppEnv>(
  c: HonoContext<Env>,
  body: string | Uint8Array<ArrayBuffer>,
  etag: string,
): Response {
  // Asking `c.res` for its headers would make a response that is thrown away.
  c.header("ETag", etag);
  if (names(c.req.header("if-none-match"), etag)) return c.body(null, 304);
  return c.body(body, 200, { "Content-Type": "application/json" });
}

const encoder = new TextEncoder();

/** True when the client has just these bytes, and 304 is the answer (RFC 9110, section 13.1.2). */
export function isKnown<Env extends AppEnv>(c: HonoContext<Env>): boolean {
  const etag = c.res.headers.get("ETag");
  return etag !== null && names(c.req.header("if-none-match"), etag);
}

const names = (known: string | undefined, etag: string): boolean =>
  known !== undefined &&
  (known === "*" || known.split(",").some((tag) => tag.trim().replace(/^W\//u, "") === etag));
