/**
 * Everything that CI checks, cheapest first; stops at the first thing that is not right.
 * `--without-tests` leaves the suite out, for whoever has just run it.
 */
import { spawnSync } from "node:child_process";
import { argv, exit } from "node:process";

interface Check {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

const checks: readonly Check[] = [
  { name: "format", command: ["oxfmt", "--check"] },
  { name: "bindings", command: ["wrangler", "types"] },
  { name: "lint", command: ["oxlint", "--type-aware"] },
  { name: "types", command: ["tsc", "--noEmit"] },
  { name: "boundaries", command: ["node", "local/boundaries.ts"] },
  { name: "migrations", command: ["node", "local/drift.ts"] },
  { name: "documents", command: ["node", "local/documents.ts", "--check"] },
  { name: "tests", command: ["vitest", "run"] },
  { name: "bundle", command: ["node", "local/bundle.ts"] },
];

const wanted = argv.includes("--without-tests")
  ? checks.filter(({ name }) => name !== "tests")
  : checks;

for (const { name, command } of wanted) {
  const start = Date.now();
  console.log(`── ${name}`);
  const [program, ...parameters] = command;
  const { status } = spawnSync(program, parameters, { stdio: "inherit" });
  if (status !== 0) {
    console.error(`✗ ${name}`);
    exit(1);
  }
  console.log(`✓ ${name} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
}
