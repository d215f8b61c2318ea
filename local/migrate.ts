import { resolve } from "node:path";

import { openNeon, openServer } from "./database.ts";
import { LocalFailure, oneLine } from "./failure.ts";
import { serve } from "./http.ts";
import { migrate } from "./migrations.ts";
import { createNeonEndpoint } from "./neon-endpoint.ts";
import { connect, isNeon } from "./neon.ts";

/** Where drizzle-kit writes this project's migrations. */
export const migrationsFolder = resolve(import.meta.dirname, "../migrations");

async function main(): Promise<void> {
  const url = process.env["DATABASE_URL"] ?? "";
  if (!/^postgres(ql)?:\/\//u.test(url)) {
    throw new LocalFailure("DATABASE_URL must name the database to migrate: postgres://…");
  }
  const database = isNeon(url) ? openNeon(url) : await openServer(url);
  const server = database.poolFor && (await serve([createNeonEndpoint(database.poolFor)]));
  try {
    const names = await migrate(connect(url, server && `${server.origin}/sql`), migrationsFolder);
    for (const name of names) console.log(`applied ${name}`);
    console.log(`${database.description} is up to date.`);
  } catch (error) {
    throw new LocalFailure(`${database.description}: ${oneLine(error)}`);
  } finally {
    await server?.stop();
    await database.stop();
  }
}

if (import.meta.main) {
  await main().catch((error: unknown) => {
    console.error(`migrate: ${oneLine(error)}`);
    process.exitCode = 1;
  });
}
