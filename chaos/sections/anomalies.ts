import { setTimeout as sleep } from "node:timers/promises";

import { drain, heal } from "#chaos/drain";
import type { Harm, Operation, Plan } from "#chaos/faults";
import { findViolations, type Violation } from "#chaos/invariants/all";
import { createStory, type Story } from "#chaos/load/client";
import { noChance } from "#chaos/random";
import { type Scenario, scenarios } from "#chaos/scenarios";
import type { Findings, Section, Stage } from "#chaos/stage";
import { milliseconds, toTable } from "#chaos/tables";
import type { World } from "#chaos/world";

const modes = ["before", "after", "crash"] as const satisfies readonly Harm[];
const SIDE_BY_SIDE = 6;
/** Time passes here only when somebody says so. */
const NEVER_MS = 3_600_000;
/** Whoever is wrong so often need not be looked at further. */
const ENOUGH = 5;

/** One operation of one scenario that failed in one way. */
interface Point {
  readonly scenario: string;
  /** Counted from 1; 0 for the run in which nothing failed. */
  readonly at: number;
  readonly mode: Harm;
}

interface Finding {
  readonly point: Point;
  readonly violations: readonly Violation[];
}

/** A scenario with all its operations failing in one way. */
interface Outcome {
  readonly scenario: string;
  readonly mode: Harm;
  readonly operations: number;
  readonly tried: number;
  /** How often the operation that was to fail came at all. */
  readonly struck: number;
  readonly slowestMs: number;
  readonly found: readonly Finding[];
}

/** Fails every operation of every scenario, once in each way, and looks at everything after each. */
export const section: Section = async (stage) => {
  const { scenario: only } = stage.options;
  const wanted = scenarios
    .filter(({ name }) => only === null || name === only)
    .flatMap((scenario) => modes.map((mode) => ({ scenario, mode })));
  const outcomes: Outcome[] = [];
  const left = wanted.values();
  await Promise.all(
    Array.from({ length: SIDE_BY_SIDE }, async () => {
      for (const { scenario, mode } of left) outcomes.push(await explore(stage, scenario, mode));
    }),
  );
  return report(outcomes, stage.options.seed);
};

function report(outcomes: readonly Outcome[], seed: number): Findings {
  const heads = [
    "scenario",
    "operations",
    "failures tried",
    "struck",
    "slowest recovery",
    "violations",
  ];
  const rows = [...Map.groupBy(outcomes, ({ scenario }) => scenario)].map(([name, same]) => [
    name,
    Math.max(...same.map(({ operations }) => operations)),
    same.reduce((sum, { tried }) => sum + tried, 0),
    same.reduce((sum, { struck }) => sum + struck, 0),
    milliseconds(Math.max(...same.map(({ slowestMs }) => slowestMs))),
    same.flatMap(({ found }) => found).flatMap(({ violations }) => violations).length,
  ]);
  const tried = outcomes.reduce((sum, outcome) => sum + outcome.tried, 0);
  const text = `${toTable(heads, rows)}\n\n${tried} failures: each operation before it was done, after it was done with its answer lost, and after it was done with the worker killed.`;
  const found = outcomes.flatMap((outcome) => outcome.found);
  const violations = found.flatMap(({ point: { scenario, at, mode }, violations: each }) =>
    each.map(({ invariant, what }) => ({
      invariant,
      what: `${scenario}, operation ${at} ${mode}: ${what}`,
    })),
  );
  const [first] = found;
  if (!first) return { text, violations };
  const at = first.point.at === 0 ? "" : ` --at ${first.point.at}`;
  return {
    text,
    violations,
    replay: `--only anomalies --scenario ${first.point.scenario}${at} --seed ${seed}`,
  };
}

async function explore(stage: Stage, scenario: Scenario, mode: Harm): Promise<Outcome> {
  const name = `a_${scenario.name}_${mode}`;
  const world = await stage.world({ name, workers: 1, tickMs: NEVER_MS, scale: 120 });
  world.faults.onCrash = () => void world.killAll().then(() => world.reviveAll());
  await scenario.prepare?.(world);
  const found: Finding[] = [];
  let [tried, struck, slowestMs] = [0, 0, 0];
  const attempt = async (at: number): Promise<void> => {
    const plan: Plan = (_operation, index) => ({ harm: index === at ? mode : null });
    const result = await perform(world, scenario, { plan, mark: `${mode}-${at}` });
    if (result.isStruck) struck += 1;
    slowestMs = Math.max(slowestMs, result.ms);
    const { violations } = result;
    if (violations.length > 0)
      found.push({ point: { scenario: scenario.name, at, mode }, violations });
  };
  await attempt(0);
  const operations = [...world.faults.operations];
  const { at: only } = stage.options;
  for (let at = 1; at <= operations.length && found.length < ENOUGH; at += 1) {
    if (only === null ? !isNew(operations, at - 1) : at !== only) continue;
    tried += 1;
    await attempt(at);
  }
  await world.stop();
  return {
    scenario: scenario.name,
    mode,
    operations: operations.length,
    tried,
    struck,
    slowestMs,
    found,
  };
}

/** A sweep repeats itself while time passes, and so do its operations: the first two are enough. */
function isNew(operations: readonly Operation[], index: number): boolean {
  const { what } = operations[index] ?? { what: "" };
  if (!/heartbeats|delete from jobs/u.test(what)) return true;
  return operations.slice(0, index).filter((other) => other.what === what).length < 2;
}

interface Performance {
  readonly ms: number;
  readonly isStruck: boolean;
  readonly violations: readonly Violation[];
}

/** One run of a scenario under a plan, until everything has come to rest. */
async function perform(
  world: World,
  scenario: Scenario,
  { plan, mark }: { readonly plan: Plan; readonly mark: string },
): Promise<Performance> {
  const story: Story = createStory();
  const before = Object.values(world.faults.harmed).reduce((sum, count) => sum + count, 0);
  const start = performance.now();
  world.faults.begin(plan);
  const complaint = await scenario
    .errand({ world, story, random: noChance, mark: `${scenario.name}-${mark}` })
    .then(() => null)
    .catch((error: unknown) => String(error));
  await settle(world);
  const ms = performance.now() - start;
  const after = Object.values(world.faults.harmed).reduce((sum, count) => sum + count, 0);
  await heal(world);
  const violations = await findViolations({ world, story });
  const complaints = complaint === null ? [] : [{ invariant: "client", what: complaint }];
  return { ms, isStruck: after > before, violations: [...complaints, ...violations] };
}

/** Time passes: what bells did not wake, sweeps do. The first of them comes only when bells had their chance. */
async function settle(world: World): Promise<void> {
  const isDone = async (): Promise<boolean> => (await drain(world, 300)) < 300;
  for (let turn = 0; turn < 60; turn += 1) {
    if (await isDone()) return;
    await world.reviveAll();
    await world.tick().catch(() => sleep(20));
  }
}
