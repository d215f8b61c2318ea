import { newId } from "#core/ids";
import type { Person } from "#test/support/people";

import { givenPostOf } from "./things";

/** One valid request to a route: about what, and with what. */
export interface Target {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** Sent as it is, with its media type. */
  readonly stream?: { readonly type: string; readonly text: string };
  /** What its body is signed with: another body is refused for that alone. */
  readonly signature?: Readonly<Record<string, string>>;
  /** What a list is looked through for. */
  readonly id?: string;
}

export interface People {
  /** Whoever asks, or whom their key belongs to. For strangers somebody else. */
  readonly holder: Person;
  /** An editor who is never the one that asks. */
  readonly other: Person;
}

/** Makes what a request is about, fresh, and says how to ask. */
export type Recipe = (people: People) => Target | Promise<Target>;

export const text = () => `Text ${crypto.randomUUID()}`;
export const about = (id: string, rest: Target = {}): Target => ({ ...rest, params: { id }, id });
export const missing =
  (rest: Target = {}): Recipe =>
  () =>
    about(newId(), rest);
export const plain: Recipe = () => ({});
/** In a list: as much of it as there is to a page, so that what was made last is on the first. */
export const listed =
  (recipe: Recipe, query: Target["query"]): Recipe =>
  async (people) => ({ id: (await recipe(people)).id ?? "", query: { limit: "100", ...query } });
export const eachListed = (
  plainly: Readonly<Record<string, Recipe>>,
  query: Target["query"] = {},
): Record<string, Recipe> =>
  Object.fromEntries(
    Object.entries(plainly).map(([name, recipe]) => [name, listed(recipe, query)]),
  );

/** The posts that somebody may be asked for, with what is asked. */
export const post =
  (
    whose: keyof People,
    options: Parameters<typeof givenPostOf>[1] = {},
    rest: Target = {},
  ): Recipe =>
  async (people) =>
    about((await givenPostOf(people[whose], options)).id, rest);
