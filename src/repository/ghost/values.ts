import {
  and,
  gt,
  gte,
  ilike,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  not,
  or,
  type SQL,
  sql,
} from "drizzle-orm";

import { isId } from "#core/ids";

import type { ColumnKind, GhostColumn } from "./columns";
import { momentOf } from "./moments";
import type { Comparison, FilterValue } from "./syntax";

/** Undefined: the value cannot be one of the column's. */
export type Condition = SQL | undefined;

const never = sql`false`;
const always = sql`true`;

/** A comparison of a column of the row at hand, as SQL compares: what is null is neither like nor unlike. */
export function compare(column: GhostColumn, comparison: Comparison): Condition {
  const source = sql`${column.sql}`;
  switch (comparison.op) {
    case "like":
      return search(column, comparison.text, comparison.at);
    case "notLike": {
      const found = search(column, comparison.text, comparison.at);
      return found && not(found);
    }
    case "in":
      return anyOf(column, comparison.values);
    case "nin": {
      // As SQL has it: nothing is known to be none of a list that holds null.
      if (comparison.values.includes(null)) return never;
      const found = anyOf(column, comparison.values);
      return found && and(isNotNull(source), not(found));
    }
    case "all":
      return all(comparison.values.map((value) => compare(column, { op: "eq", value })));
    case "ne": {
      if (comparison.value === null) return isNotNull(source);
      const same = scalar(column, "eq", comparison.value);
      return same && and(isNotNull(source), not(same));
    }
    default:
      return comparison.value === null
        ? isNull(source)
        : scalar(column, comparison.op, comparison.value);
  }
}

/** All of them; undefined when one of them cannot be. */
export function all(conditions: readonly Condition[]): Condition {
  const known = conditions.filter((condition) => condition !== undefined);
  return known.length < conditions.length ? undefined : (and(...known) ?? always);
}

export function anyOf(column: GhostColumn, values: readonly FilterValue[]): Condition {
  const known = values.filter((value) => value !== null);
  if (column.kind === "text" || column.kind === "choice") {
    const texts = known.map(String);
    return texts.length > 0 ? inArray(textOf(column), texts) : never;
  }
  const conditions = known.map((value) => scalar(column, "eq", value));
  return conditions.includes(undefined) ? undefined : (or(...conditions) ?? never);
}

type Order = "eq" | "gt" | "gte" | "lt" | "lte";

const signs = { eq: sql`=`, gt: sql`>`, gte: sql`>=`, lt: sql`<`, lte: sql`<=` } as const;

function scalar(column: GhostColumn, op: Order, value: string | number | boolean): Condition {
  const source = sql`${column.sql}`;
  switch (column.kind) {
    case "text":
    case "choice":
      return sql`${textOf(column)} ${signs[op]} ${String(value)}`;
    case "number":
      return /^-?\d{1,15}$/u.test(String(value))
        ? sql`${source} ${signs[op]} ${Number(value)}::double precision`
        : never;
    case "boolean": {
      const truth = truths.get(String(value).toLowerCase());
      return truth === undefined ? never : sql`${source} ${signs[op]} ${truth}::boolean`;
    }
    case "id":
      return ofId(source, op, String(value).toLowerCase());
    case "secrecy":
      return ofSecrecy(column, op, String(value));
    case "instant":
      return typeof value === "boolean" ? undefined : ofInstant(source, op, momentOf(value));
  }
}

const truths: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["1", true],
  ["false", false],
  ["0", false],
]);

/** The condition itself where it can be: what it makes of a thing tells the planner nothing. */
function ofSecrecy(column: GhostColumn, op: Order, value: string): SQL {
  if (op === "eq" && value === "public") return sql`not (${column.sql})`;
  return op === "eq" && value === "internal"
    ? sql`${column.sql}`
    : sql`${textOf(column)} ${signs[op]} ${value}`;
}

/** An id of Ghost's is the first 24 of our 32 digits: one of them is a range of ours. */
function ofId(source: SQL, op: Order, id: string): SQL {
  const digits = /^[0-9a-f]{24}$/u.test(id) ? id : undefined;
  if (digits === undefined && !isId(id)) return never;
  const first = digits === undefined ? id : toId(`${digits}00000000`);
  const last = digits === undefined ? id : toId(`${digits}ffffffff`);
  if (op === "eq") return and(gte(source, first), lte(source, last)) ?? never;
  if (op === "gt") return gt(source, last);
  if (op === "gte") return gte(source, first);
  return op === "lt" ? lt(source, first) : lte(source, last);
}

const toId = (digits: string): string =>
  digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, "$1-$2-$3-$4-$5");

/** Ghost keeps and shows whole seconds; ours have milliseconds, so that a second of Ghost's is a range. */
function ofInstant(source: SQL, op: Order, moment: number | undefined): Condition {
  if (moment === undefined) return undefined;
  const second = Math.floor(moment / 1000) * 1000;
  const isWhole = second === moment;
  // As a number: texts that PostgreSQL reads end with the year 9999, which an offset or the next second leaves.
  const at = sql`to_timestamp(${second / 1000}::double precision)`;
  const next = sql`to_timestamp(${second / 1000 + 1}::double precision)`;
  if (op === "eq") return isWhole ? sql`(${source} >= ${at} and ${source} < ${next})` : never;
  if (op === "gt") return sql`${source} >= ${next}`;
  if (op === "lte") return sql`${source} < ${next}`;
  const from = isWhole ? at : next;
  return op === "gte" ? sql`${source} >= ${from}` : sql`${source} < ${from}`;
}

function search(column: GhostColumn, text: string, at: "any" | "start" | "end"): SQL {
  const escaped = text.replaceAll(/[\\%_]/gu, String.raw`\$&`);
  const pattern = `${at === "start" ? "" : "%"}${escaped}${at === "end" ? "" : "%"}`;
  return ilike(textOf(column), pattern);
}

const texts: Readonly<Record<ColumnKind, (source: SQL) => SQL>> = {
  text: (source) => source,
  choice: (source) => sql`${source}::text`,
  boolean: (source) => sql`${source}::int::text`,
  number: (source) => sql`${source}::text`,
  id: (source) => sql`left(replace(${source}::text, '-', ''), 24)`,
  secrecy: (source) => sql`(case when ${source} then 'internal' else 'public' end)`,
  instant: (source) => sql`to_char(${source} at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS')`,
};

/** What a column holds, as Ghost would write it. */
export const textOf = (column: GhostColumn): SQL => texts[column.kind](sql`${column.sql}`);
