import { type SQL, sql } from "drizzle-orm";

/** So many seconds, as PostgreSQL adds them to a moment; null for null. */
export const seconds = (count: number | null): SQL =>
  sql`make_interval(secs => ${count}::double precision)`;
