import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { Client } from "pg";

import { LocalFailure } from "./failure.ts";
import { commandOf, isAlive } from "./processes.ts";

const patienceMs = 30_000;

/** The name under which the process that started a PostgreSQL stays connected to it. */
export const ownerName = "imprint owner";

/**
 * Stops a PostgreSQL that runs in `home` although the process that started it is gone (killed without a
 * chance to clean up), and clears away the lock file of one that is no longer running.
 *
 * @throws LocalFailure when that process is still there and uses the folder.
 */
export async function stopOrphan(home: string, password: string): Promise<void> {
  const lock = join(home, "cluster", "postmaster.pid");
  const deadline = Date.now() + patienceMs;
  let asked = false;
  while (Date.now() < deadline) {
    const found = await readLock(lock);
    if (!found || !isAlive(found.pid)) return;
    if (!asked && (await hasOwner(found.port, password, join(home, "cluster"))) === false) {
      process.kill(found.pid, "SIGINT");
      asked = true;
    } else if (!asked && !(await isPostgres(found.pid))) {
      // The number was given to another process since: PostgreSQL would take that one for itself.
      await rm(lock, { force: true });
      return;
    }
    await sleep(50);
  }
  throw new LocalFailure(`another PostgreSQL runs in ${home} and does not stop`);
}

/** https://www.postgresql.org/docs/current/storage-file-layout.html: process id, folder, start time, port, … */
async function readLock(path: string): Promise<{ pid: number; port: number } | null> {
  const text = await readFile(path, "utf8").catch(() => "");
  const lines = text.split("\n");
  const [pid, port] = [Math.abs(Number(lines[0])), Number(lines[3])];
  return pid > 0 ? { pid, port } : null;
}

/** Whether the server on that port has its owner; null when no server of this folder answers there. */
async function hasOwner(port: number, password: string, cluster: string): Promise<boolean | null> {
  if (!(port > 0)) return null;
  const client = new Client({
    host: "127.0.0.1",
    port,
    user: "postgres",
    password,
    database: "postgres",
  });
  client.on("error", () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ directory: string; owners: number }>(
      `select current_setting('data_directory') as directory,
        (select count(*)::int from pg_stat_activity where application_name = $1) as owners`,
      [ownerName],
    );
    const [answer] = rows;
    if (answer?.directory !== cluster) return null;
    if (answer.owners > 0)
      throw new LocalFailure(`the database in ${cluster} is in use by another process`);
    return false;
  } catch (error) {
    if (error instanceof LocalFailure) throw error;
    return null;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Unsure is a yes: waiting in vain is better than clearing the lock of a running server. */
async function isPostgres(pid: number): Promise<boolean> {
  return (await commandOf(pid))?.includes("postgres") ?? true;
}
