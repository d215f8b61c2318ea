import { setTimeout as sleep } from "node:timers/promises";

import { drain, heal } from "#chaos/drain";
import type { Safety } from "#chaos/far/mail";
import { findViolations, type Violation } from "#chaos/invariants/all";
import { countLetters } from "#chaos/invariants/sends";
import { createStory, insist, type Story } from "#chaos/load/client";
import { leave, makeNewsletter, makeReaders, orderSend } from "#chaos/load/readers";
import type { Random } from "#chaos/random";
import type { Section, Stage } from "#chaos/stage";
import { milliseconds, toTable } from "#chaos/tables";
import type { World } from "#chaos/world";

/** What is done to a send. */
interface Trial {
  readonly name: string;
  readonly recipients: number;
  readonly safety: Safety;
  readonly kills: number;
  readonly outageSeconds: number;
  readonly restarts: number;
}

interface Result {
  readonly trial: Trial;
  readonly ms: number;
  readonly kills: number;
  readonly replays: number;
  readonly ledger: Readonly<Record<string, number>>;
  readonly twice: number;
  readonly missed: number;
  readonly resumedMs: number;
  readonly violations: readonly Violation[];
}

const PROVIDER_MS = 15;
/** So that workers die while they wait for it, however small the send. */
const SLOW_PROVIDER_MS = 80;
const WANTED_PER_SECOND = 1500;
/** Two leases (of the job and of the batch), two sweeps and what a busy machine adds; the time without a database aside. */
const RESUMED_WITHIN_MS = 10_000;

/** One send, undisturbed and then disturbed in every way, to a provider of each class. */
export const section: Section = async (stage) => {
  const { recipients, isLong, kills } = stage.options;
  const few = Math.min(recipients, 3000);
  const calm = { safety: "key", kills: 0, outageSeconds: 0, restarts: 0 } as const;
  const wild = isLong
    ? { kills: Math.max(250, Math.floor(kills / 4)), outageSeconds: 30, restarts: 2 }
    : { kills: 25, outageSeconds: 3, restarts: 1 };
  const trials: Trial[] = [
    { ...calm, name: "undisturbed", recipients },
    { ...wild, name: "disturbed", recipients, safety: "key" },
    {
      ...wild,
      name: "no keys, can be searched",
      recipients: few,
      safety: "search",
      kills: 10,
      restarts: 0,
    },
    { ...wild, name: "neither", recipients: few, safety: "none", kills: 10, restarts: 0 },
  ];
  const results: Result[] = [];
  for (const [index, trial] of trials.entries()) results.push(await perform(stage, trial, index));
  const [first] = results;
  const rate = first ? perSecond(first) : 0;
  const isSlow = isLong && rate < WANTED_PER_SECOND;
  const slow = isSlow
    ? [{ invariant: "pace", what: `${rate} recipients a second, wanted ${WANTED_PER_SECOND}` }]
    : [];
  const text = `${tableOf(results)}\n\nThe provider takes ${PROVIDER_MS} ms. Resumed: the longest that a batch waited for another worker when its own was gone, with the time that the database was away; leases are 2 s here, 60 s in production.`;
  return { text, violations: [...results.flatMap(({ violations }) => violations), ...slow] };
};

const perSecond = ({ trial, ms }: Result): number => Math.round((trial.recipients * 1000) / ms);

function tableOf(results: readonly Result[]): string {
  const heads = [
    "send",
    "recipients",
    "kills",
    "database away",
    "restarts",
    "replays",
    "twice",
    "missed",
    "sent",
    "skipped",
    "uncertain",
    "time",
    "a second",
    "resumed",
    "violations",
  ];
  const rows = results.map((result) => [
    result.trial.name,
    result.trial.recipients,
    result.kills,
    `${result.trial.outageSeconds} s`,
    result.trial.restarts,
    result.replays,
    result.twice,
    result.missed,
    result.ledger["sent"] ?? 0,
    result.ledger["skipped"] ?? 0,
    result.ledger["uncertain"] ?? 0,
    milliseconds(result.ms),
    perSecond(result),
    milliseconds(result.resumedMs),
    result.violations.length,
  ]);
  return toTable(heads, rows);
}

