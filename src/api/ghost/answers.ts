import type { Context as HonoContext } from "hono";

import { isKnown } from "#api/answers";
import type { AppEnv } from "#api/dependencies";
import { sha256 } from "#core/tokens";
import type { GhostPage, GhostQuery } from "#domain/ghost/queries";

import type { GhostBody } from "./bodies";

/** Answers with JSON and a strong ETag, or with 304 to whoever has it (RFC 9110, section 13.1.2). */
export async function answerGhost(c: HonoContext<AppEnv>, body: GhostBody): Promise<Response> {
  const text = JSON.stringify(body);
  c.header("ETag", `"${(await sha256(text)).slice(0, 32)}"`);
  if (isKnown(c)) return c.body(null, 304);
  return c.body(text, 200, { "Content-Type": "application/json; charset=utf-8" });
}

/** A list with where in it this is. Clients take what has no `meta` for one thing. */
export const toGhostList = <Item>(
  resource: string,
  page: GhostPage<Item>,
  toBody: (item: Item) => GhostBody,
): GhostBody => ({
  [resource]: page.items.map(toBody),
  meta: { pagination: paginationOf(page) },
});

/** One thing, as a list of one without `meta`: clients unwrap that. */
export const toGhostRead = (resource: string, body: GhostBody): GhostBody => ({
  [resource]: [body],
});

/** There is at least one page. Beyond the last none follows: whoever goes on until none does comes to an end. */
export function paginationOf({ page, limit, total }: Omit<GhostPage<unknown>, "items">): GhostBody {
  const pages = Math.max(1, Math.ceil(total / Math.max(1, limit)));
  return {
    page,
    limit,
    pages,
    total,
    next: page < pages ? page + 1 : null,
    prev: page > 1 ? page - 1 : null,
  };
}

/** What comes although `fields` does not name it, because `include` does. */
const included: Readonly<Record<string, readonly string[]>> = {
  tags: ["tags", "primary_tag"],
  authors: ["authors", "primary_author"],
  tiers: ["tiers"],
  "count.posts": ["count"],
};

/** A body cut down to the fields that were asked for; the id always comes. */
export function withFields({ fields, include, formats }: GhostQuery, body: GhostBody): GhostBody {
  if (fields === null) return body;
  const wanted = new Set([
    "id",
    ...fields,
    ...(formats ?? []),
    ...include.flatMap((name) => included[name] ?? []),
  ]);
  return Object.fromEntries(Object.entries(body).filter(([name]) => wanted.has(name)));
}
