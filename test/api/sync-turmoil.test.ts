import { env } from "cloudflare:workers";
import { type SQL, sql } from "drizzle-orm";
import * as fc from "fast-check";
import { describe, expect, inject, it } from "vitest";

import { createContext } from "#core/context";
import { sendTogether } from "#core/db";
import { newId } from "#core/ids";
import {
  Copy,
  facts,
  hastyReader,
  publishedSet,
  type Read,
  reader,
  settle,
} from "#test/support/sync";
import { type Deed, givenStage, perform, type Stage, turmoil } from "#test/support/turmoil";

const { db } = createContext(env, { waitUntil: () => undefined }, "test");

/** What a turmoil has come to. */
interface Outcome {
  readonly copied: Record<string, unknown>;
  readonly published: Record<string, unknown>;
  readonly heardInSecret: readonly string[];
}

/** Several write at the same time, while somebody reads as much or little as comes; then the copy reads to the end. */
async function play(read: Read, writers: readonly (readonly Deed[])[]): Promise<Outcome> {
  const stage = await givenStage(db);
  const copy = new Copy(read);
  const progress = { isOver: false };
  const writing = Promise.all(
    writers.map(async (deeds) => {
      for (const deed of deeds) await perform(db, stage, deed);
    }),
  ).finally(() => {
    progress.isOver = true;
  });
  for (let round = 0; !progress.isOver; round += 1) {
    await copy.readOn(1 + (round % 7) * 3);
    await scheduler.wait(round % 4);
  }
  await writing;
  await settle(db);
  await copy.readToTheEnd(50);
  return {
    copied: facts(copy.published),
    published: await publishedSet(db),
    heardInSecret: [...stage.secret].filter((id) => copy.heard.has(id)),
  };
}

const ENOUGH = 150;

/** Whether one of many turmoils ends with a copy that is wrong. */
async function isEverWrong(read: () => Read): Promise<boolean> {
  for (const writers of fc.sample(turmoil, ENOUGH)) {
    const { copied, published } = await play(read(), writers);
    if (JSON.stringify(copied) !== JSON.stringify(published)) return true;
  }
  return false;
}

