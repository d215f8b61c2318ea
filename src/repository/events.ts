import { and, desc, eq, sql } from "drizzle-orm";

import type { Database, Statement } from "#core/db";
import type { PageRequest } from "#core/pages";

import { events } from "./models";

export type NewEventRow = typeof events.$inferInsert;
export type EventRow = typeof events.$inferSelect;

/** Writes down what happened, in the batch of the change itself. One that is written down stays as it is. */
export const insertEvent = (db: Database, event: NewEventRow): Statement =>
  db.insert(events).values(event).onConflictDoNothing();

/** A page of what happened, newest first. */
export const selectEvents = (db: Database, type: string | null, { limit, after }: PageRequest) =>
  db
    .select()
    .from(events)
    .where(
      and(
        type === null ? undefined : eq(events.type, type),
        after === null
          ? undefined
          : sql`(${events.createdAt}, ${events.id}) < (${after[0]}::timestamptz, ${after[1]}::uuid)`,
      ),
    )
    .orderBy(desc(events.createdAt), desc(events.id))
    .limit(limit + 1);
