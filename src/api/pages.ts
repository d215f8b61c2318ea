import { z } from "@hono/zod-openapi";
import type { Context as HonoContext } from "hono";

import type { Keyset } from "#core/pages";
import { base64url, fromBase64url, sha256, sign, verify } from "#core/tokens";

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
 * @throws {CursorInvalid} 40001
 */
export async function readCursor(c: HonoContext<AppEnv>): Promise<Keyset | null> {
  const cursor = c.req.query("cursor");
  if (cursor === undefined) return null;
  const [payload = "", signature = ""] = cursor.split(".");
  const { APP_SECRET } = c.var.context.settings;
  if (!(await verify(APP_SECRET, "cursor", `${await listOf(c)}\n${payload}`, signature))) {
    throw new CursorInvalid();
  }
  return Values.parse(JSON.parse(fromBase64url(payload) ?? "null"));
}

/** The body of a list, with its `Link` header (RFC 8288) when there is a next page. */
export async function pageBody<Item>(
  c: HonoContext<AppEnv>,
  data: Item[],
  next: Keyset | null,
): Promise<{ data: Item[]; next_cursor: string | null }> {
  if (next === null) return { data, next_cursor: null };
  const payload = base64url(new TextEncoder().encode(JSON.stringify(next)));
  const { APP_SECRET } = c.var.context.settings;
  const cursor = `${payload}.${await sign(APP_SECRET, "cursor", `${await listOf(c)}\n${payload}`)}`;
  const url = new URL(c.req.url);
  url.searchParams.set("cursor", cursor);
  c.header("Link", `<${url.href}>; rel="next"`);
  return { data, next_cursor: cursor };
}

/** The list a cursor belongs to: its path and every parameter that decides what is in it. */
function listOf(c: HonoContext<AppEnv>): Promise<string> {
  const query = new URL(c.req.url).searchParams;
  query.delete("cursor");
  query.delete("limit");
  query.sort();
  return sha256(`${c.req.path}?${query.toString()}`);
}
