import { setTimeout as sleep } from "node:timers/promises";

import type { Random } from "#chaos/random";

import { revokeKey } from "./changes.ts";
import { foreignCookies, foreignHeaders } from "./foreign.ts";
import { judgeContent, judgeDoor, judgeHeaders } from "./judges.ts";
import { ghostLists, lists, type Place, type Places } from "./places.ts";
import { type Reader, readerByChance, requestOf, staffByChance } from "./readers.ts";
import type { Town } from "./town.ts";

/** Somebody somewhere asks for something. */
export interface Visit {
  readonly reader: Reader;
  readonly place: Place;
  readonly origin: string;
  readonly random: Random;
}

let count = 0;

/** One read, judged when its answer has come. */
export async function read(town: Town, { reader, place, origin, random }: Visit): Promise<void> {
  count += 1;
  const poison = `poison-${count}-`;
  const asked = requestOf(reader, place, random);
  const sentAt = performance.now();
  const response = await fetch(`${origin}${asked.path}`, {
    redirect: "manual",
    headers: {
      ...(reader.kind === "staff" ? {} : strange(poison, random)),
      ...place.headers,
      ...asked.headers,
    },
  });
  const text = await response.text();
  const moment = {
    sentAt,
    endedAt: performance.now(),
    ageMs: reader.kind === "staff" ? 0 : town.boundMs,
  };
  const seen = { reader, place, status: response.status, headers: response.headers, text };
  town.figures.reads += 1;
  if (place.keyIn === "address") town.figures.ghostReads += 1;
  judgeHeaders(town, seen, poison);
  if (judgeDoor(town, seen, moment)) judgeContent(town, seen, moment);
}

/** A few headers that nobody asked for, each with something in it that must not come back. */
function strange(poison: string, random: Random): Record<string, string> {
  const picked = Array.from({ length: random.between(0, 3) }, () => random.pick(foreignHeaders));
  const headers = Object.fromEntries(
    picked.map(([name, value]) => [name, value.replaceAll("*", poison)]),
  );
  if (random.chance(0.2)) headers["cookie"] = random.pick(foreignCookies).replaceAll("*", poison);
  return headers;
}

/** One read by chance from one isolate of the town. */
export async function readByChance(
  town: Town,
  { forReaders, forStaff }: Places,
  origin: string,
  random: Random,
): Promise<void> {
  if (random.chance(0.15)) {
    const reader = staffByChance(town, random);
    return read(town, { reader, place: random.pick(forStaff), origin, random });
  }
  const place = random.pick(forReaders);
  await read(town, { reader: readerByChance(town, place, random), place, origin, random });
}

/** Long after a key was revoked, it opens nothing, and staff see nothing old, though somebody has just read the same. */
export async function readAfterOthers(town: Town, random: Random): Promise<void> {
  const [somewhere = ""] = town.origins;
  const key = await revokeKey(town, somewhere);
  const good = town.keys.at(-1);
  const [place] = lists;
  const [ghostPlace] = ghostLists;
  if (!key || !good || !place || !ghostPlace) return;
  const placeOfStaff = { ...place, isWhole: false };
  await sleep(town.boundMs + 1000);
  for (const origin of town.origins) {
    const visit = { origin, random };
    await read(town, { reader: { kind: "anybody" }, place, ...visit });
    await read(town, { reader: { kind: "key", key }, place, ...visit });
    await read(town, { reader: staffByChance(town, random), place: placeOfStaff, ...visit });
    await read(town, { reader: { kind: "key", key: good }, place: ghostPlace, ...visit });
    await read(town, { reader: { kind: "key", key }, place: ghostPlace, ...visit });
  }
}
