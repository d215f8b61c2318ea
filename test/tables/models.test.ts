import { getTableColumns, getTableName, is, sql } from "drizzle-orm";
import { PgTable } from "drizzle-orm/pg-core";
import { describe, expect, it } from "vitest";

import * as models from "#repository/models";

import { db } from "./things";

const tables = Object.values(models).filter((model) => is(model, PgTable));

interface Column extends Record<string, unknown> {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly precision: number | null;
  readonly nullable: boolean;
  readonly default: string | null;
}

const { rows: columns } = await db.execute<Column>(sql`
  select table_name as table, column_name as name, data_type as type, datetime_precision as precision,
    is_nullable = 'YES' as nullable, column_default as default
  from information_schema.columns where table_schema = 'public' order by 1, ordinal_position`);

describe("the database has what the models have", () => {
  it("table by table", async () => {
    expect(tables.length).toBeGreaterThan(15);
    const found = new Set(columns.map(({ table }) => table));
    expect([...found].toSorted()).toEqual(tables.map((table) => getTableName(table)).toSorted());
  });

  it.each(tables.map((table) => [getTableName(table), table] as const))(
    "column by column: %s",
    (name, table) => {
      const snake = (text: string) =>
        text.replaceAll(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`);
      const wanted = Object.entries(getTableColumns(table)).map(([key, column]) => ({
        name: snake(key),
        nullable: !column.notNull,
      }));
      const found = columns
        .filter((column) => column.table === name)
        .map(({ name: column, nullable }) => ({ name: column, nullable }));
      const byName = (left: { name: string }, right: { name: string }) =>
        left.name < right.name ? -1 : 1;
      expect(found.toSorted(byName)).toEqual(wanted.toSorted(byName));
    },
  );
});

describe("every table", () => {
  it.each(tables.map((table) => getTableName(table)))("says what and when: %s", async (table) => {
    const own = columns.filter((column) => column.table === table);
    expect(own.find(({ name }) => name === "id")).toMatchObject({ type: "uuid", nullable: false });
    expect(own.find(({ name }) => name === "created_at")).toMatchObject({
      type: "timestamp with time zone",
      precision: 3,
      nullable: false,
      default: "now()",
    });
    const { rows } = await db.execute<{ columns: string }>(sql`
      select pg_get_constraintdef(oid) as columns from pg_constraint
      where conrelid = ${`public.${table}`}::regclass and contype = 'p'`);
    expect(rows).toEqual([{ columns: "PRIMARY KEY (id)" }]);
  });

  it("keeps moments to the millisecond and in no other type", () => {
    const moments = columns.filter(({ type }) => /time|date/u.test(type));
    expect(moments.length).toBeGreaterThan(30);
    const other = moments.filter(
      ({ type, precision }) => type !== "timestamp with time zone" || precision !== 3,
    );
    expect(other).toEqual([]);
    const misnamed = columns.filter(
      ({ name, type }) => /_(?:at|until|start)$/u.test(name) && !type.startsWith("timestamp"),
    );
    expect(misnamed).toEqual([]);
  });
});

describe("every foreign key", () => {
  interface Key extends Record<string, unknown> {
    readonly name: string;
    readonly indexed: boolean;
  }

  it("has an index that begins with it, so that deleting never reads a whole table", async () => {
    const { rows } = await db.execute<Key>(sql`
      select c.conrelid::regclass || '.' || c.conname as name, exists (
        select 1 from pg_index i
        where i.indrelid = c.conrelid and i.indisvalid and i.indpred is null
          and (string_to_array(i.indkey::text, ' ')::int2[])[1:cardinality(c.conkey)] @> c.conkey
      ) as indexed
      from pg_constraint c where c.contype = 'f' and c.connamespace = 'public'::regnamespace order by 1`);
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.filter(({ indexed }) => !indexed).map(({ name }) => name)).toEqual([]);
  });
});
