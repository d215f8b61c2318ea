import { type Actor, type Role, roles } from "./actors";

/** How far a permission reaches: everybody's things, one's own, or nothing. */
export type Reach = "any" | "own" | "none";

interface Grant {
  readonly owner: Reach;
  readonly admin: Reach;
  readonly editor: Reach;
  readonly author: Reach;
  readonly contributor: Reach;
  /** Whether a secret key can carry it as a scope. What concerns accounts is for people alone. */
  readonly keys: boolean;
}

const row = (
  grants: readonly [Reach, Reach, Reach, Reach, Reach],
  options: { keys: boolean },
): Grant => {
  const [owner, admin, editor, author, contributor] = grants;
  return { owner, admin, editor, author, contributor, ...options };
};

const forKeysToo = { keys: true };
const forPeople = { keys: false };

/** Who may do what. Whatever is not in this table, nobody may. */
export const permissions = {
  //                     owner  admin  editor  author  contributor
  "posts:read": row(["any", "any", "any", "own", "own"], forKeysToo),
  "posts:write": row(["any", "any", "any", "own", "own"], forKeysToo),
  "posts:publish": row(["any", "any", "any", "own", "none"], forKeysToo),
  "posts:delete": row(["any", "any", "any", "own", "own"], forKeysToo),
  "tags:write": row(["any", "any", "any", "none", "none"], forKeysToo),
  "imports:write": row(["any", "any", "any", "none", "none"], forKeysToo),
  "reports:write": row(["any", "any", "any", "own", "own"], forKeysToo),
  "reports:schedule": row(["any", "any", "own", "none", "none"], forKeysToo),
  "media:read": row(["any", "any", "any", "any", "any"], forKeysToo),
  "media:write": row(["any", "any", "any", "own", "own"], forKeysToo),
  "newsletters:read": row(["any", "any", "any", "any", "any"], forKeysToo),
  "newsletters:write": row(["any", "any", "none", "none", "none"], forKeysToo),
  "sends:write": row(["any", "any", "any", "none", "none"], forKeysToo),
  "subscribers:read": row(["any", "any", "none", "none", "none"], forKeysToo),
  "subscribers:write": row(["any", "any", "none", "none", "none"], forKeysToo),
  "webhooks:manage": row(["any", "any", "none", "none", "none"], forKeysToo),
  "settings:write": row(["any", "any", "none", "none", "none"], forKeysToo),
  "jobs:read": row(["any", "any", "any", "own", "own"], forKeysToo),
  "jobs:manage": row(["any", "any", "any", "own", "own"], forKeysToo),
  "users:read": row(["any", "any", "any", "any", "any"], forKeysToo),
  "users:manage": row(["any", "any", "none", "none", "none"], forPeople),
  "owners:manage": row(["any", "none", "none", "none", "none"], forPeople),
  "invites:manage": row(["any", "any", "none", "none", "none"], forPeople),
  "keys:manage": row(["any", "any", "none", "none", "none"], forPeople),
  "me:manage": row(["own", "own", "own", "own", "own"], forPeople),
} as const satisfies Record<string, Grant>;

export type Permission = keyof typeof permissions;

/** What a secret key can be given. */
export const scopes: readonly Permission[] = (Object.keys(permissions) as Permission[]).filter(
  (permission) => permissions[permission].keys,
);

export const reachOf = (role: Role, permission: Permission): Reach => permissions[permission][role];

/** The roles whose permission reaches everybody's things. */
export const rolesReachingAny = (permission: Permission): Role[] =>
  roles.filter((role) => reachOf(role, permission) === "any");

/** Why somebody may not: the caller's role, the key's scopes, or that it is a key at all. */
export type Refusal = "role" | "scope" | "key";

/**
 * Asks the table. A key never has more than the role of the person who made it has now.
 *
 * @returns undefined when the actor may, at least with their own things.
 */
export function refusalOf(actor: Actor, permission: Permission): Refusal | undefined {
  if (actor.key && !permissions[permission].keys) return "key";
  if (reachOf(actor.role, permission) === "none") return "role";
  if (actor.key && !actor.key.scopes.includes(permission)) return "scope";
  return undefined;
}

/** Whether the actor's permission reaches a thing that is, or is not, their own. */
export function reaches(actor: Actor, permission: Permission, isOwn: boolean): boolean {
  if (refusalOf(actor, permission)) return false;
  const reach = reachOf(actor.role, permission);
  return reach === "any" || (reach === "own" && isOwn);
}
