import { createHash, timingSafeEqual } from "node:crypto";

import { Pool } from "pg";

import { LocalFailure, oneLine } from "./failure.ts";
import type { PoolFor } from "./neon-endpoint.ts";
import { startPostgres } from "./postgres.ts";
import { textTypes } from "./text-types.ts";

/** The database that a local process works with. */
export interface Database {
  /** The connection string for the worker. */
  readonly url: string;
  /** The connections behind it for a local endpoint; null when the database speaks HTTP itself. */
  readonly poolFor: PoolFor | null;
  /** In a few words, for people; without any secret. */
  readonly description: string;
  /** Settles when the database is gone without being asked to; never for one that is not ours. */
  readonly lost: Promise<void>;
  stop(): Promise<void>;
}

const name = "imprint";

/** The embedded database, in a folder. */
export async function openEmbedded(
  directory: string,
  say: (line: string) => void,
): Promise<Database> {
  const postgres = await startPostgres({ directory, durable: true, say });
  await postgres.createDatabase(name);
  const pool = await postgres.pool(name);
  const url = postgres.url(name);
  return {
    url,
    poolFor: only(url, pool),
    description: `${postgres.engine === "pglite" ? "PGlite" : "PostgreSQL"} in ${postgres.directory}`,
    lost: postgres.closed,
    stop: () => postgres.stop(),
  };
}

/**
 * A PostgreSQL that runs elsewhere.
 *
 * @throws LocalFailure when it cannot be reached.
 */
export async function openServer(url: string): Promise<Database> {
  const pool = new Pool({
    connectionString: url,
    max: 10,
    types: textTypes,
    connectionTimeoutMillis: 15_000,
  });
  pool.on("error", () => {});
  const { host, pathname } = new URL(url);
  await pool.query("select 1").catch(async (error: unknown) => {
    await pool.end();
    throw new LocalFailure(`the database at ${host}${pathname} does not answer: ${oneLine(error)}`);
  });
  return {
    url,
    poolFor: only(url, pool),
    description: `PostgreSQL at ${host}${pathname}`,
    lost: new Promise(() => {}),
    stop: () => pool.end(),
  };
}

/** A database at Neon: the worker reaches it without our help. */
export function openNeon(url: string): Database {
  const { host, pathname } = new URL(url);
  return {
    url,
    poolFor: null,
    description: `Neon, ${host}${pathname}`,
    lost: new Promise(() => {}),
    stop: () => Promise.resolve(),
  };
}

/** Every connection string that has the right password leads to the same database. */
function only(expected: string, pool: Pool): PoolFor {
  const wanted = digest(new URL(expected));
  return (url) => {
    if (timingSafeEqual(digest(url), wanted)) return Promise.resolve(pool);
    return Promise.reject(new Error("the connection string is not that of the local database"));
  };
}

function digest(url: URL): Buffer {
  const parts = [url.username, url.password, url.pathname].map(decodeURIComponent);
  return createHash("sha256").update(parts.join("\n")).digest();
}
