import { sql } from "drizzle-orm";

import type { Database } from "#core/db";
import { newId } from "#core/ids";

import { throttles } from "./models";

/**
 * Counts one more attempt and answers with how many there have been since the window began, which is
 * when the first of them came. Exact however many come at once: each waits for the row.
 */
export function countAttempt(db: Database, subject: string, windowSeconds: number) {
  const window = sql`make_interval(secs => ${windowSeconds}::double precision)`;
  const isOver = sql`${throttles.windowStart} <= now() - ${window}`;
  return db
    .insert(throttles)
    .values({ id: newId(), subject, windowStart: sql`now()` })
    .onConflictDoUpdate({
      target: throttles.subject,
      set: {
        attempts: sql`case when ${isOver} then 1 else ${throttles.attempts} + 1 end`,
        windowStart: sql`case when ${isOver} then now() else ${throttles.windowStart} end`,
      },
    })
    .returning({
      attempts: throttles.attempts,
      retryAfterSeconds: sql<number>`least(${windowSeconds}::int, greatest(1,
        ceil(extract(epoch from ${throttles.windowStart} + ${window} - now()))::int))`,
    });
}
