import { and, asc, eq, getTableColumns, inArray, like, or, sql } from "drizzle-orm";

import type { Database, Statement } from "#core/db";
import type { PageRequest } from "#core/pages";

import { abortUnless, takeTurns } from "./guards";
import { alphabetical, isBeyond } from "./keysets";
import { postAuthors, type UserRow, users } from "./models";
import { avatarOfUser, type PictureRow } from "./pictures";
import { selectHolder } from "./sessions";

const { passwordHash: _passwordHash, ...ownColumns } = getTableColumns(users);
const shownColumns = { ...ownColumns, avatar: avatarOfUser };

/** Somebody, without the hash of their password; with what is known of an avatar of ours. */
export type UserRecord = Omit<UserRow, "passwordHash"> & { readonly avatar: PictureRow | null };

export const selectUser = (db: Database, id: string) =>
  db.select(shownColumns).from(users).where(eq(users.id, id));

/** Whoever holds this session's token. */
export const selectUserOfSession = (db: Database, tokenHash: string) =>
  db
    .select(shownColumns)
    .from(users)
    .where(eq(users.id, selectHolder(db, tokenHash)));

/** The hash to check the password of this session's holder against. */
export const selectPasswordOfSession = (db: Database, tokenHash: string) =>
  db
    .select({ passwordHash: users.passwordHash })
    .from(users)
    .where(eq(users.id, selectHolder(db, tokenHash)));

/** With the hash: for signing in. The address is in lower case, as all are kept. */
export const selectUserByEmail = (db: Database, email: string) =>
  db
    .select({ ...shownColumns, passwordHash: users.passwordHash })
    .from(users)
    .where(eq(users.email, email));

export const selectUserWithEmail = (db: Database, email: string) =>
  db.select({ id: users.id }).from(users).where(eq(users.email, email));

/** One row as soon as there is any account. */
export const selectAnyUser = (db: Database) => db.select({ id: users.id }).from(users).limit(1);

/** Slugs that a new one made from `slug` has to keep away from. It has no characters that `like` would read. */
export const selectUserSlugsLike = (db: Database, slug: string) =>
  db
    .select({ slug: users.slug, userId: users.id })
    .from(users)
    .where(or(eq(users.slug, slug), like(users.slug, `${slug}-%`)));

export interface UserFilter {
  readonly role: UserRow["role"] | null;
  readonly status: UserRow["status"] | null;
}

const byName = alphabetical(users.name);

/** A page of everybody, by name. */
export const selectUsers = (
  db: Database,
  { role, status }: UserFilter,
  { limit, after }: PageRequest,
) =>
  db
    .select(shownColumns)
    .from(users)
    .where(
      and(
        role === null ? undefined : eq(users.role, role),
        status === null ? undefined : eq(users.status, status),
        after === null ? undefined : isBeyond(byName, users.id, { after, descending: false }),
      ),
    )
    .orderBy(asc(byName.by), asc(users.id))
    .limit(limit + 1);

export const insertUser = (db: Database, user: UserRow) => db.insert(users).values(user);

export const updateUser = (
  db: Database,
  { id, createdAt: _createdAt, avatar: _avatar, ...columns }: UserRecord,
) => db.update(users).set(columns).where(eq(users.id, id));

export const setPassword = (db: Database, id: string, passwordHash: string) =>
  db.update(users).set({ passwordHash }).where(eq(users.id, id));

// --- What must still be so when a batch is saved ---------------------------------------------------

export const PASSWORD_CHANGED = "password_changed";

/**
 * The account is active and its password is the one that was checked, and both stay so until the batch
 * is through. Else it aborts with {@link PASSWORD_CHANGED}.
 */
export const requirePassword = (db: Database, id: string, passwordHash: string): Statement =>
  abortUnless(
    db,
    sql`exists (select 1 from ${users} where ${and(
      eq(users.id, id),
      eq(users.passwordHash, passwordHash),
      eq(users.status, "active"),
    )} for no key update)`,
    PASSWORD_CHANGED,
  );

export const NOT_FIRST = "not_first";
export const LAST_OWNER = "last_owner";

/** Whoever changes who the owners are waits here for everybody else who does. */
export const takeTurnsOnOwners = (db: Database): Statement => takeTurns(db, "owners");

/** Nobody has an account; else the batch aborts with {@link NOT_FIRST}. Comes after {@link takeTurnsOnOwners}. */
export const requireNobody = (db: Database): Statement =>
  abortUnless(db, sql`not exists (select 1 from ${users})`, NOT_FIRST);

/** An active owner is left; else the batch aborts with {@link LAST_OWNER}. */
export const requireOwner = (db: Database): Statement =>
  abortUnless(
    db,
    sql`exists (select 1 from ${users} where ${and(eq(users.role, "owner"), eq(users.status, "active"))})`,
    LAST_OWNER,
  );

// --- Leaving -------------------------------------------------------------------------------------

/** One row when posts name this user. */
export const selectAnyCredit = (db: Database, userId: string) =>
  db
    .select({ id: postAuthors.id })
    .from(postAuthors)
    .where(eq(postAuthors.userId, userId))
    .limit(1);

/** Puts `toId` where bylines name `fromId`, and once where they name both. */
export const handOverPosts = (db: Database, fromId: string, toId: string): Statement[] => [
  db
    .delete(postAuthors)
    .where(
      and(
        eq(postAuthors.userId, fromId),
        inArray(
          postAuthors.postId,
          db
            .select({ postId: postAuthors.postId })
            .from(postAuthors)
            .where(eq(postAuthors.userId, toId)),
        ),
      ),
    ),
  db.update(postAuthors).set({ userId: toId }).where(eq(postAuthors.userId, fromId)),
];

/** Keeps new bylines from naming this user until the batch is through. */
export const lockUser = (db: Database, id: string): Statement =>
  db.select({ id: users.id }).from(users).where(eq(users.id, id)).for("update");

/** Runs into the foreign key of the bylines while posts name this user. */
export const deleteUser = (db: Database, id: string) => db.delete(users).where(eq(users.id, id));
