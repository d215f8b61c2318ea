import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import type { Pool } from "pg";

import { serve } from "#local/http";
import { migrationsFolder } from "#local/migrate";
import { migrate } from "#local/migrations";
import { connect } from "#local/neon";
import { createNeonEndpoint } from "#local/neon-endpoint";
import { startPostgres } from "#local/postgres";
import type { Postgres } from "#local/postgres";
import { isAlive, killGroup } from "#local/processes";

import type { Findings } from "./findings.ts";
import { cacheMegabytes } from "./machine.ts";
import { stopOrphans } from "./workerd.ts";
import type { Bundle } from "./workerd.ts";

const prefix = "imprint-bench-";
const template = "imprint_template";
const root = resolve(import.meta.dirname, "..");

/** What `wrangler.toml` says of the worker, and of the bare one that it is compared with. */
export const configs = {
  imprint: join(root, "wrangler.toml"),
  bare: join(root, "bench", "bare", "wrangler.toml"),
} as const;

/** A database of a section's own, migrated, behind Neon's protocol. */
export interface StageDatabase {
  /** The connection string. */
  readonly url: string;
  /** Where Neon's protocol is spoken. */
  readonly endpoint: string;
  /** False when it is PGlite, which nothing but the endpoint can reach. */
  readonly isServer: boolean;
}

/** What several sections need; each is made when it is first asked for, in a folder that is thrown away. */
export class Stage {
  readonly #stops: (() => Promise<unknown>)[] = [];
  readonly #made = new Map<string, Promise<unknown>>();

  /** A place of its own for whoever asks; nothing is there yet. */
  async place(name: string): Promise<string> {
    const base = await this.#once("folder", async () => {
      await sweep();
      const made = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
      this.#stops.push(() => rm(made, { recursive: true, force: true }));
      return made;
    });
    return join(base, name);
  }

  /** As `npm run dev` has it: real PostgreSQL that writes to its disk, behind the endpoint for local use. */
  database(name: string): Promise<StageDatabase> {
    return this.#once(`database ${name}`, async () => {
      const postgres = await this.#postgres();
      await postgres.createDatabase(name, template);
      const pool = await postgres.pool(name);
      const server = await serve([createNeonEndpoint(() => Promise.resolve(pool))]);
      this.#stops.push(() => server.stop());
      const [url, endpoint] = [postgres.url(name), `${server.origin}/sql`];
      return { url, endpoint, isServer: postgres.engine === "postgres" };
    });
  }

  /** Another way to a database: every request is on its way for so many milliseconds before it gets there. */
  endpointFrom(name: string, milliseconds: number): Promise<string> {
    return this.#once(`distance ${name} ${milliseconds}`, async () => {
      const postgres = await this.#postgres();
      const pool = await postgres.pool(name);
      const endpoint = createNeonEndpoint(() => Promise.resolve(pool));
      const server = await serve([heldBack(milliseconds), endpoint]);
      this.#stops.push(() => server.stop());
      return `${server.origin}/sql`;
    });
  }

  /** Connections to a database, past Neon's protocol. Every value comes back as PostgreSQL's own text. */
  async pool(name: string): Promise<Pool> {
    const postgres = await this.#postgres();
    return this.#once(`pool ${name}`, () => postgres.pool(name));
  }

  #postgres(): Promise<Postgres> {
    return this.#once("postgres", async () => {
      const directory = await this.place("postgres");
      const options = { directory, durable: true, cacheMegabytes, say: console.error };
      const postgres = await startPostgres(options);
      this.#stops.push(async () => {
        await postgres.stop();
        await rm(postgres.directory, { recursive: true, force: true });
      });
      await migrateTemplate(postgres);
      return postgres;
    });
  }

  /** A worker, bundled and minified as for an upload. */
  bundle(name: keyof typeof configs): Promise<Bundle> {
    return this.#once(`bundle ${name}`, async () => {
      const [folder, config] = [await this.place(name), configs[name]];
      const wrangler = join(root, "node_modules", ".bin", "wrangler");
      const flags = ["--config", config, "--dry-run", "--minify", "--outdir", folder];
      await promisify(execFile)(wrangler, ["deploy", ...flags], {
        cwd: root,
        env: { ...process.env, WRANGLER_SEND_METRICS: "false" },
      });
      return { folder, config };
    });
  }

  /** Ends everything, the last thing first. */
  async close(): Promise<void> {
    for (const stop of this.#stops.splice(0).toReversed()) {
      await stop().catch((error: unknown) => console.error(error));
    }
  }

  #once<Value>(name: string, make: () => Promise<Value>): Promise<Value> {
    const known = this.#made.get(name) as Promise<Value> | undefined;
    const made = known ?? make();
    this.#made.set(name, made);
    return made;
  }
}

/** Runs that were killed leave their server and its folder behind. */
async function sweep(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(prefix));
  for (const name of names) {
    if (isAlive(Number.parseInt(name.slice(prefix.length), 10))) continue;
    const folder = join(tmpdir(), name);
    for (const bundle of Object.keys(configs)) await stopOrphans(join(folder, bundle));
    const data = await realpath(join(folder, "postgres")).catch(() => null);
    if (data !== null) {
      const lock = join(data, "cluster", "postmaster.pid");
      const group = Number.parseInt(await readFile(lock, "utf8").catch(() => ""), 10);
      await killGroup(group, /postgres/u);
      await rm(data, { recursive: true, force: true });
    }
    await rm(folder, { recursive: true, force: true });
  }
}

/** Takes no request, and lets none through before its time. */
const heldBack = (milliseconds: number) => async (): Promise<false> => {
  await sleep(milliseconds);
  return false;
};

/** Nobody may be connected to what is to be copied. */
async function migrateTemplate(postgres: Postgres): Promise<void> {
  await postgres.createDatabase(template);
  const pool = await postgres.pool(template);
  const server = await serve([createNeonEndpoint(() => Promise.resolve(pool))]);
  await migrate(connect(postgres.url(template), `${server.origin}/sql`), migrationsFolder);
  await server.stop();
  await pool.end();
}

/** How a section is to be run. */
export interface Order {
  readonly isQuick: boolean;
  /** Servers of others that are measured beside Imprint. */
  readonly peers: readonly Peer[];
  /** How many posts a large publication has. */
  readonly posts: number;
}

/** A server of somebody else's, known by what it is asked for. */
export interface Peer {
  readonly name: string;
  /** Of a list of posts. */
  readonly list: string;
  /** Of one post; null when only a list is to be measured. */
  readonly post: string | null;
}

/** One of the parts of a run. */
export interface Section {
  /** How it is measured and what the baselines are, in a few sentences of Markdown. */
  readonly about: string;
  readonly run: (stage: Stage, order: Order) => Promise<Findings>;
}
