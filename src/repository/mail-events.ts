import { and, desc, eq, gte, inArray } from "drizzle-orm";

import type { Database, Statement } from "#core/db";

import { mailEvents } from "./models";

export type MailEventRow = typeof mailEvents.$inferSelect;

/** What was reported of an address lately, newest first by the provider's clock. */
export const selectMailEventsOf = (
  db: Database,
  addressHash: string,
  { kinds, since, limit }: { kinds: readonly string[]; since: string; limit: number },
) =>
  db
    .select({ kind: mailEvents.kind, createdAt: mailEvents.createdAt })
    .from(mailEvents)
    .where(
      and(
        eq(mailEvents.addressHash, addressHash),
        inArray(mailEvents.kind, [...kinds]),
        gte(mailEvents.createdAt, since),
      ),
    )
    .orderBy(desc(mailEvents.createdAt))
    .limit(limit);

/** A report that came before runs into `mail_events_key`. */
export const insertMailEvent = (db: Database, row: MailEventRow): Statement =>
  db.insert(mailEvents).values(row);
