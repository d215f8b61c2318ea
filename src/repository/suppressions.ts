import { and, desc, eq, inArray, sql } from "drizzle-orm";

import type { Database, Statement } from "#core/db";
import type { PageRequest } from "#core/pages";

import { abortUnless, takeTurns } from "./guards";
import { subscribers, suppressions } from "./models";

export type SuppressionRow = typeof suppressions.$inferSelect;
type Reason = SuppressionRow["reason"];

/** A page of suppressions, newest first; with a hash, that of one address. */
export const selectSuppressions = (
  db: Database,
  addressHash: string | null,
  { limit, after }: PageRequest,
) =>
  db
    .select()
    .from(suppressions)
    .where(
      and(
        addressHash === null ? undefined : eq(suppressions.addressHash, addressHash),
        after === null
          ? undefined
          : sql`(${suppressions.createdAt}, ${suppressions.id}) < (${after[0]}::timestamptz, ${after[1]}::uuid)`,
      ),
    )
    .orderBy(desc(suppressions.createdAt), desc(suppressions.id))
    .limit(limit + 1);

export const selectSuppression = (db: Database, addressHash: string) =>
  db.select().from(suppressions).where(eq(suppressions.addressHash, addressHash));

/**
 * Whoever suppresses an address, or makes a subscriber who gets mail, waits here for everybody else who
 * does. So no address is both, in whatever order the two come.
 */
export const takeTurnsOnSuppressions = (db: Database): Statement => takeTurns(db, "suppressions");

const rankOf = (reason: unknown) =>
  sql`array_position(array['unsubscribe_all', 'manual', 'hard_bounce', 'complaint'], ${reason}::text)`;

/** Suppresses an address, once however often. A stronger reason takes the place of a weaker one. */
export const upsertSuppression = (db: Database, row: SuppressionRow) =>
  db
    .insert(suppressions)
    .values(row)
    .onConflictDoUpdate({
      target: suppressions.addressHash,
      set: { reason: sql`excluded.reason` },
      setWhere: sql`${rankOf(sql`excluded.reason`)} > ${rankOf(suppressions.reason)}`,
    });

/** Lifts it when it is for one of these reasons. */
export const deleteSuppression = (
  db: Database,
  addressHash: string,
  reasons: readonly Reason[],
): Statement =>
  db
    .delete(suppressions)
    .where(
      and(eq(suppressions.addressHash, addressHash), inArray(suppressions.reason, [...reasons])),
    );

export const ADDRESS_SUPPRESSED = "address_suppressed";

/** The address may get mail; else the batch aborts with {@link ADDRESS_SUPPRESSED}. */
export const requireNotSuppressed = (db: Database, addressHash: string): Statement =>
  abortUnless(
    db,
    sql`not exists (select 1 from ${suppressions} where ${suppressions.addressHash} = ${addressHash})`,
    ADDRESS_SUPPRESSED,
  );

export const STILL_ACTIVE = "still_active";

/** Nobody gets mail at the address; else the batch aborts with {@link STILL_ACTIVE}: look again, somebody has just come. */
export const requireNobodyActive = (db: Database, email: string): Statement =>
  abortUnless(
    db,
    sql`not exists (select 1 from ${subscribers} where ${and(
      eq(subscribers.email, email),
      eq(subscribers.status, "active"),
    )})`,
    STILL_ACTIVE,
  );
