import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chown, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { Client, escapeIdentifier, Pool } from "pg";

import type { Account } from "./account.ts";
import { codeOf, LocalFailure } from "./failure.ts";
import { homeFor } from "./place.ts";
import type { Home } from "./place.ts";
import type { Binaries } from "./postgres-binaries.ts";
import { ownerName, stopOrphan } from "./postgres-orphan.ts";
import type { Postgres, PostgresOptions } from "./postgres.ts";
import { textTypes } from "./text-types.ts";

const startTimeoutMs = 60_000;

interface Server {
  readonly child: ChildProcess;
  readonly port: number;
  readonly exited: Promise<void>;
}

/**
 * Starts the PostgreSQL that lives in a folder, making it on the first run and stopping what a killed
 * predecessor left running.
 *
 * @throws LocalFailure when the folder is corrupt or in use.
 */
export async function startCluster(
  options: PostgresOptions,
  binaries: Binaries,
  account: Account | null,
): Promise<Postgres> {
  const home = await homeFor(options.directory, account);
  const password = await readPassword(home);
  await stopOrphan(home.path, password);
  await initialise(home, binaries, password);
  const server = await launch(home, binaries, options);
  const quit = bindToProcess(server, options.durable);
  try {
    const owner = await connectOwner(home, server, password);
    return new Cluster(home, server, { password, owner, quit });
  } catch (error) {
    quit();
    await server.exited;
    throw error;
  }
}

interface Grip {
  readonly password: string;
  readonly owner: Client;
  readonly quit: () => void;
}

class Cluster implements Postgres {
  readonly engine = "postgres";
  readonly directory: string;
  readonly closed: Promise<void>;
  readonly #server: Server;
  readonly #grip: Grip;
  readonly #pools: Pool[] = [];
  #making: Promise<unknown> = Promise.resolve();

  constructor(home: Home, server: Server, grip: Grip) {
    this.directory = home.path;
    this.closed = server.exited;
    this.#server = server;
    this.#grip = grip;
  }

  url(database: string): string {
    return `postgres://postgres:${this.#grip.password}@127.0.0.1:${this.#server.port}/${database}`;
  }

  /** One at a time: PostgreSQL refuses to copy a template that another copy is being made of. */
  createDatabase(name: string, template = "template0"): Promise<void> {
    const made = this.#making.then(() => this.#create(name, template));
    this.#making = made.catch(() => {});
    return made;
  }

  async #create(name: string, template: string): Promise<void> {
    const { owner } = this.#grip;
    const found = await owner.query("select from pg_database where datname = $1", [name]);
    if (found.rowCount) return;
    const [quoted, source] = [escapeIdentifier(name), escapeIdentifier(template)];
    await owner.query(`create database ${quoted} template ${source}`);
  }

  pool(database: string): Promise<Pool> {
    const connectionString = this.url(database);
    const pool = new Pool({ connectionString, max: 10, types: textTypes });
    pool.on("error", () => {});
    this.#pools.push(pool);
    return Promise.resolve(pool);
  }

  async stop(): Promise<void> {
    const pools = this.#pools.splice(0).filter((pool) => !pool.ended);
    await Promise.all(pools.map((pool) => pool.end()));
    await this.#grip.owner.end().catch(() => {});
    this.#grip.quit();
    await this.closed;
  }
}

async function readPassword(home: Home): Promise<string> {
  const path = join(home.path, "password");
  const kept = await readFile(path, "utf8").catch(() => "");
  if (kept.trim()) return kept.trim();
  if (existsSync(join(home.path, "cluster"))) throw new LocalFailure(passwordLost(path));
  const password = randomBytes(18).toString("base64url");
  await writeFile(path, `${password}\n`, { mode: 0o600 });
  if (home.account) await chown(path, home.account.uid, home.account.gid);
  return password;
}

const passwordLost = (path: string): string =>
  `${path} does not hold the password of the database beside it; put the right one back: nothing else is lost`;

