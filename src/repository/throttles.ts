import { type SQL, sql } from "drizzle-orm";

import type { Database } from "#core/db";
import { newId } from "#core/ids";

import { seconds } from "./intervals";
import { throttles } from "./models";

/**
 * Counts one more attempt and answers with how many there have been since the window began, which is
 * when the first of them came. Exact however many come at once: each waits for the row.
 *
 * @param isCounted without it nothing is counted beyond the first of a window, nor answered.
 */
export function countAttempt(
  db: Database,
  subject: string,
  windowSeconds: number,
  isCounted: SQL = sql`true`,
) {
  const window = seconds(windowSeconds);
  const isOver = sql`${throttles.windowStart} <= now() - ${window}`;
  return db
    .insert(throttles)
    .values({ id: newId(), subject, windowStart: sql`now()` })
    .onConflictDoUpdate({
      target: throttles.subject,
      setWhere: isCounted,
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

/** Whether none of these has been tried more often than its limit, as the statements before this one left it. */
export const areWithin = (
  counted: readonly { readonly subject: string; readonly limit: number }[],
): SQL =>
  sql`not exists (select from ${throttles} as other where ${sql.join(
    counted.map(
      ({ subject, limit }) => sql`(other.subject = ${subject} and other.attempts > ${limit}::int)`,
    ),
    sql` or `,
  )})`;
