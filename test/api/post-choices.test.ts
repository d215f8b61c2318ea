import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";

import { createContext } from "#core/context";
import { givenPublishableKey, givenUser, type Person } from "#test/support/people";
import { givenPost } from "#test/support/posts";
import { codeOf, ORIGIN, send } from "#test/support/requests";

const { db } = createContext(env, { waitUntil: () => undefined }, "test");
const published = { status: "published" } as const;
const newTag = (): string => `choice-${crypto.randomUUID()}`;

/** A published post alone under its tag, and everybody who may read it. */
async function givenPublished(fields: Record<string, unknown> = {}) {
  const editor = await givenUser();
  const tag = newTag();
  const { body } = await givenPost(editor, { ...published, tags: [tag], ...fields });
  const key = await givenPublishableKey(editor);
  const readers = { strangers: {}, "publishable keys": key.headers, staff: editor.headers };
  return { editor, post: body, list: `/v1/posts?tag=${tag}`, readers };
}

/** The post as it is read, and as it stands in a list. */
async function shownTo(
  headers: Readonly<Record<string, string>>,
  { post, list }: { post: { id: string }; list: string },
  query: string,
) {
  const read = await send("GET", `/v1/posts/${post.id}?${query}`, { headers });
  const many = await send("GET", `${list}&${query}`, { headers });
  expect([read.status, many.status, read.roundTrips, many.roundTrips]).toEqual([200, 200, 1, 1]);
  return { read: read.body, listed: many.body.data[0] };
}

const related = ["author", "authors", "tags"];
const written = ["content", "html", "media", "plaintext"];

