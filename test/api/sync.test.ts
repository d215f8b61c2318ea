import { exports, env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { describe, expect, inject, it } from "vitest";

import { createContext } from "#core/context";
import { newId } from "#core/ids";
import { randomHex } from "#core/tokens";
import { selectChangesSince } from "#repository/content-changes";
import { givenPublishableKey, givenSecretKey, givenUser } from "#test/support/people";
import { givenPost } from "#test/support/posts";
import { codeOf, ORIGIN, send, type Sent } from "#test/support/requests";
import { Copy, reader, settle } from "#test/support/sync";

const { db } = createContext(env, { waitUntil: () => undefined }, "test");
const editor = await givenUser();

interface Line {
  readonly type: string;
  readonly entity?: string;
  readonly id?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly next_cursor?: string;
  readonly has_more?: boolean;
}

const ndjson = { accept: "application/x-ndjson" };
const linesOf = ({ text }: Sent): Line[] =>
  text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Line]));

/** Where everything ends by now. */
async function end(): Promise<string> {
  await settle(db);
  const last = linesOf(await send("GET", "/v1/sync", { headers: ndjson })).at(-1);
  return last?.next_cursor ?? "";
}

const since = async (cursor: string): Promise<Line[]> => {
  await settle(db);
  const { body } = await send("GET", `/v1/sync?limit=100&since=${cursor}`);
  return body.data;
};

const published = { status: "published" };
const change = (post: Sent, path: string, body?: unknown, method = "POST") =>
  send(method, `/v1/posts/${post.body.id}${path}`, {
    headers: { ...editor.headers, "if-match": post.etag },
    ...(body === undefined ? {} : { body }),
  });

