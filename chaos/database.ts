import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { Pool } from "pg";

import { serve } from "#local/http";
import { migrationsFolder } from "#local/migrate";
import { migrate } from "#local/migrations";
import { connect } from "#local/neon";
import { createNeonEndpoint } from "#local/neon-endpoint";
import { startPostgres } from "#local/postgres";
import type { Postgres } from "#local/postgres";

import { keepHistory } from "./history.ts";

const template = "chaos_template";

/** A PostgreSQL that can die and come back. */
export class Server {
  readonly #directory: string;
  readonly #pools = new Map<string, Pool>();
  #postgres: Promise<Postgres>;
  crashes = 0;

  private constructor(directory: string, postgres: Postgres) {
    this.#directory = directory;
    this.#postgres = Promise.resolve(postgres);
  }

  /** Starts one in an empty folder and migrates what all databases are copies of. */
  static async start(directory: string): Promise<Server> {
    const postgres = await startPostgres({ directory, durable: true, say: console.error });
    if (postgres.engine !== "postgres") throw new Error("only a real PostgreSQL can be crashed");
    const server = new Server(directory, postgres);
    await postgres.createDatabase(template);
    const pool = await postgres.pool(template);
    const endpoint = await serve([createNeonEndpoint(() => Promise.resolve(pool))]);
    await migrate(connect(postgres.url(template), `${endpoint.origin}/sql`), migrationsFolder);
    await endpoint.stop();
    await keepHistory(pool);
    await pool.end();
    return server;
  }

  /** A database of its own, as empty as a new publication. */
  async create(name: string): Promise<void> {
    await (await this.#postgres).createDatabase(name, template);
  }

  /** Connections to a database; other ones after each crash. */
  async pool(name: string): Promise<Pool> {
    const postgres = await this.#postgres;
    const known = this.#pools.get(name);
    if (known) return known;
    const pool = await postgres.pool(name);
    this.#pools.set(name, pool);
    return pool;
  }

  /** What every worker is told: the endpoint knows where the database really is. */
  url(name: string): string {
    return `postgres://chaos:chaos@chaos.localhost/${name}`;
  }

  /** https://www.postgresql.org/docs/current/server-shutdown.html: SIGQUIT is "immediate". */
  async crash(awayMs: number): Promise<void> {
    const before = await this.#postgres;
    this.crashes += 1;
    const lock = await readFile(join(before.directory, "cluster", "postmaster.pid"), "utf8");
    this.#postgres = (async () => {
      process.kill(Number.parseInt(lock, 10), "SIGQUIT");
      await before.closed;
      const pools = [...this.#pools.values()];
      this.#pools.clear();
      for (const pool of pools) void pool.end().catch(() => {});
      await sleep(awayMs);
      return startPostgres({ directory: this.#directory, durable: true, say: console.error });
    })();
    await this.#postgres;
  }

  async stop(): Promise<void> {
    await (await this.#postgres).stop();
  }
}
