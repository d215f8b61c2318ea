import { readFile, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";

import { LocalFailure } from "#local/failure";

/** What a section found out. */
export interface SectionFigures {
  readonly name: string;
  readonly about: string;
  readonly table: string;
}

const root = resolve(import.meta.dirname, "..");
const page = join(root, "docs", "benchmarks.md");
const [begin, end] = ["<!-- figures -->", "<!-- /figures -->"] as const;

/**
 * Puts the figures between their marks in `docs/benchmarks.md` and leaves the rest of it alone.
 *
 * @returns the path of the page.
 * @throws LocalFailure when the page has no marks.
 */
export async function writeFigures(
  facts: string,
  figures: readonly SectionFigures[],
): Promise<string> {
  const text = await readFile(page, "utf8");
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) {
    throw new LocalFailure(`${relative(root, page)} has no place for figures: ${begin} … ${end}`);
  }
  const parts = figures.map(
    ({ name, about, table }) => `## ${name}\n\n${about.trim()}\n\n${table}\n`,
  );
  const middle = [`Taken on ${facts}.\n`, ...parts].join("\n");
  await writeFile(page, `${before}${begin}\n\n${middle}\n${end}${after}`);
  return relative(root, page);
}
