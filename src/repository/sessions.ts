import { and, desc, eq, gt, ne, type SQL, sql } from "drizzle-orm";

import type { Database } from "#core/db";
import type { PageRequest } from "#core/pages";

import { sessions } from "./models";

/** A session ends when its time is over, and when nobody has used it for half a day. */
export const isAlive: SQL = sql`(${gt(sessions.expiresAt, sql`now()`)}
  and ${gt(sessions.seenAt, sql`now() - interval '12 hours'`)})`;
export const isDead: SQL = sql`not ${isAlive}`;

/** A session as it may be shown: without the hash of its token. */
const shownColumns = {
  id: sessions.id,
  userId: sessions.userId,
  createdAt: sessions.createdAt,
  seenAt: sessions.seenAt,
  expiresAt: sessions.expiresAt,
  userAgent: sessions.userAgent,
  network: sessions.network,
};

/** The id of whoever holds a session's token, as part of a statement. */
export const selectHolder = (db: Database, tokenHash: string) =>
  db.select({ id: sessions.userId }).from(sessions).where(eq(sessions.tokenHash, tokenHash));

export type NewSession = Omit<typeof sessions.$inferInsert, "createdAt" | "seenAt">;

export const insertSession = (db: Database, session: NewSession) =>
  db.insert(sessions).values(session);

/** The session of this token, dead or alive. */
export const selectSession = (db: Database, tokenHash: string) =>
  db.select(shownColumns).from(sessions).where(eq(sessions.tokenHash, tokenHash));

/** One live session of whoever holds the token. */
export const selectOwnSession = (db: Database, tokenHash: string, id: string) =>
  db
    .select(shownColumns)
    .from(sessions)
    .where(and(eq(sessions.id, id), eq(sessions.userId, selectHolder(db, tokenHash)), isAlive));

/** A page of the live sessions of whoever holds the token, newest first. */
export const selectOwnSessions = (db: Database, tokenHash: string, { limit, after }: PageRequest) =>
  db
    .select(shownColumns)
    .from(sessions)
    .where(
      and(
        eq(sessions.userId, selectHolder(db, tokenHash)),
        isAlive,
        after === null
          ? undefined
          : sql`(${sessions.createdAt}, ${sessions.id}) < (${after[0]}::timestamptz, ${after[1]}::uuid)`,
      ),
    )
    .orderBy(desc(sessions.createdAt), desc(sessions.id))
    .limit(limit + 1);

export type SessionRecord = Awaited<ReturnType<typeof selectSession>>[number];

export const deleteSession = (db: Database, id: string) =>
  db.delete(sessions).where(eq(sessions.id, id));

export const deleteSessionsOf = (db: Database, userId: string) =>
  db.delete(sessions).where(eq(sessions.userId, userId));

export const deleteOtherSessions = (db: Database, userId: string, keptId: string) =>
  db.delete(sessions).where(and(eq(sessions.userId, userId), ne(sessions.id, keptId)));

/** Forgets the sessions of somebody that have ended by themselves. */
export const deleteDeadSessionsOf = (db: Database, userId: string) =>
  db.delete(sessions).where(and(eq(sessions.userId, userId), isDead));
