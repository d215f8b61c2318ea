import type { Context as HonoContext } from "hono";

import type { AppEnv } from "#api/dependencies";
import {
  ContentKeyMissing,
  ContentKeyOfOtherKind,
  ContentKeyRepeated,
  ContentKeyUnknown,
  ParameterInvalid,
} from "#api/exceptions";
import type { GhostName, GhostQuery } from "#domain/ghost/queries";

/** Parameters that mean something here; any other is let be, as Ghost does. */
const known = ["include", "fields", "formats", "filter", "limit", "page", "order"] as const;

const DEFAULT_LIMIT = 15;
const LARGEST_LIMIT = 100;

/**
 * The key that a request shows in its address.
 *
 * @throws {ContentKeyMissing} 40360, {@link ContentKeyRepeated} 40070
 * @throws {ContentKeyOfOtherKind} 40161, {@link ContentKeyUnknown} 40160 for what no publishable key looks like.
 */
export function ghostKeyOf(c: HonoContext<AppEnv>): string {
  const [key = "", ...others] = c.req.queries("key") ?? [];
  if (others.length > 0) throw new ContentKeyRepeated();
  if (key === "") throw new ContentKeyMissing();
  if (key.startsWith("sk_")) throw new ContentKeyOfOtherKind();
  if (!/^[\da-f]{26}$/u.test(key)) throw new ContentKeyUnknown();
  return key;
}

/** What a request asks for. @throws {ParameterInvalid} 42280 */
export function ghostQueryOf(c: HonoContext<AppEnv>): GhostQuery {
  const given = new Map(
    known.flatMap((name) => {
      const values = c.req.queries(name)?.filter((value) => value !== "") ?? [];
      if (values.some((value) => value.includes("\0"))) throw new ParameterInvalid(name, "matches");
      return values.length === 0 ? [] : [[name, values.join(",")] as const];
    }),
  );
  return {
    include: namesIn(given.get("include")) ?? [],
    fields: namesIn(given.get("fields")),
    formats: formatsIn(given.get("formats")),
    filter: given.get("filter"),
    order: orderIn(given.get("order")),
    page: pageIn(given.get("page")),
    limit: limitIn(given.get("limit")),
  };
}

function namesIn(text: string | undefined): readonly string[] | null {
  if (text === undefined) return null;
  const names = text.split(",").map((name) => name.trim().toLowerCase());
  return names.filter((name) => name !== "");
}

/** Those that Ghost keeps for itself are read and never answered. */
const formats = new Set(["html", "plaintext", "mobiledoc", "lexical"]);

function formatsIn(text: string | undefined): readonly string[] | null {
  const names = namesIn(text);
  if (names?.some((name) => !formats.has(name)) === true) {
    throw new ParameterInvalid("formats", "AllowedValues");
  }
  return names;
}

function orderIn(text: string | undefined): string | undefined {
  if (text !== undefined && !/^[\w,. ]+$/u.test(text)) throw misspelt("order");
  return text;
}

function pageIn(text: string | undefined): number {
  if (text !== undefined && !/^\d+$/u.test(text)) throw misspelt("page");
  return Math.min(Math.max(Number(text ?? 1), 1), Number.MAX_SAFE_INTEGER);
}

/** What is no number is as much as there may be. */
function limitIn(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = /^\d+$/u.test(text) ? Number(text) : LARGEST_LIMIT;
  return limit === 0 ? DEFAULT_LIMIT : Math.min(limit, LARGEST_LIMIT);
}

/** What a path names. @throws {ParameterInvalid} 42280 */
export function ghostNameOf(c: HonoContext<AppEnv>): GhostName {
  const { id, slug } = c.req.param() as { id?: string; slug?: string };
  if (slug !== undefined) {
    if (!/^[\w-]+$/u.test(slug)) throw misspelt("slug", "isSlug");
    return { slug };
  }
  if (id === undefined || !/^(?:[\da-f]{24}|1|me)$/iu.test(id)) throw misspelt("id");
  return { id };
}

/** Ghost puts the name of a table in front, and there is none. */
const misspelt = (parameter: string, rule = "matches"): ParameterInvalid =>
  new ParameterInvalid(`${parameter} undefined.${parameter}`, rule);
