import { type AnyColumn, type SQL, sql } from "drizzle-orm";

import type { Keyset } from "#core/pages";

/** Rows after the last one of the page before, sorted by a column and the id; an index can answer this. */
export function isBeyond(
  by: AnyColumn,
  id: AnyColumn,
  { after, descending }: { readonly after: Keyset; readonly descending: boolean },
): SQL {
  const comparison = descending ? sql`<` : sql`>`;
  return sql`(${by}, ${id}) ${comparison} (${sql.param(after[0], by)}, ${after[1]}::uuid)`;
}
