import { describe, expect, it } from "vitest";

import { newEvent } from "#domain/events";
import { purgesOf } from "#domain/purges";
import {
  givenAuthor,
  givenPublishableKey,
  givenSecretKey,
  givenUser,
  type Person,
} from "#test/support/people";
import { givenPost } from "#test/support/posts";
import { send, type Sent } from "#test/support/requests";

const newName = (): string => `Tag ${crypto.randomUUID()}`;

describe("a tag", () => {
  it("is made, read by id and slug, changed and deleted, with its posts counted", async () => {
    const { headers } = await givenUser();
    const name = newName();
    const made = await send("POST", "/v1/tags", { headers, body: { name } });
    expect(made.body).toMatchObject({ name, description: null, count: { posts: 0 }, version: 1 });
    expect(made.headers.get("location")).toBe(`/v1/tags/${made.body.id}`);
    await givenPost({ headers }, { status: "published", tags: [name] });
    await givenPost({ headers }, { status: "published", type: "page", tags: [name] });
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

  it("is listed by name, page by page: all to staff, those that something published bears to strangers", async () => {
    const { headers } = await givenUser();
    const names = ["a", "b", "c", "d"].map((letter) => `${letter} ${crypto.randomUUID()}`);
    for (const name of names) await send("POST", "/v1/tags", { headers, body: { name } });
    await givenPost({ headers }, { tags: names });
    await givenPost({ headers }, { status: "published", tags: [names[2], names[0]] });
    const seenBy = async (reader: Record<string, string>) => {
      const seen: string[] = [];
      let cursor: string | null = "";
      while (cursor !== null) {
        const path: string = `/v1/tags?limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`;
        const { body, roundTrips } = await send("GET", path, { headers: reader });
        expect(roundTrips).toBe(1);
        seen.push(...body.data.map(({ name }: { name: string }) => name));
        cursor = body.next_cursor;
      }
      expect(new Set(seen).size).toBe(seen.length);
      return seen.filter((name) => names.includes(name));
    };
    expect(await seenBy(headers)).toEqual(names);
    expect(await seenBy({})).toEqual([names[0], names[2]]);
  });
});

describe("whether there is a tag", () => {
  /** What strangers and staff find of it: in the list, by id, by slug and in its feeds. */
  async function findings({ id, slug }: { id: string; slug: string }, person: Person) {
    const key = await givenPublishableKey(person);
    const isFound = async (headers: Record<string, string>) => {
      const list = await send("GET", "/v1/tags?limit=100&order=-created_at", { headers });
      const [one, named] = await Promise.all(
        [id, slug].map((name) => send("GET", `/v1/tags/${name}`, { headers })),
      );
      const isListed = list.body.data.some((tag: { id: string }) => tag.id === id);
      return [isListed, one?.body.internal_code ?? 200, named?.body.internal_code ?? 200];
    };
    const feeds = await Promise.all(
      ["rss.xml", "atom.xml", "feed.json"].map((name) => send("GET", `/tag/${slug}/${name}`)),
    );
    const staff = [
      await isFound(person.headers),
      await isFound((await givenSecretKey(person, ["posts:read"])).headers),
    ];
    expect(staff).toEqual([shown, shown]);
    const [strangers, keyed] = [await isFound({}), await isFound(key.headers)];
    expect(keyed).toEqual(strangers);
    return [...strangers, ...feeds.map(({ status }) => status)];
  }
  const shown = [true, 200, 200];
  const isThere = [...shown, 200, 200, 200];
  const isNot = [false, 40403, 40403, 404, 404, 404];

  it.each(["post", "page"])(
    "strangers learn as long as a published %s bears it, and staff always",
    async (type) => {
      const person = await givenUser();
      const { headers } = person;
      const step = (post: Sent, path: string, method = "POST", body?: unknown) =>
        send(method, `/v1/posts/${post.body.id}${path}`, {
          headers: { ...headers, "if-match": post.etag },
          ...(body === undefined ? {} : { body }),
        });
      let post = await givenPost({ headers }, { type, tags: [newName()] });
      const [tag] = post.body.tags;
      expect(await findings(tag, person)).toEqual(isNot);
      post = await step(post, "/publish");
      expect(await findings(tag, person)).toEqual(isThere);
      post = await step(post, "/unpublish");
      expect(await findings(tag, person)).toEqual(isNot);
      post = await step(post, "/publish");
      expect(await findings(tag, person)).toEqual(isThere);
      post = await step(post, "", "PATCH", { tags: [] });
      expect(await findings(tag, person)).toEqual(isNot);
      post = await step(post, "", "PATCH", { tags: [tag.id] });
      expect(await findings(tag, person)).toEqual(isThere);
      expect((await step(post, "", "DELETE")).status).toBeLessThan(300);
      expect(await findings(tag, person)).toEqual(isNot);
    },
  );

  it("is kept by caches no longer than until something is published or taken back", async () => {
    const { body } = await givenPost(await givenUser(), { status: "published", tags: [newName()] });
    const [tag] = body.tags;
    const events = [
      newEvent("post.published", body),
      newEvent("post.unpublished", { ...body, status: "draft", previous: { status: "published" } }),
    ];
    for (const path of ["/v1/tags", `/v1/tags/${tag.id}`, `/tag/${tag.slug}/rss.xml`]) {
      const { headers } = await send("GET", path);
      const borne = headers.get("cache-tag")?.split(",");
      for (const event of events) {
        const [job] = purgesOf({ EDGE_CACHE: "platform" }, [event], []);
        expect(borne).toContain("tags");
        expect(job?.args).toMatchObject({ tags: expect.arrayContaining(["tags"]) });
      }
    }
  });

  it("is told of one that is not to be known as of one that is not there", async () => {
    const { body } = await givenPost(await givenUser(), { tags: [newName()] });
    const answers = await Promise.all(
      [body.tags[0].slug, `tag-${crypto.randomUUID()}`].map(async (slug) => {
        const { status, text, headers } = await send("GET", `/v1/tags/${slug}`);
        const told = [...headers].filter(([name]) => !/request-id|server-timing/u.test(name));
        return [status, text.replaceAll(slug, "").replaceAll(/"request_id":"[^"]*"/gu, ""), told];
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
  });
});

it("posts of a tag and of an author are counted without pages, drafts and what is in the trash", async () => {
  const person = await givenAuthor();
  const { headers } = await givenUser();
  const name = newName();
  const fields = { authors: [person.id], tags: [name] };
  const { body } = await givenPost({ headers }, { ...fields, status: "published", type: "page" });
  const counts = () =>
    Promise.all(
      [`/v1/tags/${body.tags[0].id}`, `/v1/authors/${person.slug}`].map(
        async (path) => (await send("GET", path)).body.count,
      ),
    );
  expect(await counts()).toEqual([{ posts: 0 }, { posts: 0 }]);
  await givenPost({ headers }, { ...fields, status: "published" });
  await givenPost({ headers }, fields);
  const gone = await givenPost({ headers }, { ...fields, status: "published" });
  await send("DELETE", `/v1/posts/${gone.body.id}`, {
    headers: { ...headers, "if-match": gone.etag },
  });
  expect(await counts()).toEqual([{ posts: 1 }, { posts: 1 }]);
});