describe.skipIf(inject("databaseEngine") === "pglite")("a copy", () => {
  it("is what is published, whoever changes it and in whatever order that commits", async () => {
    await fc.assert(
      fc.asyncProperty(turmoil, async (writers) => {
        const { copied, published, heardInSecret } = await play(reader(), writers);
        expect(copied).toEqual(published);
        expect(heardInSecret).toEqual([]);
        const afterwards = new Copy(reader());
        await afterwards.readToTheEnd(7);
        expect(facts(afterwards.published)).toEqual(published);
      }),
      { numRuns: 25, endOnFailure: true },
    );
  }, 120_000);

  it("would be wrong if it were told before older transactions had ended", async () => {
    expect(await isEverWrong(() => hastyReader(db))).toBe(true);
  }, 120_000);

  it.each([
    ["posts", "posts_noted_new"],
    ["posts", "posts_noted_changed"],
    ["posts", "posts_noted_gone"],
    ["post_tags", "post_tags_noted_new"],
    ["post_tags", "post_tags_noted_changed"],
    ["post_tags", "post_tags_noted_gone"],
    ["post_authors", "post_authors_noted_new"],
    ["post_authors", "post_authors_noted_changed"],
    ["tags", "tags_noted_changed"],
    ["users", "users_noted_changed"],
  ])(
    "would be wrong if %s were changed unnoticed: %s",
    async (table, trigger) => {
      const switchTo = (state: "disable" | "enable") =>
        db.execute(sql.raw(`alter table ${table} ${state} trigger ${trigger}`));
      await switchTo("disable");
      try {
        expect(await isEverWrong(reader)).toBe(true);
      } finally {
        await switchTo("enable");
      }
    },
    120_000,
  );

  /** What two transactions do at the same time. */
  const pairs: Readonly<Record<string, (stage: Stage) => readonly [SQL, SQL]>> = {
    "a draft goes out while its tag is deleted": ({ posts, tags }) => [
      sql`update posts set status = 'published' where id = ${posts[0]}`,
      sql`delete from tags where id = ${tags[0]}`,
    ],
    "a draft goes out while its byline changes hands": ({ posts, users }) => [
      sql`update posts set status = 'published' where id = ${posts[0]}`,
      sql`update post_authors set user_id = ${users[1]} where user_id = ${users[0]}`,
    ],
    "somebody becomes an author while they change their name": ({ posts, users }) => [
      sql`update posts set status = 'published' where id = ${posts[0]}`,
      sql`update users set name = 'Another' where id = ${users[2]}`,
    ],
    "somebody loses two posts at the same time": ({ posts }) => [
      sql`update posts set status = 'draft' where id = ${posts[1]}`,
      sql`update posts set deleted_at = now() where id = ${posts[2]}`,
    ],
    "somebody loses one post and gains another": ({ posts }) => [
      sql`update posts set status = 'draft' where id in (${posts[1]}, ${posts[2]})`,
      sql`update posts set status = 'published' where id = ${posts[0]}`,
    ],
    "somebody loses their last post while they change their name": ({ posts, users }) => [
      sql`update posts set status = 'draft' where id in (${posts[1]}, ${posts[2]})`,
      sql`update users set name = 'Another' where id = ${users[0]}`,
    ],
    "somebody's last posts are deleted for good while they change their name": ({
      posts,
      users,
    }) => [
      sql`delete from posts where id in (${posts[1]}, ${posts[2]})`,
      sql`update users set name = 'Another' where id = ${users[0]}`,
    ],
    "two tags of a post are deleted": ({ tags }) => [
      sql`delete from tags where id = ${tags[0]}`,
      sql`delete from tags where id = ${tags[1]}`,
    ],
    "a draft goes out while it gets a tag that nothing else has": ({ posts, tags }) => [
      sql`update posts set status = 'published' where id = ${posts[0]}`,
      sql`insert into post_tags (post_id, tag_id, position) values (${posts[0]}, ${tags[3]}, 3)`,
    ],
    "a draft goes out while it loses a tag that nothing else has": ({ posts, tags }) => [
      sql`update posts set status = 'published' where id = ${posts[0]}`,
      sql`delete from post_tags where tag_id = ${tags[2]}`,
    ],
    "a tag comes out while it is renamed": ({ posts, tags }) => [
      sql`update posts set status = 'published' where id = ${posts[0]}`,
      sql`update tags set name = 'Another' where id = ${tags[2]}`,
    ],
    "a tag leaves one of its two posts while the other goes": ({ posts, tags }) => [
      sql`delete from post_tags where tag_id = ${tags[0]} and post_id = ${posts[1]}`,
      sql`update posts set status = 'draft' where id = ${posts[2]}`,
    ],
    "the last posts of a tag are deleted for good while it is renamed": ({ posts, tags }) => [
      sql`delete from posts where id in (${posts[1]}, ${posts[2]})`,
      sql`update tags set name = 'Another' where id = ${tags[0]}`,
    ],
  };

  it.each(Object.entries(pairs))("is right when %s", async (_what, pairOf) => {
    const ways = [false, true].flatMap((isSwapped) =>
      [false, true].map((isSlow) => ({ isSwapped, isSlow })),
    );
    for (const { isSwapped, isSlow } of ways) {
      const stage = await givenStage(db);
      const [draft = "", ...out] = stage.posts.slice(0, 3);
      for (const post of [draft, ...out]) {
        await sendTogether(db, [
          db.execute(sql`insert into post_authors (post_id, user_id, position)
            values (${post}, ${stage.users[0]}, 0)`),
          db.execute(sql`insert into post_tags (post_id, tag_id, position)
            values (${post}, ${stage.tags[0]}, 0), (${post}, ${stage.tags[1]}, 1)`),
        ]);
      }
      await db.execute(sql`insert into post_authors (post_id, user_id, position)
        values (${draft}, ${stage.users[2]}, 1)`);
      await db.execute(sql`insert into post_tags (post_id, tag_id, position)
        values (${draft}, ${stage.tags[2]}, 2)`);
      await db.execute(sql`update posts set status = 'published' where id in ${out}`);
      await settle(db);
      const copy = new Copy(reader());
      await copy.readToTheEnd(100);
      const pair = pairOf(stage);
      const [older, younger] = isSwapped ? pair.toReversed() : pair;
      const pause = (seconds: number) => db.execute(sql`select pg_sleep(${seconds}::float8)`);
      // The older one commits first, and acts after the younger one or before it.
      const act = db.execute(older ?? sql``);
      const first = sendTogether(db, [
        db.execute(sql`select pg_current_xact_id()`),
        ...(isSlow ? [pause(0.3), act] : [act, pause(0.3)]),
      ]);
      await scheduler.wait(100);
      const second = sendTogether(db, [db.execute(younger ?? sql``), pause(0.5)]);
      await first;
      await copy.readToTheEnd(100);
      await second;
      await settle(db);
      await copy.readToTheEnd(100);
      expect(facts(copy.published)).toEqual(await publishedSet(db));
    }
  });

  it("costs nobody anything who writes about the same tags and authors: none waits, none is undone", async () => {
    const stage = await givenStage(db);
    const [, ...others] = stage.users;
    const publish = (round: number, names: readonly string[], end: SQL) => {
      const ids = names.map(() => newId());
      return sendTogether(db, [
        ...ids.flatMap((id, index) => [
          db.execute(sql`insert into posts
            (id, slug, title, content, html, excerpt, word_count, reading_time, status, published_at)
            values (${id}, ${id}, 'A', '', '', '', 0, 1, 'published', now())`),
          db.execute(sql`insert into post_authors (post_id, user_id, position)
            values (${id}, ${names[(index + round) % names.length]}, 0)`),
          db.execute(sql`insert into post_tags (post_id, tag_id, position)
            values (${id}, ${stage.tags[(index + round) % stage.tags.length]}, 0)`),
        ]),
        db.execute(end),
      ]);
    };
    // One that holds on to what it has noted for as long as all the others take.
    let isHeld = true;
    const untilTold = sql`do $$ begin
      while not exists (select from tags where slug = 'go-on') loop perform pg_sleep(0.02); end loop;
    end $$`;
    const held = publish(0, others, untilTold).finally(() => {
      isHeld = false;
    });
    await scheduler.wait(50);
    for (let round = 0; round < 10; round += 1) {
      await Promise.all(
        [others, others.toReversed(), stage.users].map((names) =>
          publish(round, names, sql`select pg_sleep(0.005)`),
        ),
      );
    }
    expect(isHeld).toBe(true);
    await db.execute(sql`insert into tags (name, slug) values ('Go on', 'go-on')`);
    await held;
    await settle(db);
    const copy = new Copy(reader());
    await copy.readToTheEnd(100);
    expect(facts(copy.published)).toEqual(await publishedSet(db));
    const { rows } = await db.execute<{ most: number }>(sql`
      select max(number)::int as most from (
        select count(*) as number from content_changes group by entity, entity_id) as each`);
    expect(rows[0]?.most).toBeLessThan(6);
  });
});
