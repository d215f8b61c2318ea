import { env } from "cloudflare:workers";
import { type SQL, sql } from "drizzle-orm";
import { PgDialect } from "drizzle-orm/pg-core";
import { describe, expect, it } from "vitest";

import { createContext } from "#core/context";
import { compileFilter } from "#repository/ghost/nql";
import { filterLimits } from "#repository/ghost/syntax";
import { posts } from "#repository/models";

import { makeWorld } from "./make-world";

const { db } = createContext(env, { waitUntil: () => undefined }, "test");
await makeWorld(db);

const rendered = (where: SQL) => new PgDialect({ casing: "snake_case" }).sqlToQuery(where);
const countOfPosts = () => db.$count(posts);

const texts = [
  "'; drop table posts; --",
  "' or 1=1 --",
  String.raw`\'; delete from posts; --`,
  "1); truncate posts; --",
  "$1",
  "$1$2$3",
  "$$ || pg_sleep(10) || $$",
  "${posts.id}",
  "%00",
  "?",
  "??",
  ":slug",
  "' union select email, password_hash from users --",
  String.raw`\x27\u0027`,
  "e'\\047'",
  "\u0001\u001F\u007F",
  "\u2028\u2029\n\r\t",
  "\uD800",
  "\u{1F4A9}".repeat(50),
  "\u202Ereversed",
  "a\u0300".repeat(100),
  "%".repeat(200),
  "_".repeat(200),
  "%_%_".repeat(50),
  String.raw`\%\_`,
  "/* comment */",
  "*/ or true /*",
  "(?:a+)+$",
  "constructor",
  "[object Object]",
];

const quote = (text: string): string => `'${text.replaceAll(/['"]/gu, String.raw`\$&`)}'`;

describe("a hostile text in a filter", () => {
  it.each(texts)("is a parameter and nothing else: %j", async (text) => {
    const shapes = [
      "slug:V",
      "slug:-V",
      "slug:[V,V]",
      "slug:-[V]",
      "title:~V",
      "title:-~^V",
    ].concat(
      ["slug:>V", "tag:V", "tag:-V", "primary_tag:V", "authors.name:~$V", "meta_title:-V", "id:V"],
      ["featured:V", "visibility:V", "published_at:>V", "posts_tags.sort_order:V"],
    );
    const plain = new Map(
      shapes.map((shape) => {
        const compiled = compileFilter(shape.replaceAll("V", "'word'"), "posts");
        return [shape, compiled.ok && compiled.where ? rendered(compiled.where).sql : ""];
      }),
    );
    for (const shape of shapes) {
      const compiled = compileFilter(
        shape.replaceAll("V", () => quote(text)),
        "posts",
      );
      if (!compiled.ok) {
        expect(["syntax", "value"]).toContain(compiled.reason);
        continue;
      }
      const where = compiled.where ?? sql`true`;
      expect(rendered(where).sql).toBe(plain.get(shape));
      await db.select({ id: posts.id }).from(posts).where(where);
    }
    expect(await countOfPosts()).toBe(12);
  });

  it.each([
    `slug"; drop table posts; --:x`,
    "slug;:x",
    "slug--:some",
    "posts.slug) or (1=1:some",
    "slug\u00A0:some",
    "sl\u00FCg:some",
    "pg_sleep(10):some",
    "tags.slug.slug:some",
    "_:some",
    "a.b.c.d.e:some",
    "toString:some",
    "tags.toString:some",
    "tags.__proto__:some",
    "hasOwnProperty:some",
    "$or:some",
    "$where:some",
  ])("is no name of a column: %j", (filter) => {
    expect(compileFilter(filter, "posts")).toMatchObject({ ok: false });
  });
});

describe("a moment at the end of what a filter can write", () => {
  it.each<readonly [string, number]>([
    ["published_at:>'9999-12-31 23:59:59'", 0],
    ["published_at:<='9999-12-31 23:59:59'", 12],
    ["published_at:<'9999-12-31 23:59:59-10:00'", 12],
    ["published_at:>='0001-01-01 00:00:00+10:00'", 12],
    ["published_at:<'0001-01-01 00:00:00+10:00'", 0],
    ["published_at:'9999-12-31 23:59:59-10:00'", 0],
  ])("is before or after everything: %s", async (filter, count) => {
    const compiled = compileFilter(filter, "posts");
    expect(compiled).toMatchObject({ ok: true });
    if (!compiled.ok) return;
    expect(await db.$count(posts, compiled.where)).toBe(count);
  });
});

const times = (count: number, of: (index: number) => string, by: string): string =>
  Array.from({ length: count }, (_, index) => of(index)).join(by);

describe("a filter that asks for too much", () => {
  it.each<readonly [string, string]>([
    ["10 kB in one text", `slug:'${"a".repeat(10_000)}'`],
    ["10 kB of parentheses", "(".repeat(5_000) + "slug:alpha" + ")".repeat(5_000)],
    ["10 kB of minus signs", `slug:${"-".repeat(10_000)}`],
    ["500 terms", times(500, (index) => `title:t${index}`, ",")],
    ["201 values in a list", `slug:[${times(201, (index) => `s${index}`, ",")}]`],
    ["groups in groups", times(40, (index) => `slug:s${index}`, ",(") + ")".repeat(39)],
    ["parentheses in parentheses", "(".repeat(40) + "slug:alpha" + ")".repeat(40)],
    ["26 tags", times(26, (index) => `tag:t${index}`, "+")],
    ["26 first tags", times(26, (index) => `primary_tag:t${index}`, ",")],
    ["26 searches", times(26, (index) => `title:~'${index}'`, ",")],
  ])("is refused: %s", (_what, filter) => {
    expect(compileFilter(filter, "posts")).toEqual({ ok: false, reason: "limit" });
  });

  it.each<readonly [string, string]>([
    ["200 values in a list", `slug:[${times(200, (index) => `s${index}`, ",")}]`],
    [
      "100 ids of Ghost's",
      `id:[${times(100, (index) => `0190${`${index}`.padStart(19, "a")}b`, ",")}]`,
    ],
    ["25 tags", times(25, (index) => `tag:t${index}`, ",")],
    ["12 groups in groups", times(12, (index) => `slug:s${index}`, ",(") + ")".repeat(11)],
  ])("is answered up to there: %s", async (_what, filter) => {
    const compiled = compileFilter(filter, "posts");
    expect(compiled).toMatchObject({ ok: true });
    if (compiled.ok) await db.select({ id: posts.id }).from(posts).where(compiled.where);
  });

  it("is refused when its text could not be kept: NUL", () => {
    expect(compileFilter("slug:'a\0b'", "posts")).toEqual({ ok: false, reason: "syntax" });
  });

  it.each([
    String.raw`slug:'\'`.padEnd(filterLimits.length, String.raw`\'`),
    `slug:${String.raw`\^`.repeat(1_900)}`,
    `slug:'${String.raw`\"`.repeat(1_900)}`,
    "null".repeat(950),
    "now-1d".repeat(600),
    "1.".repeat(1_900),
    `a${".a".repeat(1_900)}`,
    " ".repeat(filterLimits.length),
    "slug:~".repeat(600),
    "[".repeat(filterLimits.length),
    times(190, () => "a:1", "+"),
  ])(
    "is read in no time, whatever it is made of: %#",
    (filter) => {
      expect(filter.length).toBeLessThanOrEqual(filterLimits.length);
      expect(compileFilter(filter, "posts")).toHaveProperty("ok");
    },
    5_000,
  );
});
