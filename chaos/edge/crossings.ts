import { setTimeout as sleep } from "node:timers/promises";

import type { Random } from "#chaos/random";

import { bringOut, type Change, edit, remove, unpublish } from "./changes.ts";
import type { PostHistory } from "./histories.ts";
import type { Place } from "./places.ts";
import { read, type Visit } from "./reads.ts";
import type { Town } from "./town.ts";

/** A change that is made while somebody waits for what was there before. */
interface Crossing {
  readonly change: Change;
  /** Nobody else reads it, so it is in no cache. */
  readonly place: (post: PostHistory) => Place;
}

const crossings: readonly Crossing[] = [
  {
    change: edit,
    place: (post) => ({
      path: `/v1/posts/${post.slug}?fields=title`,
      post,
      isWhole: false,
      keyIn: "header",
    }),
  },
  {
    change: unpublish,
    place: () => ({ path: "/v1/posts?limit=99", post: null, isWhole: true, keyIn: "header" }),
  },
  {
    change: remove,
    place: (post) => ({
      path: `/ghost/api/content/posts/slug/${post.slug}/?key=*&fields=title`,
      post,
      isWhole: false,
      keyIn: "address",
    }),
  },
];

/** Behind the bound, by more than clocks are off. */
const BEHIND_MS = 100;

/**
 * Reads whose answers leave the database before a change and arrive long after it; then the same again from
 * everywhere, when the bound is over for whoever counts from the start of a request, and not for whoever
 * counts from its end. Nothing else may be going on.
 */
export async function readAcrossChanges(town: Town, random: Random): Promise<void> {
  const [origin = ""] = town.origins;
  const { faults } = town.world;
  const arrival = Promise.withResolvers<void>();
  const late: Promise<void>[] = [];
  const visits: Visit[] = [];
  for (const [index, { change, place }] of crossings.entries()) {
    const post = town.posts[index];
    const key = town.keys.at(-1);
    if (!post || !key) return;
    faults.heal();
    await bringOut(town, post, origin, random);
    const visit = { reader: { kind: "key", key }, place: place(post), origin, random } as const;
    faults.begin(() => ({ harm: null, heldUntil: arrival.promise }));
    late.push(read(town, visit));
    await untilHeld(town);
    faults.heal();
    await change(town, post, origin, random);
    visits.push(visit);
  }
  const changedAt = performance.now();
  await sleep(town.boundMs * 0.75);
  arrival.resolve();
  await Promise.all(late);
  await sleep(changedAt + town.boundMs + BEHIND_MS - performance.now());
  await Promise.all(
    visits.flatMap((visit) =>
      town.origins.map((everywhere) => read(town, { ...visit, origin: everywhere })),
    ),
  );
}

/** Waits until the database has answered a reader who does not know it yet. */
async function untilHeld({ world }: Town): Promise<void> {
  for (let waited = 0; waited < 2000; waited += 1) {
    if (world.faults.held.some(({ what }) => what.startsWith("select"))) return;
    await sleep(5);
  }
  throw new Error("a read did not get to the database");
}
