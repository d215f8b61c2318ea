import {
  HeirInvalid,
  LastOwner,
  PermissionDenied,
  RoleTooHigh,
  SlugTaken,
  UserNotFound,
} from "#api/exceptions";
import type { Context } from "#core/context";
import { databaseErrorOf, type Statement } from "#core/db";
import { type Page, type PageRequest, toPage } from "#core/pages";
import type { Actor, Caller } from "#domain/actors";
import { digestsIn } from "#domain/media/addresses";
import {
  avatarIn,
  changedFields,
  isActiveOwner,
  mayGive,
  mayTouch,
  type Profile,
  reviseUser,
  shownTo,
  type User,
} from "#domain/users";
import { keepAvatar, selectPictures } from "#repository/pictures";
import { deleteSessionsOf } from "#repository/sessions";
import {
  deleteUser as deleteUserRow,
  handOverPosts,
  LAST_OWNER,
  lockUser,
  requireOwner,
  selectAnyCredit,
  selectUser,
  selectUsers,
  selectUserSlugsLike,
  takeTurnsOnOwners,
  updateUser,
  type UserFilter,
} from "#repository/users";

import { explainAborts } from "./aborts";
import { ask, type AuditNote, perform } from "./perform";
import { type Base, expectBase } from "./versions";

export type UserChanges = Partial<Profile & Pick<User, "role" | "status">>;

/** A page of everybody, by name. Mail addresses only for those who manage people. */
export async function listUsers(
  context: Context,
  caller: Caller,
  filter: UserFilter,
  page: PageRequest,
): Promise<Page<User>> {
  const { actor, loaded } = await ask(context, caller, "users:read", [
    selectUsers(context.db, filter, page),
  ]);
  const { items, next } = toPage(loaded[0], page, ({ name, id }) => [name, id]);
  return { items: items.map((user) => shownTo(actor, user)), next };
}

/** @throws {UserNotFound} 40405 */
export async function readUser(context: Context, caller: Caller, id: string): Promise<User> {
  const { actor, loaded } = await ask(context, caller, "users:read", [selectUser(context.db, id)]);
  const [user] = loaded[0];
  if (!user) throw new UserNotFound();
  return shownTo(actor, user);
}

/**
 * Changes what is given and leaves the rest. Whoever is suspended is signed out everywhere at once.
 *
 * @throws {UserNotFound} 40405, {@link StaleVersion} 41200, {@link SlugTaken} 40904
 * @throws {PermissionDenied} 40300 on an owner's account, by anyone but an owner.
 * @throws {RoleTooHigh} 42206, {@link LastOwner} 40906
 */
export function editUser(
  context: Context,
  caller: Caller,
  target: Base<User> & { readonly id: string },
  changes: UserChanges,
): Promise<User> {
  const { db } = context;
  const { id } = target;
  const { slug, role } = changes;
  const save = () =>
    perform(context, caller, {
      permission: "users:manage",
      load: () => [
        selectUser(db, id),
        selectUserSlugsLike(db, slug ?? ""),
        selectPictures(db, digestsIn(changes.avatarUrl ?? null)),
      ],
      decide: async (actor, [[found], slugs, pictures]) => {
        const user = expectUser(actor, found);
        await expectBase(user, target);
        if (role !== undefined && !mayGive(actor.role, role)) throw new RoleTooHigh();
        if (slugs.some((taken) => taken.slug === slug && taken.userId !== user.id)) {
          throw new SlugTaken(slug ?? "");
        }
        const next = reviseUser(user, { ...changes, ...avatarIn(changes, pictures) });
        const isSuspended = user.status === "active" && next.status === "suspended";
        const statements = [
          updateUser(db, next),
          ...(changes.avatarUrl === undefined ? [] : keepAvatar(db, user.id)),
          ...(isSuspended ? [deleteSessionsOf(db, user.id)] : []),
        ];
        const losesOwner = isActiveOwner(user) && !isActiveOwner(next);
        return {
          result: next,
          statements: losesOwner ? keepingOwner(context, statements) : statements,
          audit: [noteOf(user, next)],
        };
      },
    });
  return explainAborts(save, { [LAST_OWNER]: () => new LastOwner() });
}

/** What was changed, and between what where that is nobody's secret. */
function noteOf(before: User, after: User): AuditNote {
  const role = before.role === after.role ? {} : { role: [before.role, after.role] };
  const status = before.status === after.status ? {} : { status: [before.status, after.status] };
  return {
    action: "user.update",
    entity: "user",
    entityId: after.id,
    version: after.version,
    changes: { changed: changedFields(before, after), ...role, ...status },
  };
}

/**
 * Removes an account. Its posts are handed to `heirId`, who is named once where both wrote.
 *
 * @throws {UserNotFound} 40405, {@link HeirInvalid} 42205, {@link LastOwner} 40906
 * @throws {PermissionDenied} 40300 on an owner's account, by anyone but an owner.
 */
export function deleteUser(
  context: Context,
  caller: Caller,
  id: string,
  heirId: string | null,
): Promise<null> {
  const { db } = context;
  const save = () =>
    perform(context, caller, {
      permission: "users:manage",
      load: () => [selectUser(db, id), selectUser(db, heirId ?? id), selectAnyCredit(db, id)],
      decide: (actor, [[found], [heir], credits]) => {
        const user = expectUser(actor, found);
        if (heirId !== null && (!heir || heir.id === user.id)) throw new HeirInvalid();
        if (heirId === null && credits.length > 0) throw new HeirInvalid();
        const statements = [
          lockUser(db, id),
          ...(heirId === null ? [] : handOverPosts(db, id, heirId)),
          deleteUserRow(db, id),
        ];
        return {
          result: null,
          statements: isActiveOwner(user) ? keepingOwner(context, statements) : statements,
          audit: [
            {
              action: "user.delete",
              entity: "user",
              entityId: id,
              version: user.version + 1,
              changes: { posts_to: heirId },
            },
          ],
        };
      },
    });
  return explainAborts(() => explainOrphans(save), { [LAST_OWNER]: () => new LastOwner() });
}

/** A post was credited to the user, or the heir has gone, after both were looked up. */
async function explainOrphans(save: () => Promise<null>): Promise<null> {
  try {
    return await save();
  } catch (error) {
    // PostgreSQL 18 tells a refused deletion (restrict) from a missing reference.
    const code = databaseErrorOf(error)?.code ?? "";
    throw ["23503", "23001"].includes(code) ? new HeirInvalid() : error;
  }
}

/** @throws {UserNotFound} 40405, {@link PermissionDenied} 40300 */
function expectUser(actor: Actor, user: User | undefined): User {
  if (!user) throw new UserNotFound();
  if (!mayTouch(actor, user)) throw new PermissionDenied("owners:manage");
  return user;
}

/** Statements that take an owner away: undone when it was the last. Two at once take turns. */
const keepingOwner = ({ db }: Context, statements: readonly Statement[]): readonly Statement[] => [
  takeTurnsOnOwners(db),
  ...statements,
  requireOwner(db),
];
