import { sql } from "drizzle-orm";
import { customType, integer, uuid } from "drizzle-orm/pg-core";

/**
 * A moment in UTC, to the millisecond: `timestamptz(3)` in the database, RFC 3339 text such as
 * `2026-11-23T02:22:00.123Z` in the code. JavaScript and PostgreSQL then agree on every digit, so a
 * timestamp can be a cursor, and an entity survives a trip through JSON unchanged.
 */
export const instant = customType<{ data: string; driverData: string }>({
  dataType: () => "timestamp(3) with time zone",
  fromDriver: (value) => toInstant(value),
});

/** Words with their places and weights, in PostgreSQL's own notation. */
export const tsvector = customType<{ data: string }>({ dataType: () => "tsvector" });

/** The number of a transaction, which never comes round again. JavaScript has no number for it, so it stays text. */
export const xid8 = customType<{ data: string }>({ dataType: () => "xid8" });

/** PostgreSQL writes `2026-11-23 02:22:00.1+00`; RFC 3339 wants a `T` and minutes in the offset. */
export function toInstant(text: string): string {
  const dated = text.replace(" ", "T");
  return new Date(/[+-]\d\d$/u.test(dated) ? `${dated}:00` : dated).toISOString();
}

/** The two columns every table has. Ids are UUIDv7 made by the worker; the default is for rows written by hand. */
export const base = {
  id: uuid().primaryKey().defaultRandom(),
  createdAt: instant()
    .notNull()
    .default(sql`now()`),
};

/** What a resource has that people edit: every change adds one to `version`. */
export const edited = {
  updatedAt: instant()
    .notNull()
    .default(sql`now()`),
  version: integer().notNull().default(1),
};
