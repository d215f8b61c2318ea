import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { readMigrationFiles } from "drizzle-orm/migrator";

import { codeOf, LocalFailure } from "./failure.ts";
import type { Sql } from "./neon.ts";

/** One migration as drizzle-kit wrote it. */
interface Migration {
  readonly name: string;
  readonly hash: string;
  readonly createdAt: string;
  readonly statements: readonly string[];
}

/** Any number will do, as long as every migrator of Imprint takes the same. */
const lock = "727274";
const uniqueness = "__drizzle_migrations_created_at_key";

/**
 * Applies what a folder of migrations has and the database has not, in order. Each migration is one
 * transaction that holds a lock and writes its row of drizzle's journal first: it happens whole or not at
 * all, and of several runs at once exactly one applies it.
 *
 * @returns the names of the migrations that this run applied.
 * @throws LocalFailure when the folder has none, or one of them changed after it was applied.
 * @throws NeonDbError when a statement fails; the migrations before it stay applied.
 */
export async function migrate(sql: Sql, folder: string): Promise<string[]> {
  const migrations = readFolder(folder);
  await sql.transaction([
    sql`select pg_advisory_xact_lock(${lock})`,
    sql`create schema if not exists drizzle`,
    sql`create table if not exists drizzle.__drizzle_migrations
      (id serial primary key, hash text not null, created_at bigint)`,
    sql.query(
      `create unique index if not exists ${uniqueness} on drizzle.__drizzle_migrations (created_at)`,
    ),
  ]);
  const applied = await readJournal(sql);
  const names: string[] = [];
  for (const migration of migrations) {
    const hash = applied.get(migration.createdAt);
    if (hash !== undefined && hash !== migration.hash) {
      throw new LocalFailure(
        `migration ${migration.name} has changed since it was applied to this database`,
      );
    }
    if (hash === undefined && (await apply(sql, migration))) names.push(migration.name);
  }
  return names;
}

async function readJournal(sql: Sql): Promise<Map<string, string>> {
  const rows = await sql`select created_at::text as at, hash from drizzle.__drizzle_migrations`;
  return new Map(rows.map((row) => [String(row["at"]), String(row["hash"])]));
}

async function apply(sql: Sql, migration: Migration): Promise<boolean> {
  try {
    await sql.transaction([
      sql`select pg_advisory_xact_lock(${lock})`,
      sql`insert into drizzle.__drizzle_migrations (hash, created_at)
        values (${migration.hash}, ${migration.createdAt})`,
      ...migration.statements.map((statement) => sql.query(statement)),
    ]);
    return true;
  } catch (error) {
    if (wasFirst(error)) return false;
    throw error;
  }
}

/** Another run wrote the journal's row while this one waited for the lock. */
function wasFirst(error: unknown): boolean {
  if (codeOf(error) !== "23505" || !(error instanceof Error)) return false;
  return "constraint" in error && error.constraint === uniqueness;
}

function readFolder(folder: string): Migration[] {
  const journal = join(folder, "meta", "_journal.json");
  if (!existsSync(journal)) throw new LocalFailure(`there are no migrations in ${folder}`);
  const { entries }: { entries: { when: number; tag: string }[] } = JSON.parse(
    readFileSync(journal, "utf8"),
  );
  return readMigrationFiles({ migrationsFolder: folder }).map((file, index) => ({
    name: entries[index]?.tag ?? file.hash,
    hash: file.hash,
    createdAt: String(file.folderMillis),
    statements: file.sql.filter((statement) => statement.trim() !== ""),
  }));
}
