import {
  Contended,
  EmailTaken,
  InviteRequired,
  PasswordTooCommon,
  SetupTokenInvalid,
} from "#api/exceptions";
import type { Context } from "#core/context";
import { duplicateOf, type Statement, sendTogether } from "#core/db";
import type { Settings } from "#core/settings";
import { sameText, sha256 } from "#core/tokens";
import type { Caller } from "#domain/actors";
import { isCommonPassword } from "#domain/common-passwords";
import { hashPassword } from "#domain/passwords";
import { openSession, type Ticket } from "#domain/sessions";
import { slugify } from "#domain/slugs";
import { throttles } from "#domain/throttles";
import { mayInvite, newUser, type User } from "#domain/users";
import { insertAuditEntries } from "#repository/audit";
import { selectInviteByToken, TOKEN_USED, useMailToken } from "#repository/mail-tokens";
import { insertSession } from "#repository/sessions";
import {
  insertUser,
  NOT_FIRST,
  requireNobody,
  selectAnyUser,
  selectUserSlugsLike,
  selectUserWithEmail,
  takeTurnsOnOwners,
} from "#repository/users";
import { explainAborts } from "#service/aborts";
import { freeSlug } from "#service/posts/references";
import { countAgainst, refuseExcess } from "#service/throttles";

export interface SignUp {
  readonly name: string;
  /** In lower case. */
  readonly email: string;
  readonly password: string;
  readonly setupToken: string | null;
  readonly inviteToken: string | null;
}

/** Somebody who has just proved who they are. */
export interface SignedIn {
  readonly user: User;
  readonly session: Ticket;
}

const ATTEMPTS = 4;

/**
 * Makes an account and signs in to it. The first one is the owner's; every other needs an invitation to
 * its very address, from somebody who could still send it.
 *
 * @throws {SetupTokenInvalid} 40305, {@link InviteRequired} 40306, {@link EmailTaken} 40905
 * @throws {PasswordTooCommon} 42203, {@link TooManyAttempts} 42900
 */
export async function signUp(context: Context, caller: Caller, wish: SignUp): Promise<SignedIn> {
  let passwordHash: string | undefined;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const admitted = await admit(context, caller, wish, attempt);
    passwordHash ??= await hashPassword(wish.password);
    try {
      return await save(context, caller, admitted, passwordHash);
    } catch (error) {
      const duplicate = duplicateOf(error);
      if (duplicate === "users_email_key") throw new EmailTaken();
      if (duplicate !== "users_slug_key") throw error;
    }
  }
  throw new Contended();
}

/** Somebody who may have an account, and what must still be so when it is saved. */
interface Admitted {
  readonly user: User;
  readonly conditions: readonly Statement[];
}

async function admit(
  { db, settings }: Context,
  caller: Caller,
  { name, email, password, setupToken, inviteToken }: SignUp,
  attempt: number,
): Promise<Admitted> {
  const slug = slugify(name);
  const throttle = throttles.signUpFromNetwork;
  const [counted, anybody, [invite], namesakes, slugs] = await db.batch([
    countAgainst(db, throttle, caller.network),
    selectAnyUser(db),
    selectInviteByToken(db, await sha256(inviteToken ?? "")),
    selectUserWithEmail(db, email),
    selectUserSlugsLike(db, slug),
  ]);
  refuseExcess([throttle, counted]);
  const isFirst = anybody.length === 0;
  if (isFirst) await checkSetupToken(settings, setupToken);
  else if (invite?.email !== email || !mayInvite(invite.inviter, invite.role)) {
    throw new InviteRequired();
  }
  if (namesakes.length > 0) throw new EmailTaken();
  if (isCommonPassword(password, email)) throw new PasswordTooCommon();
  return {
    user: newUser({
      name,
      email,
      role: isFirst || !invite ? "owner" : invite.role,
      slug: freeSlug(
        slug,
        slugs.map((taken) => taken.slug),
        { isWished: false, attempt },
      ),
    }),
    conditions:
      isFirst || !invite
        ? [takeTurnsOnOwners(db), requireNobody(db)]
        : [useMailToken(db, invite.id)],
  };
}

/**
 * Outside local development nobody becomes the owner without the operator's token.
 *
 * @throws {SetupTokenInvalid} 40305
 */
async function checkSetupToken(
  { ENVIRONMENT, SETUP_TOKEN }: Settings,
  setupToken: string | null,
): Promise<void> {
  if (setupToken === null && ENVIRONMENT === "local") return;
  if (setupToken === null || SETUP_TOKEN === undefined) throw new SetupTokenInvalid();
  const isRight = sameText(await sha256(setupToken), await sha256(SETUP_TOKEN));
  if (!isRight) throw new SetupTokenInvalid();
}

async function save(
  { db, requestId }: Context,
  caller: Caller,
  { user, conditions }: Admitted,
  passwordHash: string,
): Promise<SignedIn> {
  const { row, ticket } = await openSession(user.id, caller);
  const by = { actorId: user.id, requestId };
  const insert = insertUser(db, { ...user, passwordHash });
  const audit = insertAuditEntries(db, [
    { ...by, action: "user.create", entity: "user", entityId: user.id, version: user.version },
    { ...by, action: "session.create", entity: "session", entityId: row.id },
  ]);
  await explainAborts(
    () => sendTogether(db, [...conditions, insert, insertSession(db, row), audit]),
    { [NOT_FIRST]: () => new InviteRequired(), [TOKEN_USED]: () => new InviteRequired() },
  );
  return { user, session: ticket };
}
