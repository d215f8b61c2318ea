import { type SQL, sql } from "drizzle-orm";

import type { Database } from "#core/db";
import type { SyncPosition } from "#repository/content-changes";
import { selectSyncPage } from "#repository/content-changes";

import { send } from "./requests";

/** A thing as a copy has it; posts with the members that the tests compare. */
export type Copied = Readonly<Record<string, unknown>>;

interface Told {
  readonly type: "upsert" | "tombstone";
  readonly entity: string;
  readonly id: string;
  readonly data?: Copied;
}

/** One answer of whatever tells of changes. */
export interface Piece {
  readonly data: readonly Told[];
  readonly hasMore: boolean;
}

/** Reads on from where it stopped the last time. */
export type Read = (limit: number) => Promise<Piece>;

/** Over HTTP, as everybody does. */
export function reader(): Read {
  let since: string | undefined;
  return async (limit) => {
    const from = since === undefined ? "" : `&since=${since}`;
    const { status, body, text } = await send("GET", `/v1/sync?limit=${limit}${from}`);
    if (status !== 200) throw new Error(text);
    since = body.next_cursor;
    return { data: body.data, hasMore: body.has_more };
  };
}

/** The same without waiting for transactions that are still under way: what the horizon is there against. */
export function hastyReader(db: Database): Read {
  let from: SyncPosition = {
    changedIn: "0",
    id: "00000000-0000-0000-0000-000000000000",
    told: null,
  };
  return async (limit) => {
    const careful = selectSyncPage(db, from, { rows: limit, bytes: 1_000_000 });
    const { sql: text, params } = careful.getQuery();
    const hasty = text.replace("changed_in < pg_snapshot_xmin(pg_current_snapshot())", "true");
    if (hasty === text) throw new Error("There is no horizon to take out.");
    const { rows } = await db.execute<Record<string, string>>(withParameters(hasty, params));
    const data: Told[] = [];
    for (const { id, changedIn, entity, entityId, shown } of rows) {
      if (!id || !changedIn || !entity || !entityId) continue;
      from = { changedIn, id, told: null };
      data.push(
        shown
          ? { type: "upsert", entity, id: entityId, data: JSON.parse(shown) }
          : { type: "tombstone", entity, id: entityId },
      );
    }
    return { data, hasMore: Number(rows[0]?.["found"] ?? 0) > rows.length };
  };
}

/** A statement that was taken to pieces, together again. */
const withParameters = (text: string, params: readonly unknown[]): SQL =>
  sql.join(
    text
      .split(/(\$\d+)/u)
      .map((part) =>
        /^\$\d+$/u.test(part) ? sql`${params[Number(part.slice(1)) - 1]}` : sql.raw(part),
      ),
  );

/** Somebody's copy of what is published: what they were told, one after the other, and nothing else. */
export class Copy {
  readonly things = new Map<string, Copied>();
  /** The ids that it ever heard of. */
  readonly heard = new Set<string>();
  readonly #read: Read;

  constructor(read: Read) {
    this.#read = read;
  }

  /** @returns whether there was more. */
  async readOn(limit: number): Promise<boolean> {
    const { data, hasMore } = await this.#read(limit);
    for (const { type, entity, id, data: thing } of data) {
      this.heard.add(id);
      if (type === "upsert" && thing) this.things.set(`${entity} ${id}`, thing);
      else this.things.delete(`${entity} ${id}`);
    }
    return hasMore;
  }

  async readToTheEnd(limit: number): Promise<void> {
    while (await this.readOn(limit));
  }

  get published(): Record<string, unknown> {
    return Object.fromEntries([...this.things].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** Waits until every transaction that has begun by now has ended, whosever it is: then all of it is told. */
export async function settle(db: Database): Promise<void> {
  const { rows } = await db.execute<{ next: string }>(
    sql`select pg_current_xact_id()::text as next`,
  );
  for (;;) {
    const next = rows[0]?.next ?? "";
    const { rows: answers } = await db.execute<{ is: boolean }>(
      sql`select pg_snapshot_xmin(pg_current_snapshot()) > ${next}::xid8 as is`,
    );
    if (answers[0]?.is === true) return;
    await scheduler.wait(5);
  }
}

interface Thing extends Record<string, unknown> {
  readonly key: string;
  readonly thing: Copied;
}

/** What is published, asked for in another way than the one under test: as far as {@link facts} goes. */
export async function publishedSet(db: Database): Promise<Record<string, unknown>> {
  const { rows } = await db.execute<Thing>(sql`
    with shown as (select * from posts where status = 'published' and deleted_at is null)
    select 'post ' || id as key, json_build_object('title', title, 'slug', slug, 'version', version,
      'html', html, 'content', content, 'type', type,
      'tags', array(select tag_id from post_tags where post_id = shown.id order by position),
      'authors', array(select user_id from post_authors where post_id = shown.id order by position)) as thing
    from shown
    union all
    select 'tag ' || id, json_build_object('name', name, 'slug', slug) from tags
    where id in (select tag_id from post_tags where post_id in (select id from shown))
    union all
    select 'author ' || id, json_build_object('name', name, 'slug', slug, 'bio', bio) from users
    where id in (select user_id from post_authors where post_id in (select id from shown))`);
  return Object.fromEntries(
    rows.map(({ key, thing }) => [key, thing] as const).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

const members = {
  post: ["title", "slug", "version", "html", "content", "type", "tags", "authors"],
  tag: ["name", "slug"],
  author: ["name", "slug", "bio"],
} as const;

/** Of what a copy has, as much as {@link publishedSet} asks for. */
export const facts = (published: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(published).map(([key, thing]) => [
      key,
      Object.fromEntries(
        members[key.split(" ")[0] as keyof typeof members].map((member) => [
          member,
          (thing as Copied)[member],
        ]),
      ),
    ]),
  );
