import { SESSION_COOKIE } from "#api/dependencies";
import { preferredType } from "#api/negotiation";

import type { Address } from "./addresses";

/** For whom an answer is, as far as it matters: all others who say the same get the same. */
export interface Asker {
  /** Null for nobody in particular. */
  readonly key: string | null;
  /** Of the types that the route chooses from, the one that is wanted; null where it does not choose. */
  readonly type: string | null;
}

/**
 * Reads who is asking.
 *
 * @returns null for sessions, for secret keys, and for whatever else says who it is: their answers are
 *   their own, and are neither looked up nor kept.
 */
export function readAsker(headers: Headers, { route, key }: Address): Asker | null {
  const authorization = headers.get("authorization");
  const token = authorization === null ? null : tokenIn(authorization);
  if (authorization !== null && token === null) return null;
  if (headers.get("cookie")?.includes(SESSION_COOKIE) === true) return null;
  if (token !== null && key !== null) return null;
  return { key: token, type: route.types ? typeOf(headers.get("accept"), route.types) : null };
}

/** A publishable key is all that everybody may hold. */
const tokenIn = (authorization: string): string | null =>
  /^Bearer ([0-9a-f]{26})$/u.exec(authorization)?.[1] ?? null;

/** Browsers and libraries say the same again and again. */
const wishes = new Map<string, string>();
const MOST_WISHES = 200;

function typeOf(accept: string | null, types: readonly [string, ...string[]]): string {
  if (accept === null || accept === "*/*") return types[0];
  const wish = `${types.join()} ${accept}`;
  const known = wishes.get(wish);
  if (known !== undefined) return known;
  const type = preferredType(accept, types);
  if (wishes.size >= MOST_WISHES) wishes.clear();
  if (accept.length <= 300) wishes.set(wish, type);
  return type;
}
