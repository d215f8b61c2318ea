import { setTimeout as sleep } from "node:timers/promises";

import type { Patch } from "#chaos/build";
import { addKey, changeByChance, write } from "#chaos/edge/changes";
import { readAcrossChanges } from "#chaos/edge/crossings";
import { guards } from "#chaos/edge/guards";
import { placesByChance } from "#chaos/edge/places";
import { readByChance, readAfterOthers } from "#chaos/edge/reads";
import { Town } from "#chaos/edge/town";
import type { Violation } from "#chaos/invariants/all";
import type { Random } from "#chaos/random";
import type { Section, Stage } from "#chaos/stage";
import { milliseconds, toTable } from "#chaos/tables";

/** Workers with caches of their own, as cities are; isolates that share one, as in one city. */
const CITIES = 3;
/** As few as can disagree. */
const CITIES_WITHOUT = 2;
const ISOLATES = 2;
/** Few enough that lists and feeds show all of them. */
const POSTS = 10;
const BOUND_SECONDS = 2;
const AT_ONCE = 6;
/** Of the questions to the database, how many are answered late: reads that begin before a change, and end after it. */
const LATE = 0.02;
/** How many interleavings must be enough to miss a guard, and how far apart: longer than the bound altogether. */
const ROUNDS_WITHOUT = 120;
const PAUSE_WITHOUT_MS = 500;

/** Posts are changed, and read meanwhile from every cache; then each guard is taken out. */
export const section: Section = async (stage) => {
  const { interleavings, isLong } = stage.options;
  const real = await play(stage, {
    name: "cache",
    rounds: interleavings,
    cities: CITIES,
    pauseMs: 30,
    patches: [],
  });
  const runs = isLong ? 3 : 1;
  const rows = [rowOf("nothing", [real])];
  const violations: Violation[] = [...real.violations];
  for (const [index, { name, patches }] of guards.entries()) {
    const towns: Town[] = [];
    for (let run = 0; run < runs; run += 1) {
      const order = {
        rounds: Math.min(ROUNDS_WITHOUT, interleavings),
        cities: CITIES_WITHOUT,
        pauseMs: PAUSE_WITHOUT_MS,
        patches,
      };
      towns.push(await play(stage, { name: `cache_without_${index}_${run}`, ...order }));
    }
    rows.push(rowOf(name, towns));
    const blind = towns.filter((town) => town.violations.length === 0).length;
    if (blind > 0) {
      violations.push({
        invariant: "control",
        what: `without ${name}, ${blind} of ${runs} runs looked well`,
      });
    }
  }
  const heads = [
    "taken out",
    "interleavings",
    "reads",
    "hits",
    "older than the change",
    "by at most",
    "violations",
    "for example",
  ];
  const { ghostReads, ghostHits } = real.figures;
  const setting = [
    `${CITIES} workers with a cache each, ${ISOLATES} isolates in each; bound ${BOUND_SECONDS} s.`,
    `With nothing taken out, ${ghostReads} of the reads were of Ghost's API, ${ghostHits} of them hits.`,
  ].join("\n");
  return { text: `${setting}\n\n${toTable(heads, rows)}`, violations };
};

function rowOf(name: string, towns: readonly Town[]): (string | number)[] {
  const sum = (of: (town: Town) => number): number =>
    towns.reduce((total, town) => total + of(town), 0);
  const oldest = Math.max(...towns.map(({ figures }) => figures.oldestMs));
  return [
    name,
    sum(({ figures }) => figures.rounds),
    sum(({ figures }) => figures.reads),
    sum(({ figures }) => figures.hits),
    sum(({ figures }) => figures.stale),
    milliseconds(oldest),
    towns.map(({ violations }) => violations.length).join(", "),
    towns[0]?.violations[0]?.what.slice(0, 90) ?? "",
  ];
}

interface Play {
  readonly name: string;
  readonly rounds: number;
  readonly cities: number;
  /** The longest time between two changes of one writer. */
  readonly pauseMs: number;
  readonly patches: readonly Patch[];
}

/** One deployment, its writers and its readers, from empty to its last read. */
async function play(stage: Stage, { name, rounds, cities, pauseMs, patches }: Play): Promise<Town> {
  const bundle = patches.length === 0 ? await stage.bundle() : await stage.bundle(name, patches);
  const vars = { EDGE_CACHE: "worker", EDGE_CACHE_SECONDS: String(BOUND_SECONDS) };
  const options = { name, bundle, vars, workers: cities, isolates: ISOLATES, tickMs: 5000 };
  const world = await stage.world(options);
  const town = new Town(world, BOUND_SECONDS * 1000, POSTS);
  const random = stage.random.fork(name);
  await open(town, random.fork("open"));
  const delays = random.fork("delays");
  world.faults.plan = ({ port }) => ({
    harm: null,
    holdMs: port === "database" && delays.chance(LATE) ? delays.between(200, 1500) : 0,
  });
  const reading = new Set<Promise<void>>();
  let left = rounds;
  const work = async (worker: number): Promise<void> => {
    const chance = random.fork(`worker ${worker}`);
    while (left > 0) {
      left -= 1;
      await sleep(chance.between(0, pauseMs));
      await interleave(town, reading, chance);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_none, worker) => work(worker)));
  await Promise.all(reading);
  await readAcrossChanges(town, random.fork("crossings"));
  await readAfterOthers(town, random.fork("after others"));
  await world.stop();
  return town;
}

async function open(town: Town, random: Random): Promise<void> {
  const [origin = ""] = town.origins;
  for (let keys = 0; keys < 3; keys += 1) await addKey(town, origin);
  for (const post of town.posts) {
    await write(town, post, random.pick(town.origins), random.pick(["public", "draft"] as const));
  }
}

/** One change by chance, and reads in every city: before it, while it is made, and until long after its bound. */
async function interleave(town: Town, reading: Set<Promise<void>>, random: Random): Promise<void> {
  const free = town.posts.filter(({ isBusy }) => !isBusy);
  const post = random.pick(free);
  post.isBusy = true;
  const places = placesByChance(post, random);
  const readLater = (origin: string, ms: number): void => {
    const chance = random.fork(`${town.figures.rounds} ${reading.size}`);
    const work = (async () => {
      await sleep(ms);
      await readByChance(town, places, origin, chance);
    })().catch((error: unknown) => town.complain("answer", String(error)));
    reading.add(work);
    void work.finally(() => reading.delete(work));
  };
  for (let city = 0; city * ISOLATES < town.origins.length; city += 1) {
    const origin = (): string =>
      town.origins[city * ISOLATES + random.between(0, ISOLATES - 1)] ?? "";
    readLater(origin(), random.between(0, 60));
    readLater(origin(), random.between(0, town.boundMs));
    readLater(origin(), random.between(0, town.boundMs * 1.5));
  }
  await sleep(random.between(0, 30));
  try {
    await changeByChance(town, post, random.pick(town.origins), random);
    town.figures.rounds += 1;
  } catch (error) {
    town.complain("answer", String(error));
  } finally {
    post.isBusy = false;
  }
}
