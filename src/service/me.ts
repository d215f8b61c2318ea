import {
  EmailTaken,
  PasswordTooCommon,
  PasswordWrong,
  SlugTaken,
  UserNotFound,
} from "#api/exceptions";
import type { Context } from "#core/context";
import type { Statement } from "#core/db";
import type { Caller } from "#domain/actors";
import { isCommonPassword } from "#domain/common-passwords";
import { digestsIn } from "#domain/media/addresses";
import { hashPassword, isPassword } from "#domain/passwords";
import { openSession } from "#domain/sessions";
import { throttles } from "#domain/throttles";
import { avatarIn, changedFields, type Profile, reviseUser, type User } from "#domain/users";
import { voidResetsOf } from "#repository/mail-tokens";
import { keepAvatar, selectPictures } from "#repository/pictures";
import { deleteSessionsOf, insertSession } from "#repository/sessions";
import {
  PASSWORD_CHANGED,
  requirePassword,
  selectPasswordOfSession,
  selectUserOfSession,
  selectUserSlugsLike,
  selectUserWithEmail,
  setPassword,
  updateUser,
} from "#repository/users";

import { explainAborts } from "./aborts";
import type { SignedIn } from "./auth/sign-up";
import { ask, perform } from "./perform";
import { countAgainst, refuseExcess } from "./throttles";
import { type Base, expectBase } from "./versions";

/** What somebody changes about themselves. A new address needs their password. */
export interface MyChanges extends Partial<Profile> {
  /** In lower case. */
  readonly email?: string;
  readonly currentPassword?: string;
}

/** Whoever is asking. */
export async function readMe(context: Context, caller: Caller): Promise<User> {
  const { loaded } = await ask(context, caller, "me:manage", [
    selectUserOfSession(context.db, hashOf(caller)),
  ]);
  return expectMe(loaded[0]);
}

/**
 * Changes what is given and leaves the rest. A new address voids the password resets that went to the old.
 *
 * @throws {StaleVersion} 41200, {@link SlugTaken} 40904, {@link EmailTaken} 40905
 * @throws {PasswordWrong} 40307, {@link TooManyAttempts} 42900
 */
export function editMe(
  context: Context,
  caller: Caller,
  base: Base<User>,
  { currentPassword, ...changes }: MyChanges,
): Promise<User> {
  const { slug, email } = changes;
  return perform(context, caller, {
    permission: "me:manage",
    load: (db) => [
      selectUserOfSession(db, hashOf(caller)),
      selectUserSlugsLike(db, slug ?? ""),
      selectUserWithEmail(db, email ?? ""),
      selectPasswordOfSession(db, hashOf(caller)),
      selectPictures(db, digestsIn(changes.avatarUrl ?? null)),
      ...(email === undefined ? [] : [countGuess(context, caller)]),
    ],
    decide: async (_actor, [found, slugs, namesakes, hashes, pictures, guesses]) => {
      const me = expectMe(found);
      if (guesses) await expectPassword(currentPassword ?? "", hashes, guesses);
      await expectBase(me, base);
      if (slugs.some((taken) => taken.slug === slug && taken.userId !== me.id)) {
        throw new SlugTaken(slug ?? "");
      }
      if (namesakes.some(({ id }) => id !== me.id)) throw new EmailTaken();
      const next = reviseUser(me, { ...changes, ...avatarIn(changes, pictures) });
      const changed = changedFields(me, next);
      return {
        result: next,
        statements: [
          updateUser(context.db, next),
          ...(changed.includes("avatarUrl") ? keepAvatar(context.db, me.id) : []),
          ...(changed.includes("email") ? [voidResetsOf(context.db, me.id)] : []),
        ],
        audit: [
          {
            action: "user.update",
            entity: "user",
            entityId: me.id,
            version: next.version,
            changes: { changed },
          },
        ],
      };
    },
  });
}

/**
 * Changes the password. Every session ends, wherever it is; the one that asked goes on as a new one.
 *
 * @throws {PasswordWrong} 40307, {@link PasswordTooCommon} 42203, {@link TooManyAttempts} 42900
 */
export function changePassword(
  context: Context,
  caller: Caller,
  { currentPassword, newPassword }: { currentPassword: string; newPassword: string },
): Promise<SignedIn> {
  const { db } = context;
  const save = () =>
    perform(context, caller, {
      permission: "me:manage",
      load: () => [
        selectUserOfSession(db, hashOf(caller)),
        selectPasswordOfSession(db, hashOf(caller)),
        countGuess(context, caller),
      ],
      decide: async (_actor, [found, hashes, guesses]) => {
        const me = expectMe(found);
        const hash = await expectPassword(currentPassword, hashes, guesses);
        if (isCommonPassword(newPassword, me.email)) throw new PasswordTooCommon();
        const { row, ticket } = await openSession(me.id, caller);
        const statements: Statement[] = [
          requirePassword(db, me.id, hash),
          setPassword(db, me.id, await hashPassword(newPassword)),
          deleteSessionsOf(db, me.id),
          voidResetsOf(db, me.id),
          insertSession(db, row),
        ];
        const entry = { entity: "user", entityId: me.id, version: null };
        return {
          result: { user: me, session: ticket },
          statements,
          audit: [{ ...entry, action: "password.change" }],
        };
      },
    });
  return explainAborts(save, { [PASSWORD_CHANGED]: () => new PasswordWrong() });
}

/** What a service of one's own things asks by; the table has none for a caller without credentials. */
const hashOf = ({ credential }: Caller): string => credential?.hash ?? "";

const countGuess = ({ db }: Context, caller: Caller) =>
  countAgainst(db, throttles.passwordOfSession, hashOf(caller));

/** The hash that the password was right for. @throws {PasswordWrong} 40307, {@link TooManyAttempts} 42900 */
async function expectPassword(
  password: string,
  [found]: readonly { passwordHash: string | null }[],
  guesses: Awaited<ReturnType<typeof countGuess>>,
): Promise<string> {
  refuseExcess([throttles.passwordOfSession, guesses]);
  const hash = found?.passwordHash ?? null;
  if (!(await isPassword(password, hash)) || hash === null) throw new PasswordWrong();
  return hash;
}

function expectMe([user]: readonly User[]): User {
  if (!user) throw new UserNotFound();
  return user;
}
