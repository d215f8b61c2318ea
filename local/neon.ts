import { neon, neonConfig } from "@neondatabase/serverless";
import type { NeonQueryFunction } from "@neondatabase/serverless";

/** A database that is asked over Neon's HTTP protocol. */
export type Sql = NeonQueryFunction<false, false>;

const cloud = neonConfig.fetchEndpoint;

/**
 * The database behind a connection string, at Neon itself or at a local endpoint.
 *
 * The driver keeps the endpoint for the whole process: the last call decides for all.
 *
 * @param endpoint the address of a local endpoint, ending in `/sql`; null for Neon.
 */
export function connect(databaseUrl: string, endpoint: string | null): Sql {
  neonConfig.fetchEndpoint = endpoint ?? cloud;
  return neon(databaseUrl);
}

/** Whether a connection string leads to Neon, which speaks HTTP itself. */
export function isNeon(databaseUrl: string): boolean {
  return /\.neon\.(tech|build)$/u.test(new URL(databaseUrl).hostname);
}
