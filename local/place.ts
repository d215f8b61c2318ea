import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chown, mkdir, readlink, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { canReach } from "./account.ts";
import type { Account } from "./account.ts";
import { LocalFailure } from "./failure.ts";

/** Where a database lives, and the account that may read it: null is whoever runs this process. */
export interface Home {
  readonly path: string;
  readonly account: Account | null;
}

/**
 * The folder on this machine that root keeps and every account may enter: below `/var/lib`, or below the
 * system's temporary folder where `/var/lib` cannot be written to. Only root needs it.
 *
 * @throws LocalFailure when somebody else owns it already.
 */
export async function openPlace(): Promise<string> {
  const system = "/var/lib/imprint";
  const made = await mkdir(system, { recursive: true, mode: 0o755 }).then(
    () => true,
    () => false,
  );
  const place = made ? system : join(tmpdir(), "imprint");
  if (!made) await mkdir(place, { recursive: true, mode: 0o755 });
  if ((await stat(place)).uid !== process.getuid?.()) {
    throw new LocalFailure(`${place} belongs to another account; remove it and try again`);
  }
  return place;
}

/**
 * The home of the database behind `directory`: `directory` itself, or, when `account` cannot get there (a
 * checkout below `/root`), a folder of its own in the open place with `directory` a link to it. Deleting
 * the link deletes the data: what it pointed to is dropped when the next link is made.
 *
 * @throws LocalFailure when `directory` is in the way of a database or cannot be made.
 */
export async function homeFor(directory: string, account: Account | null): Promise<Home> {
  const path = resolve(directory);
  const target = await readlink(path).catch(() => null);
  const home = target !== null && existsSync(target) ? target : path;
  if (account === null) return { path: await folder(home), account };
  const owner = await ownerOf(join(home, "cluster"));
  if (owner) return { path: home, account: owner };
  if (home !== path || canReach(path, account)) {
    return { path: await folder(home, account), account };
  }
  return { path: await linked(path, account), account };
}

async function linked(path: string, account: Account): Promise<string> {
  const key = createHash("sha256").update(path).digest("hex").slice(0, 16);
  const place = join(await openPlace(), `data-${key}`);
  await rm(place, { recursive: true, force: true });
  await folder(resolve(path, ".."));
  await rm(path, { force: true });
  await symlink(place, path).catch(() => {
    throw new LocalFailure(`${path} is in the way of the database; move it elsewhere`);
  });
  return folder(place, account);
}

async function folder(path: string, account: Account | null = null): Promise<string> {
  try {
    await mkdir(path, { recursive: true });
    if (account) await chown(path, account.uid, account.gid);
    return path;
  } catch {
    throw new LocalFailure(`the data folder ${path} cannot be made; choose another`);
  }
}

async function ownerOf(path: string): Promise<Account | null> {
  const found = await stat(path).catch(() => null);
  return found && found.uid !== 0 ? { uid: found.uid, gid: found.gid } : null;
}
