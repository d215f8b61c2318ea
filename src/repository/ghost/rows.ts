import {
  type Comparison,
  type FilterNode,
  type FilterValue,
  type Refused,
  readFilter,
} from "./syntax";

type Row = Readonly<Record<string, FilterValue>>;

/** The rows of a short list that no table holds (tiers) that a filter keeps; a name that no row has is no column. */
export function pickRows<Of extends Row>(
  filter: string | undefined,
  rows: readonly Of[],
): { readonly ok: true; readonly rows: readonly Of[] } | Refused {
  if (filter === undefined || filter === "") return { ok: true, rows };
  const read = readFilter(filter);
  if (!read.ok) return read;
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  if (!keysOf(read.tree).every((key) => names.has(key))) return { ok: false, reason: "column" };
  return { ok: true, rows: rows.filter((row) => isMet(read.tree, row)) };
}

const keysOf = (node: FilterNode): string[] =>
  node.kind === "statement" ? [node.key] : node.members.flatMap(keysOf);

function isMet(node: FilterNode, row: Row): boolean {
  if (node.kind === "statement") return isTrue(row[node.key] ?? null, node.comparison);
  return node.kind === "and"
    ? node.members.every((member) => isMet(member, row))
    : node.members.some((member) => isMet(member, row));
}

function isTrue(held: FilterValue, comparison: Comparison): boolean {
  switch (comparison.op) {
    case "like":
      return held !== null && isLike(String(held), comparison);
    case "notLike":
      return held !== null && !isLike(String(held), comparison);
    case "all":
      return comparison.values.every((value) => isSame(held, value));
    case "in":
      return comparison.values.some((value) => value !== null && isSame(held, value));
    case "nin":
      return (
        held !== null && !comparison.values.some((value) => value === null || isSame(held, value))
      );
    case "ne":
      return held !== null && !isSame(held, comparison.value);
    default:
      if (held === null || comparison.value === null) return held === comparison.value;
      return isOrdered(held, comparison.op, comparison.value);
  }
}

type Present = Exclude<FilterValue, null>;

function isOrdered(held: Present, op: "eq" | "gt" | "gte" | "lt" | "lte", value: Present): boolean {
  if (isSame(held, value)) return op === "eq" || op === "gte" || op === "lte";
  const isLess = typeof held === "number" ? held < Number(value) : String(held) < String(value);
  return op !== "eq" && isLess === op.startsWith("lt");
}

const isSame = (held: FilterValue, value: FilterValue): boolean =>
  held === null || value === null ? held === value : String(held) === String(value);

function isLike(held: string, { text, at }: Extract<Comparison, { text: string }>): boolean {
  const [within, sought] = [held.toLowerCase(), text.toLowerCase()];
  if (at === "start") return within.startsWith(sought);
  return at === "end" ? within.endsWith(sought) : within.includes(sought);
}
