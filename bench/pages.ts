import { writeFile } from "node:fs/promises";
import { relative } from "node:path";

import { drawChart } from "./chart.ts";
import type { Findings } from "./findings.ts";
import { isMet } from "./goals.ts";
import { versions } from "./machine.ts";
import { besidePages, writeFigures } from "./page.ts";
import type { PageName, SectionFigures } from "./page.ts";
import { readPanels, sizePanels } from "./panels.ts";
import { toGoalTable } from "./tables.ts";

/** A section and all that it found out. */
export type Result = SectionFigures & Findings;

const picture = "performance.svg";
const data = "performance.json";

/**
 * Writes what a run found out into `docs/`: the page that its sections belong to, and for reads all samples as
 * JSON and a chart.
 *
 * @param facts what the figures were taken on.
 * @returns the paths of what was written.
 */
export async function writePages(
  pages: readonly PageName[],
  facts: string,
  results: readonly Result[],
): Promise<string[]> {
  const paths: string[] = [];
  if (pages.includes("performance")) {
    const sections = results.filter(({ page }) => page === "performance");
    paths.push(await write(picture, toChart(facts, sections)));
    paths.push(await write(data, toJson(facts, sections)));
    paths.push(await writeFigures("performance", topOf(facts, sections), sections));
  }
  if (pages.includes("benchmarks")) {
    paths.push(await writeFigures("benchmarks", `Taken on ${facts}.`, results));
  }
  return paths;
}

async function write(name: string, text: string): Promise<string> {
  const path = besidePages(name);
  await writeFile(path, text);
  return relative(process.cwd(), path);
}

function topOf(facts: string, results: readonly Result[]): string {
  const goals = results.flatMap((result) => result.goals);
  const met = goals.filter((goal) => isMet(goal)).length;
  return `Taken on ${facts}. Every sample is in [${data}](${data}).

![Requests a second from the cache and from the database, and how little the size of a publication changes](${picture})

## Goals

${met} of ${goals.length} are met.

${toGoalTable(goals)}`;
}

export function toChart(facts: string, results: readonly Result[]): string {
  const of = (name: string) => results.find((result) => result.name === name)?.comparisons ?? [];
  const panels = [...readPanels(of("reads")), ...sizePanels(of("size"))];
  const machine = facts.split(",").slice(0, 2).join(",");
  const note = `Requests a second, and p50 for sizes: medians, and thin lines from the least round to the most. ${machine}.`;
  return drawChart("Reading from Imprint", note, panels);
}

function toJson(facts: string, results: readonly Result[]): string {
  const whole = {
    taken_at: new Date().toISOString(),
    machine: facts,
    versions: versions(),
    goals: results.flatMap(({ name, goals }) =>
      goals.map((goal) => ({ section: name, ...goal, met: isMet(goal) })),
    ),
    sections: Object.fromEntries(results.map(({ name, comparisons }) => [name, comparisons])),
  };
  return `${JSON.stringify(whole, null, 2)}\n`;
}
