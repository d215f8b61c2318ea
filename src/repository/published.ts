/**
 * What strangers read of posts, as the very text that they are sent: PostgreSQL makes the JSON, and nobody
 * parses it on its way. So the names here are those of the wire. The statements are put together from texts
 * of this file and `published/` alone; whatever a caller says is a parameter of theirs.
 */
import type { Context } from "#core/context";
import { type Keyset, PAGE_BYTES, type PageRequest } from "#core/pages";

import { type Credential, selectKeyActor } from "./actors";
import type { PictureRow } from "./pictures";
import type { PostFilter } from "./post-lists";
import { hasTexts, moment, partsOf, type PostMember } from "./published/members";

/** A published post as it is sent, and what has to be known of it besides. */
export interface PublishedItem {
  /** An object with the members that were asked for. Pictures and `plaintext` are not in it yet. */
  readonly json: string;
  readonly id: string;
  /** What the post shows, as cache tags with spaces between. */
  readonly shows: string;
  /** What pictures are made of, when members tell of any of ours; a byline then has its row as `avatar`. */
  readonly raw: {
    readonly pictures: readonly (PictureRow | null)[] | null;
    readonly featureImage: string | null;
    readonly html: string | null;
  } | null;
  /** What `plaintext` is made of, when that was asked for. */
  readonly html: string | null;
  /** What the list sorts by. */
  readonly at: string;
}

/** The same with what the answer about one post says in its headers. */
export interface PublishedRow extends PublishedItem {
  readonly slug: string;
  readonly canonicalUrl: string | null;
  readonly version: number;
}

/** How the database is asked here. */
type Door = Pick<Context, "db" | "query">;

/** What a stranger asked for. */
export interface Published<Row> {
  /** False when they came with a publishable key that is not alive; nothing is found for them then. */
  readonly isAdmitted: boolean;
  readonly rows: readonly Row[];
}
const isPublished = "p.status = 'published' and p.deleted_at is null";

const orders = {
  published_at: "p.published_at",
  // Strangers are not told of plans.
  publish_at: "p.published_at",
  created_at: "p.created_at",
  updated_at: "p.updated_at",
  title: "sort_key(p.title)",
} as const satisfies Record<PostFilter["order"]["by"], string>;

/** The values of a statement, each of which is written down by its number. */
class Values {
  readonly all: unknown[];
  constructor(first: readonly unknown[]) {
    this.all = [...first];
  }
  add(value: unknown): string {
    return `$${this.all.push(value)}`;
  }
}

/** An item of a list. */
export interface PublishedListItem extends PublishedItem {
  /** Whether another comes after it. */
  readonly isFollowed: boolean;
}

/**
 * A page of what is published: as many as the limit, or fewer where their texts are longer than `PAGE_BYTES`. A
 * first post with more than that comes alone.
 */
export async function selectPublished(
  door: Door,
  credential: Credential | null,
  filter: PostFilter,
  { limit, after, members: wanted }: PageRequest & { readonly members: ReadonlySet<PostMember> },
): Promise<Published<PublishedListItem>> {
  const key = keyOf(door, credential);
  const values = new Values(key?.values ?? []);
  const by = orders[filter.order.by];
  const direction = filter.order.descending ? "desc" : "asc";
  const order = `${by} ${direction}, p.id ${direction}`;
  const where = [isPublished, ...conditionsOf(filter, values), beyond(filter, after, values)];
  const { columns, joins } = partsOf(wanted);
  const isLong = hasTexts(wanted);
  const weight = "octet_length(p.content) + octet_length(p.html)";
  const most = values.add(limit);
  const text = `select ${columns}, ${filter.order.by === "title" ? "p.title" : moment(by)} as at, p.place, p."isFollowed"
    from (
      select p.*, row_number() over page as place, lead(p.id) over page is not null as "isFollowed",
        ${isLong ? `sum(${weight}) over page` : "0"} as weight
      from (
        select p.* from posts p where ${where.filter((one) => one !== "").join(" and ")}
        order by ${order} limit ${most}::int + 1
      ) p window page as (order by ${order})
    ) p ${joins}
    where p.place <= ${most} and (p.place = 1 or p.weight <= ${PAGE_BYTES})
    order by p.place`;
  return send(door, key, text, values);
}

