import { isNotNull, isNull, not, or, type SQL, sql } from "drizzle-orm";

import {
  type GhostColumn,
  type GhostRelation,
  type GhostResource,
  ghostTables,
  postRelations,
} from "./columns";
import {
  type Comparison,
  type FilterGroup,
  filterLimits,
  type FilterNode,
  type FilterStatement,
  type Refused,
} from "./syntax";
import { all, anyOf, compare, type Condition } from "./values";

/** A statement whose column is known; with a relation, it is about something that a post has several of. */
interface Resolved {
  readonly kind: "resolved";
  readonly column: GhostColumn;
  readonly comparison: Comparison;
  readonly relation: GhostRelation | null;
}

interface Related extends Resolved {
  readonly relation: GhostRelation;
}

interface ResolvedGroup {
  readonly kind: "and" | "or";
  readonly members: readonly (Resolved | ResolvedGroup)[];
}

/**
 * A filter's tree as a condition, as Ghost's `mongo-knex` 0.11 means it:
 * - A column of the row itself is compared as SQL does: where nothing is, `-x` is as little true as `x`.
 * - What Ghost keeps in `posts_meta` may be missing, and what is missing is not `x`: `-x` is true of it.
 * - A statement about tags or authors asks whether there is one; `-x` and `-[x]` whether there is none, but
 *   `-~'x'` whether there is one without.
 * - Statements that `+` joins about different columns of a relation, or about a range of one, mean the same
 *   tag or author; two others about one column may mean two.
 */
export function compileTree(
  tree: FilterNode,
  resource: GhostResource,
): { readonly ok: true; readonly where: SQL } | Refused {
  const resolved = resolve(expand(tree, resource), resource);
  if (!resolved) return { ok: false, reason: "column" };
  if (searchesIn(resolved) > filterLimits.searches) return { ok: false, reason: "limit" };
  const where = conditionOf(resolved);
  return where ? { ok: true, where } : { ok: false, reason: "value" };
}

const slugOf: ReadonlyMap<string, string> = new Map([
  ["tag", "tags.slug"],
  ["tags", "tags.slug"],
  ["author", "authors.slug"],
  ["authors", "authors.slug"],
]);

const equals = (key: string, value: string | number | boolean | null): FilterStatement => ({
  kind: "statement",
  key,
  comparison: { op: "eq", value },
});

/** Says at length what is short for more: `[a+b]`, the first tag, the first author. */
function expand(node: FilterNode, resource: GhostResource): FilterNode {
  if (node.kind !== "statement") {
    return { ...node, members: node.members.map((member) => expand(member, resource)) };
  }
  const { key, comparison } = node;
  if (comparison.op === "all") {
    const members = comparison.values.map((value) => expand(equals(key, value), resource));
    return { kind: "and", members };
  }
  if (resource !== "posts" && resource !== "pages") return node;
  if (key === "primary_tag") return firstOf("tags", comparison);
  if (key === "primary_author") return firstOf("authors", comparison);
  return { ...node, key: slugOf.get(key) ?? key };
}

const firstOf = (name: "tags" | "authors", comparison: Comparison): FilterGroup => ({
  kind: "and",
  members: [
    { kind: "statement", key: `${name}.slug`, comparison },
    equals(`posts_${name}.sort_order`, 0),
    equals(`${name}.visibility`, "public"),
  ],
});

function resolve(node: FilterNode, resource: GhostResource): Resolved | ResolvedGroup | undefined;
function resolve(node: FilterNode, resource: GhostResource): Resolved | ResolvedGroup | undefined {
  if (node.kind === "statement") return resolveStatement(node, resource);
  const members = node.members.flatMap((member) => resolve(member, resource) ?? []);
  return members.length < node.members.length ? undefined : { kind: node.kind, members };
}

function resolveStatement(
  { key, comparison }: FilterStatement,
  resource: GhostResource,
): Resolved | undefined {
  const { name, columns } = ghostTables[resource];
  const [table, short] = key.includes(".") ? splitAtDot(key) : [name, key];
  const found = (column: GhostColumn | undefined, relation: GhostRelation | null) =>
    column && ({ kind: "resolved", column, comparison, relation } as const);
  if (table === name) return found(columns.get(short), null);
  if (name !== "posts") return undefined;
  if (table === "posts_meta") {
    const column = columns.get(short);
    return column?.isMeta ? found(column, null) : undefined;
  }
  const relation = postRelations.find((one) => one.name === table || one.joinName === table);
  if (!relation) return undefined;
  if (relation.name === table) return found(relation.columns.get(short), relation);
  return short === "sort_order" ? found(relation.sortOrder, relation) : undefined;
}

