/** Chance that repeats itself: the same seed deals the same cards. */
export interface Random {
  /** At least 0 and less than 1. */
  next(): number;
  /** A whole number of at least `low` and at most `high`. */
  between(low: number, high: number): number;
  chance(probability: number): boolean;
  /** @throws {RangeError} of nothing. */
  pick<Item>(items: readonly Item[]): Item;
  shuffled<Item>(items: readonly Item[]): Item[];
  /** Another source, which neither disturbs this one nor is disturbed by it. */
  fork(name: string): Random;
}

/** Mulberry32 by Tommy Ettinger: 32 bits of state, good enough to choose when to kill. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (low: number, high: number): number =>
    low + Math.floor(next() * (high - low + 1));
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick(items) {
      const index = between(0, items.length - 1);
      if (!(index in items)) throw new RangeError("Nothing to pick from.");
      return items[index] as (typeof items)[number];
    },
    shuffled(items) {
      const left = [...items];
      return items.map(
        () => left.splice(between(0, left.length - 1), 1)[0] as (typeof items)[number],
      );
    },
    fork: (name) => createRandom(hashOf(name, seed)),
  };
}

/** No chance at all: nothing is likely, everything is as small and as early as it can be. */
export const noChance: Random = {
  next: () => 0.999,
  between: (low) => low,
  chance: () => false,
  pick(items) {
    if (!(0 in items)) throw new RangeError("Nothing to pick from.");
    return items[0];
  },
  shuffled: (items) => [...items],
  fork: () => noChance,
};

/** FNV-1a. */
function hashOf(text: string, seed: number): number {
  let hash = (0x81_1c_9d_c5 ^ seed) >>> 0;
  for (const character of text) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01_00_01_93) >>> 0;
  }
  return hash;
}
