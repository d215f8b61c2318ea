import { describe, expect, it } from "vitest";

import { givenUser } from "#test/support/people";
import { givenPost } from "#test/support/posts";
import { send } from "#test/support/requests";

const newName = (): string => `Tag ${crypto.randomUUID()}`;

describe("a tag", () => {
  it("is made, read by id and slug, changed and deleted, with its posts counted", async () => {
    const { headers } = await givenUser();
    const name = newName();
    const made = await send("POST", "/v1/tags", { headers, body: { name } });
    expect(made.body).toMatchObject({ name, description: null, count: { posts: 0 }, version: 1 });
    expect(made.headers.get("location")).toBe(`/v1/tags/${made.body.id}`);
    await givenPost({ headers }, { status: "published", tags: [name] });
    await givenPost({ headers }, { tags: [made.body.id] });
    const read = await send("GET", `/v1/tags/${made.body.slug}`);
    expect(read.body).toMatchObject({ id: made.body.id, count: { posts: 1 } });
    const changed = await send("PATCH", `/v1/tags/${made.body.id}`, {
      headers: { ...headers, "if-match": read.etag },
      body: { description: "All about it." },
    });
    expect(changed.body).toMatchObject({ name, description: "All about it.", version: 2 });
    const gone = await send("DELETE", `/v1/tags/${made.body.id}`, {
      headers: { ...headers, "if-match": changed.etag },
    });
    expect(gone.status).toBe(204);
    expect((await send("GET", `/v1/tags/${made.body.slug}`)).body.internal_code).toBe(40403);
  });

  it("has a slug of its own, and keeps it from others", async () => {
    const { headers } = await givenUser();
    const name = newName();
    const first = await send("POST", "/v1/tags", { headers, body: { name } });
    const again = await send("POST", "/v1/tags", { headers, body: { name } });
    expect(again.body.internal_code).toBe(40904);
    const other = await send("POST", "/v1/tags", { headers, body: { name: newName() } });
    const stolen = await send("PATCH", `/v1/tags/${other.body.id}`, {
      headers: { ...headers, "if-match": other.etag },
      body: { slug: first.body.slug },
    });
    expect(stolen.body.internal_code).toBe(40904);
  });

  it("stays at its version when nothing of it is changed", async () => {
    const { headers } = await givenUser();
    const made = await send("POST", "/v1/tags", { headers, body: { name: newName() } });
    const same = await send("PATCH", `/v1/tags/${made.body.id}`, {
      headers: { ...headers, "if-match": made.etag },
      body: {},
    });
    expect(same.status).toBe(200);
    expect(same.body).toEqual(made.body);
  });

  it.each([
    ["a name that nobody sees", { name: "\u200B" }, "/name"],
    ["a slug that the site needs", { name: "A", slug: "new" }, "/slug"],
    ["a slug that could be an id", { name: "A", slug: crypto.randomUUID() }, "/slug"],
  ])("does not have %s", async (_case, body, pointer) => {
    const { headers } = await givenUser();
    const answer = await send("POST", "/v1/tags", { headers, body });
    expect(answer.body).toMatchObject({ status: 422, errors: [{ pointer }] });
  });

  it("is made once by two posts that name it at the same time", async () => {
    const { headers } = await givenUser();
    const name = newName();
    const posts = await Promise.all(
      Array.from({ length: 5 }, () => givenPost({ headers }, { tags: [name] })),
    );
    expect(new Set(posts.map(({ body }) => body.tags[0].id)).size).toBe(1);
  });

  it("is listed with all others by name, page by page", async () => {
    const { headers } = await givenUser();
    const names = ["a", "b", "c"].map((letter) => `${letter} ${crypto.randomUUID()}`);
    for (const name of names) await send("POST", "/v1/tags", { headers, body: { name } });
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const path: string = `/v1/tags?limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`;
      const { body } = await send("GET", path);
      seen.push(...body.data.map(({ name }: { name: string }) => name));
      cursor = body.next_cursor;
    }
    expect(seen.filter((name) => names.includes(name))).toEqual(names);
    expect(new Set(seen).size).toBe(seen.length);
  });
});
