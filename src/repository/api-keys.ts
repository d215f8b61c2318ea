import { and, desc, eq, gt, isNull, or, sql } from "drizzle-orm";

import type { Database } from "#core/db";
import type { PageRequest } from "#core/pages";

import { abortUnless, takeTurns } from "./guards";
import { apiKeys } from "./models";

/** A key as it may be shown: without its hash. */
const shownColumns = {
  id: apiKeys.id,
  name: apiKeys.name,
  kind: apiKeys.kind,
  hint: apiKeys.hint,
  scopes: apiKeys.scopes,
  expiresAt: apiKeys.expiresAt,
  createdBy: apiKeys.createdBy,
  createdAt: apiKeys.createdAt,
};

export const selectApiKey = (db: Database, id: string) =>
  db.select(shownColumns).from(apiKeys).where(eq(apiKeys.id, id));

export type ApiKeyRecord = Awaited<ReturnType<typeof selectApiKey>>[number];

/** A page of all keys, newest first. */
export const selectApiKeys = (db: Database, { limit, after }: PageRequest) =>
  db
    .select(shownColumns)
    .from(apiKeys)
    .where(
      after === null
        ? undefined
        : sql`(${apiKeys.createdAt}, ${apiKeys.id}) < (${after[0]}::timestamptz, ${after[1]}::uuid)`,
    )
    .orderBy(desc(apiKeys.createdAt), desc(apiKeys.id))
    .limit(limit + 1);

export const TOO_MANY_KEYS = "too_many_keys";

/** Saves a key, unless its maker then has more than `limit` that work: the batch aborts with {@link TOO_MANY_KEYS}. */
export const insertApiKey = (db: Database, key: typeof apiKeys.$inferInsert, limit: number) => [
  takeTurns(db, `api_keys ${key.createdBy}`),
  db.insert(apiKeys).values(key),
  abortUnless(
    db,
    sql`(select count(*) from ${apiKeys} where ${and(
      eq(apiKeys.createdBy, key.createdBy),
      or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, sql`now()`)),
    )}) <= ${limit}`,
    TOO_MANY_KEYS,
  ),
];

export const deleteApiKey = (db: Database, id: string) =>
  db.delete(apiKeys).where(eq(apiKeys.id, id));
