import { MailTokenInvalid, PasswordTooCommon } from "#api/exceptions";
import type { Context } from "#core/context";
import { sendTogether } from "#core/db";
import { newId } from "#core/ids";
import { newJob } from "#core/jobs";
import { ring } from "#core/jobs/doorbells";
import { sha256 } from "#core/tokens";
import type { Caller } from "#domain/actors";
import { isCommonPassword } from "#domain/common-passwords";
import { newMailToken } from "#domain/mail-tokens";
import { hashPassword } from "#domain/passwords";
import { mailPasswordResetKind } from "#domain/task-kinds";
import { throttles } from "#domain/throttles";
import { insertAuditEntries } from "#repository/audit";
import { insertJob } from "#repository/jobs";
import {
  insertMailToken,
  selectOpenReset,
  TOKEN_USED,
  useMailToken,
  voidResetsOf,
} from "#repository/mail-tokens";
import { deleteSessionsOf } from "#repository/sessions";
import { selectUserByEmail, setPassword } from "#repository/users";
import { explainAborts } from "#service/aborts";
import { countAgainst, refuseExcess } from "#service/throttles";

/**
 * Has a link to a new password mailed, if the address belongs to an active account. Says nothing about
 * whether it does, and asks the database as often when it does not. A newer link voids older ones.
 *
 * @param email in lower case.
 * @throws {TooManyAttempts} 42900
 */
export async function requestPasswordReset(
  context: Context,
  caller: Caller,
  email: string,
): Promise<void> {
  const { db, settings, requestId } = context;
  const { resetOfAccount, resetFromNetwork } = throttles;
  const [ofAccount, fromNetwork, [user]] = await db.batch([
    countAgainst(db, resetOfAccount, await sha256(email)),
    countAgainst(db, resetFromNetwork, caller.network),
    selectUserByEmail(db, email),
  ]);
  refuseExcess([resetOfAccount, ofAccount], [resetFromNetwork, fromNetwork]);
  const isKnown = user?.status === "active";
  const userId = isKnown ? user.id : newId();
  const token = await newMailToken(settings.APP_SECRET, {
    purpose: "password_reset",
    email,
    userId,
  });
  const job = newJob(mailPasswordResetKind, { tokenId: token.id }, { requestId });
  const entry = { action: "password_reset.request", entity: "user", entityId: userId };
  await sendTogether(db, [
    voidResetsOf(db, userId),
    ...(isKnown
      ? [
          insertMailToken(db, token),
          insertAuditEntries(db, [{ ...entry, actorId: null, requestId }]),
          insertJob(db, job),
        ]
      : []),
  ]);
  if (isKnown) context.later(ring(context, [job]));
}

/**
 * Gives an account the password that somebody chose who got its mail, and ends every session it has.
 *
 * @throws {MailTokenInvalid} 42202, {@link PasswordTooCommon} 42203
 */
export async function confirmPasswordReset(
  { db, requestId }: Context,
  { token, password }: { token: string; password: string },
): Promise<void> {
  const [reset] = await selectOpenReset(db, await sha256(token));
  if (!reset) throw new MailTokenInvalid();
  const { id, userId, email } = reset;
  if (isCommonPassword(password, email)) throw new PasswordTooCommon();
  const passwordHash = await hashPassword(password);
  const entry = { action: "password.reset", entity: "user", entityId: userId };
  await explainAborts(
    () =>
      sendTogether(db, [
        useMailToken(db, id),
        setPassword(db, userId, passwordHash),
        deleteSessionsOf(db, userId),
        voidResetsOf(db, userId),
        insertAuditEntries(db, [{ ...entry, actorId: userId, requestId }]),
      ]),
    { [TOKEN_USED]: () => new MailTokenInvalid() },
  );
}
