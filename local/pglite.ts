import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";

import { PGlite } from "@electric-sql/pglite";
import { pg_trgm } from "@electric-sql/pglite/contrib/pg_trgm";
import { unaccent } from "@electric-sql/pglite/contrib/unaccent";
import { createPgConfig } from "@electric-sql/pglite/node-postgres";
import { Pool } from "pg";

import { LocalFailure, oneLine } from "./failure.ts";
import type { Postgres, PostgresOptions } from "./postgres.ts";
import { textTypes } from "./text-types.ts";

/**
 * Starts PGlite: PostgreSQL compiled to WebAssembly, inside this process. One connection a database, so
 * nothing runs at the same time; a database is an instance of its own, in memory when it is not durable.
 * Unlike PostgreSQL it does not notice a second process on the same folder: the caller sees to that.
 *
 * @throws LocalFailure when the folder cannot be made.
 */
export async function startPglite(options: PostgresOptions): Promise<Postgres> {
  const directory = resolve(options.directory, "pglite");
  if (options.durable) {
    await mkdir(directory, { recursive: true }).catch(() => {
      throw new LocalFailure(`the data folder ${directory} cannot be made; choose another`);
    });
  }
  return new Pglite(options.durable ? directory : null);
}

class Pglite implements Postgres {
  readonly engine = "pglite";
  readonly directory: string;
  readonly closed: Promise<void>;
  readonly #folder: string | null;
  readonly #instances = new Map<string, Promise<PGlite>>();
  readonly #pools: Pool[] = [];
  readonly #close: () => void;

  constructor(folder: string | null) {
    const { promise, resolve: close } = Promise.withResolvers<void>();
    this.directory = folder ?? "memory";
    this.closed = promise;
    this.#close = close;
    this.#folder = folder;
  }

  url(database: string): string {
    return `postgres://postgres:postgres@pglite.localhost/${database}`;
  }

  async createDatabase(name: string, template?: string): Promise<void> {
    await this.#instance(name, template);
  }

  async pool(database: string): Promise<Pool> {
    const instance = await this.#instance(database);
    const pool = new Pool({ ...createPgConfig(instance), max: 1, types: textTypes });
    pool.on("error", () => {});
    this.#pools.push(pool);
    return pool;
  }

  async stop(): Promise<void> {
    const pools = this.#pools.splice(0).filter((pool) => !pool.ended);
    await Promise.all(pools.map((pool) => pool.end()));
    const instances = await Promise.allSettled(this.#instances.values());
    this.#instances.clear();
    for (const instance of instances) {
      if (instance.status === "fulfilled") await instance.value.close();
    }
    this.#close();
  }

  #instance(name: string, template?: string): Promise<PGlite> {
    const known = this.#instances.get(name);
    if (known) return known;
    const opened = this.#open(name, template);
    this.#instances.set(name, opened);
    return opened;
  }

  async #open(name: string, template: string | undefined): Promise<PGlite> {
    const dataDir = this.#folder === null ? "memory://" : join(this.#folder, name);
    const isNew = this.#folder === null || !existsSync(dataDir);
    const source = template !== undefined && isNew ? await this.#instance(template) : null;
    const copy = source ? { loadDataDir: await source.dumpDataDir("none") } : {};
    try {
      const instance = await PGlite.create(dataDir, { ...copy, extensions: { pg_trgm, unaccent } });
      await instance.exec("alter role postgres set timezone = 'UTC'; set timezone = 'UTC'");
      return instance;
    } catch (error) {
      throw new LocalFailure(`the database in ${dataDir} does not start: ${oneLine(error)}`);
    }
  }
}
