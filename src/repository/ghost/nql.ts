import type { SQL } from "drizzle-orm";

import type { GhostResource } from "./columns";
import { compileTree } from "./compile";
import { type FilterNode, type Refused, readFilter } from "./syntax";

/** What of a filter decides the order of rows when nobody asks for one. */
export interface FilterHints {
  /** The slugs of a `slug:[a,b,c]`, in its order; null when there is none. */
  readonly slugs: readonly string[] | null;
  /** Whether there is a `tags:[…]`, an `authors:[…]`. */
  readonly listsTags: boolean;
  readonly listsAuthors: boolean;
}

export type CompiledFilter =
  | {
      readonly ok: true;
      /** Undefined: everything. Of the rows of `posts`, `users`, `tags` or `newsletters`, by those names. */
      readonly where: SQL | undefined;
      /** What `orderOf` wants to know of the filter. */
      readonly hints: FilterHints;
    }
  | Refused;

const noHints: FilterHints = { slugs: null, listsTags: false, listsAuthors: false };

/**
 * What a filter in NQL means, in the semantics of Ghost's own translation to SQL. Statements about what is
 * enforced anyway (`status`) and about secrets (`email`, `password`) have no effect. That only what is published
 * is shown, only active newsletters, and posts apart from pages, is the caller's to add.
 *
 * The texts of a filter become parameters; every identifier comes from the tables in `columns.ts`.
 */
export function compileFilter(filter: string | undefined, resource: GhostResource): CompiledFilter {
  if (filter === undefined || filter === "") return { ok: true, where: undefined, hints: noHints };
  const read = readFilter(filter);
  if (!read.ok) return read;
  const tree = withoutForbidden(read.tree, resource);
  if (!tree) return { ok: true, where: undefined, hints: noHints };
  const compiled = compileTree(tree, resource);
  return compiled.ok ? { ...compiled, hints: hintsOf(tree) } : compiled;
}

/** What the caller enforces: what a filter says of it is dropped, as Ghost drops it. */
const enforced: ReadonlyMap<GhostResource, string> = new Map([
  ["posts", "status"],
  ["pages", "status"],
  ["authors", "status"],
  ["newsletters", "status"],
]);

const isSecret = (key: string): boolean => /(?:^|\.)(?:email|password)(?:\.|$)/u.test(key);

function withoutForbidden(node: FilterNode, resource: GhostResource): FilterNode | undefined {
  if (node.kind === "statement") {
    return isSecret(node.key) || enforced.get(resource) === node.key ? undefined : node;
  }
  const members = node.members.flatMap((member) => withoutForbidden(member, resource) ?? []);
  return members.length > 0 ? { kind: node.kind, members } : undefined;
}

function hintsOf(node: FilterNode): FilterHints {
  if (node.kind !== "statement") {
    return node.members.map(hintsOf).reduce((all, some) => ({
      slugs: all.slugs ?? some.slugs,
      listsTags: all.listsTags || some.listsTags,
      listsAuthors: all.listsAuthors || some.listsAuthors,
    }));
  }
  const { key, comparison } = node;
  if (comparison.op !== "in" && comparison.op !== "all") return noHints;
  return {
    slugs: key === "slug" && comparison.op === "in" ? comparison.values.map(String) : null,
    listsTags: ["tag", "tags", "primary_tag"].includes(key),
    listsAuthors: ["author", "authors", "primary_author"].includes(key),
  };
}
