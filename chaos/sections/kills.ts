import { setTimeout as sleep } from "node:timers/promises";

import { drain, heal } from "#chaos/drain";
import type { Fate, Operation } from "#chaos/faults";
import { findViolations, type Violation } from "#chaos/invariants/all";
import { makeWebhooks } from "#chaos/load/hooks";
import { Load } from "#chaos/load/load";
import { uploader } from "#chaos/load/media";
import { planner } from "#chaos/load/plans";
import { writer } from "#chaos/load/posts";
import { makeNewsletter, makeReaders, sender, subscriber } from "#chaos/load/readers";
import { importer, inviter, reporter } from "#chaos/load/work";
import type { Random } from "#chaos/random";
import type { Section } from "#chaos/stage";
import { milliseconds, toTable } from "#chaos/tables";
import type { World } from "#chaos/world";

export const habits = [writer, planner, importer, reporter, inviter, uploader, subscriber, sender];

const KILLS_A_ROUND = 20;

/** Kills workers at random moments under load, and looks at everything after each round. */
export const section: Section = async (stage) => {
  const { kills, seed } = stage.options;
  const rounds: Round[] = [];
  const world = await stage.world({ name: "kills", workers: 3 });
  await prepare(world);
  for (let left = kills; left > 0; left -= KILLS_A_ROUND) {
    const random = stage.random.fork(`round ${rounds.length + 1}`);
    rounds.push(await killRound(world, Math.min(left, KILLS_A_ROUND), random));
  }
  await world.stop();
  const heads = [
    "round",
    "kills",
    "freezes",
    "requests",
    "unanswered",
    "errands",
    "mail replays",
    "drained in",
    "violations",
  ];
  const rows = rounds.map((round, index) => [
    index + 1,
    round.kills,
    round.freezes,
    round.requests,
    round.unanswered,
    Object.values(round.errands).reduce((sum, count) => sum + count, 0),
    round.replays,
    milliseconds(round.drainMs),
    round.violations.length,
  ]);
  const { sent, dropped, doubled, wiped } = world.queues.counts;
  const { before, after } = world.faults.harmed;
  const text = `${toTable(heads, rows)}

Doorbells: ${sent} rung, ${dropped} dropped, ${doubled} doubled, ${wiped} wiped. Operations that failed: ${before} before, ${after} after they were done.
Errands: ${summed(rounds)}.`;
  const violations = rounds.flatMap((round) => round.violations);
  return { text, violations, replay: `--only kills --seed ${seed} --kills ${kills}` };
};

/** Endpoints, a newsletter and its readers, made while everything works. */
export async function prepare(world: World): Promise<void> {
  await makeWebhooks(world, 2);
  await makeNewsletter(world, "The letter");
  await makeReaders(world, 250);
}

function summed(rounds: readonly Round[]): string {
  const sums = new Map<string, number>();
  for (const [name, count] of rounds.flatMap(({ errands }) => Object.entries(errands))) {
    sums.set(name, (sums.get(name) ?? 0) + count);
  }
  return [...sums].map(([name, count]) => `${count} ${name}`).join(", ");
}

/** What came of a round. */
export interface Round {
  readonly kills: number;
  readonly freezes: number;
  readonly requests: number;
  readonly unanswered: number;
  readonly errands: Readonly<Record<string, number>>;
  readonly replays: number;
  readonly drainMs: number;
  readonly violations: readonly Violation[];
}

/** Kills and freezes workers under load, with all far ends misbehaving, then looks what is left. */
export async function killRound(world: World, kills: number, random: Random): Promise<Round> {
  const before = { kills: world.kills, freezes: world.freezes, replays: world.mail.counts.replays };
  misbehave(world, random.fork("faults"));
  const load = new Load(world, habits, random.fork("load"));
  const wipes = setInterval(() => world.queues.wipe(), 2000);
  await killWorkers(world, kills, random.fork("kills"));
  clearInterval(wipes);
  await heal(world);
  await load.end();
  const drainMs = await drain(world);
  const { story } = load;
  const complaints = load.complaints.map((what) => ({ invariant: "client", what }));
  const violations = [...complaints, ...(await findViolations({ world, story }))];
  return {
    kills: world.kills - before.kills,
    freezes: world.freezes - before.freezes,
    requests: [...story.statuses.values()].reduce((sum, count) => sum + count, 0),
    unanswered: story.statuses.get(0) ?? 0,
    errands: Object.fromEntries(load.done),
    replays: world.mail.counts.replays - before.replays,
    drainMs,
    violations,
  };
}

/** A worker dies or freezes every 50 to 500 ms, while another comes up in its place. */
async function killWorkers(world: World, kills: number, random: Random): Promise<void> {
  const busy = new Map<number, Promise<void>>();
  for (let killed = 0; killed < kills;) {
    await sleep(random.between(50, 500));
    const place = random.between(0, world.options.workers - 1);
    if (busy.has(place) || (world.upCount === 1 && random.chance(0.7))) continue;
    const isFrozen = random.chance(0.1);
    if (!isFrozen) killed += 1;
    const work = isFrozen
      ? freeze(world, place, random.between(1200, 2500))
      : replace(world, place);
    busy.set(
      place,
      work.finally(() => busy.delete(place)),
    );
  }
  await Promise.all(busy.values());
}

async function replace(world: World, place: number): Promise<void> {
  await world.kill(place);
  await world.revive(place);
}

/** Longer than a lease: what it was doing belongs to another when it goes on. */
async function freeze(world: World, place: number, forMs: number): Promise<void> {
  const worker = world.at(place);
  if (!worker?.isAlive) return;
  world.freezes += 1;
  worker.signal("SIGSTOP");
  await sleep(forMs);
  worker.signal("SIGCONT");
}

function misbehave(world: World, random: Random): void {
  world.queues.mischief = { drop: 0.15, double: 0.2, delay: 0.2, shuffle: true };
  world.mail.mischief = { latencyMs: 15, refuse: 0.05, slow: 0.03 };
  world.hooks.refuse = 0.1;
  world.faults.plan = (operation: Operation): Fate => {
    const chances =
      operation.port === "database" ? { before: 0.01, after: 0.01 } : { before: 0.04, after: 0.04 };
    const dice = random.next();
    if (dice < chances.before) return { harm: "before" };
    if (dice < chances.before + chances.after) return { harm: "after" };
    return random.chance(0.05) ? { harm: null, delayMs: random.between(5, 200) } : { harm: null };
  };
}
