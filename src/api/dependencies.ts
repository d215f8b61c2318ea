import type { Context as HonoContext } from "hono";
import { getCookie } from "hono/cookie";
import { createMiddleware } from "hono/factory";

import { type Context, createContext } from "#core/context";
import { HOP_HEADER, hopMarkOf } from "#core/hops";
import { sha256 } from "#core/tokens";
import type { Caller, RepeatGuard } from "#domain/actors";

import {
  CrossSiteRequest,
  IdempotencyKeyInvalid,
  IfMatchInvalid,
  IfMatchRequired,
  OwnHop,
} from "./exceptions";
import { isStreamed } from "./streams";

export interface AppEnv {
  Bindings: Env;
  Variables: { requestId: string; context: Context; caller: Caller };
}

/** `__Host-`: the browser takes it only over HTTPS, for this host alone. */
export const SESSION_COOKIE = "__Host-session";

/** Gives every request its plumbing. */
export const withContext = createMiddleware<AppEnv>(async function withContext(c, next) {
  c.set("context", createContext(c.env, c.executionCtx, c.var.requestId));
  await next();
});

/**
 * Writes down who claims to be asking. Nothing is looked up here: a service does that in the same round
 * trip as its own question.
 *
 * @throws {CrossSiteRequest} 40301, {@link OwnHop} 40340, {@link IdempotencyKeyInvalid} 40002
 */
export const withCaller = createMiddleware<AppEnv>(async function withCaller(c, next) {
  await refuseOwnHop(c);
  c.set("caller", {
    credential: await credentialOf(c),
    repeat: await repeatGuardOf(c),
    network: networkOf(c.req.header("cf-connecting-ip")),
    userAgent: c.req.header("user-agent")?.slice(0, 256) ?? null,
  });
  await next();
  if (c.var.caller.repeat?.replayed) c.header("Idempotency-Replayed", "true");
});

/** A webhook that leads back here would be told of itself for ever. @throws {OwnHop} 40340 */
async function refuseOwnHop(c: HonoContext<AppEnv>): Promise<void> {
  const mark = c.req.header(HOP_HEADER);
  if (mark === undefined || !unsafe(c.req.method)) return;
  if (mark === (await hopMarkOf(c.var.context.settings.APP_SECRET))) throw new OwnHop();
}

/**
 * The same for whoever comes by a link in a mail: what the link says is all that counts. Neither a session
 * nor the site that a browser comes from is looked at: RFC 8058 wants it so, and mail programs have neither.
 */
export const withReader = createMiddleware<AppEnv>(async function withReader(c, next) {
  c.set("caller", {
    credential: null,
    repeat: null,
    network: networkOf(c.req.header("cf-connecting-ip")),
    userAgent: c.req.header("user-agent")?.slice(0, 256) ?? null,
  });
  await next();
});

const unsafe = (method: string): boolean => !["GET", "HEAD", "OPTIONS"].includes(method);

/** A bearer token decides alone; the cookie of the same request is then not looked at. */
async function credentialOf(c: HonoContext<AppEnv>): Promise<Caller["credential"]> {
  const authorization = c.req.header("authorization");
  if (authorization !== undefined) {
    const token = /^Bearer ([\w.~+/-]+=*)$/u.exec(authorization)?.[1] ?? "";
    return { kind: kindOf(token), hash: await sha256(token) };
  }
  const cookie = getCookie(c, SESSION_COOKIE);
  if (cookie === undefined) return null;
  if (unsafe(c.req.method) && !isSameSite(c)) throw new CrossSiteRequest();
  return { kind: "session", hash: await sha256(cookie) };
}

function kindOf(token: string) {
  if (token.startsWith("sk_")) return "secret_key";
  return /^[0-9a-f]{26}$/u.test(token) ? "publishable_key" : "session";
}

/** A browser says where a request comes from. Saying nothing is not enough. */
function isSameSite(c: HonoContext<AppEnv>): boolean {
  const origin = c.req.header("origin");
  if (origin !== undefined) return origin === new URL(c.req.url).origin;
  return c.req.header("sec-fetch-site") === "same-origin";
}

/** Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): quoted as the draft has it, or bare. */
async function repeatGuardOf(c: HonoContext<AppEnv>): Promise<RepeatGuard | null> {
  const header = c.req.header("idempotency-key");
  if (c.req.method !== "POST" || header === undefined) return null;
  const key = /^"(.*)"$/u.exec(header)?.[1] ?? header;
  if (!/^[\x21-\x7e]{16,255}$/u.test(key)) throw new IdempotencyKeyInvalid();
  return { route: c.req.path, key, fingerprint: await fingerprintOf(c), replayed: false };
}

/** A stream is not read here: whoever stores it has its digest, and the service adds that. */
async function fingerprintOf(c: HonoContext<AppEnv>): Promise<string> {
  const content = isStreamed(c) ? "" : await sha256(new Uint8Array(await c.req.arrayBuffer()));
  const query = new URL(c.req.url).searchParams;
  query.sort();
  return sha256([c.req.path, query.toString(), c.req.header("if-match") ?? "", content].join("\n"));
}

/** One home has one IPv4 address or one IPv6 /64. Without the edge's header all share one bucket. */
function networkOf(address: string | undefined): string {
  if (address === undefined) return "unknown";
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array.from(
    { length: tail === undefined ? 0 : 8 - left.length - right.length },
    () => "0",
  );
  return `${[...left, ...zeros, ...right].slice(0, 4).join(":")}::/64`;
}

/**
 * The version that a change is based on, from If-Match.
 *
 * @throws {IfMatchRequired} 42800, {@link IfMatchInvalid} 40003
 */
export const requireVersion = createMiddleware<AppEnv & { Variables: { version: number } }>(
  async function requireVersion(c, next) {
    const header = c.req.header("if-match");
    if (header === undefined) throw new IfMatchRequired();
    const version = /^"v(\d{1,9})(?:-[0-9a-f]{16})?"$/u.exec(header)?.[1];
    if (version === undefined) throw new IfMatchInvalid();
    c.set("version", Number(version));
    await next();
  },
);
