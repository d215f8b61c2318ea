import { and, isNotNull, lt, or, sql } from "drizzle-orm";

import type { Database, Statement } from "#core/db";

import { mailTokens, posts, receipts, sessions, throttles } from "./models";

/** Deletes what has had its time: old trash, receipts, counters, sessions and mailed tokens. */
export const forgetWhatIsOver = (db: Database): Statement[] => [
  db.delete(posts).where(lt(posts.deletedAt, sql`now() - interval '30 days'`)),
  db.delete(receipts).where(lt(receipts.createdAt, sql`now() - interval '24 hours'`)),
  db.delete(throttles).where(lt(throttles.windowStart, sql`now() - interval '1 day'`)),
  db
    .delete(sessions)
    .where(
      or(lt(sessions.expiresAt, sql`now()`), lt(sessions.seenAt, sql`now() - interval '12 hours'`)),
    ),
  db
    .delete(mailTokens)
    .where(
      or(
        lt(mailTokens.expiresAt, sql`now() - interval '30 days'`),
        and(isNotNull(mailTokens.usedAt), lt(mailTokens.usedAt, sql`now() - interval '30 days'`)),
      ),
    ),
];
