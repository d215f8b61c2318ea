/**
 * Proves that the rules of architecture can fail. A linter that resolves nothing is green for ever, so
 * each forbidden import is planted once and must be refused, and each allowed one must pass.
 */
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";

const refused = [
  ["core", "#repository/models"],
  ["core", "#domain/posts"],
  ["core", "#service/tags"],
  ["core", "#api/exceptions"],
  ["repository", "#domain/posts"],
  ["repository", "#service/tags"],
  ["repository", "#api/exceptions"],
  ["domain", "#service/tags"],
  ["domain", "#api/exceptions"],
  ["domain", "#repository/posts"],
  ["domain", "./work/post-report"],
  ["domain", "./tasks"],
  ["domain/work", "#repository/posts"],
  ["domain/work", "#service/tags"],
  ["service", "#api/openapi"],
  ["service", "#domain/work/post-report"],
  ["service", "#domain/tasks"],
  ["service", "#domain/tasks/media"],
  ["service", "../core/db"],
  ["api", "#repository/posts"],
  ["api", "#domain/posts"],
  ["api", "#domain/work/post-report"],
  ["api", "#domain/tasks"],
  ["api", "drizzle-orm"],
] as const;

const allowed = [
  ["repository", "#core/db"],
  ["domain", "#core/context"],
  ["domain/work", "#core/context"],
  ["service", "#repository/posts"],
  ["service", "#domain/posts"],
  ["service", "#domain/task-kinds"],
  ["service", "#api/exceptions"],
  ["api", "#service/tags"],
] as const;

const planted = (floor: string, specifier: string): string => {
  const name = `planted-${floor}-${specifier}`.replaceAll(/[^a-z]+/gu, "-");
  const file = `src/${floor}/${name}.ts`;
  writeFileSync(file, `import * as planted from "${specifier}";\nexport const used = planted;\n`);
  return file;
};

function isRefused(file: string): boolean {
  const { status, stdout } = spawnSync("oxlint", [file], { encoding: "utf8" });
  return status !== 0 && stdout.includes("no-restricted-imports");
}

function check(floor: string, specifier: string, shouldRefuse: boolean): string[] {
  const file = planted(floor, specifier);
  try {
    if (isRefused(file) === shouldRefuse) return [];
    return [`${floor} → ${specifier} must be ${shouldRefuse ? "refused" : "allowed"}`];
  } finally {
    rmSync(file);
  }
}

const wrong = [
  ...refused.flatMap(([floor, specifier]) => check(floor, specifier, true)),
  ...allowed.flatMap(([floor, specifier]) => check(floor, specifier, false)),
];
if (wrong.length > 0) {
  console.error(wrong.join("\n"));
  process.exitCode = 1;
} else {
  console.log(`${refused.length} forbidden imports refused, ${allowed.length} allowed ones passed`);
}
