import { parse } from "@tryghost/nql-lang";

/** Why a filter cannot be answered. */
export type FilterRefusal =
  /** It is not NQL. */
  | "syntax"
  /** It names what is no column of the resource. */
  | "column"
  /** It compares with what cannot be such a value, such as a moment with `soon`. */
  | "value"
  /** It is too long, too deep, or asks for too much. */
  | "limit";

export type FilterValue = string | number | boolean | null;

export type Comparison =
  | { readonly op: "eq" | "ne" | "gt" | "gte" | "lt" | "lte"; readonly value: FilterValue }
  | { readonly op: "in" | "nin" | "all"; readonly values: readonly FilterValue[] }
  | {
      readonly op: "like" | "notLike";
      readonly text: string;
      readonly at: "any" | "start" | "end";
    };

/** A comparison of one column; `key` in lower case, as the filter names it. */
export interface FilterStatement {
  readonly kind: "statement";
  readonly key: string;
  readonly comparison: Comparison;
}

export interface FilterGroup {
  readonly kind: "and" | "or";
  readonly members: readonly FilterNode[];
}

export type FilterNode = FilterStatement | FilterGroup;

export type Refused = { readonly ok: false; readonly reason: FilterRefusal };
export type Read = { readonly ok: true; readonly tree: FilterNode } | Refused;

/** In characters, in values, in groups within groups, and in what no index helps with. */
export const filterLimits = { length: 4_000, values: 200, depth: 16, searches: 25 } as const;

const limited: Refused = { ok: false, reason: "limit" };
const malformed: Refused = { ok: false, reason: "syntax" };

/** Reads a filter in NQL (Ghost's query language, as `@tryghost/nql-lang` 0.7 parses it) within `filterLimits`. */
export function readFilter(filter: string): Read {
  if (filter.length > filterLimits.length) return limited;
  // PostgreSQL's texts cannot hold it, so nothing could be compared with it.
  if (filter.includes("\0")) return malformed;
  let parsed: unknown;
  try {
    parsed = parse(filter);
  } catch {
    return malformed;
  }
  const tree = nodeOf(parsed, 0);
  if (tree === "deep") return limited;
  if (tree === undefined) return malformed;
  return countValues(tree) > filterLimits.values ? limited : { ok: true, tree };
}

function nodeOf(parsed: unknown, depth: number): FilterNode | "deep" | undefined {
  if (depth > filterLimits.depth) return "deep";
  if (!isObject(parsed)) return undefined;
  const [entry] = Object.entries(parsed);
  if (!entry) return undefined;
  const [key, value] = entry;
  // What the parser leaves of parentheses within parentheses. (A property of that name is lost in it.)
  if (key === "yg") return nodeOf(value, depth + 1);
  if (key === "$and" || key === "$or") {
    return groupOf(key === "$and" ? "and" : "or", Array.isArray(value) ? value : [], depth);
  }
  const comparison = comparisonOf(value);
  return comparison && { kind: "statement", key: key.toLowerCase(), comparison };
}

function groupOf(
  kind: FilterGroup["kind"],
  parsed: readonly unknown[],
  depth: number,
): FilterNode | "deep" | undefined {
  const members: FilterNode[] = [];
  for (const part of parsed) {
    const member = nodeOf(part, depth + 1);
    if (member === undefined || member === "deep") return member;
    members.push(member);
  }
  return { kind, members };
}

const operators = {
  $ne: "ne",
  $gt: "gt",
  $gte: "gte",
  $lt: "lt",
  $lte: "lte",
  $in: "in",
  $nin: "nin",
  $all: "all",
  $regex: "like",
  $not: "notLike",
} as const;

const isOperator = (name: string): name is keyof typeof operators => Object.hasOwn(operators, name);

function comparisonOf(parsed: unknown): Comparison | undefined {
  if (isValue(parsed)) return { op: "eq", value: parsed };
  if (!isObject(parsed)) return undefined;
  const [entry] = Object.entries(parsed);
  if (!entry || !isOperator(entry[0])) return undefined;
  const [name, operand] = entry;
  const op = operators[name];
  if (op === "like" || op === "notLike") {
    return operand instanceof RegExp ? { op, ...searchOf(operand.source) } : undefined;
  }
  if (op === "in" || op === "nin" || op === "all") {
    return Array.isArray(operand) ? { op, values: operand.filter(isValue) } : undefined;
  }
  return isValue(operand) ? { op, value: operand } : undefined;
}

const lineEnds: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  u2028: "\u2028",
  u2029: "\u2029",
};

/** The parser hands what is searched for over as the source of a regular expression, escaped. */
function searchOf(source: string): { text: string; at: "any" | "start" | "end" } {
  const isStart = source.startsWith("^");
  const isEnd = /(?<!\\)(?:\\\\)*\$$/u.test(source);
  const text = source
    .slice(isStart ? 1 : 0, isEnd ? -1 : undefined)
    .replaceAll(/\\(u2028|u2029|[\s\S])/gu, (_escape, name: string) => lineEnds[name] ?? name);
  return { text, at: isStart ? "start" : isEnd ? "end" : "any" };
}

function countValues(node: FilterNode): number {
  if (node.kind !== "statement") {
    return node.members.reduce((sum, member) => sum + countValues(member), 0);
  }
  return "values" in node.comparison ? node.comparison.values.length : 1;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof RegExp);

const isValue = (value: unknown): value is FilterValue =>
  value === null || ["string", "number", "boolean"].includes(typeof value);
