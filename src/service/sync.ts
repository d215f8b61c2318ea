import { HistoryChanged } from "#api/exceptions";
import type { Context } from "#core/context";
import type { Caller } from "#domain/actors";
import {
  BEGINNING,
  type ChangeRow,
  type ContentEntity,
  selectSyncPage,
  type SyncLimits,
  type SyncPosition,
} from "#repository/content-changes";

import { look } from "./perform";

/** What somebody's copy has to do with one thing. */
export interface SyncItem {
  readonly entity: ContentEntity;
  readonly id: string;
  /** The thing as strangers may read it, JSON as it goes out; null when it is to be forgotten. */
  readonly shown: string | null;
}

export interface SyncPage {
  readonly items: readonly SyncItem[];
  /** Where to go on, now or later. */
  readonly position: SyncPosition;
  /** Whether there is more already. */
  readonly hasMore: boolean;
}

/** More would be too much to hold at a time; what is longer by itself comes alone. */
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * What changed of what is published, in the order of transactions: each thing as it is now, or that it is gone.
 * Whoever is asking is told the same.
 *
 * @param since null for whoever begins.
 * @param rows how many things are looked at, at most; fewer where texts are long.
 * @throws {HistoryChanged} 40061
 */
export async function readChanges(
  context: Context,
  caller: Caller,
  since: SyncPosition | null,
  rows: number,
): Promise<SyncPage> {
  const from = since ?? BEGINNING;
  const { loaded } = await look(context, { ...caller, repeat: null }, [
    selectSyncPage(context.db, from, { rows, bytes: MOST_BYTES }),
  ]);
  return toSyncPage(loaded[0].rows, from);
}

/** Enough for a stream to be fast, and little enough for it to begin at once. */
const STREAMED: SyncLimits = { rows: 500, bytes: MOST_BYTES };
/** A request may ask only so often; whoever wants more comes again. */
const MOST_PAGES = 500;

/**
 * The same, page after page to the end, the next one read only when it is asked for. After 500 pages it ends
 * before the end, and says so.
 *
 * @throws {HistoryChanged} 40061, before the first page or from a later one.
 */
export async function* followChanges(
  { db }: Context,
  first: SyncPage,
): AsyncGenerator<SyncPage, void, void> {
  let page = first;
  yield page;
  for (let pages = 1; page.hasMore && pages < MOST_PAGES; pages += 1) {
    const { rows } = await selectSyncPage(db, page.position, STREAMED);
    page = toSyncPage(rows, page.position);
    yield page;
  }
}

/** How many rows the first page of a stream has. */
export const STREAMED_ROWS = STREAMED.rows;

/** @throws {HistoryChanged} 40061 */
function toSyncPage(rows: readonly ChangeRow[], from: SyncPosition): SyncPage {
  if (rows[0]?.isOurs !== true) throw new HistoryChanged();
  let position = from;
  const items: SyncItem[] = [];
  for (const { id, changedIn, entity, entityId, shown, isKnown } of rows) {
    if (id === null || changedIn === null || entity === null || entityId === null) continue;
    const isTold = shown !== null || isKnown;
    if (isTold) items.push({ entity, id: entityId, shown });
    position = { changedIn, id, told: isTold ? { entity, entityId, changedIn } : position.told };
  }
  const found = rows[0].found ?? 0;
  return { items, position, hasMore: found > rows.length };
}