async function perform(stage: Stage, trial: Trial, index: number): Promise<Result> {
  const random = stage.random.fork(trial.name);
  const vars = { MAIL_OUTBOX_SAFETY: trial.safety };
  const world = await stage.world({ name: `send_${index}`, workers: 2, vars });
  world.mail.safety = trial.safety;
  const story = createStory();
  const postId = await letterOf(world, story, random, trial.recipients);
  const isDisturbed = trial.kills > 0;
  world.mail.mischief = {
    latencyMs: isDisturbed && !stage.options.isLong ? SLOW_PROVIDER_MS : PROVIDER_MS,
    refuse: isDisturbed ? 0.05 : 0,
    slow: isDisturbed ? 0.03 : 0,
  };
  const start = performance.now();
  await orderSend({ world, story, random, mark: "the-send" }, postId);
  if (isDisturbed) await disturb(world, trial, { story, random });
  const ended = await finished(world, 600_000);
  const ms = performance.now() - start;
  await heal(world);
  await drain(world);
  const violations = [...(await findViolations({ world, story }))];
  if (!ended) violations.push({ invariant: "I6", what: "the send did not end" });
  const result = { trial, ms, kills: world.kills, replays: world.mail.counts.replays, violations };
  const summary = await summarise(world);
  if (summary.resumedMs > trial.outageSeconds * 1000 + RESUMED_WITHIN_MS) {
    const what = `a batch waited ${milliseconds(summary.resumedMs)} for another worker`;
    violations.push({ invariant: "resume", what });
  }
  await world.stop();
  return { ...result, ...summary };
}

/** A published post, a newsletter and its readers. @returns the post's id. */
async function letterOf(
  world: World,
  story: Story,
  random: Random,
  readers: number,
): Promise<string> {
  await makeNewsletter(world, "The letter");
  await makeReaders(world, readers);
  const body = {
    title: "To everybody",
    content: "# Dear readers\n\nThis is it.\n",
    status: "published",
  };
  const reply = await insist(world, story, { method: "POST", path: "/v1/posts", body }, random);
  if (reply.status !== 201) throw new Error(`a post answered ${reply.bytes.toString()}`);
  return String(reply.body["id"]);
}

async function finished(world: World, boundMs: number): Promise<boolean> {
  for (const end = Date.now() + boundMs; Date.now() < end;) {
    const [send] = await world.query<{ state: string }>(`select state from sends`).catch(() => []);
    if (send?.state === "sent" || send?.state === "failed") return true;
    await sleep(100);
  }
  return false;
}

/** Kills spread over the send; in the middle of it the database goes away, and its server dies. */
async function disturb(
  world: World,
  trial: Trial,
  { story, random }: { readonly story: Story; readonly random: Random },
): Promise<void> {
  world.queues.mischief = { drop: 0.15, double: 0.2, delay: 0.2, shuffle: true };
  world.faults.plan = ({ port }) => {
    const dice = random.next();
    if (port === "database" || dice >= 0.05) return { harm: null };
    return { harm: dice < 0.02 ? "before" : "after" };
  };
  const { server } = world.options;
  const restarts = Array.from({ length: trial.restarts }, () => "restart" as const);
  const troubles = [...restarts, "away" as const];
  const every = Math.ceil(trial.kills / (troubles.length + 1));
  for (let killed = 0; killed < trial.kills; killed += 1) {
    await sleep(random.between(50, 350));
    const place = random.between(0, world.options.workers - 1);
    await world.kill(place);
    void world.revive(place).catch(() => {});
    if (random.chance(0.3)) void leave({ world, story, random, mark: "leaving" }).catch(() => {});
    if ((killed + 1) % every !== 0) continue;
    const trouble = troubles.shift();
    if (trouble === "restart") await server.crash(200);
    if (trouble === "away") await goAway(world, trial.outageSeconds);
  }
  await world.reviveAll();
}

/** The database is away: half of the time it refuses, half of the time it says nothing. */
async function goAway(world: World, seconds: number): Promise<void> {
  const { plan } = world.faults;
  for (const harm of ["before", "silence"] as const) {
    world.faults.plan = (operation, index) =>
      operation.port === "database" ? { harm } : plan(operation, index);
    await sleep(seconds * 500);
  }
  world.faults.plan = plan;
  world.faults.breakSilence();
}

async function summarise(world: World) {
  const states = await world.query<{ state: string; count: string }>(
    `select state, count(*) from send_recipients group by state`,
  );
  const ledger = Object.fromEntries(states.map(({ state, count }) => [state, Number(count)]));
  const letters = [...countLetters({ world }).values()];
  const twice = letters.reduce((sum, count) => sum + count - 1, 0);
  const missed = (ledger["sent"] ?? 0) - letters.length;
  const [slowest] = await world.query<{ ms: string }>(
    `select coalesce(max(extract(epoch from at - claimed) * 1000), 0) as ms from (
       select *, lag(at) over (partition by row_id order by seq) as claimed from chaos.batch_log) log
     where new_state = 'sending' and old_state = 'sending'`,
  );
  return { ledger, twice, missed: Math.max(0, missed), resumedMs: Number(slowest?.ms ?? 0) };
}
