/**
 * Holds the worker to its size. Cloudflare takes more, but every kilobyte is parsed before the first
 * answer of an isolate.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/** Gzip, without the source map and the static assets. */
const BUDGET_KIB = 1100;

const out = mkdtempSync(join(tmpdir(), "imprint-bundle-"));
try {
  const { status, stderr, stdout } = spawnSync(
    "wrangler",
    ["deploy", "--dry-run", "--minify", "--outdir", out],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`${stdout}\n${stderr}`);
  const sizes = readdirSync(out)
    .filter((name) => /\.(?:js|wasm)$/u.test(name))
    .map((name) => gzipSync(readFileSync(join(out, name))).byteLength);
  const kib = Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1024);
  console.log(`The worker is ${kib} KiB gzipped; ${BUDGET_KIB} KiB are allowed.`);
  if (kib > BUDGET_KIB) process.exitCode = 1;
} finally {
  rmSync(out, { recursive: true });
}
