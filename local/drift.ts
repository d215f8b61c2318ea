/**
 * Fails when the models and the migrations do not say the same. drizzle-kit always exits with 0, so it is
 * asked to write what is missing into a copy, and the copy must stay as it was. Takes another file of
 * models as its argument, which is how its test sees it fail.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { argv } from "node:process";

const [, , models = "src/repository/models.ts"] = argv;
const copy = mkdtempSync(join(tmpdir(), "imprint-migrations-"));
try {
  cpSync("migrations", copy, { recursive: true });
  const { stdout, stderr } = spawnSync(
    "drizzle-kit",
    [
      "generate",
      "--dialect=postgresql",
      `--schema=${models}`,
      "--casing=snake_case",
      `--out=${relative(".", copy)}`,
    ],
    { encoding: "utf8" },
  );
  const isSame =
    stdout.includes("No schema changes") &&
    readdirSync(copy).length === readdirSync("migrations").length;
  if (isSame) console.log("The migrations make what the models say.");
  else {
    console.error(stdout, stderr);
    console.error("The models have changed. Run: npm run migration -- <name>");
    process.exitCode = 1;
  }
} finally {
  rmSync(copy, { recursive: true });
}
