import { setTimeout as sleep } from "node:timers/promises";

import { drain, heal } from "#chaos/drain";
import type { Harm } from "#chaos/faults";
import { findViolations, type Violation } from "#chaos/invariants/all";
import { Load } from "#chaos/load/load";
import type { Random } from "#chaos/random";
import { habits, prepare } from "#chaos/sections/kills";
import type { Section } from "#chaos/stage";
import { milliseconds, quantile, toTable } from "#chaos/tables";
import type { World } from "#chaos/world";

const PROBERS = 12;
const WITHIN_MS = 2000;
const DRAINED_WITHIN_MS = 60_000;

/** A request that was made while the database was away. */
interface Sample {
  readonly ms: number;
  readonly status: number;
  readonly hasRetryAfter: boolean;
}

interface Outage {
  readonly name: string;
  readonly seconds: number;
  readonly samples: readonly Sample[];
  readonly drainMs: number;
  readonly violations: readonly Violation[];
}

/** Takes the database away under load, in both ways that a database can be away. */
export const section: Section = async (stage) => {
  const seconds = stage.options.isLong ? 30 : 6;
  const world = await stage.world({ name: "outage" });
  await prepare(world);
  const outages: Outage[] = [];
  for (const [name, harm] of [
    ["refused", "before"],
    ["silent", "silence"],
  ] as const) {
    outages.push(await takeAway(world, { name, harm, seconds }, stage.random.fork(name)));
  }
  await world.stop();
  // How long things take says something only where they are given time, on a machine that has it.
  const slow = stage.options.isLong ? outages.flatMap(tooSlow) : [];
  const heads = [
    "database",
    "away",
    "requests",
    "503 with Retry-After",
    "other answers",
    "p50",
    "p99",
    "slowest",
    "drained in",
    "violations",
  ];
  const rows = outages.map(({ name, samples, drainMs, violations }) => {
    const times = samples.map(({ ms }) => ms);
    const good = samples.filter(isGood).length;
    return [
      name,
      `${seconds} s`,
      samples.length,
      good,
      samples.length - good,
      milliseconds(quantile(times, 0.5)),
      milliseconds(quantile(times, 0.99)),
      milliseconds(Math.max(...times)),
      milliseconds(drainMs),
      violations.length,
    ];
  });
  return {
    text: toTable(heads, rows),
    violations: [...outages.flatMap(({ violations }) => violations), ...slow],
  };
};

const isGood = ({ status, hasRetryAfter }: Sample): boolean => status === 503 && hasRetryAfter;

async function takeAway(
  world: World,
  { name, harm, seconds }: { readonly name: string; readonly harm: Harm; readonly seconds: number },
  random: Random,
): Promise<Outage> {
  const load = new Load(world, habits, random.fork("load"));
  await sleep(2000);
  world.faults.plan = ({ port }) => ({ harm: port === "database" ? harm : null });
  // What was asked before hears of it as well.
  await sleep(50);
  const samples: Sample[] = [];
  const end = performance.now() + seconds * 1000;
  await Promise.all(
    Array.from({ length: PROBERS }, (_, index) =>
      probe(world, random.fork(`prober ${index}`), { end, samples }),
    ),
  );
  await heal(world);
  await load.end();
  const drainMs = await drain(world);
  const { story } = load;
  const complaints = load.complaints.map((what) => ({ invariant: "client", what }));
  const violations = [
    ...complaints,
    ...judge(samples),
    ...(await findViolations({ world, story })),
  ];
  return { name, seconds, samples, drainMs, violations };
}

function judge(samples: readonly Sample[]): Violation[] {
  const bad = samples.filter((sample) => !isGood(sample));
  return bad.slice(0, 5).map((sample) => ({
    invariant: "503",
    what: `a request was answered ${JSON.stringify(sample)}`,
  }));
}

function tooSlow({ name, samples, drainMs }: Outage): Violation[] {
  const p99 = quantile(
    samples.map(({ ms }) => ms),
    0.99,
  );
  const waited = `${name}: p99 is ${milliseconds(p99)}`;
  const drained = `${name}: ${milliseconds(drainMs)}`;
  return [
    ...(p99 > WITHIN_MS ? [{ invariant: "503", what: waited }] : []),
    ...(drainMs > DRAINED_WITHIN_MS ? [{ invariant: "drain", what: drained }] : []),
  ];
}

/** Asks for this and that, and takes the time. */
async function probe(
  world: World,
  random: Random,
  { end, samples }: { readonly end: number; readonly samples: Sample[] },
): Promise<void> {
  while (performance.now() < end) {
    const body = JSON.stringify({ title: "Never to be seen", content: "Nothing." });
    const isWrite = random.chance(0.3);
    const { origin } = world.worker(random);
    const start = performance.now();
    const response = await fetch(`${origin}/v1/posts${isWrite ? "" : "?limit=5"}`, {
      method: isWrite ? "POST" : "GET",
      headers: {
        authorization: `Bearer ${world.token}`,
        ...(isWrite ? { "content-type": "application/json" } : {}),
      },
      ...(isWrite ? { body } : {}),
    }).catch(() => null);
    await response?.body?.cancel();
    samples.push({
      ms: performance.now() - start,
      status: response?.status ?? 0,
      hasRetryAfter: response?.headers.has("retry-after") === true,
    });
    await sleep(random.between(20, 80));
  }
}
