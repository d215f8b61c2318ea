import { expect, it } from "vitest";

import { givenAuthor, givenPublishableKey, givenUser } from "#test/support/people";
import { givenPost } from "#test/support/posts";
import { codeOf, ORIGIN, send, type Sent } from "#test/support/requests";

const published = { status: "published" } as const;

/** A tag and an author with one published post between them. */
async function givenPair() {
  const editor = await givenUser();
  const author = await givenAuthor();
  const name = `Choice ${crypto.randomUUID()}`;
  const { body } = await givenPost(editor, { ...published, authors: [author.id], tags: [name] });
  const [tag] = body.tags;
  const key = await givenPublishableKey(editor);
  const paths = [`/v1/tags/${tag.id}`, `/v1/tags/${tag.slug}`, `/v1/authors/${author.slug}`];
  return { paths, readers: [{}, key.headers, editor.headers] };
}

const withoutCount = (body: Sent["body"]): Sent["body"] =>
  Object.fromEntries(Object.entries(body).filter(([name]) => name !== "count"));

/** All that a list has, page by page. */
async function walk(list: string): Promise<Sent["body"][]> {
  const all: Sent["body"][] = [];
  let path: string | null = list;
  while (path !== null) {
    const page = await send("GET", path);
    expect([page.status, page.roundTrips]).toEqual([200, 1]);
    all.push(...page.body.data);
    const link: string | null = page.headers.get("link");
    path = link && new URL(link.slice(1, link.indexOf(">"))).href.slice(ORIGIN.length);
  }
  return all;
}

it("a tag or an author has the members that `fields` names, always with the id", async () => {
  const { paths, readers } = await givenPair();
  for (const path of paths) {
    const whole = await send("GET", path);
    const { id, name, slug, count } = whole.body;
    expect(count).toEqual({ posts: 1 });
    for (const headers of readers) {
      const chosen = async (query: string) =>
        (await send("GET", `${path}?${query}`, { headers })).body;
      expect(await chosen("fields=name,slug")).toEqual({ id, name, slug });
      expect(await chosen("fields=name&include=count.posts")).toEqual({ id, name, count });
      expect(await chosen("fields=count")).toEqual({ id, count });
      expect(await chosen("include=count.posts")).toEqual(whole.body);
      expect(await chosen("include=")).toEqual(withoutCount(whole.body));
    }
  }
});

it("lists of tags and of authors are chosen from alike, with the right counts", async () => {
  await givenPair();
  for (const list of ["/v1/tags", "/v1/authors"]) {
    const [whole, bare, named] = await Promise.all(
      ["", "&include=", "&fields=name,count"].map((query) => walk(`${list}?limit=100${query}`)),
    );
    expect(whole?.length).toBeGreaterThan(0);
    expect(bare).toEqual(whole?.map(withoutCount));
    expect(named).toEqual(whole?.map(({ id, name, count }) => ({ id, name, count })));
  }
});

it.each([
  ["/v1/tags", "name", "name"],
  ["/v1/tags", "slug", "slug"],
  ["/v1/tags", "created_at", "created_at"],
  ["/v1/tags", "updated_at", "updated_at"],
  ["/v1/authors", "name", "name"],
  ["/v1/authors", "slug", "slug"],
])("%s is sorted by %s, both ways, each once over all pages", async (list, order, member) => {
  await givenPair();
  await givenPair();
  await givenPair();
  const up = await walk(`${list}?limit=7&order=${order}`);
  const down = await walk(`${list}?limit=7&order=-${order}`);
  expect(down.map(({ id }) => id)).toEqual(up.map(({ id }) => id).toReversed());
  expect(new Set(up.map(({ id }) => id)).size).toBe(up.length);
  const moments = up.map((one) => one[member]);
  if (order.endsWith("_at")) expect(moments).toEqual(moments.toSorted((a, b) => (a < b ? -1 : 1)));
});

it.each([
  ["fields", "name,secret"],
  ["fields", "email"],
  ["fields", "count.posts"],
  ["include", "posts"],
  ["include", "count.posts,"],
])("%s=%s is refused by the name of the parameter", async (name, value) => {
  const { paths } = await givenPair();
  for (const path of [...paths, "/v1/tags", "/v1/authors"]) {
    const answer = await send("GET", `${path}?${name}=${value}`);
    expect(answer.body).toMatchObject({ internal_code: 42200, errors: [{ pointer: name }] });
  }
});

it("a cursor of tags or authors belongs to one order and one choice", async () => {
  await givenPair();
  await givenPair();
  for (const list of ["/v1/tags?limit=1", "/v1/authors?limit=1"]) {
    const { body } = await send("GET", list);
    for (const other of ["order=-name", "order=slug", "fields=name", "include="]) {
      const answer = await send("GET", `${list}&${other}&cursor=${body.next_cursor}`);
      expect(codeOf(answer)).toBe(40001);
    }
  }
});

it("what is chosen of a tag may be what a change is based on", async () => {
  const { paths, readers } = await givenPair();
  const headers = readers[2] ?? {};
  const path = paths[0] ?? "";
  const { etag } = await send("GET", `${path}?fields=name`, { headers });
  const sent = { headers: { ...headers, "if-match": etag }, body: { description: "Other" } };
  const changed = await send("PATCH", path, sent);
  expect([changed.status, changed.body.description]).toEqual([200, "Other"]);
});
