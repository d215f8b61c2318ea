import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";

import { expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const models = "src/repository/models.ts";

const drift = (file: string) =>
  spawnSync(process.execPath, ["local/drift.ts", file], { cwd: root, encoding: "utf8" });

it("finds that the migrations make what the models say", () => {
  const { status, stderr } = drift(models);
  expect(stderr).toBe("");
  expect(status).toBe(0);
});

it("finds a column that no migration makes", () => {
  const changed = "src/repository/models-changed.ts";
  const source = readFileSync(resolve(root, models), "utf8");
  writeFileSync(
    resolve(root, changed),
    source.replace("featured: boolean()", "unheardOf: boolean(),\n    featured: boolean()"),
  );
  try {
    const { status, stderr } = drift(changed);
    expect(status).toBe(1);
    expect(stderr).toContain("npm run migration");
  } finally {
    rmSync(resolve(root, changed));
  }
});
