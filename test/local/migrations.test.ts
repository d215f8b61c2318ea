import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";

import { migrate } from "#local/migrations";
import { connect } from "#local/neon";
import type { Sql } from "#local/neon";

let folder: string;
let sql: Sql;

/** A folder as drizzle-kit writes it. */
const givenMigrations = async (migrations: Record<string, string>): Promise<void> => {
  await mkdir(join(folder, "meta"), { recursive: true });
  const tags = Object.keys(migrations);
  const entries = tags.map((tag, idx) => ({ idx, tag, when: 4_000_000_000_000 + idx }));
  await writeFile(join(folder, "meta", "_journal.json"), JSON.stringify({ entries }));
  for (const [tag, text] of Object.entries(migrations)) {
    await writeFile(join(folder, `${tag}.sql`), text);
  }
};

const tables = async (): Promise<unknown[]> => {
  const rows = await sql`select table_name as name from information_schema.tables
    where table_schema = 'public' and table_name like 'm\\_%' order by 1`;
  return rows.map((row) => row["name"]);
};

const breakpoint = "\n--> statement-breakpoint\n";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "imprint-migrations-"));
  const database = `migrations_${crypto.randomUUID().replaceAll("-", "")}`;
  sql = connect(`postgres://test:test@test.localhost/${database}`, inject("neonEndpoint"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe("migrate", () => {
  it("applies each migration once when four runs start together", async () => {
    await givenMigrations({
      "0000_first": `create table m_first (n int);${breakpoint}insert into m_first values (1);`,
      "0001_second": "create table m_second (n int);",
      "0002_third": "insert into m_first values (3);",
    });
    const runs = await Promise.all(Array.from({ length: 4 }, () => migrate(sql, folder)));
    expect(runs.flat().toSorted()).toEqual(["0000_first", "0001_second", "0002_third"]);
    expect(await sql`select n from m_first order by n`).toEqual([{ n: 1 }, { n: 3 }]);
    expect(await migrate(sql, folder)).toEqual([]);
  });

  it("leaves nothing of a migration that fails, and everything of those before it", async () => {
    const broken = `create table m_broken (n int);${breakpoint}select 1/0;`;
    await givenMigrations({ "0000_good": "create table m_good (n int);", "0001_bad": broken });
    await expect(migrate(sql, folder)).rejects.toMatchObject({ code: "22012" });
    expect(await tables()).toEqual(["m_good"]);

    await writeFile(join(folder, "0001_bad.sql"), broken.replace("1/0", "1/1"));
    expect(await migrate(sql, folder)).toEqual(["0001_bad"]);
    expect(await tables()).toEqual(["m_broken", "m_good"]);
  });

  it("refuses a migration that changed after it was applied", async () => {
    await givenMigrations({ "0000_fixed": "create table m_fixed (n int);" });
    await migrate(sql, folder);
    await writeFile(join(folder, "0000_fixed.sql"), "create table m_other (n int);");
    await expect(migrate(sql, folder)).rejects.toThrow("0000_fixed has changed");
  });

  it("refuses a folder without migrations", async () => {
    await expect(migrate(sql, join(folder, "none"))).rejects.toThrow("no migrations");
  });
});

it("every test database comes with all of the project's migrations", async () => {
  expect(await migrate(sql, resolve(import.meta.dirname, "../../migrations"))).toEqual([]);
});

it("copies that have heard of a tag that nothing published bears are told to forget it, and of no other", async () => {
  const project = resolve(import.meta.dirname, "../../migrations");
  const journal = await readFile(join(project, "meta", "_journal.json"), "utf8");
  const { entries } = JSON.parse(journal) as { entries: readonly { readonly tag: string }[] };
  const place = entries.findIndex(({ tag }) => tag === "0013_tags_when_published");
  await cp(project, folder, { recursive: true });
  const migrateTo = async (count: number) => {
    const cut = JSON.stringify({ entries: entries.slice(0, count) });
    await writeFile(join(folder, "meta", "_journal.json"), cut);
    await migrate(sql, folder);
  };
  await sql.transaction([
    sql`drop schema public cascade`,
    sql`drop schema drizzle cascade`,
    sql`create schema public`,
  ]);
  await migrateTo(place);
  const ids = Object.fromEntries(
    ["unused", "draft", "trash", "post", "page"].map((name) => [name, crypto.randomUUID()]),
  );
  for (const [name, id] of Object.entries(ids)) {
    await sql`insert into tags (id, name, slug) values (${id}, ${name}, ${name})`;
    if (name === "unused") continue;
    await sql`insert into posts
      (id, slug, title, content, html, excerpt, word_count, reading_time, type, status, published_at, deleted_at)
      values (${id}, ${id}, 'A', '', '', '', 0, 1, ${name === "page" ? "page" : "post"},
        ${name === "draft" ? "draft" : "published"}, now(), ${name === "trash" ? "now" : null})`;
    await sql`insert into post_tags (post_id, tag_id, position) values (${id}, ${id}, 0)`;
  }
  const [before] =
    await sql`select max(changed_in::text::bigint)::text as last from content_changes`;
  await migrateTo(place + 1);
  const told =
    await sql`select tags.slug, is_known from content_changes join tags on tags.id = entity_id
    where entity = 'tag' and changed_in > ${String(before?.["last"])}::xid8 order by 1`;
  expect(told).toEqual(["draft", "trash", "unused"].map((slug) => ({ slug, is_known: true })));
});