/** Built beside its place and moved in when complete, so that a first run cut short leaves no half of one. */
async function initialise(home: Home, binaries: Binaries, password: string): Promise<void> {
  const cluster = join(home.path, "cluster");
  if (existsSync(cluster)) return;
  const draft = join(home.path, "cluster.new");
  await rm(draft, { recursive: true, force: true });
  await writeFile(join(home.path, "password"), `${password}\n`);
  const flags = ["--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"];
  flags.push("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-sync");
  flags.push(`--pgdata=${draft}`, `--pwfile=${join(home.path, "password")}`);
  const failure = await finished(
    spawn(binaries.initdb, flags, {
      cwd: "/",
      stdio: ["ignore", "ignore", "pipe"],
      ...home.account,
    }),
  );
  if (failure !== null) throw new LocalFailure(`the database cannot be made: ${failure}`);
  await rename(draft, cluster);
}

async function finished(child: ChildProcess): Promise<string | null> {
  let complaint = "";
  child.stderr?.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code === 0) return null;
  const lines = complaint.split("\n").filter((line) => line.trim());
  return (
    lines.find((line) => line.includes("error:")) ?? lines.at(-1) ?? `initdb ended with ${code}`
  );
}

async function launch(
  home: Home,
  binaries: Binaries,
  { durable, cacheMegabytes }: PostgresOptions,
): Promise<Server> {
  const port = await freePort();
  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    port: String(port),
    max_connections: "200",
    timezone: "UTC",
    log_timezone: "UTC",
    logging_collector: "off",
    ...(cacheMegabytes === undefined ? {} : { shared_buffers: `${cacheMegabytes}MB` }),
    ...(durable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
  };
  const flags = ["-D", join(home.path, "cluster")];
  for (const [name, value] of Object.entries(settings)) flags.push("-c", `${name}=${value}`);
  const log = await open(join(home.path, "postgres.log"), "w");
  // A group of its own: a Ctrl-C in the terminal reaches us, and we stop PostgreSQL in good order.
  const stdio = ["ignore", log.fd, log.fd] as const;
  const child = spawn(binaries.postgres, flags, {
    cwd: "/",
    detached: true,
    stdio: [...stdio],
    ...home.account,
  });
  const exited = new Promise<void>((resolve) => {
    child.once("error", () => resolve());
    child.once("exit", () => resolve());
  });
  await log.close();
  return { child, port, exited };
}

/**
 * Ends the server with this process, however that one ends: a shell holds the other end of a pipe, and when
 * nobody is left to write to it, it sends the signal.
 * https://www.postgresql.org/docs/current/server-shutdown.html: SIGINT is "fast", SIGQUIT "immediate".
 *
 * @returns what ends the server at once.
 */
function bindToProcess({ child, exited }: Server, durable: boolean): () => void {
  const signal = durable ? "INT" : "QUIT";
  const quit = (): void => {
    child.kill(`SIG${signal}`);
  };
  process.once("exit", quit);
  const guard = spawn("sh", ["-c", `read -r _; kill -${signal} ${child.pid}`], {
    cwd: "/",
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  // Without a shell, as on Windows, a killed process leaves its server to the next start.
  guard.on("error", () => {});
  guard.unref();
  void exited.then(() => {
    process.off("exit", quit);
    return guard.kill("SIGKILL");
  });
  return quit;
}

async function connectOwner(home: Home, server: Server, password: string): Promise<Client> {
  const deadline = Date.now() + startTimeoutMs;
  for (;;) {
    if (server.child.exitCode !== null || server.child.signalCode !== null) {
      throw new LocalFailure(await complaintOf(home));
    }
    const client = new Client({
      host: "127.0.0.1",
      port: server.port,
      user: "postgres",
      password,
      database: "postgres",
      application_name: ownerName,
    });
    client.on("error", () => {});
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (codeOf(error) === "28P01") {
        throw new LocalFailure(passwordLost(join(home.path, "password")));
      }
      const early = ["ECONNREFUSED", "ECONNRESET", "57P03"].includes(codeOf(error) ?? "");
      if (!early && server.child.exitCode === null) throw error;
      if (Date.now() > deadline) throw new LocalFailure(await complaintOf(home));
    }
    await sleep(25);
  }
}

async function complaintOf(home: Home): Promise<string> {
  const log = join(home.path, "postgres.log");
  const lines = (await readFile(log, "utf8").catch(() => "")).split("\n");
  const found =
    lines.find((line) => /\b(FATAL|PANIC):/.test(line)) ?? lines.findLast((line) => line);
  const reason = found?.replace(/^.*?(FATAL|PANIC):\s*/, "") ?? "PostgreSQL did not start";
  return `the database in ${home.path} does not start: ${reason} (more in ${log}); delete the folder to start over`;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", resolve);
  });
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
