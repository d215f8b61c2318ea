import { env } from "node:process";

import type { Pool } from "pg";

import { isRoot, unprivilegedAccount } from "./account.ts";
import { startPglite } from "./pglite.ts";
import { findBinaries } from "./postgres-binaries.ts";
import { startCluster } from "./postgres-cluster.ts";

/** How a local PostgreSQL is started. */
export interface PostgresOptions {
  /** The folder that keeps the data; made when absent. */
  readonly directory: string;
  /** False trades safety on a power cut for speed: for databases that are thrown away. */
  readonly durable: boolean;
  /** Memory for the pages that it holds (`shared_buffers`); without, what it takes on any machine: 128. */
  readonly cacheMegabytes?: number;
  /** Shows one line to the person at the keyboard. */
  readonly say: (line: string) => void;
}

/** A running PostgreSQL. */
export interface Postgres {
  readonly engine: "postgres" | "pglite";
  /** The folder that really holds the data; another than the one asked for when root had to move it. */
  readonly directory: string;
  /** `postgres://…` of a database; only under `postgres` does anything listen there. */
  url(database: string): string;
  /** Makes a database, as a copy of `template` when one is named; an existing one is left as it is. */
  createDatabase(name: string, template?: string): Promise<void>;
  /** Connections to a database, closed by `stop`. Every value comes back as PostgreSQL's own text. */
  pool(database: string): Promise<Pool>;
  /** Settles when the server is gone, asked to or not. */
  readonly closed: Promise<void>;
  /** Shuts the server down; safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts a PostgreSQL of this project's own: the real one that npm installed, or PGlite (PostgreSQL
 * compiled to WebAssembly, one connection) on a platform npm has no binaries for, which is said in one
 * line. `IMPRINT_POSTGRES=pglite` asks for the latter.
 *
 * @throws LocalFailure when the folder is unusable or another process uses it.
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  if (env["IMPRINT_POSTGRES"] === "pglite") {
    options.say("Using PGlite, as IMPRINT_POSTGRES asks.");
    return startPglite(options);
  }
  const account = unprivilegedAccount();
  const binaries = isRoot() && !account ? null : await findBinaries(account);
  if (binaries) return startCluster(options, binaries, account);
  options.say("No PostgreSQL binary runs on this platform: using PGlite instead, which is slower.");
  return startPglite(options);
}
