import { env, exports } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";

import { createContext } from "#core/context";
import { splitFrontMatter } from "#local/import/front-matter";
import { posts } from "#repository/models";
import { runDueJobs } from "#test/support/background";
import { givenPublishableKey, givenUser, type Person } from "#test/support/people";
import { inSeconds } from "#test/support/plans";
import { givenPost } from "#test/support/posts";
import { codeOf, ORIGIN, send } from "#test/support/requests";

const { db } = createContext(env, { waitUntil: () => undefined }, "post-texts");

const SITE = env.SITE_URL;
const published = { status: "published" } as const;
const forms = ["md", "txt", "json"] as const;
const types = {
  md: "text/markdown; charset=utf-8",
  txt: "text/plain; charset=utf-8",
  json: "application/json",
} as const;

/** A file taken in: the post that came of it, as its importer sees it. */
async function importFile({ headers }: Person, text: string, path = `${crypto.randomUUID()}.md`) {
  const { frontMatter, markdown } = splitFrontMatter(text);
  const started = await exports.default.fetch(`${ORIGIN}/v1/imports`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/x-ndjson" },
    body: JSON.stringify({ path, front_matter: frontMatter, markdown }),
  });
  expect(started.status).toBe(202);
  await runDueJobs();
  const [row] = await db.select({ id: posts.id }).from(posts).where(eq(posts.importPath, path));
  return { path, ...(await send("GET", `/v1/posts/${row?.id}`, { headers })) };
}

describe("a published post", () => {
  it("is there as the Markdown that was written, behind front matter that says whose it is", async () => {
    const author = await givenUser({ name: 'Zoë: "Söhne" # x' });
    const title = "- A: 'b' & \"c\" # \\ {d} 😀 \u2028 \u0085";
    const content = "Some *words*.\n\n---\n\n```js\nlet a;\n```";
    const { body } = await givenPost(author, { ...published, title, content, tags: ["x: [y]"] });
    const answer = await send("GET", `/v1/posts/${body.slug}.md`);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, types.md]);
    const { frontMatter, markdown } = splitFrontMatter(answer.text);
    expect(markdown).toBe(content);
    expect(frontMatter).toEqual({
      title: body.title,
      slug: body.slug,
      url: `${SITE}/${body.slug}`,
      authors: [{ name: 'Zoë: "Söhne" # x', slug: body.author.slug }],
      tags: ["x: [y]"],
      published_at: body.published_at,
      updated_at: body.updated_at,
    });
    expect(answer.roundTrips).toBe(1);
  });

  it("is there as plain text", async () => {
    const content = "Some *words* & <b>more</b>.\n\n- one\n- [two](/x)";
    const { body } = await givenPost(await givenUser(), { ...published, title: "A < b", content });
    const answer = await send("GET", `/v1/posts/${body.slug}.txt`);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, types.txt]);
    expect(answer.text).toBe("A < b\n\nSome words & more.\n\none\ntwo\n");
    expect(answer.roundTrips).toBe(1);
  });

  it("is the same JSON with and without an ending, by id and by slug", async () => {
    const { body } = await givenPost(await givenUser(), published);
    const paths = [body.slug, `${body.slug}.json`, `${body.id}.json`];
    const answers = await Promise.all(paths.map((path) => send("GET", `/v1/posts/${path}`)));
    const [plain] = answers;
    expect(plain?.status).toBe(200);
    for (const { text, etag } of answers) {
      expect([text, etag]).toEqual([plain?.text, plain?.etag]);
    }
  });

  const wishes: readonly (readonly [string, keyof typeof types])[] = [
    ["*/*", "json"],
    ["application/json", "json"],
    ["text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", "json"],
    ["application/json, text/plain, */*", "json"],
    ["text/markdown", "md"],
    ["TEXT/Markdown; charset=utf-8", "md"],
    ["text/markdown, text/html, */*", "md"],
    ["text/plain", "txt"],
    ["text/plain;q=0.5, text/markdown;q=0.9", "md"],
    ["text/markdown;q=0.1, */*;q=0.2", "json"],
    ["text/markdown;q=0, */*;q=0.1", "json"],
    ["application/json;q=0, */*", "md"],
    ["text/*", "md"],
    ["image/png", "json"],
    ["nonsense;;;q=,", "json"],
  ];

  it.each(wishes)("comes to whoever accepts %s as %s", async (accept, form) => {
    const { body } = await givenPost(await givenUser(), published);
    const path = `/v1/posts/${body.slug}`;
    const [wanted, named] = await Promise.all([
      send("GET", path, { headers: { accept } }),
      send("GET", `${path}.${form}`, { headers: { accept: "image/png" } }),
    ]);
    expect(wanted.status).toBe(200);
    expect(wanted.headers.get("content-type")).toContain(types[form]);
    expect([wanted.text, wanted.etag]).toEqual([named.text, named.etag]);
    expect(wanted.headers.get("vary")).toContain("Accept,");
  });

  it.each(forms)("has as .%s an ETag of its own, and 304 until it changes", async (form) => {
    const author = await givenUser();
    const { body, etag } = await givenPost(author, published);
    const path = `/v1/posts/${body.slug}.${form}`;
    const first = await send("GET", path);
    const headers = { "if-none-match": first.etag };
    const again = await send("GET", path, { headers });
    expect([again.status, again.text, again.etag]).toEqual([304, "", first.etag]);
    expect(first.etag).toMatch(/^"/u);
    const others = forms.filter((other) => other !== form);
    for (const other of others) {
      expect((await send("GET", `/v1/posts/${body.slug}.${other}`, { headers })).status).toBe(200);
    }
    await send("PATCH", `/v1/posts/${body.id}`, {
      headers: { ...author.headers, "if-match": etag },
      body: { content: "Other words." },
    });
    const changed = await send("GET", path, { headers });
    expect(changed.status).toBe(200);
    expect(changed.text).toContain("Other words.");
  });

  it.each(forms)("answers HEAD as .%s", async (form) => {
    const { body } = await givenPost(await givenUser(), published);
    const path = `/v1/posts/${body.slug}.${form}`;
    const [get, head] = await Promise.all([send("GET", path), send("HEAD", path)]);
    expect([head.status, head.text, head.etag]).toEqual([200, "", get.etag]);
    expect(head.headers.get("content-type")).toBe(get.headers.get("content-type"));
  });

  it.each(["", ".md", ".txt", ".json"])(
    "names all formats and the page on the site: %s",
    async (ending) => {
      const { body } = await givenPost(await givenUser(), published);
      const { headers } = await send("GET", `/v1/posts/${body.slug}${ending}`);
      const links = (headers.get("link") ?? "").split(", <");
      const at = `${SITE}/v1/posts/${body.slug}`;
      expect(links.slice(0, 4)).toEqual([
        `<${SITE}/${body.slug}>; rel="canonical"`,
        `${at}.json>; rel="alternate"; type="application/json"`,
        `${at}.md>; rel="alternate"; type="text/markdown"`,
        `${at}.txt>; rel="alternate"; type="text/plain"`,
      ]);
    },
  );

  it.each(forms)("is found by an old name, as .%s still", async (form) => {
    const author = await givenUser();
    const { body, etag } = await givenPost(author, published);
    const slug = `renamed-${crypto.randomUUID()}`;
    const renamed = await send("PATCH", `/v1/posts/${body.id}`, {
      headers: { ...author.headers, "if-match": etag },
      body: { slug },
    });
    expect(renamed.status).toBe(200);
    const answer = await send("GET", `/v1/posts/${body.slug}.${form}`);
    const location = `/v1/posts/${slug}.${form}`;
    expect([answer.status, answer.headers.get("location")]).toEqual([301, location]);
    expect((await send("GET", location)).status).toBe(200);
  });

  it("is found by an old name and by Accept without an ending", async () => {
    const author = await givenUser();
    const { body, etag } = await givenPost(author, published);
    const slug = `renamed-${crypto.randomUUID()}`;
    await send("PATCH", `/v1/posts/${body.id}`, {
      headers: { ...author.headers, "if-match": etag },
      body: { slug },
    });
    const headers = { accept: "text/markdown" };
    const answer = await send("GET", `/v1/posts/${body.slug}`, { headers });
    expect([answer.status, answer.headers.get("location")]).toEqual([301, `/v1/posts/${slug}`]);
  });
});

