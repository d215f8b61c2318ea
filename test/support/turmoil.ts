import { type SQL, sql } from "drizzle-orm";
import * as fc from "fast-check";

import { type Database, sendTogether, type Statement } from "#core/db";
import { newId } from "#core/ids";
import { randomHex } from "#core/tokens";

/** What one transaction does, statement after statement, with pauses in which it stays open. */
export interface Deed {
  readonly acts: readonly { readonly act: Act; readonly pause: number }[];
}

type Act =
  | {
      readonly kind: "publish" | "unpublish" | "trash" | "restore" | "purge" | "edit";
      readonly post: number;
    }
  | { readonly kind: "tag" | "sign"; readonly post: number; readonly with: readonly number[] }
  | { readonly kind: "renameTag" | "deleteTag" | "addTag"; readonly tag: number }
  | { readonly kind: "renameUser"; readonly user: number }
  | { readonly kind: "handOver"; readonly user: number; readonly to: number }
  | { readonly kind: "merge"; readonly tag: number; readonly into: number }
  | { readonly kind: "publishAll" | "bringIn" };

const POSTS = 6;
const OTHERS = 4;
const post = fc.nat(POSTS - 1);
const one = fc.nat(OTHERS - 1);
const some = fc.uniqueArray(one, { maxLength: 3 });

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("publish" as const), post }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom("unpublish", "trash", "restore", "purge", "edit", "edit"),
      post,
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom("tag", "sign"), post, with: some }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom("renameTag", "renameTag", "deleteTag", "addTag"),
      tag: one,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("renameUser" as const), user: one }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("handOver" as const), user: one, to: one }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("merge" as const), tag: one, into: one }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("publishAll", "bringIn") }) },
);

const deed: fc.Arbitrary<Deed> = fc.record({
  acts: fc.array(fc.record({ act, pause: fc.oneof(fc.nat(5), fc.nat(40)) }), {
    minLength: 1,
    maxLength: 3,
  }),
});

/** What several writers do at the same time, each one transaction after the other. */
export const turmoil = fc.array(fc.array(deed, { minLength: 1, maxLength: 5 }), {
  minLength: 2,
  maxLength: 5,
});

/**
 * Where it happens: some posts that may go out, and two that never do, by somebody who writes nothing else and with
 * a tag that nothing else has.
 */
export interface Stage {
  readonly posts: readonly string[];
  readonly tags: readonly string[];
  readonly users: readonly string[];
  /** Who writes, and which tag has, nothing but what never goes out. */
  readonly hidden: { readonly user: string; readonly tag: string };
  /** Nobody may ever hear of these. */
  readonly secret: ReadonlySet<string>;
}

export async function givenStage(db: Database): Promise<Stage> {
  await clear(db);
  const ids = (count: number) => Array.from({ length: count }, () => newId());
  const [posts, tags, users, drafts] = [ids(POSTS), ids(OTHERS), ids(OTHERS), ids(2)];
  const hidden = { user: newId(), tag: newId() };
  await sendTogether(db, [
    ...[...users, hidden.user].map((id) =>
      db.execute(sql`
      insert into users (id, name, slug, role) values (${id}, ${id}, ${id}, 'author')`),
    ),
    ...[...tags, hidden.tag].map((id) => insertTag(db, id)),
    ...[...posts, ...drafts].map((id) => insertDraft(db, id)),
    ...drafts.flatMap((id) => [
      db.execute(
        sql`insert into post_authors (post_id, user_id, position) values (${id}, ${hidden.user}, 0)`,
      ),
      link(db, "tag", id, [...tags, hidden.tag]),
    ]),
  ]);
  const secret = new Set([...drafts, hidden.user, hidden.tag]);
  return { posts, tags, users, hidden, secret };
}

/** With all that was told of it: so nobody may go on from before. */
const clear = (db: Database) =>
  sendTogether(db, [
    db.execute(sql`truncate posts, tags, content_changes cascade`),
    db.execute(sql`delete from users`),
    db.execute(sql`truncate content_changes`),
  ]);

const insertTag = (db: Database, id: string) =>
  db.execute(
    sql`insert into tags (id, name, slug) values (${id}, ${id}, ${id}) on conflict do nothing`,
  );

const insertDraft = (db: Database, id: string, status = "draft") =>
  db.execute(sql`
    insert into posts (id, slug, title, content, html, excerpt, word_count, reading_time, status, published_at)
    values (${id}, ${id}, ${text()}, 'Some.', '<p>Some.</p>', 'Some.', 1, 1, ${status}, now())
    on conflict do nothing`);

const text = () => `Text ${randomHex(8)}`;

