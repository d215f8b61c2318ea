import { and, eq, gt, sql } from "drizzle-orm";

import type { Database, Statement } from "#core/db";

import { receipts } from "./models";

/** The answers given to this key on this route in the last 24 hours, whoever asked. */
export const selectReceipts = (db: Database, route: string, key: string) =>
  db
    .select({
      principal: receipts.principal,
      fingerprint: receipts.fingerprint,
      result: receipts.result,
    })
    .from(receipts)
    .where(
      and(
        eq(receipts.route, route),
        eq(receipts.key, key),
        gt(receipts.createdAt, sql`now() - interval '24 hours'`),
      ),
    );

export type NewReceipt = Omit<typeof receipts.$inferInsert, "id" | "createdAt">;

/**
 * Keeps an answer beside the change it belongs to. A second one for the same key runs into
 * `receipts_key`, and its whole batch is undone. One older than a day makes room.
 */
export const insertReceipt = (db: Database, receipt: NewReceipt): readonly Statement[] => [
  db
    .delete(receipts)
    .where(
      and(
        eq(receipts.route, receipt.route),
        eq(receipts.key, receipt.key),
        eq(receipts.principal, receipt.principal),
        sql`${receipts.createdAt} <= now() - interval '24 hours'`,
      ),
    ),
  db.insert(receipts).values(receipt),
];