describe("what is chosen of posts", () => {
  it("is the same for strangers, publishable keys and staff", async () => {
    const given = await givenPublished();
    for (const query of [
      "fields=title,slug",
      "fields=",
      "fields=author,tags",
      "fields=media",
      "fields=feature_image_media",
      "fields=plaintext",
      "fields=html&include=tags",
      "include=",
      "include=tags&formats=plaintext,html",
      "formats=",
      "formats=html,markdown,plaintext",
    ]) {
      const [stranger, ...others] = await Promise.all(
        Object.values(given.readers).map((headers) => shownTo(headers, given, query)),
      );
      for (const other of others) expect(other).toEqual(stranger);
    }
  });

  it("has the members that `fields` names, and always the id", async () => {
    const given = await givenPublished();
    const { read, listed } = await shownTo({}, given, "fields=slug,title");
    const { id, slug, title } = given.post;
    expect(read).toEqual({ id, slug, title });
    expect(listed).toEqual({ id, slug, title });
    expect((await shownTo({}, given, "fields=")).read).toEqual({ id });
  });

  it("has what `include` and `formats` name besides what `fields` does", async () => {
    const given = await givenPublished();
    const { read } = await shownTo({}, given, "fields=title&include=tags&formats=plaintext");
    expect(Object.keys(read)).toEqual(["id", "title", "tags", "plaintext"]);
  });

  it("has authors and tags unless `include` says which of them", async () => {
    const given = await givenPublished();
    const namesOf = async (query: string) => {
      const { read, listed } = await shownTo({}, given, query);
      const names = related.filter((name) => name in read);
      expect(related.filter((name) => name in listed)).toEqual(names);
      return names;
    };
    expect(await namesOf("")).toEqual(["author", "authors", "tags"]);
    expect(await namesOf("include=authors,tags")).toEqual(["author", "authors", "tags"]);
    expect(await namesOf("include=authors")).toEqual(["author", "authors"]);
    expect(await namesOf("include=tags")).toEqual(["tags"]);
    expect(await namesOf("include=")).toEqual([]);
  });

  it("has the texts that `formats` names: in a list none by itself, in a post HTML and Markdown", async () => {
    const given = await givenPublished({ content: "Some *words*.\n\nAnd **more**." });
    const textsOf = async (query: string) => {
      const { read, listed } = await shownTo({}, given, query);
      return [read, listed].map((body) => written.filter((name) => name in body));
    };
    expect(await textsOf("")).toEqual([["content", "html", "media"], []]);
    expect(await textsOf("formats=")).toEqual([[], []]);
    expect(await textsOf("formats=html")).toEqual([
      ["html", "media"],
      ["html", "media"],
    ]);
    expect(await textsOf("formats=markdown,plaintext")).toEqual([
      ["content", "plaintext"],
      ["content", "plaintext"],
    ]);
    const { read } = await shownTo({}, given, "formats=html,markdown,plaintext");
    expect(read).toMatchObject({
      content: "Some *words*.\n\nAnd **more**.",
      html: "<p>Some <em>words</em>.</p>\n<p>And <strong>more</strong>.</p>",
      plaintext: "Some words.\n\nAnd more.",
    });
  });

  it.each([
    ["fields", "title,nonsense"],
    ["fields", "title,,slug"],
    ["fields", "publishJobId"],
    ["fields", "importPath"],
    ["fields", "p.title"],
    ["fields", "constructor"],
    ["include", "newsletter"],
    ["include", "authors,"],
    ["formats", "pdf"],
    ["formats", "HTML"],
  ])("is refused when %s says %s, by the name of the parameter", async (name, value) => {
    const { list, post, readers } = await givenPublished();
    for (const headers of [readers.strangers, readers.staff]) {
      for (const path of [`${list}&`, `/v1/posts/${post.id}?`]) {
        const answer = await send("GET", `${path}${name}=${value}`, { headers });
        expect(answer.body).toMatchObject({
          status: 422,
          internal_code: 42200,
          errors: [{ pointer: name }],
        });
      }
    }
  });

  it("shows strangers nothing of a text for members, whatever they choose", async () => {
    const secret = "marzipan";
    const content = `${secret} first. ![](https://example.com/media/${"a".repeat(64)}.png)`;
    const { post, list, readers } = await givenPublished({ visibility: "members", content });
    for (const headers of [readers.strangers, readers["publishable keys"]]) {
      for (const name of ["content", "html", "plaintext", "excerpt", "media"]) {
        const { read, listed } = await shownTo(headers, { post, list }, `fields=${name}`);
        const nothing = { id: post.id, [name]: name === "media" ? [] : "" };
        expect([read, listed]).toEqual([nothing, nothing]);
      }
      const all = await shownTo(headers, { post, list }, "formats=html,markdown,plaintext");
      expect(JSON.stringify(all)).not.toContain(secret);
    }
    const staff = await shownTo(readers.staff, { post, list }, "fields=plaintext");
    expect(staff.listed.plaintext).toContain(secret);
  });

  it("says another ETag than anything else that is chosen, and 304 to whoever has it", async () => {
    const { list, post } = await givenPublished();
    for (const path of [`/v1/posts/${post.id}?`, `${list}&`]) {
      const etags = new Set<string>();
      for (const query of ["fields=title", "fields=slug", "include=", "formats=plaintext"]) {
        const first = await send("GET", `${path}${query}`);
        etags.add(first.etag);
        const headers = { "if-none-match": first.etag };
        const again = await send("GET", `${path}${query}`, { headers });
        expect([again.status, again.text, again.etag]).toEqual([304, "", first.etag]);
      }
      expect(etags.size).toBe(4);
    }
  });

  it("stays chosen behind an old slug", async () => {
    const { editor, post } = await givenPublished();
    const slug = `moved-${crypto.randomUUID()}`;
    const { etag } = await send("GET", `/v1/posts/${post.id}`, { headers: editor.headers });
    const headers = { ...editor.headers, "if-match": etag };
    await send("PATCH", `/v1/posts/${post.id}`, { headers, body: { slug } });
    const answer = await send("GET", `/v1/posts/${post.slug}?fields=title`);
    expect([answer.status, answer.headers.get("location")]).toEqual([
      301,
      `/v1/posts/${slug}?fields=title`,
    ]);
  });

  it("may be what staff base a change on", async () => {
    const { editor, post } = await givenPublished();
    const path = `/v1/posts/${post.id}`;
    const { etag } = await send("GET", `${path}?fields=title`, { headers: editor.headers });
    const headers = { ...editor.headers, "if-match": etag };
    const changed = await send("PATCH", path, { headers, body: { title: "Other" } });
    expect([changed.status, changed.body.title]).toEqual([200, "Other"]);
  });
});

