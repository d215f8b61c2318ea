/** The values that a row sorts by, the id last: where a page ended. */
export type Keyset = readonly (string | number)[];

/**
 * How many bytes the texts of one answer have at most, as the database keeps them: the worker holds each of
 * them several times over, and has 128 MB for everybody.
 */
export const PAGE_BYTES = 8 * 2 ** 20;

/** Which part of a list is wanted. */
export interface PageRequest {
  readonly limit: number;
  readonly after: Keyset | null;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Where this page ended; null when nothing follows. */
  readonly next: Keyset | null;
}

/** Cuts a page out of rows that were asked for with one more than the limit. */
export function toPage<Item>(
  rows: readonly Item[],
  { limit }: PageRequest,
  keysetOf: (item: Item) => Keyset,
): Page<Item> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? keysetOf(last) : null };
}