const splitAtDot = (key: string): readonly [string, string] => {
  const dot = key.indexOf(".");
  return [key.slice(0, dot), key.slice(dot + 1)];
};

function searchesIn(node: Resolved | ResolvedGroup): number {
  if (node.kind !== "resolved") {
    return node.members.reduce((sum, member) => sum + searchesIn(member), 0);
  }
  const { op } = node.comparison;
  return node.relation !== null || op === "like" || op === "notLike" ? 1 : 0;
}

/** Undefined: something in it is compared with what cannot be. */
function conditionOf(node: Resolved | ResolvedGroup): Condition {
  if (node.kind === "or") {
    const conditions = node.members.map(conditionOf);
    return conditions.includes(undefined) ? undefined : or(...conditions);
  }
  const members = node.kind === "and" ? node.members : [node];
  const own = members.filter((member) => !isRelated(member));
  return all([
    ...own.map((member) => (member.kind === "resolved" ? ofRow(member) : conditionOf(member))),
    ...ofRelated(members.filter(isRelated)),
  ]);
}

const isRelated = (node: Resolved | ResolvedGroup): node is Related =>
  node.kind === "resolved" && node.relation !== null;

function ofRow({ column, comparison }: Resolved): Condition {
  const isOfNull = comparison.op === "ne" && comparison.value === null;
  const same = column.isMeta && !isOfNull ? denied(column, comparison) : null;
  if (same === null) return compare(column, comparison);
  return same && or(isNull(sql`${column.sql}`), not(same));
}

/** What `-x` and `-[x]` say there is not; null for what is no such denial. */
function denied(column: GhostColumn, comparison: Comparison): Condition | null {
  if (comparison.op === "nin") return anyOf(column, comparison.values);
  if (comparison.op !== "ne") return null;
  const { value } = comparison;
  return value === null ? isNotNull(sql`${column.sql}`) : compare(column, { op: "eq", value });
}

/** The conditions that `+` joins, one for each tag or author that is meant. */
function ofRelated(statements: readonly Related[]): Condition[] {
  return postRelations.flatMap((relation) => {
    const ofIt = statements.filter((one) => one.relation === relation);
    // Ghost: what is said of the place among the tags is said of each tag that is spoken of.
    const places = ofIt.filter(({ column }) => column === relation.sortOrder);
    const others = ofIt.filter(({ column }) => column !== relation.sortOrder);
    const place = places.map(placeIs);
    if (others.length === 0) return places.length > 0 ? [some(relation, place)] : [];
    return groupsOf(others).map((group) => {
      const [first] = group;
      const absence = first ? denied(first.column, first.comparison) : null;
      if (absence === null) {
        const said = group.map(({ column, comparison }) => compare(column, comparison));
        return some(relation, [...said, ...place]);
      }
      const present = some(relation, [absence, ...place]);
      return present && not(present);
    });
  });
}

function placeIs({ relation, column, comparison }: Related): Condition {
  const isFirst = comparison.op === "eq" && comparison.value === 0;
  return isFirst ? relation.isFirst : compare(column, comparison);
}

function some(relation: GhostRelation, conditions: readonly Condition[]): Condition {
  const met = all(conditions);
  return met && relation.some(met);
}

/** A denial stands alone. The rest is about one thing, unless it would say two things of one column of it. */
function groupsOf(statements: readonly Related[]): Related[][] {
  const together: Related[] = [];
  const alone: Related[][] = [];
  for (const statement of statements) {
    const isDenial = statement.comparison.op === "ne" || statement.comparison.op === "nin";
    const isSecond = together.some(
      (one) => one.column === statement.column && !(isRange(one) && isRange(statement)),
    );
    if (isDenial || isSecond) alone.push([statement]);
    else together.push(statement);
  }
  return together.length > 0 ? [together, ...alone] : alone;
}

const isRange = ({ comparison }: Related): boolean =>
  ["gt", "gte", "lt", "lte"].includes(comparison.op);
