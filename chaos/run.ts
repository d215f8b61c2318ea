import { availableParallelism } from "node:os";
import { exit } from "node:process";

import { LocalFailure, oneLine } from "#local/failure";

import { invariants } from "./invariants/all.ts";
import { type ChaosOptions, readOptions, type SectionName, usage } from "./options.ts";
import { createRandom } from "./random.ts";
import { type Section, Stage } from "./stage.ts";
import { milliseconds } from "./tables.ts";

const sections: Readonly<Record<SectionName, () => Promise<{ readonly section: Section }>>> = {
  kills: () => import("./sections/kills.ts"),
  anomalies: () => import("./sections/anomalies.ts"),
  send: () => import("./sections/send.ts"),
  outage: () => import("./sections/outage.ts"),
  cache: () => import("./sections/cache.ts"),
  controls: () => import("./sections/controls.ts"),
};

const SHOWN = 10;

/** @returns whether everything held. */
async function run(stage: Stage, { only, seed, isLong }: ChaosOptions): Promise<boolean> {
  let count = 0;
  for (const name of only) {
    const start = performance.now();
    const { section } = await sections[name]();
    const { text, violations, replay } = await section(stage);
    console.log(
      `\n## ${name} (${milliseconds(performance.now() - start)}, seed ${seed})\n\n${text}`,
    );
    count += violations.length;
    for (const { invariant, what } of violations.slice(0, SHOWN))
      console.log(`  ${invariant}: ${what}`);
    if (violations.length === 0) continue;
    const long = isLong ? " --long" : "";
    console.log(`${violations.length} violations. To see them again:`);
    console.log(`  npm run chaos -- ${replay ?? `--only ${name} --seed ${seed}${long}`}`);
  }
  console.log(count === 0 ? "\nEverything held." : `\n${count} violations.`);
  return count === 0;
}

let stage: Stage | undefined;
let isEnding = false;

async function end(code: number): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  await stage?.close();
  exit(code);
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.once(signal, () => void end(130));

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    console.log(usage);
    console.log(
      `Invariants:\n${invariants.map(({ id, claim }) => `  ${id.padEnd(4)} ${claim}`).join("\n")}`,
    );
    await end(0);
  } else {
    console.log(
      `Seed ${options.seed}, ${availableParallelism()} cores, Node ${process.versions.node}.`,
    );
    stage = await Stage.open(options, createRandom(options.seed));
    await end((await run(stage, options)) ? 0 : 1);
  }
} catch (error) {
  if (!isEnding) console.error(error instanceof LocalFailure ? `chaos: ${oneLine(error)}` : error);
  await end(1);
}
