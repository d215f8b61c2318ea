import { newId, now } from "#core/ids";
import type { UserRecord } from "#repository/users";

import { type Actor, rankOf, type Role } from "./actors";
import { reaches, reachOf } from "./permissions";

/** Somebody who writes here; without anything secret. */
export type User = UserRecord;

/** What people say about themselves. */
export type Profile = Pick<User, "name" | "slug" | "bio" | "website" | "avatarUrl">;

/** Somebody whom nobody has saved yet, at version 1. */
export function newUser(person: Pick<User, "name" | "slug" | "email" | "role">): User {
  const moment = now();
  return {
    ...person,
    id: newId(),
    createdAt: moment,
    updatedAt: moment,
    version: 1,
    status: "active",
    bio: null,
    website: null,
    avatarUrl: null,
    avatar: null,
  };
}

/** Somebody with some of it changed, one version on. */
export const reviseUser = (
  user: User,
  change: Partial<Profile & Pick<User, "email" | "role" | "status" | "avatar">>,
): User => ({ ...user, ...change, updatedAt: now(), version: user.version + 1 });

/** What is known of a new avatar: nothing, when it is no picture of ours. */
export const avatarIn = (
  { avatarUrl }: Partial<Profile>,
  pictures: readonly { readonly picture: NonNullable<User["avatar"]> }[],
): Partial<Pick<User, "avatar">> =>
  avatarUrl === undefined ? {} : { avatar: pictures[0]?.picture ?? null };

/** The names of what a change really changed: for the audit, which keeps no one's data. */
export const changedFields = (before: User, after: User): (keyof User)[] =>
  (Object.keys(after) as (keyof User)[])
    .filter((field) => field !== "version" && field !== "updatedAt" && field !== "avatar")
    .filter((field) => before[field] !== after[field])
    .toSorted();

/** A user as the actor may see them: mail addresses are for those who manage people, and for oneself. */
export const shownTo = (actor: Actor, user: User): User =>
  user.id === actor.userId || reachOf(actor.role, "users:manage") === "any"
    ? user
    : { ...user, email: null };

/** Whether the actor may change or remove this account at all: only owners touch owners. */
export const mayTouch = (actor: Actor, user: Pick<User, "role">): boolean =>
  user.role !== "owner" || reaches(actor, "owners:manage", false);

/** Whether the actor may give somebody this role: nobody raises anybody above themselves. */
export const mayGive = (giver: Role, role: Role): boolean => rankOf(role) <= rankOf(giver);

/** Whether somebody may, as they are now, make a user of this role of whomever they ask. */
export const mayInvite = (inviter: Pick<User, "role" | "status">, role: Role): boolean =>
  inviter.status === "active" &&
  reachOf(inviter.role, "invites:manage") === "any" &&
  mayGive(inviter.role, role);

/** Whether this is one of the owners of whom one must always remain. */
export const isActiveOwner = ({ role, status }: Pick<User, "role" | "status">): boolean =>
  role === "owner" && status === "active";
