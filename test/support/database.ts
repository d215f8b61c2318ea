import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import type { Pool } from "pg";
import type { TestProject } from "vitest/node";

import { addressOf, sendJson, serve } from "#local/http";
import type { Handler } from "#local/http";
import { migrate } from "#local/migrations";
import { connect } from "#local/neon";
import { createNeonEndpoint } from "#local/neon-endpoint";
import type { DatabaseRequest } from "#local/neon-endpoint";
import { createOutbox } from "#local/outbox";
import { startPostgres } from "#local/postgres";
import type { Postgres } from "#local/postgres";
import { isAlive, killGroup } from "#local/processes";

import { createReceivers } from "./receiver.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where Neon's HTTP protocol is spoken; any database name works, and the first use makes it. */
    neonEndpoint: string;
    /** Under `pglite` a database has one connection, so nothing runs at the same time. */
    databaseEngine: "postgres" | "pglite";
    /** Where mails are recorded and can be read back (`GET …/mail.json`). */
    mailOutboxUrl: string;
    /** Where webhooks can be sent to: one receiver for each name behind it. */
    receiversUrl: string;
  }
}

const template = "imprint_template";
const prefix = "imprint-test-";
const folder = resolve(import.meta.dirname, "../../migrations");

/**
 * What all test files share: one PostgreSQL, thrown away at the end, behind the protocol that production
 * speaks. Each database that is asked for is made on first use, from a template that has every migration.
 *
 * Its server also answers `GET /counts?database=NAME` with the requests that came in for a database since
 * `DELETE /counts?database=NAME`, as `{ "requests": 2, "queries": [["select …"], ["insert …", "…"]] }`.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await sweep();
  const directory = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
  const postgres = await startPostgres({
    directory,
    durable: false,
    say: (line) => process.stderr.write(`${line}\n`),
  });
  const discard = async (): Promise<void> => {
    await postgres.stop();
    await rm(postgres.directory, { recursive: true, force: true });
    await rm(directory, { recursive: true, force: true });
  };
  await makeTemplate(postgres).catch(async (error: unknown) => {
    await discard();
    throw error;
  });
  const ledger = new Map<string, (readonly string[])[]>();
  const server = await serve([
    createNeonEndpoint(poolsOf(postgres), (request) => record(ledger, request)),
    countsOf(ledger),
    createOutbox(null),
    createReceivers(),
  ]);
  project.provide("neonEndpoint", `${server.origin}/sql`);
  project.provide("databaseEngine", postgres.engine);
  project.provide("mailOutboxUrl", `${server.origin}/mail`);
  project.provide("receiversUrl", `${server.origin}/hooks`);
  return async () => {
    await server.stop();
    await discard();
  };
}

/** Runs that were killed leave their server and its folder behind. */
async function sweep(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(prefix));
  for (const name of names) {
    if (isAlive(Number.parseInt(name.slice(prefix.length), 10))) continue;
    const directory = join(tmpdir(), name);
    const lock = await readFile(join(directory, "cluster", "postmaster.pid"), "utf8").catch(
      () => "",
    );
    await killGroup(Number.parseInt(lock, 10), /postgres/u);
    await rm(directory, { recursive: true, force: true }).catch(() => {});
  }
}

/** Through an endpoint of its own, because nobody may be connected to a template that is being copied. */
async function makeTemplate(postgres: Postgres): Promise<void> {
  await postgres.createDatabase(template);
  const pool = await postgres.pool(template);
  const server = await serve([createNeonEndpoint(() => Promise.resolve(pool))]);
  const url = `postgres://test:test@test.localhost/${template}`;
  try {
    await migrate(connect(url, `${server.origin}/sql`), folder);
  } finally {
    await server.stop();
    await pool.end();
  }
}

function poolsOf(postgres: Postgres): (url: URL) => Promise<Pool> {
  const pools = new Map<string, Promise<Pool>>();
  return (url) => {
    const database = decodeURIComponent(url.pathname.slice(1));
    const known = pools.get(database);
    if (known) return known;
    const made = postgres.createDatabase(database, template).then(() => postgres.pool(database));
    pools.set(database, made);
    return made;
  };
}

function record(ledger: Map<string, (readonly string[])[]>, request: DatabaseRequest): void {
  const seen = ledger.get(request.database);
  if (seen) seen.push(request.queries);
  else ledger.set(request.database, [request.queries]);
}

function countsOf(ledger: Map<string, (readonly string[])[]>): Handler {
  return (request, response) => {
    const { pathname, searchParams } = addressOf(request);
    if (pathname !== "/counts") return false;
    const database = searchParams.get("database") ?? "";
    if (request.method === "DELETE") ledger.delete(database);
    const queries = ledger.get(database) ?? [];
    sendJson(response, 200, { requests: queries.length, queries });
    return true;
  };
}
