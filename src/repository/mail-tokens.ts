import { and, desc, eq, gt, isNull, lte, ne, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";

import type { Database, Statement } from "#core/db";
import type { PageRequest } from "#core/pages";

import { mailTokens, users } from "./models";

const inviters = alias(users, "inviters");

const isOpen = and(isNull(mailTokens.usedAt), gt(mailTokens.expiresAt, sql`now()`));

/** What a mail says: the token's row with the names of those concerned. */
export const selectMailToken = (db: Database, id: string) =>
  db
    .select({
      id: mailTokens.id,
      purpose: mailTokens.purpose,
      tokenHash: mailTokens.tokenHash,
      email: mailTokens.email,
      expiresAt: mailTokens.expiresAt,
      role: mailTokens.role,
      isOpen: sql<boolean>`${isOpen}`,
      userName: users.name,
      inviterName: inviters.name,
    })
    .from(mailTokens)
    .leftJoin(users, eq(users.id, mailTokens.userId))
    .leftJoin(inviters, eq(inviters.id, mailTokens.invitedBy))
    .where(eq(mailTokens.id, id));

export type NewMailToken = Omit<typeof mailTokens.$inferInsert, "usedAt">;

export const insertMailToken = (db: Database, token: NewMailToken) =>
  db.insert(mailTokens).values(token);

/** A reset that can still be used, with the account it opens: one that is active. */
export const selectOpenReset = (db: Database, tokenHash: string) =>
  db
    .select({ id: mailTokens.id, userId: users.id, email: users.email })
    .from(mailTokens)
    .innerJoin(users, eq(users.id, mailTokens.userId))
    .where(
      and(
        eq(mailTokens.tokenHash, tokenHash),
        eq(mailTokens.purpose, "password_reset"),
        isOpen,
        eq(users.status, "active"),
      ),
    );

/** Ends every reset of somebody that is still open. */
export const voidResetsOf = (db: Database, userId: string) =>
  db
    .update(mailTokens)
    .set({ usedAt: sql`now()` })
    .where(
      and(
        eq(mailTokens.userId, userId),
        eq(mailTokens.purpose, "password_reset"),
        isNull(mailTokens.usedAt),
      ),
    );

export const TOKEN_USED = "token_used";

/** Uses a token up. Whoever comes second, or late, has the batch aborted with {@link TOKEN_USED}. */
export const useMailToken = (db: Database, id: string): Statement =>
  db.execute(sql`
    with used as (
      update ${mailTokens} set used_at = now()
      where ${mailTokens.id} = ${id} and ${mailTokens.usedAt} is null and ${mailTokens.expiresAt} > now()
      returning 1)
    select abort_unless(exists (select 1 from used), ${TOKEN_USED})`);

// --- Invites -------------------------------------------------------------------------------------

const inviteColumns = {
  id: mailTokens.id,
  email: mailTokens.email,
  role: sql<NonNullable<(typeof mailTokens.$inferSelect)["role"]>>`${mailTokens.role}`,
  invitedBy: mailTokens.invitedBy,
  createdAt: mailTokens.createdAt,
  expiresAt: mailTokens.expiresAt,
};

const isOpenInvite = and(eq(mailTokens.purpose, "invite"), isOpen);

/** An invite that can still be accepted, and what has become of whoever sent it. */
export const selectInviteByToken = (db: Database, tokenHash: string) =>
  db
    .select({ ...inviteColumns, inviter: { role: users.role, status: users.status } })
    .from(mailTokens)
    .innerJoin(users, eq(users.id, mailTokens.invitedBy))
    .where(and(eq(mailTokens.tokenHash, tokenHash), isOpenInvite));

/** An open invite. */
export const selectInvite = (db: Database, id: string) =>
  db
    .select(inviteColumns)
    .from(mailTokens)
    .where(and(eq(mailTokens.id, id), isOpenInvite));

export type InviteRecord = Awaited<ReturnType<typeof selectInvite>>[number];

export const selectInviteByEmail = (db: Database, email: string) =>
  db
    .select(inviteColumns)
    .from(mailTokens)
    .where(and(eq(mailTokens.email, email), isOpenInvite));

/** A page of the open invites, newest first. */
export const selectInvites = (db: Database, { limit, after }: PageRequest) =>
  db
    .select(inviteColumns)
    .from(mailTokens)
    .where(
      and(
        isOpenInvite,
        after === null
          ? undefined
          : sql`(${mailTokens.createdAt}, ${mailTokens.id}) < (${after[0]}::timestamptz, ${after[1]}::uuid)`,
      ),
    )
    .orderBy(desc(mailTokens.createdAt), desc(mailTokens.id))
    .limit(limit + 1);

/** Makes room for a new invite where the last one has expired. */
export const deleteExpiredInvites = (db: Database, email: string) =>
  db
    .delete(mailTokens)
    .where(
      and(
        eq(mailTokens.email, email),
        eq(mailTokens.purpose, "invite"),
        isNull(mailTokens.usedAt),
        lte(mailTokens.expiresAt, sql`now()`),
      ),
    );

export const deleteInvite = (db: Database, id: string) =>
  db.delete(mailTokens).where(and(eq(mailTokens.id, id), ne(mailTokens.purpose, "password_reset")));