/** What is not there any more is passed over, as whoever is signed in would have it refused. */
const link = (db: Database, kind: "tag" | "sign", id: string, others: readonly string[]) => {
  const wanted = sql`jsonb_array_elements_text(${JSON.stringify(others)}::jsonb)
    with ordinality as wanted (id, position)`;
  return kind === "tag"
    ? db.execute(sql`insert into post_tags (post_id, tag_id, position)
        select posts.id, tags.id, wanted.position from posts, ${wanted}
        join tags on tags.id = wanted.id::uuid where posts.id = ${id} on conflict do nothing`)
    : db.execute(sql`insert into post_authors (post_id, user_id, position)
        select posts.id, users.id, wanted.position from posts, ${wanted}
        join users on users.id = wanted.id::uuid where posts.id = ${id} on conflict do nothing`);
};

const pick = (list: readonly string[], index: number): string => list[index % list.length] ?? "";

/** Does it, or as much of it as others leave possible: what runs into somebody else is undone, as it would be. */
export async function perform(db: Database, stage: Stage, { acts }: Deed): Promise<string | null> {
  const statements = acts.flatMap(({ act: each, pause }) => [
    ...statementsOf(db, stage, each),
    db.execute(sql`select pg_sleep(${pause / 1000}::float8)`),
  ]);
  try {
    await sendTogether(db, statements);
    return null;
  } catch (error) {
    const cause = error instanceof Error && error.cause ? error.cause : error;
    return (cause as { code?: string }).code ?? String(error);
  }
}

function statementsOf(db: Database, stage: Stage, each: Act): Statement[] {
  if ("tag" in each) return tagStatements(db, stage, each);
  if ("user" in each) return userStatements(db, stage, each);
  if ("post" in each) return postStatements(db, stage, each);
  if (each.kind === "publishAll") {
    const out = sql`update posts set status = 'published', version = version + 1 where id in (
      select id from posts where id in ${stage.posts} and status = 'draft' order by id for update)`;
    return [db.execute(out)];
  }
  const id = newId();
  return [
    insertDraft(db, newId(), "published"),
    insertDraft(db, id, "published"),
    link(db, "sign", id, stage.users.slice(1, 3)),
    link(db, "tag", id, stage.tags.slice(0, 2)),
  ];
}

function tagStatements(db: Database, stage: Stage, each: Extract<Act, { tag: number }>) {
  const id = pick(stage.tags, each.tag);
  if (each.kind === "merge") return mergeTags(db, id, pick(stage.tags, each.into));
  if (each.kind === "addTag") return [insertTag(db, id)];
  if (each.kind === "deleteTag") return [db.execute(sql`delete from tags where id = ${id}`)];
  return [
    db.execute(sql`update tags set name = ${text()} where id = ${id}`),
    db.execute(sql`update tags set name = ${text()} where id = ${stage.hidden.tag}`),
    // As somebody does who saves a draft with the tags that it had.
    db.execute(sql`update post_tags set position = position where tag_id = ${stage.hidden.tag}`),
  ];
}

function mergeTags(db: Database, id: string, into: string) {
  if (id === into) return [];
  return [
    db.execute(sql`delete from post_tags where tag_id = ${id} and post_id in (
      select post_id from post_tags where tag_id = ${into})`),
    db.execute(sql`update post_tags set tag_id = ${into} where tag_id = ${id}`),
  ];
}

function userStatements(db: Database, stage: Stage, each: Extract<Act, { user: number }>) {
  const id = pick(stage.users, each.user);
  if (each.kind === "renameUser") {
    return [
      db.execute(sql`update users set name = ${text()} where id = ${id}`),
      db.execute(sql`update users set bio = ${text()} where id = ${stage.hidden.user}`),
    ];
  }
  const to = pick(stage.users, each.to);
  if (id === to) return [];
  return [
    db.execute(sql`delete from post_authors where user_id = ${id} and post_id in (
      select post_id from post_authors where user_id = ${to})`),
    db.execute(sql`update post_authors set user_id = ${to} where user_id = ${id}`),
  ];
}

type PostAct = Extract<Act, { readonly post: number }>;

const changes: Readonly<Record<string, SQL>> = {
  publish: sql`status = 'published', deleted_at = null`,
  unpublish: sql`status = 'draft'`,
  trash: sql`deleted_at = now()`,
  restore: sql`deleted_at = null`,
};

function postStatements(db: Database, stage: Stage, each: PostAct) {
  const id = pick(stage.posts, each.post);
  if (each.kind === "purge") {
    return [db.execute(sql`delete from posts where id = ${id}`), insertDraft(db, id)];
  }
  const change = changes[each.kind] ?? sql`title = ${text()}`;
  const update = db.execute(
    sql`update posts set ${change}, version = version + 1 where id = ${id}`,
  );
  if (each.kind === "tag") {
    const old = db.execute(sql`delete from post_tags where post_id = ${id}`);
    return [
      update,
      old,
      link(
        db,
        "tag",
        id,
        each.with.map((index) => pick(stage.tags, index)),
      ),
    ];
  }
  if (each.kind === "sign") {
    const old = db.execute(sql`delete from post_authors where post_id = ${id}`);
    return [
      update,
      old,
      link(
        db,
        "sign",
        id,
        each.with.map((index) => pick(stage.users, index)),
      ),
    ];
  }
  return [update];
}