describe("what is told", () => {
  it("of a post is what strangers read of it, with ids for what stands for itself", async () => {
    const tag = `Tag ${randomHex(8)}`;
    for (const visibility of ["public", "members"]) {
      for (const type of ["post", "page"]) {
        const cursor = await end();
        const fields = {
          ...published,
          visibility,
          type,
          tags: [tag],
          content: 'A *text* with "quotes" \\ and\n\ttabs, 漢字 and 🐈.',
          metadata: { mood: "calm", deep: [1.5, null, { "": "ü" }] },
          og_title: "Another",
        };
        const { body } = await givenPost(editor, fields);
        const told = (await since(cursor)).find(({ id }) => id === body.id);
        const { body: shown } = await send("GET", `/v1/posts/${body.id}`);
        expect(told).toMatchObject({ type: "upsert", entity: "post" });
        const { status, author, media, feature_image_media, ...same } = shown;
        const { publish_at, unpublish_at, newsletter, publish_lag_ms, deleted_at, ...members } =
          same;
        expect([status, author.id, media, feature_image_media]).toEqual([
          "published",
          editor.id,
          [],
          null,
        ]);
        expect([publish_at, unpublish_at, newsletter, publish_lag_ms, deleted_at]).toEqual(
          Array.from({ length: 5 }, () => null),
        );
        const idsOf = (things: { id: string }[]) => things.map(({ id }) => id);
        expect(told?.data).toEqual({
          ...members,
          authors: idsOf(shown.authors),
          tags: idsOf(shown.tags),
        });
      }
    }
  });

  it("of tags and authors is what strangers read of them, without numbers that can be counted", async () => {
    const cursor = await end();
    const { body } = await givenPost(editor, { ...published, tags: [`Tag ${randomHex(8)}`] });
    const told = await since(cursor);
    const tag = (await send("GET", `/v1/tags/${body.tags[0].id}`)).body;
    const author = (await send("GET", `/v1/authors/${editor.slug}`)).body;
    const { count: _posts, ...tagged } = tag;
    const { count: _written, avatar: _avatar, ...named } = author;
    expect(told.find(({ entity }) => entity === "tag")?.data).toEqual(tagged);
    expect(told.find(({ entity }) => entity === "author")?.data).toEqual(named);
  });

  it("is that a post is gone, however it went, and that it is back", async () => {
    const cursor = await end();
    const post = await givenPost(editor, published);
    const taken = await change(post, "/unpublish");
    expect(taken.status).toBe(200);
    const isGone = async () =>
      (await since(cursor)).filter(({ id }) => id === post.body.id).map(({ type }) => type);
    expect(await isGone()).toEqual(["tombstone"]);
    const out = await change(taken, "/publish");
    expect(await isGone()).toEqual(["upsert"]);
    const trashed = await change(out, "", undefined, "DELETE");
    expect(trashed.status).toBeLessThan(300);
    expect(await isGone()).toEqual(["tombstone"]);
  });

  it("is nothing of what was never published, and of nobody who published nothing", async () => {
    const cursor = await end();
    const novice = await givenUser();
    const draft = await givenPost(novice, { tags: [] });
    const labelled = await givenPost(editor, { tags: [`Tag ${randomHex(8)}`] });
    const [tag] = labelled.body.tags;
    await send("PATCH", `/v1/tags/${tag.id}`, {
      headers: { ...editor.headers, "if-match": '"v1"' },
      body: { name: `Tag ${randomHex(8)}` },
    });
    await send("PATCH", "/v1/me", {
      headers: { ...novice.headers, "if-match": '"v1"' },
      body: { name: "Somebody else" },
    });
    await change(draft, "", { title: "Another" }, "PATCH");
    const { id } = draft.body;
    await db.execute(sql`update users set bio = 'Hidden' where id = ${novice.id}`);
    await db.execute(sql`delete from posts where id = ${id}`);
    await db.execute(sql`delete from tags where id = ${tag.id}`);
    expect(await since(cursor)).toEqual([]);
  });

  it("is the same to everybody", async () => {
    const owner = await givenUser({ role: "owner" });
    await givenPost(editor, { ...published, visibility: "members" });
    await settle(db);
    const key = await givenPublishableKey(owner);
    const secret = await givenSecretKey(owner, ["posts:read"]);
    const strangers = await send("GET", "/v1/sync?limit=100");
    for (const { headers } of [key, secret, owner]) {
      const answer = await send("GET", "/v1/sync?limit=100", { headers });
      expect(answer.body).toEqual(strangers.body);
      expect([answer.roundTrips, answer.headers.get("cache-control")]).toEqual([
        1,
        "private, no-store",
      ]);
    }
    expect(codeOf(await send("GET", "/v1/sync", { headers: { authorization: "Bearer x" } }))).toBe(
      40101,
    );
  });

  it("of a tag is that it is there with the first that bears it, and gone with the last", async () => {
    let cursor = await end();
    const name = `Tag ${randomHex(8)}`;
    const [draft, page] = [
      await givenPost(editor, { tags: [name] }),
      await givenPost(editor, { type: "page", tags: [name] }),
    ];
    const [tag] = draft.body.tags;
    const told = async () => {
      const about = (await since(cursor)).filter(({ id }) => id === tag.id);
      cursor = await end();
      return about.map(({ type, data }) => [type, data?.["name"]]);
    };
    expect(await told()).toEqual([]);
    const out = await change(page, "/publish");
    expect(await told()).toEqual([["upsert", name]]);
    const also = await change(draft, "/publish");
    const taken = await change(out, "/unpublish");
    expect([taken.status, await told()]).toEqual([200, [["upsert", name]]]);
    const untagged = await change(also, "", { tags: [] }, "PATCH");
    expect([untagged.status, await told()]).toEqual([200, [["tombstone", undefined]]]);
    await change(untagged, "", { tags: [tag.id] }, "PATCH");
    expect(await told()).toEqual([["upsert", name]]);
    await db.execute(sql`delete from posts where id = ${also.body.id}`);
    expect(await told()).toEqual([["tombstone", undefined]]);
  });

  it("of somebody is that they are gone with their last post", async () => {
    const author = await givenUser();
    const post = await givenPost(author, published);
    const cursor = await end();
    await send("POST", `/v1/posts/${post.body.id}/unpublish`, {
      headers: { ...author.headers, "if-match": post.etag },
    });
    const about = (await since(cursor)).filter(({ id }) => id === author.id);
    expect(about).toEqual([{ type: "tombstone", entity: "author", id: author.id }]);
  });
});

