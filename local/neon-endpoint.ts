import type { IncomingHttpHeaders, ServerResponse } from "node:http";

import type { DatabaseError, Pool, PoolClient, QueryArrayConfig } from "pg";

import { codeOf } from "./failure.ts";
import { addressOf, readBody, send, sendJson } from "./http.ts";
import type { Handler } from "./http.ts";

/** What Neon allows in one request and in one response. */
const limitBytes = 64 * 1024 * 1024;

/** Finds the connections for a connection string; its path is the database's name. */
export type PoolFor = (url: URL) => Promise<Pool>;

/** One request at the database's door, which is one round trip for whoever made it. */
export interface DatabaseRequest {
  readonly database: string;
  readonly queries: readonly string[];
}

interface Query {
  readonly query: string;
  readonly params?: readonly unknown[];
}

/**
 * Speaks Neon's SQL over HTTP (`POST /sql`, as `@neondatabase/serverless` sends it) on ordinary
 * connections: one query, or a batch as one transaction. The pool must leave values as PostgreSQL's text.
 *
 * @param onRequest is told of every request before it reaches the database.
 */
export function createNeonEndpoint(
  poolFor: PoolFor,
  onRequest: (request: DatabaseRequest) => void = () => {},
): Handler {
  return async (request, response) => {
    if (request.method !== "POST" || addressOf(request).pathname !== "/sql") return false;
    const body = await readBody(request, limitBytes);
    if (!body) return refused(response, 413, "request is too large (max is 64 MiB)");
    const url = readUrl(request.headers);
    if (!url) return refused(response, 400, "Neon-Connection-String is missing or not a URL");
    const batch = readQueries(body);
    if (!batch) return refused(response, 400, "the body is neither a query nor a batch of queries");
    const database = decodeURIComponent(url.pathname.slice(1));
    onRequest({ database, queries: batch.queries.map(({ query }) => query) });
    const begin = batch.single ? null : beginStatement(request.headers);
    if (begin === undefined) return refused(response, 400, "invalid isolation level");
    try {
      const results = await withClient(await poolFor(url), (client) =>
        begin === null ? runAll(client, batch.queries) : transact(client, begin, batch.queries),
      );
      answer(response, batch.single ? results[0] : { results });
    } catch (error) {
      answerError(response, error);
    }
    return true;
  };
}

function refused(response: ServerResponse, status: number, message: string): true {
  sendJson(response, status, { message });
  return true;
}

function readUrl(headers: IncomingHttpHeaders): URL | null {
  const text = headers["neon-connection-string"];
  return typeof text === "string" && URL.canParse(text) ? new URL(text) : null;
}

function readQueries(body: Buffer): { single: boolean; queries: Query[] } | null {
  try {
    const value: Partial<Query> & { queries?: Query[] } = JSON.parse(body.toString("utf8"));
    if (typeof value.query === "string") {
      return { single: true, queries: [{ query: value.query, params: value.params ?? [] }] };
    }
    const queries = value.queries ?? null;
    const whole = Array.isArray(queries) && queries.every(({ query }) => typeof query === "string");
    return whole ? { single: false, queries } : null;
  } catch {
    return null;
  }
}

const isolationLevels: Readonly<Record<string, string>> = {
  ReadUncommitted: " ISOLATION LEVEL READ UNCOMMITTED",
  ReadCommitted: " ISOLATION LEVEL READ COMMITTED",
  RepeatableRead: " ISOLATION LEVEL REPEATABLE READ",
  Serializable: " ISOLATION LEVEL SERIALIZABLE",
};

function beginStatement(headers: IncomingHttpHeaders): string | undefined {
  const asked = headers["neon-batch-isolation-level"];
  const level = asked === undefined ? "" : isolationLevels[String(asked)];
  if (level === undefined) return undefined;
  const readOnly = headers["neon-batch-read-only"] === "true" ? " READ ONLY" : "";
  const deferrable = headers["neon-batch-deferrable"] === "true" ? " DEFERRABLE" : "";
  return `BEGIN${level}${readOnly}${deferrable}`;
}

async function withClient<Result>(
  pool: Pool,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  client.on("error", ignore);
  let broken = true;
  try {
    const result = await work(client);
    broken = false;
    return result;
  } catch (error) {
    broken = !isRefusal(error) || error.severity !== "ERROR";
    throw error;
  } finally {
    client.off("error", ignore);
    client.release(broken);
  }
}

/** A connection that breaks while it is out of the pool says so as an event; its query fails as well. */
function ignore(): void {}

async function transact(client: PoolClient, begin: string, queries: Query[]): Promise<unknown[]> {
  await client.query(begin);
  try {
    const results = await runAll(client, queries);
    await client.query("COMMIT");
    return results;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  }
}

async function runAll(client: PoolClient, queries: Query[]): Promise<unknown[]> {
  const results: unknown[] = [];
  for (const { query, params } of queries) {
    // The extended protocol, as Neon uses it: several statements in one string are an error.
    const config: QueryArrayConfig & { queryMode: "extended" } = {
      text: query,
      values: (params ?? []).map(toText),
      rowMode: "array",
      queryMode: "extended",
    };
    const result = await client.query<unknown[]>(config);
    const fields = result.fields.map((field) => ({ ...field, format: "text" }));
    const { rows, command, rowCount } = result;
    results.push({ fields, rows, command, rowCount, rowAsArray: true });
  }
  return results;
}

function toText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "string") return value;
  return Array.isArray(value) ? toArrayText(value) : JSON.stringify(value);
}

/** https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO */
function toArrayText(items: readonly unknown[]): string {
  const texts = items.map((item) => {
    if (Array.isArray(item)) return toArrayText(item);
    const text = toText(item);
    return text === null ? "NULL" : JSON.stringify(text);
  });
  return `{${texts.join(",")}}`;
}

function answer(response: ServerResponse, value: unknown): void {
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text) > limitBytes) {
    sendJson(response, 507, { message: "response is too large (max is 64 MiB)" });
  } else {
    send(response, 200, "application/json", text);
  }
}

const errorFields = [
  "severity",
  "code",
  "detail",
  "hint",
  "position",
  "internalPosition",
  "internalQuery",
  "where",
  "schema",
  "table",
  "column",
  "dataType",
  "constraint",
  "file",
  "line",
  "routine",
] as const;

/** By its shape, not its class: PGlite throws the same errors from a class of its own. */
function isRefusal(error: unknown): error is DatabaseError {
  return error instanceof Error && "severity" in error && codeOf(error) !== null;
}

function answerError(response: ServerResponse, error: unknown): void {
  if (!isRefusal(error)) {
    const message = error instanceof Error ? error.message : String(error);
    return sendJson(response, 500, { message, code: null });
  }
  const fields = errorFields.map((name) => [name, error[name] ?? null]);
  sendJson(response, 400, { message: error.message, ...Object.fromEntries(fields) });
}