describe.each(["md", "txt"] as const)(".%s", (form) => {
  it("may be kept by the edge for strangers and publishable keys, and for nobody else", async () => {
    const author = await givenUser();
    const { body } = await givenPost(author, published);
    const path = `/v1/posts/${body.slug}.${form}`;
    const key = await givenPublishableKey(author);
    const cached = await Promise.all(
      [{}, key.headers].map(async (headers) => {
        const answer = await send("GET", path, { headers });
        return [answer.status, answer.headers.get("cache-control")?.split(",")[0]];
      }),
    );
    expect(cached).toEqual([
      [200, "public"],
      [200, "public"],
    ]);
    const own = await send("GET", path, { headers: author.headers });
    expect([own.status, own.headers.get("cache-control")]).toEqual([200, "private, no-store"]);
    expect((await send("GET", path)).headers.get("cache-tag")?.split(",")).toEqual(
      expect.arrayContaining(["posts", `post-${body.id}`, `author-${author.id}`]),
    );
  });

  it("shows a draft to whoever may read it, for them alone, and to strangers nothing", async () => {
    const author = await givenUser({ role: "author" });
    const other = await givenUser({ role: "author" });
    const { body } = await givenPost(author, { content: "Not yet for you." });
    const path = `/v1/posts/${body.slug}.${form}`;
    const own = await send("GET", path, { headers: author.headers });
    expect([own.status, own.headers.get("cache-control")]).toEqual([200, "private, no-store"]);
    expect(own.text).toContain("Not yet for you.");
    const missing = `/v1/posts/nothing-${crypto.randomUUID()}.${form}`;
    const refused = await Promise.all([
      send("GET", path),
      send("GET", path, { headers: other.headers }),
      send("GET", missing),
    ]);
    expect(refused.map(codeOf)).toEqual([40401, 40401, 40401]);
    expect(refused.map(({ headers }) => headers.get("link"))).toEqual([null, null, null]);
  });

  it.each(["members", "paid"])("gives strangers no text of what is for %s", async (visibility) => {
    const author = await givenUser();
    const content = "Nobody else may read this.";
    const fields = { ...published, visibility, content, metadata: { note: "secret" } };
    const { body } = await givenPost(author, fields);
    const path = `/v1/posts/${body.slug}.${form}`;
    const [stranger, key, staff] = await Promise.all([
      send("GET", path),
      send("GET", path, { headers: (await givenPublishableKey(author)).headers }),
      send("GET", path, { headers: author.headers }),
    ]);
    expect([stranger.status, key.status]).toEqual([200, 200]);
    expect(stranger.text).toContain(body.title);
    expect(stranger.text).not.toMatch(/Nobody|secret/u);
    expect(key.text).toBe(stranger.text);
    expect(staff.text).toContain("Nobody else may read this.");
  });

  it("refuses parameters that it would have to ignore", async () => {
    const { body } = await givenPost(await givenUser(), published);
    const answer = await send("GET", `/v1/posts/${body.slug}.${form}?fields=title`);
    expect(codeOf(answer)).toBe(42200);
  });
});

