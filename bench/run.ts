import { exit, hrtime, stderr } from "node:process";

import { LocalFailure, oneLine } from "#local/failure";

import { machineFacts } from "./machine.ts";
import { readOptions, usage } from "./options.ts";
import type { BenchOptions } from "./options.ts";
import { type SectionFigures, writeFigures } from "./page.ts";
import { resolveSources } from "./resolve.ts";
import { type Section, Stage } from "./stage.ts";
import { toTable } from "./tables.ts";

/** Loaded when they run: some of them load the worker's own files. */
const sections: Readonly<Record<string, () => Promise<{ readonly section: Section }>>> = {
  http: () => import("./http.ts"),
  markdown: () => import("./markdown.ts"),
  reports: () => import("./reports.ts"),
  jobs: () => import("./jobs.ts"),
  imports: () => import("./imports.ts"),
  startup: () => import("./startup.ts"),
};

resolveSources();

const stage = new Stage();

async function run({ names, quick, write }: BenchOptions): Promise<void> {
  const facts = machineFacts();
  console.log(`${facts}\n`);
  const figures: SectionFigures[] = [];
  for (const [name, load] of Object.entries(sections)) {
    if (names.length > 0 && !names.includes(name)) continue;
    const start = hrtime.bigint();
    const { section } = await load();
    const table = toTable(await section.run(stage, quick));
    const seconds = Number((hrtime.bigint() - start) / 1_000_000_000n);
    console.log(`${name} (${seconds} s)\n\n${table}\n`);
    figures.push({ name, about: section.about, table });
  }
  if (quick) stderr.write("Quick figures are a look, not something to quote.\n");
  if (write) console.log(`Written to ${await writeFigures(facts, figures)}.`);
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
  const options = readOptions(process.argv.slice(2), Object.keys(sections));
  if (options.help) console.log(usage(Object.keys(sections)));
  else await run(options);
  await end(0);
} catch (error) {
  if (!isEnding) console.error(error instanceof LocalFailure ? `bench: ${oneLine(error)}` : error);
  await end(1);
}
