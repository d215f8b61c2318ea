import { exit, hrtime, stderr } from "node:process";

import { LocalFailure, oneLine } from "#local/failure";

import type { Findings } from "./findings.ts";
import { machineFacts } from "./machine.ts";
import { readOptions, usage } from "./options.ts";
import type { BenchOptions } from "./options.ts";
import type { PageName } from "./page.ts";
import { writePages } from "./pages.ts";
import type { Result } from "./pages.ts";
import { resolveSources } from "./resolve.ts";
import { type Section, Stage } from "./stage.ts";
import { toGoalTable } from "./tables.ts";

interface Part {
  readonly page: PageName;
  /** Loaded when it runs: some load the worker's own files. */
  readonly load: () => Promise<{ readonly section: Section }>;
}

const performance = (load: Part["load"]): Part => ({ page: "performance", load });
const benchmarks = (load: Part["load"]): Part => ({ page: "benchmarks", load });

const sections: Readonly<Record<string, Part>> = {
  reads: performance(() => import("./reads.ts")),
  routes: performance(() => import("./routes.ts")),
  distance: performance(() => import("./distance.ts")),
  size: performance(() => import("./size.ts")),
  startup: performance(() => import("./startup.ts")),
  writes: benchmarks(() => import("./writes.ts")),
  markdown: benchmarks(() => import("./markdown.ts")),
  reports: benchmarks(() => import("./reports.ts")),
  jobs: benchmarks(() => import("./jobs.ts")),
  imports: benchmarks(() => import("./imports.ts")),
};

resolveSources();

const stage = new Stage();

const contents = {
  performance: namesOf("performance"),
  benchmarks: namesOf("benchmarks"),
};

function namesOf(page: PageName): string[] {
  return Object.keys(sections).filter((name) => sections[name]?.page === page);
}

async function run({ names, pages, isWritten, ...order }: BenchOptions): Promise<void> {
  const facts = machineFacts();
  console.log(`${facts}\n`);
  const results: Result[] = [];
  for (const [name, { page, load }] of Object.entries(sections)) {
    if (!names.includes(name)) continue;
    const start = hrtime.bigint();
    const { section } = await load();
    const findings = await section.run(stage, order);
    const seconds = Number((hrtime.bigint() - start) / 1_000_000_000n);
    console.log(`${name} (${seconds} s)\n\n${findings.text}\n`);
    say(findings);
    results.push({ name, page, about: section.about, ...findings });
  }
  if (order.isQuick) stderr.write("Quick figures are a look, not something to quote.\n");
  if (!isWritten) return;
  for (const path of await writePages(pages, facts, results)) console.log(`Written to ${path}.`);
}

function say({ goals }: Findings): void {
  if (goals.length > 0) console.log(`${toGoalTable(goals)}\n`);
}

let isEnding = false;

/** Once: what breaks while everything is being stopped is no news. */
async function end(code: number): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  await stage.close();
  exit(code);
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => void end(130));
}

try {
  const options = readOptions(process.argv.slice(2), contents);
  if (options.isHelp) console.log(usage(contents));
  else await run(options);
  await end(0);
} catch (error) {
  if (!isEnding) console.error(error instanceof LocalFailure ? `bench: ${oneLine(error)}` : error);
  await end(1);
}
