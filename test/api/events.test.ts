import { beforeAll, describe, expect, it } from "vitest";

import { newId } from "#core/ids";
import { newEvent } from "#domain/events";
import { runDueJobs } from "#test/support/background";
import { givenUser, type Person } from "#test/support/people";
import { givenPost } from "#test/support/posts";
import { send } from "#test/support/requests";

let owner: Person;
beforeAll(async () => {
  owner = await givenUser({ role: "owner" });
});

interface Told {
  readonly id: string;
  readonly type: string;
  readonly timestamp: string;
  readonly data: Record<string, unknown> & { readonly previous?: Record<string, unknown> };
}

/** What happened to a thing, oldest first. */
async function eventsAbout(id: string, query = ""): Promise<Told[]> {
  const { status, body } = await send("GET", `/v1/events?limit=100${query}`, {
    headers: owner.headers,
  });
  expect(status).toBe(200);
  return (body.data as Told[]).filter(({ data }) => data["id"] === id).toReversed();
}

const change = (method: string, path: string, etag: string, body?: unknown) =>
  send(method, path, {
    headers: { ...owner.headers, "if-match": etag },
    ...(body === undefined ? {} : { body }),
  });

describe("what happens to a post", () => {
  it("is told in order, with what it was before", async () => {
    const made = await givenPost(owner, { tags: [] });
    const path = `/v1/posts/${made.body.id}`;
    const edited = await change("PATCH", path, made.etag, { title: "Another title" });
    const published = await change("POST", `${path}/publish`, edited.etag);
    const unpublished = await change("POST", `${path}/unpublish`, published.etag);
    const deleted = await change("DELETE", path, unpublished.etag);
    const restored = await change("POST", `${path}/restore`, deleted.etag);
    expect(restored.status).toBe(200);
    const told = await eventsAbout(made.body.id);
    expect(told.map(({ type }) => type)).toEqual([
      "post.created",
      "post.updated",
      "post.published",
      "post.unpublished",
      "post.deleted",
      "post.updated",
    ]);
    const [creation, edit, publication] = told;
    expect(creation?.data).not.toHaveProperty("previous");
    expect(edit?.data["title"]).toBe("Another title");
    expect(edit?.data.previous).toEqual({
      title: made.body.title,
      updated_at: made.body.updated_at,
      version: 1,
    });
    expect(publication?.data.previous).toMatchObject({ status: "draft", published_at: null });
  });

  it("is told as the wire has it, without the texts", async () => {
    const made = await givenPost(owner, {
      status: "published",
      tags: ["Sea", "Land"],
      metadata: { mood: "calm" },
      canonical_url: "https://example.com/a",
    });
    const [created, published] = await eventsAbout(made.body.id);
    const wire = await send("GET", `/v1/posts/${made.body.id}`, { headers: owner.headers });
    expect(created?.type).toBe("post.created");
    expect(published?.type).toBe("post.published");
    expect(wire.body).toMatchObject(created?.data ?? {});
    expect(wire.body).toMatchObject(published?.data ?? {});
    expect(Object.keys(created?.data ?? {}).length).toBeGreaterThan(20);
    expect(created?.data).not.toHaveProperty("content");
    expect(created?.data).not.toHaveProperty("html");
  });

  it("is told of pages as pages, and of nothing where nothing changed", async () => {
    const made = await givenPost(owner, { type: "page" });
    const path = `/v1/posts/${made.body.id}`;
    await change("PATCH", path, made.etag, {});
    const published = await change("POST", `${path}/publish`, made.etag);
    await change("DELETE", path, '"v1"');
    await change("DELETE", path, published.etag);
    expect((await eventsAbout(made.body.id)).map(({ type }) => type)).toEqual([
      "page.created",
      "page.published",
      "page.deleted",
    ]);
  });

  it("is told once when the request is repeated", async () => {
    const headers = { ...owner.headers, "idempotency-key": crypto.randomUUID() };
    const body = { title: "Once", content: "" };
    const [first, second] = await Promise.all([
      send("POST", "/v1/posts", { headers, body }),
      send("POST", "/v1/posts", { headers, body }),
    ]);
    expect(second.body.id).toBe(first.body.id);
    expect(await eventsAbout(first.body.id)).toHaveLength(1);
  });

  it("is told also of one that comes back from the trash to its readers", async () => {
    const made = await givenPost(owner, { status: "published" });
    const path = `/v1/posts/${made.body.id}`;
    const deleted = await change("DELETE", path, made.etag);
    await change("POST", `${path}/restore`, deleted.etag);
    const told = await eventsAbout(made.body.id);
    expect(told.slice(-2).map(({ type }) => type)).toEqual(["post.deleted", "post.published"]);
  });
});

