import type { Permission } from "#domain/permissions";

import type { Scopes } from "./callers";

/** What a route answers: to whom (`callers.ts`) about what (`recipes.ts`). */
export interface Access extends Scopes {
  readonly rows: Readonly<Record<string, string>>;
}

export const asks = (
  permission: Permission,
  rows: Access["rows"],
  ...also: readonly Permission[]
): Access => ({ permission, also, rows });
export const asksNothing = (rows: Access["rows"]): Access => ({ permission: null, also: [], rows });

/** Strangers are told who they have to be. */
export const shut = "40100 40304 40101";
/** Keys are told that a person has to do it. */
export const people = "40302";

/** What only admins and owners do, and no key. */
export const managed = (code: string): string =>
  `${shut} | 40300 40300 40300 ${code} ${code} | ${people}`;
/** What everybody with an account does, and no key. */
export const personal = (code: string): string => `${shut} | ${code} | ${people}`;
/** What every role does, and keys with the scope. */
export const staffed = (code: string): string => `${shut} | ${code} | ${code} ${code} 40303`;
/** What editors and above do, and their keys with the scope. */
export const edited = (code: string): string =>
  `${shut} | 40300 40300 ${code} ${code} ${code} | ${code} 40300 40303`;
/** What anybody does, unless they show something that is not valid. */
export const open = (code: string): string => `${code} ${code} 40101 | ${code} | ${code}`;
/** What does not look at who asks. */
export const blind = (code: string): string => `${code} | ${code} | ${code}`;

const sizes = [3, 5, 3] as const;

/**
 * The cells of a row, one for each caller.
 *
 * @throws {Error} for a row that has too many or too few.
 */
export function cellsOf(row: string): readonly string[] {
  const groups = row.split("|").map((group) => group.trim().split(/\s+/u));
  const cells = groups.map((group, index) => {
    const size = sizes[index] ?? 0;
    return group.length === 1 ? Array.from({ length: size }, () => group[0] ?? "") : group;
  });
  const isWhole = cells.length === 3 && cells.every(({ length }, index) => length === sizes[index]);
  if (!isWhole) throw new Error(`This is not a row of the table: ${row}`);
  return cells.flat();
}