describe("pages and streams", () => {
  it("come to the same, page by page or in one", async () => {
    for (let number = 0; number < 5; number += 1) await givenPost(editor, published);
    await settle(db);
    const streamed = linesOf(await send("GET", "/v1/sync", { headers: ndjson }));
    const last = streamed.pop();
    expect(last).toMatchObject({ type: "end", has_more: false });
    const paged: Line[] = [];
    let answer = await send("GET", "/v1/sync?limit=2");
    for (;;) {
      paged.push(...answer.body.data);
      const next = `/v1/sync?limit=2&since=${answer.body.next_cursor}`;
      const link = answer.headers.get("link");
      expect(link).toBe(answer.body.has_more ? `<${ORIGIN}${next}>; rel="next"` : null);
      if (!answer.body.has_more) break;
      answer = await send("GET", next);
    }
    expect(paged).toEqual(streamed);
    expect(answer.body.next_cursor).toBe(last?.next_cursor);
  });

  it("go on from their ends for ever, with nothing until something changes", async () => {
    const cursor = await end();
    const { body } = await send("GET", `/v1/sync?since=${cursor}`);
    expect(body).toEqual({ data: [], next_cursor: cursor, has_more: false });
    const { body: post } = await givenPost(editor, published);
    expect((await since(cursor)).map(({ id }) => id)).toContain(post.id);
  });

  it("begin at once, and read no further than they are taken", async () => {
    await fill(4000);
    await settle(db);
    await fetch(door, { method: "DELETE" });
    const response = await exports.default.fetch(`${ORIGIN}/v1/sync`, { headers: ndjson });
    const stream = response.body?.getReader();
    const first = await stream?.read();
    expect(first?.value?.byteLength).toBeGreaterThan(0);
    await scheduler.wait(200);
    const { queries } = await (await fetch(door)).json<{ queries: string[][] }>();
    // Others may have something to do just now.
    const pages = queries.flat().filter((query) => query.includes("content_changes"));
    expect(pages.length).toBeGreaterThan(0);
    expect(pages.length).toBeLessThanOrEqual(3);
    await stream?.cancel();
    await db.execute(sql`delete from posts where title = 'One of many'`);
  });
});

const database = new URL(env.DATABASE_URL).pathname.slice(1);
const door = new URL(`/counts?database=${database}`, inject("neonEndpoint"));

/** So many published posts, in one transaction. */
const fill = (count: number, bytes = 10) =>
  db.execute(sql`
    insert into posts (id, slug, title, content, html, excerpt, word_count, reading_time, status, published_at)
    select gen_random_uuid(), gen_random_uuid(), 'One of many', repeat('a', ${bytes}::int), repeat('b', ${bytes}::int), '',
      0, 1, 'published', now()
    from generate_series(1, ${count}::int)`);

describe("a page of long texts", () => {
  it("ends before it is too long, and one text alone is never too long", async () => {
    const cursor = await end();
    await fill(12, 1_000_000);
    await settle(db);
    const sizes: number[] = [];
    let next = cursor;
    for (let more = true; more;) {
      const { body, text } = await send("GET", `/v1/sync?limit=100&since=${next}`);
      sizes.push(body.data.length);
      expect(text.length).toBeLessThan(5_000_000);
      next = body.next_cursor;
      more = body.has_more;
    }
    expect(sizes).toEqual([2, 2, 2, 2, 2, 2]);
    await db.execute(
      sql`update posts set html = repeat('c', 5000000) where length(html) = 1000000`,
    );
    const copy = new Copy(reader());
    await settle(db);
    await copy.readToTheEnd(100);
    const long = [...copy.things.values()].filter(
      ({ html }) => typeof html === "string" && html.length === 5_000_000,
    );
    expect(long.length).toBe(12);
    await db.execute(sql`delete from posts where title = 'One of many'`);
  });
});

describe("whoever asks for what has changed", () => {
  it("is told of each thing once it has settled, in the order of transactions", async () => {
    await settle(db);
    const everything = await selectChangesSince(db, { changedIn: "0", id: newId() }, 100_000);
    const last = everything.at(-1);
    if (!last) throw new Error("There is something by now.");
    const { body } = await givenPost(editor, published);
    await settle(db);
    const changes = await selectChangesSince(db, last);
    expect(new Set(changes.map(({ entity, entityId }) => `${entity} ${entityId}`))).toEqual(
      new Set([`author ${editor.id}`, `post ${body.id}`]),
    );
  });
});