describe("a list of what is chosen", () => {
  async function givenMany(editor: Person, count: number) {
    const tag = newTag();
    for (let n = 0; n < count; n += 1) await givenPost(editor, { ...published, tags: [tag] });
    return tag;
  }

  it("is walked page by page, each post once, by strangers, keys and staff alike", async () => {
    const editor = await givenUser();
    const tag = await givenMany(editor, 5);
    const key = await givenPublishableKey(editor);
    for (const headers of [{}, key.headers, editor.headers]) {
      for (const choice of ["fields=title", "include=", "formats=html,plaintext"]) {
        const seen: string[] = [];
        let path: string | null = `/v1/posts?tag=${tag}&limit=2&order=title&${choice}`;
        while (path !== null) {
          const page = await send("GET", path, { headers });
          seen.push(...page.body.data.map(({ id }: { id: string }) => id));
          const link: string | null = page.headers.get("link");
          path = link && new URL(link.slice(1, link.indexOf(">"))).href.slice(ORIGIN.length);
        }
        expect(new Set(seen).size).toBe(5);
        expect(seen).toHaveLength(5);
      }
    }
  });

  it("ends before its texts are too much for one answer, and goes on from there, for everybody", async () => {
    const editor = await givenUser();
    const tag = newTag();
    const content = "x ".repeat(450_000);
    for (let made = 0; made < 6; made += 1) {
      await givenPost(editor, { ...published, tags: [tag], content });
    }
    const list = `/v1/posts?tag=${tag}&limit=5`;
    for (const headers of [{}, editor.headers]) {
      const found: string[][] = [];
      let path: string | null = `${list}&formats=html,markdown`;
      while (path !== null) {
        const { body } = await send("GET", path, { headers });
        found.push(body.data.map(({ id }: { id: string }) => id));
        for (const post of body.data) {
          expect(post.content).toBe(content);
          expect(post.html.length).toBeGreaterThan(content.length);
        }
        const next: string | null = body.next_cursor;
        path = next && `${list}&formats=html,markdown&cursor=${next}`;
      }
      expect(found.map(({ length }) => length)).toEqual([4, 2]);
      expect(new Set(found.flat()).size).toBe(6);
      expect((await send("GET", list, { headers })).body.data).toHaveLength(5);
    }
  });

  it("has one post at least, however long, for everybody", async () => {
    const editor = await givenUser();
    const tag = await givenMany(editor, 2);
    await db.execute(sql`update posts set html = repeat('long ', 2000000) where id in (
      select post_id from post_tags join tags on tags.id = post_tags.tag_id where tags.slug = ${tag})`);
    for (const headers of [{}, editor.headers]) {
      const first = await send("GET", `/v1/posts?tag=${tag}&formats=html`, { headers });
      const path = `/v1/posts?tag=${tag}&formats=html&cursor=${first.body.next_cursor}`;
      const second = await send("GET", path, { headers });
      for (const { body } of [first, second]) {
        expect(body.data).toHaveLength(1);
        expect(body.data[0].html).toHaveLength(10_000_000);
      }
      expect(second.body.next_cursor).toBeNull();
      expect(first.body.data[0].id).not.toBe(second.body.data[0].id);
    }
  });

  it("has cursors of its own", async () => {
    const tag = await givenMany(await givenUser(), 2);
    const list = `/v1/posts?tag=${tag}&limit=1`;
    const { body } = await send("GET", `${list}&fields=title`);
    for (const other of ["fields=slug", "include=", "formats=html", ""]) {
      const answer = await send("GET", `${list}&${other}&cursor=${body.next_cursor}`);
      expect(codeOf(answer)).toBe(40001);
    }
  });
});

it("a publishable key that is nobody's is refused, in lists and for posts that are there", async () => {
  const { post, list } = await givenPublished();
  const headers = { authorization: `Bearer ${"0".repeat(26)}` };
  for (const path of [list, `/v1/posts/${post.id}`, `/v1/posts/${post.slug}`]) {
    const answer = await send("GET", path, { headers });
    expect([codeOf(answer), answer.roundTrips]).toEqual([40101, 1]);
  }
});

it("a draft does not hide where an old slug leads", async () => {
  const { editor, post } = await givenPublished();
  const slug = `moved-${crypto.randomUUID()}`;
  const { etag } = await send("GET", `/v1/posts/${post.id}`, { headers: editor.headers });
  const headers = { ...editor.headers, "if-match": etag };
  await send("PATCH", `/v1/posts/${post.id}`, { headers, body: { slug } });
  await givenPost(editor, { slug: post.slug });
  const answer = await send("GET", `/v1/posts/${post.slug}`);
  expect([answer.status, answer.headers.get("location")]).toEqual([301, `/v1/posts/${slug}`]);
});
