import { z } from "@hono/zod-openapi";
import type { Context as HonoContext } from "hono";

import type { Keyset } from "#core/pages";
import { apiUrlOf } from "#core/settings";
import { base64url, fromBase64url, sign, verify } from "#core/tokens";

import type { AppEnv } from "./dependencies";
import { CursorInvalid } from "./exceptions";

/** The parameters that every list has. Extend it with the list's own filters. */
export const PageQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^\d{1,3}$/u)
    .transform(Number)
    .pipe(z.int().min(1).max(100))
    .optional()
    .openapi({ type: "integer", minimum: 1, maximum: 100, default: 20 }),
  cursor: z
    .string()
    .max(2000)
    .optional()
    .openapi({ description: "`next_cursor` of the page before." }),
});

export const DEFAULT_LIMIT = 20;

const Values = z
  .array(z.union([z.string(), z.number()]))
  .min(1)
  .max(3);

/**
 * Where the page before ended. A cursor is bound to its list with all parameters, and signed: a wrong
 * one is an error and never page one.
 *
 * @param list its name, when it is no list of the API: what others add to its address changes nothing.
 * @throws {CursorInvalid} 40001
 */
export async function readCursor(c: HonoContext<AppEnv>, list?: string): Promise<Keyset | null> {
  const cursor = c.req.query("cursor");
  if (cursor === undefined) return null;
  const { payload, signature } = partsOfCursor(cursor);
  const { APP_SECRET } = c.var.context.settings;
  if (!(await verify(APP_SECRET, "cursor", `${list ?? listOf(c)}\n${payload}`, signature))) {
    throw new CursorInvalid();
  }
  return Values.parse(JSON.parse(fromBase64url(payload) ?? "null"));
}

/** Payload and signature make up the whole of a cursor: whatever else stands in it belongs to the signature. */
export function partsOfCursor(cursor: string): { payload: string; signature: string } {
  const [payload = "", ...others] = cursor.split(".");
  return { payload, signature: others.join(".") };
}

/** What `readCursor` reads of the same list. */
export async function cursorOf(
  c: HonoContext<AppEnv>,
  list: string,
  next: Keyset,
): Promise<string> {
  const payload = base64url(new TextEncoder().encode(JSON.stringify(next)));
  const { APP_SECRET } = c.var.context.settings;
  return `${payload}.${await sign(APP_SECRET, "cursor", `${list}\n${payload}`)}`;
}

/** The body of a list, with its `Link` header (RFC 8288) when there is a next page. */
export async function pageBody<Item>(
  c: HonoContext<AppEnv>,
  data: Item[],
  next: Keyset | null,
): Promise<{ data: Item[]; next_cursor: string | null }> {
  if (next === null) return { data, next_cursor: null };
  const cursor = await cursorOf(c, listOf(c), next);
  linkNext(c, "cursor", cursor);
  return { data, next_cursor: cursor };
}

/** Says where to go on: here, with this cursor (RFC 8288). */
export function linkNext(c: HonoContext<AppEnv>, parameter: string, cursor: string): void {
  const url = new URL(c.req.url);
  url.searchParams.set(parameter, cursor);
  c.header("Link", `<${baseOf(c, url)}${url.pathname}${url.search}>; rel="next"`);
}

/** Workers Cache gives an answer to whatever host asks: what a host is called must not be in it. */
function baseOf(c: HonoContext<AppEnv>, { origin }: URL): string {
  const { settings } = c.var.context;
  return settings.EDGE_CACHE === "platform" ? apiUrlOf(settings) : origin;
}

/** The same as text, of items that are JSON already. */
export async function pageText(
  c: HonoContext<AppEnv>,
  items: readonly string[],
  next: Keyset | null,
): Promise<string> {
  const { next_cursor } = await pageBody(c, [], next);
  return `{"data":[${items.join(",")}],"next_cursor":${JSON.stringify(next_cursor)}}`;
}

/** The list a cursor belongs to: its path and every parameter that decides what is in it. */
function listOf(c: HonoContext<AppEnv>): string {
  const start = c.req.url.indexOf("?");
  const query = new URLSearchParams(start === -1 ? "" : c.req.url.slice(start));
  query.delete("cursor");
  query.delete("limit");
  query.sort();
  return `${c.req.path}?${query.toString()}`;
}
