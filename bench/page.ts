import { readFile, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";

import { LocalFailure } from "#local/failure";

/** Of which page a section is part: reads, or everything else. */
export type PageName = "performance" | "benchmarks";

/** What a section found out. */
export interface SectionFigures {
  readonly name: string;
  readonly page: PageName;
  readonly about: string;
  readonly text: string;
}

const root = resolve(import.meta.dirname, "..");
const [begin, end] = ["<!-- figures -->", "<!-- /figures -->"] as const;

/** The path of a file beside the pages. */
export const besidePages = (name: string): string => join(root, "docs", name);

/**
 * Puts figures between their marks in a page of `docs/` and leaves the rest of it alone.
 *
 * @param top comes before the sections.
 * @returns the path of the page.
 * @throws LocalFailure when the page has no marks.
 */
export async function writeFigures(
  page: PageName,
  top: string,
  figures: readonly SectionFigures[],
): Promise<string> {
  const path = besidePages(`${page}.md`);
  const whole = await readFile(path, "utf8");
  const [before, rest] = whole.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) {
    throw new LocalFailure(`${relative(root, path)} has no place for figures: ${begin} … ${end}`);
  }
  const parts = figures
    .filter((section) => section.page === page)
    .map(({ name, about, text }) => `## ${name}\n\n${about.trim()}\n\n${text}\n`);
  const middle = [`${top.trim()}\n`, ...parts].join("\n");
  await writeFile(path, `${before}${begin}\n\n${middle}\n${end}${after}`);
  return relative(root, path);
}
