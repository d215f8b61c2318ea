import { type SQL, sql } from "drizzle-orm";

import { type Database, databaseErrorOf, type Statement } from "#core/db";

/** Undoes the batch it stands in unless the condition holds at that point of it. */
export const abortUnless = (db: Database, condition: SQL, reason: string): Statement =>
  db.execute(sql`select abort_unless(${condition}, ${reason})`);

/** Why a batch undid itself; undefined for any other error. */
export function abortReasonOf(error: unknown): string | undefined {
  const refused = databaseErrorOf(error);
  return refused?.code === "IMP01" ? refused.message : undefined;
}

/** Lets batches that name the same thing run one after another, each seeing what the one before saved. */
export const takeTurns = (db: Database, name: string): Statement =>
  db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`);