/** The published post of this id. */
export const selectPublishedById = (
  door: Door,
  credential: Credential | null,
  id: string,
  wanted: ReadonlySet<PostMember>,
): Promise<Published<PublishedRow>> =>
  selectOne(door, credential, wanted, (values) => `${values.add(id)}::uuid`);

/** The published post that has this slug, or had it. */
export const selectPublishedBySlug = (
  door: Door,
  credential: Credential | null,
  slug: string,
  wanted: ReadonlySet<PostMember>,
): Promise<Published<PublishedRow>> =>
  // As a subselect, because a function beside a column would be called while planning, too.
  selectOne(door, credential, wanted, (values) => `(select post_of_slug(${values.add(slug)}))`);

function selectOne(
  door: Door,
  credential: Credential | null,
  wanted: ReadonlySet<PostMember>,
  idOf: (values: Values) => string,
): Promise<Published<PublishedRow>> {
  const key = keyOf(door, credential);
  const values = new Values(key?.values ?? []);
  const { columns, joins } = partsOf(wanted);
  const text = `select ${columns}, '' as at, 1 as place,
      p.slug, p.canonical_url as "canonicalUrl", p.version
    from posts p ${joins} where p.id = ${idOf(values)} and ${isPublished}`;
  return send(door, key, text, values);
}

/** The question whether a key is alive, with its values: they come first where it is part of a statement. */
interface KeyCheck {
  readonly text: string;
  readonly values: readonly unknown[];
}

let keyCheck: KeyCheck | undefined;

/** Built once: only the hash differs. */
function keyOf(door: Door, credential: Credential | null): KeyCheck | null {
  if (credential === null) return null;
  if (keyCheck === undefined) {
    const { sql: text, params } = selectKeyActor(door.db, "hash", "publishable").toSQL();
    keyCheck = { text, values: params };
  }
  const { text, values } = keyCheck;
  return { text, values: values.map((value) => (value === "hash" ? credential.hash : value)) };
}

async function send<Row extends PublishedItem>(
  { query }: Door,
  key: KeyCheck | null,
  text: string,
  values: Values,
): Promise<Published<Row>> {
  if (key === null) return { isAdmitted: true, rows: (await query(text, values.all)) as Row[] };
  const rows = await query(
    `select key.admitted, page.* from (select exists (${key.text}) as admitted) key
     left join lateral (${text}) page on key.admitted order by page.place`,
    values.all,
  );
  const found = rows as (Row & { admitted: boolean; id: string | null })[];
  return { isAdmitted: found[0]?.admitted === true, rows: found.filter(({ id }) => id !== null) };
}

function conditionsOf(filter: PostFilter, values: Values): string[] {
  const { status, type, featured, tag, author, from, to } = filter;
  return [
    status === null || status === "published" ? "" : "false",
    type === null ? "" : `p.type = ${values.add(type)}`,
    featured === null ? "" : `p.featured = ${values.add(featured)}`,
    from === null ? "" : `p.published_at >= ${values.add(from)}`,
    to === null ? "" : `p.published_at < ${values.add(to)}`,
    tag === null
      ? ""
      : `p.id in (select post_id from post_tags
          where tag_id = (select id from tags where slug = ${values.add(tag)}))`,
    author === null
      ? ""
      : `p.id in (select post_id from post_authors
          where user_id = (select id from users where slug = ${values.add(author)}))`,
  ];
}

/** Rows after the last one of the page before; a comparison of rows is what an index can answer. */
function beyond({ order }: PostFilter, after: Keyset | null, values: Values): string {
  if (after === null) return "";
  const [value, id] = after;
  const held = values.add(value);
  const at = order.by === "title" ? `sort_key(${held})` : `${held}::timestamptz`;
  return `(${orders[order.by]}, p.id) ${order.descending ? "<" : ">"} (${at}, ${values.add(id)}::uuid)`;
}
