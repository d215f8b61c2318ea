import { SignInFailed } from "#api/exceptions";
import type { Context } from "#core/context";
import { sendTogether } from "#core/db";
import { sha256 } from "#core/tokens";
import type { Caller } from "#domain/actors";
import { hashPassword, isOutdated, isPassword } from "#domain/passwords";
import { openSession } from "#domain/sessions";
import { throttles } from "#domain/throttles";
import type { User } from "#domain/users";
import { insertAuditEntries } from "#repository/audit";
import {
  deleteDeadSessionsOf,
  deleteSession,
  insertSession,
  selectSession,
} from "#repository/sessions";
import {
  PASSWORD_CHANGED,
  requirePassword,
  selectUserByEmail,
  setPassword,
} from "#repository/users";
import { explainAborts } from "#service/aborts";
import { countAgainst, refuseExcess } from "#service/throttles";

import type { SignedIn } from "./sign-up";

/**
 * Opens a session for whoever knows the password. An address that nobody has, an account without a
 * password and one that is suspended cost as much and answer the same as a wrong password.
 *
 * @param email in lower case.
 * @throws {SignInFailed} 40102, {@link TooManyAttempts} 42900
 */
export async function signIn(
  context: Context,
  caller: Caller,
  { email, password }: { email: string; password: string },
): Promise<SignedIn> {
  const { db } = context;
  const { signInFromPlace, signInFromNetwork, signInToAccount } = throttles;
  const place = await sha256(`${email} ${caller.network}`);
  const [fromPlace, fromNetwork, toAccount, [found]] = await db.batch([
    countAgainst(db, signInFromPlace, place),
    countAgainst(db, signInFromNetwork, caller.network),
    countAgainst(db, signInToAccount, await sha256(email), [
      [signInFromPlace, place],
      [signInFromNetwork, caller.network],
    ]),
    selectUserByEmail(db, email),
  ]);
  refuseExcess(
    [signInFromPlace, fromPlace],
    [signInFromNetwork, fromNetwork],
    [signInToAccount, toAccount],
  );
  const hash = found?.status === "active" ? found.passwordHash : null;
  const isRight = await isPassword(password, hash);
  if (!isRight || !found || hash === null) throw new SignInFailed();

  const { passwordHash: _passwordHash, ...user } = found;
  const newHash = isOutdated(hash) ? await hashPassword(password) : null;
  return save(context, caller, user, { hash, newHash });
}

async function save(
  { db, requestId }: Context,
  caller: Caller,
  user: User,
  { hash, newHash }: { hash: string; newHash: string | null },
): Promise<SignedIn> {
  const { row, ticket } = await openSession(user.id, caller);
  const entry = { action: "session.create", entity: "session", entityId: row.id };
  await explainAborts(
    () =>
      sendTogether(db, [
        requirePassword(db, user.id, hash),
        ...(newHash === null ? [] : [setPassword(db, user.id, newHash)]),
        deleteDeadSessionsOf(db, user.id),
        insertSession(db, row),
        insertAuditEntries(db, [{ ...entry, actorId: user.id, requestId }]),
      ]),
    { [PASSWORD_CHANGED]: () => new SignInFailed() },
  );
  return { user, session: ticket };
}

/** Ends the session that the caller came with, if there is one. Never refuses. */
export async function signOut({ db, requestId }: Context, { credential }: Caller): Promise<void> {
  if (credential?.kind !== "session") return;
  const [session] = await selectSession(db, credential.hash);
  if (!session) return;
  const { id, userId } = session;
  const entry = { action: "session.delete", entity: "session", entityId: id };
  await sendTogether(db, [
    deleteSession(db, id),
    insertAuditEntries(db, [{ ...entry, actorId: userId, requestId }]),
  ]);
}