describe("a file of ours, imported,", () => {
  const everything = {
    ...published,
    type: "page",
    visibility: "members",
    featured: true,
    content: "\n  Some *words*.\n\n---\nMore.  \n\n",
    excerpt: "In short.",
    feature_image: "https://example.com/a.png",
    canonical_url: "https://example.com/b",
    meta_title: "M",
    meta_description: "N",
    og_title: "O",
    og_description: "P",
    og_image: "https://example.com/c.png",
  };
  const same = (body: Record<string, unknown>, names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, body[name]]));
  const kept = [...Object.keys(everything), "title", "slug", "html", "published_at", "author"];
  const tagsOf = (body: { tags: readonly { slug: string }[] }) => body.tags.map(({ slug }) => slug);

  /** The post's file as its author has it; the post itself is gone by then. */
  async function takenFrom(author: Person, { body, etag }: Awaited<ReturnType<typeof givenPost>>) {
    const { headers } = author;
    const { text } = await send("GET", `/v1/posts/${body.slug}.md`, { headers });
    const gone = await send("DELETE", `/v1/posts/${body.id}`, {
      headers: { ...headers, "if-match": etag },
    });
    expect(gone.status).toBe(204);
    return text;
  }

  it.each([
    ["with all that a post can say", everything],
    ["with nothing but its text", published],
    ["with a picture for networks alone", { ...published, og_image: everything.og_image }],
  ])("is the post that it was, %s", async (_, fields) => {
    const author = await givenUser({ name: "Lovelace, Ada and Co" });
    const renamed = await send("POST", "/v1/tags", {
      headers: author.headers,
      body: { name: `News, ${crypto.randomUUID()}`, slug: `tag-${crypto.randomUUID()}` },
    });
    const tags = [renamed.body.slug, "post", "Sea"];
    const post = await givenPost(author, { ...fields, tags });
    const again = await importFile(author, await takenFrom(author, post));
    expect(again.body.id).not.toBe(post.body.id);
    expect(same(again.body, kept)).toEqual(same(post.body, kept));
    expect(tagsOf(again.body)).toEqual(tagsOf(post.body));
    const revision = await send("GET", `/v1/posts/${again.body.id}/revisions/1`, {
      headers: author.headers,
    });
    const told = kept.filter((name) => name in revision.body.fields);
    expect(told).toContain("visibility");
    expect(same(revision.body.fields, told)).toEqual(same(post.body, told));
  });

  it.each(["members", "paid"])("keeps a text for %s from strangers", async (visibility) => {
    const author = await givenUser();
    const post = await givenPost(author, { ...published, visibility, content: "Not for you." });
    const again = await importFile(author, await takenFrom(author, post));
    const seen = await send("GET", `/v1/posts/${again.body.id}`);
    expect(seen.body).toMatchObject({ visibility, content: "" });
    expect(seen.text).not.toContain("Not for you.");
  });

  it("is a draft if the post was one, or was to go out later", async () => {
    const author = await givenUser();
    const post = await givenPost(author, published);
    const { headers } = author;
    const taken = await send("POST", `/v1/posts/${post.body.id}/unpublish`, {
      headers: { ...headers, "if-match": post.etag },
    });
    const draft = (await send("GET", `/v1/posts/${post.body.slug}.md`, { headers })).text;
    const planned = await send("POST", `/v1/posts/${post.body.id}/schedule`, {
      headers: { ...headers, "if-match": taken.etag },
      body: { publish_at: inSeconds(3600) },
    });
    expect(planned.body.status).toBe("scheduled");
    const scheduled = (await send("GET", `/v1/posts/${post.body.slug}.md`, { headers })).text;
    for (const text of [draft, scheduled]) {
      expect((await importFile(author, text)).body.status).toBe("draft");
    }
  });
});
