import type { Random } from "#chaos/random";

import type { KeyHistory } from "./histories.ts";
import type { Place } from "./places.ts";
import type { Town } from "./town.ts";

/** Who reads. Staff see drafts as well, and nothing that is old. */
export type Reader =
  | { readonly kind: "anybody" }
  | { readonly kind: "key"; readonly key: KeyHistory }
  | { readonly kind: "staff"; readonly headers: Readonly<Record<string, string>> };

/** What somebody without a key puts where one belongs. */
const noKeys: readonly string[] = ["", "0123456789abcdef0123456789"];

export function staffByChance({ token }: Town, random: Random): Reader {
  const headers: Readonly<Record<string, string>> = random.chance(0.5)
    ? { authorization: `Bearer ${token}` }
    : { cookie: `theme=dark; __Host-session=${token}` };
  return { kind: "staff", headers };
}

/**
 * How many readers have a key, and how many of those one of the newest. Without one Ghost's API is soon
 * explored; and what one key opened there, another does not find.
 */
const habits = {
  address: { withKey: 0.9, withNew: 0.8, newest: 2 },
  header: { withKey: 0.35, withNew: 0.5, newest: 3 },
  nothing: { withKey: 0.35, withNew: 0.5, newest: 3 },
} as const;
const KEYS_IN_USE = 12;

/** Anybody, or somebody with a key that may have been revoked. */
export function readerByChance({ keys }: Town, { keyIn }: Place, random: Random): Reader {
  const { withKey, withNew, newest } = habits[keyIn];
  if (!random.chance(withKey)) return { kind: "anybody" };
  const inUse = keys.slice(random.chance(withNew) ? -newest : -KEYS_IN_USE);
  return { kind: "key", key: random.pick(inUse) };
}

/** What a reader asks for, and says about itself. */
export function requestOf(
  reader: Reader,
  { path, keyIn }: Place,
  random: Random,
): { readonly path: string; readonly headers: Readonly<Record<string, string>> } {
  if (reader.kind === "staff") return { path, headers: reader.headers };
  const key = reader.kind === "key" ? reader.key.key : null;
  if (keyIn === "address")
    return { path: path.replace("*", key ?? random.pick(noKeys)), headers: {} };
  return { path, headers: key === null ? {} : { authorization: `Bearer ${key}` } };
}
