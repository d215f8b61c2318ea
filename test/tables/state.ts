import { sql } from "drizzle-orm";

import { db, files } from "./things";

/** What may change without anybody having changed anything: when a session was seen, what was tried how often. */
const restless = { column: "seen_at", table: "throttles" };

const { rows } = await db.execute<{ name: string }>(sql`
  select c.relname as name from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' order by 1`);
const tables = rows.map(({ name }) => name).filter((name) => name !== restless.table);
if (tables.length < 15) throw new Error("The state of a database without tables says nothing.");

const hashOf = (table: string) => sql`
  select ${table}::text as name, count(*)::int as rows,
    coalesce(sum(hashtextextended((to_jsonb(t) - ${restless.column}::text)::text, 0)), 0)::text as hash
  from ${sql.identifier(table)} t`;

/** All there is in the database and among the files: equal when nothing was changed in between. */
export async function readState(): Promise<Readonly<Record<string, string>>> {
  const all = sql.join(tables.map(hashOf), sql` union all `);
  const [{ rows: found }, { objects, truncated }] = await Promise.all([
    db.execute<{ name: string; rows: number; hash: string }>(all),
    files.list(),
  ]);
  if (truncated) throw new Error("There are more files than one page tells of.");
  const state = found.map(({ name, rows: count, hash }) => [name, `${count} rows, ${hash}`]);
  const names = objects.map(({ key, etag }) => `${key} ${etag}`).toSorted();
  return { ...Object.fromEntries(state), files: names.join("\n") };
}
