import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";

import { createContext } from "#core/context";
import { renumberForeignChanges } from "#repository/content-changes";
import { givenUser } from "#test/support/people";
import { givenPost } from "#test/support/posts";
import { codeOf, send } from "#test/support/requests";
import { settle } from "#test/support/sync";

const { db } = createContext(env, { waitUntil: () => undefined }, "test");
const editor = await givenUser();
const published = { status: "published" };
const ndjson = { accept: "application/x-ndjson" };

/** Where everything ends by now. */
async function end(): Promise<string> {
  await settle(db);
  for (let cursor = ""; ;) {
    const { body } = await send("GET", `/v1/sync${cursor === "" ? "" : `?since=${cursor}`}`);
    cursor = body.next_cursor;
    if (!body.has_more) return cursor;
  }
}

describe("a cursor", () => {
  it.each([
    ["made up", () => Promise.resolve("WyIxIl0.abc")],
    ["changed", async () => `${await end()}x`],
    ["followed by something", async () => `${await end()}.anything`],
    ["followed by nothing", async () => `${await end()}.`],
    ["of a list", async () => (await send("GET", "/v1/posts?limit=1")).body.next_cursor as string],
    ["empty", () => Promise.resolve("")],
  ])("that is %s is refused", async (_what, make) => {
    const cursor = await make();
    expect(codeOf(await send("GET", `/v1/sync?since=${cursor}`))).toBe(40001);
  });

  it("of changes opens no list", async () => {
    expect(codeOf(await send("GET", `/v1/posts?cursor=${await end()}`))).toBe(40001);
  });

  it("tells of nobody who was never published", async () => {
    await givenPost(editor, published);
    const novice = await givenUser();
    await db.execute(sql`update users set bio = 'Hidden' where id = ${novice.id}`);
    const cursor = await end();
    const { next_cursor: next } = (await send("GET", `/v1/sync?since=${cursor}`)).body;
    expect(atob(next.split(".")[0])).not.toContain(novice.id);
  });

  it("from before the database was put back is refused, for pages and streams", async () => {
    const { body } = await givenPost(editor, published);
    const before = await end();
    await givenPost(await givenUser(), published);
    const cursor = await end();
    // As a backup brings it back: without what came after.
    await db.execute(sql`delete from content_changes where changed_in > (
      select changed_in from content_changes where entity_id = ${body.id}::uuid)`);
    for (const headers of [{}, ndjson]) {
      const answer = await send("GET", `/v1/sync?since=${cursor}`, { headers });
      expect(codeOf(answer)).toBe(40061);
    }
    expect((await send("GET", `/v1/sync?since=${before}`)).status).toBe(200);
    expect((await send("GET", "/v1/sync")).status).toBe(200);
  });
});

describe("changes that came from another database", () => {
  it("are told once they have numbers of this one", async () => {
    const { body } = await givenPost(editor, published);
    const cursor = await end();
    await db.execute(sql`update content_changes
      set changed_in = (changed_in::text::bigint + 1000000000)::text::xid8`);
    expect((await send("GET", "/v1/sync")).body.data).toEqual([]);
    await renumberForeignChanges(db);
    await settle(db);
    const { data } = (await send("GET", `/v1/sync?since=${cursor}`)).body;
    expect(data.map(({ id }: { id: string }) => id)).toContain(body.id);
  });
});
