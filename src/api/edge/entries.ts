import { VARY } from "#api/headers";

/** An answer that is kept: bytes, and nothing that belongs to the request that made it. */
export interface Entry {
  readonly status: number;
  readonly bytes: ArrayBuffer;
  /** As a hit has them; `Age` and `Cache-Status` are brought up to date each second. */
  readonly headers: Headers;
  readonly etag: string | null;
  /** In milliseconds; null where the answer has no date. */
  readonly changedAt: number | null;
  /** When the request that made it began. All that it shows was true then or later. */
  readonly startedAt: number;
  /** From then on a fresh one is fetched, while this one is still shown. */
  readonly staleAt: number;
  /** From then on it is shown to nobody. */
  readonly expiresAt: number;
  /** The second that its headers tell. */
  age: number;
  isRefreshing: boolean;
}

/**
 * What belongs to one request, or is said anew for each; and the tags, which are for whoever purges by them
 * and which Cloudflare's own cache takes off as well.
 */
const personal = ["age", "cache-status", "cache-tag", "date", "server-timing", "x-request-id"];

const known = new Set(VARY.toLowerCase().split(", "));

/**
 * Whether these headers let the answer be kept: `public` with `s-maxage`, for nobody in particular, and
 * varying by nothing that its name does not tell apart.
 */
export function mayKeep({ status, headers }: Pick<Response, "status" | "headers">): boolean {
  if (status !== 200 && status !== 301) return false;
  if (headers.has("set-cookie") || headers.has("content-encoding")) return false;
  const origin = headers.get("access-control-allow-origin");
  if (origin !== null && origin !== "*") return false;
  const varying = (headers.get("vary") ?? "").toLowerCase().split(/\s*,\s*/u);
  if (!varying.every((name) => name === "" || known.has(name))) return false;
  return lifetimeOf(headers) !== null;
}

interface Lifetime {
  readonly freshSeconds: number;
  readonly staleSeconds: number;
}

/** What `Cache-Control` allows to caches that many share (RFC 9111, section 5.2.2.10; RFC 5861, section 3). */
function lifetimeOf(headers: Headers): Lifetime | null {
  const control = headers.get("cache-control") ?? "";
  if (!/(?:^|,)\s*public\b/u.test(control) || /\b(?:private|no-store|no-cache)\b/u.test(control)) {
    return null;
  }
  const fresh = /\bs-maxage=(\d{1,6})\b/u.exec(control)?.[1];
  const stale = /\bstale-while-revalidate=(\d{1,6})\b/u.exec(control)?.[1] ?? "0";
  return fresh === undefined ? null : { freshSeconds: Number(fresh), staleSeconds: Number(stale) };
}

/** An answer that may be kept, and when it was asked for. */
export interface Kept {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: ArrayBuffer;
  /** In milliseconds. */
  readonly startedAt: number;
}

/**
 * @param seconds the bound: it ends that long after `startedAt`, or sooner where its headers say so.
 */
export function entryOf({ status, headers: sent, bytes, startedAt }: Kept, seconds: number): Entry {
  const headers = new Headers(sent);
  for (const name of personal) headers.delete(name);
  const { freshSeconds, staleSeconds } = lifetimeOf(headers) ?? {
    freshSeconds: 0,
    staleSeconds: 0,
  };
  const changedAt = Date.parse(headers.get("last-modified") ?? "");
  return {
    status,
    bytes,
    headers,
    etag: headers.get("etag"),
    changedAt: Number.isNaN(changedAt) ? null : changedAt,
    startedAt,
    staleAt: startedAt + Math.min(seconds, freshSeconds) * 1000,
    expiresAt: startedAt + Math.min(seconds, freshSeconds + staleSeconds) * 1000,
    age: -1,
    isRefreshing: false,
  };
}

/** Whether it may be shown. One that comes from the future was made by a clock that is not to be trusted. */
export const isLive = (entry: Entry, now: number): boolean =>
  now < entry.expiresAt && now >= entry.startedAt;

/** What the client asks about a copy it has; a body goes to whoever wants one. */
export interface Wish {
  readonly isHead: boolean;
  readonly ifNoneMatch: string | null;
  readonly ifModifiedSince: string | null;
}

/** The entry as an answer (RFC 9111, section 4; RFC 9211). */
export function hit(entry: Entry, wish: Wish, now: number): Response {
  const age = Math.floor((now - entry.startedAt) / 1000);
  if (age !== entry.age) {
    entry.age = age;
    entry.headers.set("Age", String(age));
    const ttl = Math.floor((entry.staleAt - entry.startedAt) / 1000) - age;
    entry.headers.set("Cache-Status", `imprint; hit; ttl=${ttl}`);
  }
  return answer(entry, wish, entry.headers);
}

/** The entry as an answer under these headers: with its body, without, or as 304. */
export function answer(entry: Entry, wish: Wish, headers: Headers): Response {
  const { status } = entry;
  if (isKnown(entry, wish)) return unchanged(headers);
  return new Response(wish.isHead ? null : entry.bytes, { status, headers });
}

/** Whoever names an ETag is answered by that alone (RFC 9110, section 13.2.2). */
function isKnown({ status, etag, changedAt }: Entry, wish: Wish): boolean {
  if (status !== 200) return false;
  if (wish.ifNoneMatch !== null) {
    if (etag === null) return false;
    if (wish.ifNoneMatch === etag || wish.ifNoneMatch === "*") return true;
    return wish.ifNoneMatch.split(",").some((tag) => tag.trim().replace(/^W\//u, "") === etag);
  }
  if (wish.ifModifiedSince === null || changedAt === null) return false;
  return Date.parse(wish.ifModifiedSince) >= changedAt;
}

function unchanged(headers: Headers): Response {
  const told = new Headers(headers);
  told.delete("content-type");
  told.delete("content-length");
  return new Response(null, { status: 304, headers: told });
}
