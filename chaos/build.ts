import { execFile } from "node:child_process";
import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const root = resolve(import.meta.dirname, "..");

/** A change of the source, made in a copy of it. */
export interface Patch {
  /** From the root of the project. */
  readonly file: string;
  readonly find: RegExp;
  readonly put: string;
}

/** What a worker is built from, and how it differs from the one that is deployed. */
export interface Build {
  readonly name: string;
  readonly patches: readonly Patch[];
}

/** Times that are written into statements: divided, as the entry divides those of tasks. */
export const scaled: readonly Patch[] = [
  {
    file: "src/repository/jobs/store.ts",
    find: /interval '120 seconds'/gu,
    put: "interval '2 seconds'",
  },
  {
    file: "src/domain/tasks/send-batches.ts",
    find: /export const LEASE_SECONDS = 60;/u,
    put: "export const LEASE_SECONDS = 2;",
  },
];

const copied = ["src", "chaos/worker", "package.json", "tsconfig.json", "wrangler.toml"];

/**
 * Bundles the worker behind the harness' entry from a copy of the source.
 *
 * @returns the folder with the bundle.
 * @throws {Error} when a patch finds nothing: what it was to change has changed.
 */
export async function build({ name, patches }: Build, folder: string): Promise<string> {
  const copy = join(folder, `source-${name}`);
  const bundle = join(folder, `bundle-${name}`);
  await mkdir(join(copy, "chaos"), { recursive: true });
  for (const part of copied) await cp(join(root, part), join(copy, part), { recursive: true });
  await symlink(join(root, "node_modules"), join(copy, "node_modules"));
  for (const patch of [...scaled, ...patches]) await apply(copy, patch);
  const wrangler = join(root, "node_modules", ".bin", "wrangler");
  const config = await withoutAssets(copy);
  const flags = ["--config", config, "--dry-run", "--outdir", bundle];
  await promisify(execFile)(wrangler, ["deploy", "chaos/worker/entry.ts", ...flags], {
    cwd: copy,
    env: { ...process.env, WRANGLER_SEND_METRICS: "false" },
    maxBuffer: 64 * 1024 * 1024,
  });
  return bundle;
}

async function apply(copy: string, { file, find, put }: Patch): Promise<void> {
  const path = join(copy, file);
  const before = await readFile(path, "utf8");
  const after = before.replace(find, put);
  if (after === before) throw new Error(`${file} has nothing that matches ${String(find)}`);
  await writeFile(path, after);
}

/** The copy has no folder of assets; the harness serves that of the project. */
async function withoutAssets(copy: string): Promise<string> {
  const path = join(copy, "wrangler.toml");
  const text = await readFile(path, "utf8");
  await writeFile(path, text.replace(/^\[assets\]\n(?:.+\n)*/mu, ""));
  return path;
}
