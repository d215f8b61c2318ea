import { type AnyColumn, type SQL, sql } from "drizzle-orm";

import type { Keyset } from "#core/pages";

/** What rows are sorted by, and the same of a column's value that a cursor holds. */
export interface SortKey {
  readonly by: SQL;
  readonly of: (value: unknown) => SQL;
}

export const exactly = (column: AnyColumn): SortKey => ({
  by: sql`${column}`,
  of: (value) => sql`${sql.param(value, column)}`,
});

/** By an expression that gives a moment. */
export const chronological = (by: SQL): SortKey => ({
  by,
  of: (value) => sql`${value}::timestamptz`,
});

/** As people sort texts: case, accents and the signs before and between words make no difference. */
export const alphabetical = (text: AnyColumn | SQL): SortKey => ({
  by: sql`sort_key(${text})`,
  of: (value) => sql`sort_key(${value})`,
});

/** Rows after the last one of the page before, sorted by a key and the id; an index can answer this. */
export function isBeyond(
  { by, of }: SortKey,
  id: AnyColumn,
  { after, descending }: { readonly after: Keyset; readonly descending: boolean },
): SQL {
  const comparison = descending ? sql`<` : sql`>`;
  return sql`(${by}, ${id}) ${comparison} (${of(after[0])}, ${after[1]}::uuid)`;
}
