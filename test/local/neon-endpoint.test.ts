import { NeonDbError } from "@neondatabase/serverless";
import { beforeAll, describe, expect, inject, it } from "vitest";

import { connect } from "#local/neon";
import type { Sql } from "#local/neon";

const endpoint = inject("neonEndpoint");
const database = `endpoint_${crypto.randomUUID().replaceAll("-", "")}`;
const url = `postgres://test:test@test.localhost/${database}`;

let sql: Sql;

beforeAll(async () => {
  sql = connect(url, endpoint);
  await sql`create table shelves (id int primary key, name text not null unique check (name <> ''))`;
  await sql`insert into shelves values (1, 'poetry')`;
});

const names = async (): Promise<unknown[]> =>
  (await sql`select name from shelves order by id`).map((row) => row["name"]);

const failure = async (query: PromiseLike<unknown>): Promise<NeonDbError> => {
  const thrown: unknown = await Promise.resolve(query).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof NeonDbError) return thrown;
  throw new Error("the query was expected to fail in the database", { cause: thrown });
};

describe("values", () => {
  it("carries every kind of value there and back as PostgreSQL writes it", async () => {
    const [row] = await sql`select
      ${["a,b", 'c"d', "e\\f", null]}::text[] as texts,
      ${[1, 2]}::int[] as numbers,
      ${{ title: "Ω “quoted”" }}::jsonb as document,
      ${9007199254740993n}::int8 as large,
      ${true}::bool as flag,
      ${Buffer.from([0, 255])}::bytea as bytes,
      ${null}::text as nothing,
      '2026-01-02 03:04:05.678+00'::timestamptz(3) as moment`;
    expect(row).toEqual({
      texts: ["a,b", 'c"d', "e\\f", null],
      numbers: [1, 2],
      document: { title: "Ω “quoted”" },
      large: "9007199254740993",
      flag: true,
      bytes: Buffer.from([0, 255]),
      nothing: null,
      moment: new Date("2026-01-02T03:04:05.678Z"),
    });
  });

  it("turns parameters that arrive as JSON into PostgreSQL's text", async () => {
    const response = await fetch(endpoint, {
      method: "POST",
      headers: { "Neon-Connection-String": url },
      body: JSON.stringify({
        query: "select $1::int[][] a, $2::text[] b, $3::jsonb c, $4::bool d",
        params: [
          [
            [1, 2],
            [3, 4],
          ],
          ["x", null, 'y"'],
          { k: [1] },
          false,
        ],
      }),
    });
    expect(await response.json()).toMatchObject({
      rows: [["{{1,2},{3,4}}", '{x,NULL,"y\\""}', '{"k": [1]}', "f"]],
      fields: [{ name: "a", format: "text" }, {}, {}, {}],
      command: "SELECT",
      rowCount: 1,
      rowAsArray: true,
    });
  });
});

describe("errors", () => {
  it.each([
    ["insert into shelves values (2, 'poetry')", { code: "23505", constraint: "shelves_name_key" }],
    ["insert into shelves values (2, '')", { code: "23514", constraint: "shelves_name_check" }],
    ["insert into shelves values (2, null)", { code: "23502", column: "name", table: "shelves" }],
    ["select nmae from shelves", { code: "42703", position: "8", severity: "ERROR" }],
    ["select 1; select 2", { code: "42601" }],
    ["select 1/0", { code: "22012", routine: "int4div" }],
  ])("reports what PostgreSQL said about %s", async (query, fields) => {
    expect(await failure(sql.query(query))).toMatchObject(fields);
  });

  const single = inject("databaseEngine") === "pglite";
  it.skipIf(single)("goes on serving after a connection was cut under a query", async () => {
    const error = await failure(sql`select pg_terminate_backend(pg_backend_pid())`);
    expect(error.code).toBe("57P01");
    expect(await names()).toEqual(["poetry"]);
  });

  it("refuses a body that is not a query", async () => {
    const headers = { "Neon-Connection-String": url };
    for (const body of ["", "{", "[]", "null", '{"queries":[1]}']) {
      const response = await fetch(endpoint, { method: "POST", headers, body });
      expect({ body, status: response.status }).toEqual({ body, status: 400 });
    }
  });
});

describe("batches", () => {
  it("leaves nothing of a batch whose last statement fails", async () => {
    const error = await failure(
      sql.transaction([
        sql`insert into shelves values (7, 'essays')`,
        sql`insert into shelves values (8, 'poetry')`,
      ]),
    );
    expect(error.code).toBe("23505");
    expect(await names()).toEqual(["poetry"]);
  });

  it("answers every statement of a batch in order, the later seeing the earlier", async () => {
    const [created, seen] = await sql.transaction([
      sql`create temporary table visits (n int) on commit drop`,
      sql`select count(*)::int as n from pg_class where relname = 'visits'`,
    ]);
    expect([created, seen]).toEqual([[], [{ n: 1 }]]);
  });

  it("opens the transaction as the headers of the batch ask", async () => {
    const write = sql.transaction([sql`insert into shelves values (9, 'maps')`], {
      readOnly: true,
      isolationLevel: "Serializable",
      deferrable: true,
    });
    expect((await failure(write)).code).toBe("25006");
    const [rows] = await sql.transaction([sql`show transaction_isolation`], {
      isolationLevel: "RepeatableRead",
    });
    expect(rows).toEqual([{ transaction_isolation: "repeatable read" }]);
  });

  it("runs batches that race for one row one after another", async () => {
    await sql`create table counters (n int not null)`;
    await sql`insert into counters values (0)`;
    const increments = Array.from({ length: 40 }, () =>
      sql.transaction([sql`update counters set n = n + 1`, sql`select n from counters`]),
    );
    const seen = (await Promise.all(increments)).map(([, rows]) => Number(rows?.[0]?.["n"]));
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
  });
});

it("counts one round trip a request, whatever the batch holds", async () => {
  const counts = new URL(`/counts?database=${database}`, endpoint);
  await fetch(counts, { method: "DELETE" });
  await sql`select 1`;
  await sql.transaction([sql`select 2`, sql`select 3`]);
  const answer = await fetch(counts);
  expect(await answer.json()).toEqual({
    requests: 2,
    queries: [["select 1"], ["select 2", "select 3"]],
  });
});