describe("what happens to other things", () => {
  it("is told of tags, also of one that a post brings with it", async () => {
    const { headers } = owner;
    const made = await send("POST", "/v1/tags", { headers, body: { name: `T ${newId()}` } });
    const path = `/v1/tags/${made.body.id}`;
    const edited = await change("PATCH", path, made.etag, { description: "Words" });
    await change("DELETE", path, edited.etag);
    const told = await eventsAbout(made.body.id);
    expect(told.map(({ type }) => type)).toEqual(["tag.created", "tag.updated", "tag.deleted"]);
    expect(told[1]?.data).toMatchObject({
      name: made.body.name,
      description: "Words",
      previous: { description: null, version: 1 },
    });
    expect(edited.body).toMatchObject({ ...told[2]?.data });

    const post = await givenPost(owner, { tags: [`Tag ${newId()}`] });
    const [brought] = await eventsAbout(post.body.tags[0].id);
    expect(brought).toMatchObject({ type: "tag.created", data: post.body.tags[0] });
  });

  it("is told of a report that is drawn, once", async () => {
    const { headers } = owner;
    const body = { kind: "publication" };
    const ordered = await send("POST", "/v1/reports", { headers, body });
    await runDueJobs();
    const [told, ...more] = await eventsAbout(ordered.body.id, "&type=report.finished");
    expect(more).toEqual([]);
    const wire = await send("GET", `/v1/reports/${ordered.body.id}`, { headers });
    expect(wire.body).toMatchObject({ status: "done", ...told?.data });
    expect(told?.data).toMatchObject({ file_url: `/v1/reports/${ordered.body.id}/file` });
  });
});

describe("an event", () => {
  const sizeOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).byteLength;

  it("is under 20 kB however much there is to tell, and says what it left out", async () => {
    const metadata = { words: "ü".repeat(7_900) };
    const made = await givenPost(owner, {
      excerpt: "ü".repeat(1000),
      og_description: "ü".repeat(1000),
      meta_description: "ü".repeat(1000),
      metadata,
    });
    const [created] = await eventsAbout(made.body.id);
    expect(sizeOf(created)).toBeLessThan(20_000);
    expect(created?.data["omitted"]).toEqual(["metadata"]);
    expect(created?.data).toMatchObject({ title: made.body.title, excerpt: made.body.excerpt });
  });

  it("keeps everything that fits", () => {
    const data = { id: "x", words: "w".repeat(18_000) };
    expect(newEvent("post.updated", data).data).toEqual(data);
    const tooMuch = newEvent("post.updated", { ...data, more: "m".repeat(2000), few: 1 });
    expect(tooMuch.data).toEqual({ id: "x", more: "m".repeat(2000), few: 1, omitted: ["words"] });
  });
});

describe("the list of events", () => {
  it("can be paged through and looked through by type", async () => {
    const made = await Promise.all([1, 2, 3].map(() => givenPost(owner)));
    const seen: string[] = [];
    let path: string | null = "/v1/events?type=post.created&limit=2";
    while (path !== null) {
      const { body }: { body: { data: Told[]; next_cursor: string | null } } = await send(
        "GET",
        path,
        { headers: owner.headers },
      );
      expect(new Set(body.data.map(({ type }) => type))).toEqual(new Set(["post.created"]));
      seen.push(...body.data.map(({ data }) => String(data["id"])));
      path =
        body.next_cursor === null
          ? null
          : `/v1/events?type=post.created&limit=2&cursor=${encodeURIComponent(body.next_cursor)}`;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(made.map(({ body }) => body.id)));
  });
});
