import { type SQL, sql } from "drizzle-orm";

import { alphabetical } from "#repository/keysets";
import { posts, postAuthors, postTags, users, tags, newsletters } from "#repository/models";

import { type GhostColumn, type GhostResource, ghostTables, publishedPostsOf } from "./columns";
import type { FilterHints } from "./nql";
import { textOf } from "./values";

interface Term {
  readonly by: SQL;
  readonly isDescending: boolean;
  readonly isNullable: boolean;
}

/**
 * The terms of an `order by`, never none, ending with the id so that pages never overlap. What cannot be
 * ordered by is ignored, as Ghost ignores it; nulls are the smallest, as MySQL has them.
 *
 * @param include what the request includes, as Ghost's parameter names it (`tags`, `count.posts`).
 */
export function orderOf(
  order: string | undefined,
  resource: GhostResource,
  include: readonly string[],
  hints: FilterHints,
): readonly SQL[] {
  const asked = termsOf(order ?? "", resource, include);
  const terms = asked.length > 0 ? asked : defaultTerms(resource, include, hints);
  const isDescending = terms.at(-1)?.isDescending ?? false;
  return [...terms, { by: sql`${ids[resource]}`, isDescending, isNullable: false }].map(toOrder);
}

function toOrder({ by, isDescending, isNullable }: Term): SQL {
  // Said only where there can be nulls: an index could not be read backwards for the others.
  const nulls = isNullable ? (isDescending ? sql` nulls last` : sql` nulls first`) : sql``;
  return sql`${by} ${isDescending ? sql`desc` : sql`asc`}${nulls}`;
}

const ids = {
  posts: posts.id,
  pages: posts.id,
  authors: users.id,
  tags: tags.id,
  newsletters: newsletters.id,
} as const;

/** A later rule about the same column changes the direction of the earlier one. */
function termsOf(order: string, resource: GhostResource, include: readonly string[]): Term[] {
  const terms = new Map<string, Term>();
  for (const rule of order.split(",")) {
    const match = /^([a-z0-9_.]+)\s+(asc|desc)$/u.exec(rule.trim().toLowerCase());
    const [name, target] = match?.[1] ? columnEndingIn(match[1], resource, include) : [];
    if (name === undefined || target === undefined || !target.varies) continue;
    terms.set(name, {
      by: termOf(name, target),
      isDescending: match?.[2] === "desc",
      isNullable: target.isNullable,
    });
  }
  return [...terms.values()];
}

/** MySQL sorts texts without regard to case and accents. */
function termOf(name: string, target: GhostColumn): SQL {
  if (name === "title" || name === "name") return alphabetical(target.sql).by;
  return target.kind === "secrecy" ? textOf(target) : sql`${target.sql}`;
}

/** Ghost takes the first column whose whole name (`posts.title`) ends in what was asked for. */
function columnEndingIn(
  asked: string,
  resource: GhostResource,
  include: readonly string[],
): readonly [string, GhostColumn] | readonly [] {
  const { name: table, columns } = ghostTables[resource];
  for (const [name, target] of columns) {
    const whole = `${target.isMeta ? "posts_meta" : table}.${name}`;
    if (whole.endsWith(asked)) return [name, target];
  }
  const isCount = "count.posts".endsWith(asked) && include.includes("count.posts");
  if (!isCount || (resource !== "tags" && resource !== "authors")) return [];
  const counted = { kind: "number", isMeta: false, isNullable: false, varies: true } as const;
  return ["count.posts", { ...counted, sql: publishedPostsOf[resource] }];
}

const rising = (by: SQL): Term => ({ by, isDescending: false, isNullable: false });
const falling = (by: SQL): Term => ({ by, isDescending: true, isNullable: false });

function defaultTerms(
  resource: GhostResource,
  include: readonly string[],
  hints: FilterHints,
): Term[] {
  const isWithRelations = include.includes("tags") || include.includes("authors");
  if (resource === "posts" && isWithRelations) return relatedTerms(hints);
  const listed = hints.slugs === null ? undefined : placeAmong(hints.slugs, resource);
  if (listed) return [listed];
  if (resource === "posts") return [falling(sql`${posts.publishedAt}`)];
  if (resource === "pages") return [rising(alphabetical(posts.title).by)];
  if (resource === "tags") return [rising(alphabetical(tags.name).by)];
  if (resource === "authors") return [rising(alphabetical(users.name).by)];
  return [rising(sql`${newsletters.createdAt}`)];
}

/** With tags or authors shown, posts that have more of what the filter lists come first. */
function relatedTerms({ listsTags, listsAuthors }: FilterHints): Term[] {
  const countOf = (table: typeof postTags | typeof postAuthors): Term =>
    falling(sql`(select count(*) from ${table} where ${table.postId} = ${posts.id})`);
  return [
    ...(listsAuthors ? [countOf(postAuthors)] : []),
    ...(listsTags ? [countOf(postTags)] : []),
    falling(sql`${posts.publishedAt}`),
    falling(sql`${posts.updatedAt}`),
  ];
}

function placeAmong(slugs: readonly string[], resource: GhostResource): Term | undefined {
  const slug = ghostTables[resource].columns.get("slug");
  if (!slug) return undefined;
  const list = sql.join(
    slugs.map((text) => sql`${text}`),
    sql`, `,
  );
  return {
    by: sql`array_position(array[${list}]::text[], ${slug.sql})`,
    isDescending: false,
    isNullable: true,
  };
}
