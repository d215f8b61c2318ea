import { and, eq, gt, inArray, isNull, or, type SQL, sql } from "drizzle-orm";

import type { Database, Statement } from "#core/db";

import { abortUnless } from "./guards";
import { apiKeys, sessions, type UserRow, users } from "./models";
import { avatarOfUser } from "./pictures";
import { isAlive, selectHolder } from "./sessions";

/** What a request shows of who is asking. Hashes only: the secret itself stays in the request. */
export interface Credential {
  readonly kind: "session" | "secret_key" | "publishable_key";
  readonly hash: string;
}

/** Whether somebody reads as the public does: nobody in particular, or a page with a publishable key. */
export const isStranger = (
  credential: Credential | null,
): credential is null | (Credential & { kind: "publishable_key" }) =>
  credential === null || credential.kind === "publishable_key";

/** The person behind a session that is alive, as they are now: a suspended one is nobody. */
export const selectSessionActor = (db: Database, tokenHash: string) =>
  db
    .select({
      userId: users.id,
      role: users.role,
      name: users.name,
      slug: users.slug,
      avatarUrl: users.avatarUrl,
      avatar: avatarOfUser,
      sessionId: sessions.id,
      keyId: sql<string | null>`null`,
      scopes: sql<string[]>`'{}'::text[]`,
      isStale: sql<boolean>`${sessions.seenAt} < now() - interval '10 minutes'`,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(eq(sessions.tokenHash, tokenHash), isAlive, eq(users.status, "active")));

/** The person who made a key that is alive, with the key's scopes. */
export const selectKeyActor = (db: Database, keyHash: string, kind: "secret" | "publishable") =>
  db
    .select({
      userId: users.id,
      role: users.role,
      name: users.name,
      slug: users.slug,
      avatarUrl: users.avatarUrl,
      avatar: avatarOfUser,
      sessionId: sql<string | null>`null`,
      keyId: sql<string | null>`${apiKeys.id}`,
      scopes: apiKeys.scopes,
      isStale: sql<boolean>`false`,
    })
    .from(apiKeys)
    .innerJoin(users, eq(users.id, apiKeys.createdBy))
    .where(
      and(
        eq(apiKeys.keyHash, keyHash),
        eq(apiKeys.kind, kind),
        or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, sql`now()`)),
        eq(users.status, "active"),
      ),
    );

export type ActorRow = Awaited<ReturnType<typeof selectSessionActor>>[number];

/** Notes that a session is in use. At most one write in ten minutes: see `isStale`. */
export const touchSession = (db: Database, sessionId: string) =>
  db
    .update(sessions)
    .set({ seenAt: sql`now()` })
    .where(eq(sessions.id, sessionId));

/** The lookup that fits a credential. */
export const selectActor = (db: Database, { kind, hash }: Credential) => {
  if (kind === "session") return selectSessionActor(db, hash);
  return selectKeyActor(db, hash, kind === "secret_key" ? "secret" : "publishable");
};

export const ACTOR_CHANGED = "actor_changed";

/** Aborts the batch with {@link ACTOR_CHANGED} unless the credential still opens, for somebody of this role. */
export const requireActor = (
  db: Database,
  credential: Credential,
  role: UserRow["role"],
): Statement =>
  abortUnless(
    db,
    sql`exists (select from ${selectActor(db, credential).as("actor")} where actor.role = ${role})`,
    ACTOR_CHANGED,
  );

/** Who reads a list, by what they showed. */
export interface Reader {
  readonly credential: Credential | null;
  /** The roles that read everybody's things; others read their own. */
  readonly readAll: readonly UserRow["role"][];
}

/** The id of whoever holds a credential, as part of a statement; a key has to carry the scope. */
export function holderOf(db: Database, { credential }: Reader, scope: string): SQL {
  if (credential === null) return sql`null::uuid`;
  const { kind, hash } = credential;
  if (kind === "session") return sql`(${selectHolder(db, hash)})`;
  return sql`(${db
    .select({ id: apiKeys.createdBy })
    .from(apiKeys)
    .where(and(eq(apiKeys.keyHash, hash), sql`${scope} = any(${apiKeys.scopes})`))})`;
}

/** Whether a holder has one of the roles that read everything. */
export const readsAll = ({ readAll }: Reader, holder: SQL): SQL =>
  sql`exists (select 1 from ${users} where ${users.id} = ${holder} and ${inArray(users.role, [...readAll])})`;
