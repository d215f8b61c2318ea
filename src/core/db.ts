import { neon, neonConfig } from "@neondatabase/serverless";
import type { BatchItem } from "drizzle-orm/batch";
import { drizzle } from "drizzle-orm/neon-http";

import { type Answer, createPatientFetch } from "./patience";

/** One for the isolate: what a request finds out about the database is of use to those after it. */
const patientFetch = createPatientFetch();

/** Counts what a request asks of the database, for `Server-Timing` and the log. */
export interface Meter {
  roundTrips: number;
  milliseconds: number;
}

export const createMeter = (): Meter => ({ roundTrips: 0, milliseconds: 0 });

/**
 * The database as one request sees it: every query or batch is one HTTP request to Neon.
 * A batch is a transaction; there is no other kind.
 *
 * @param endpoint where Neon's HTTP protocol is spoken when that is not Neon itself.
 */
export function connect(url: string, endpoint: string | undefined, meter: Meter) {
  prepare(endpoint);
  const client = neon(url, { fetchOptions: { meter } });
  return drizzle(client, { casing: "snake_case" });
}

function prepare(endpoint: string | undefined): void {
  if (endpoint !== undefined) neonConfig.fetchEndpoint = endpoint;
  neonConfig.fetchFunction = meteredFetch;
}

export type Database = ReturnType<typeof connect>;

/** Sends a statement that is text already, with its values as `$1`, `$2`, … Answers with rows by column. */
export type Query = (text: string, values: readonly unknown[]) => Promise<readonly unknown[]>;

type Client = ReturnType<typeof neon<false, false>>;

/** It keeps nothing of a request, and reading the address again for each would cost more than asking. */
const clients = new Map<string, Client>();

/** The same database for statements that nobody has to build: without drizzle, whose part takes longer. */
export function connectPlainly(url: string, endpoint: string | undefined, meter: Meter): Query {
  const options = { fetchOptions: { meter } };
  return (text, values) => {
    prepare(endpoint);
    const client = clients.get(url) ?? neon(url);
    clients.set(url, client);
    return client.query(text, [...values], options);
  };
}

/** A statement that has not been sent: it can join a batch. */
export type Statement = BatchItem<"pg">;

/**
 * The driver knows neither time limits nor meters. Its options reach this function as they were
 * given to `connect`, which is how each request finds its own meter behind one global setting.
 */
async function meteredFetch(
  url: string,
  { meter, ...init }: RequestInit & { meter: Meter },
): Promise<Answer> {
  const start = Date.now();
  meter.roundTrips += 1;
  try {
    return await patientFetch(url, init);
  } finally {
    meter.milliseconds += Date.now() - start;
  }
}

/** All of them in one transaction and one round trip, or nothing at all for nothing. */
export async function sendTogether(
  db: Database,
  statements: readonly Statement[],
): Promise<unknown[]> {
  const [first, ...others] = statements;
  if (!first) return [];
  if (others.length > 0) return db.batch([first, ...others]);
  // A statement is a transaction by itself: a batch would only begin and commit another around it. Every
  // statement of drizzle's can be awaited, though the type that batches ask for does not say so.
  return [await Promise.resolve<unknown>(first)];
}

/** What PostgreSQL said when it refused. */
export interface DatabaseError {
  /** SQLSTATE, such as `23505` for a duplicate. */
  readonly code: string;
  readonly constraint: string | null;
  /** The message of an error that our own SQL raised; PostgreSQL's own messages may hold data. */
  readonly message: string;
}

/**
 * Finds PostgreSQL's answer in what the driver threw: single statements wrap it, batches do not.
 *
 * @returns undefined when the error did not come from PostgreSQL.
 */
export function databaseErrorOf(error: unknown): DatabaseError | undefined {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error) || !("code" in cause) || typeof cause.code !== "string")
    return undefined;
  const constraint =
    "constraint" in cause && typeof cause.constraint === "string" ? cause.constraint : null;
  return { code: cause.code, constraint, message: cause.message };
}

/** The constraint that a duplicate ran into; undefined for any other error. */
export function duplicateOf(error: unknown): string | undefined {
  const refused = databaseErrorOf(error);
  return refused?.code === "23505" ? (refused.constraint ?? "") : undefined;
}

/** True when the database could not be reached or could not serve: the same request may succeed later. */
export function isUnavailable(error: unknown): boolean {
  const refused = databaseErrorOf(error);
  if (refused) return /^(08|53|57P0|57014|55P03|40001|40P01)/u.test(refused.code);
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error && cause.name === "NeonDbError";
}
