import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";

import { createContext } from "#core/context";
import { posts } from "#repository/models";
import { givenPublishableKey, givenSecretKey, givenUser } from "#test/support/people";
import { givenPost } from "#test/support/posts";
import { ORIGIN, send } from "#test/support/requests";

const newKey = (): string => crypto.randomUUID();

describe("writing a post", () => {
  it("keeps the source and renders it, with a slug from the title, in two round trips", async () => {
    const { headers, id } = await givenUser();
    const mark = crypto.randomUUID();
    const written = await send("POST", "/v1/posts", {
      headers,
      body: { title: `Γειά σου ${mark}`, content: "Some *words*.", tags: ["News", "news"] },
    });
    expect(written.status).toBe(201);
    expect(written.roundTrips).toBe(2);
    expect(written.body).toMatchObject({
      slug: `geia-soy-${mark}`,
      content: "Some *words*.",
      html: "<p>Some <em>words</em>.</p>",
      excerpt: "Some words.",
      status: "draft",
      version: 1,
      word_count: 2,
      reading_time: 1,
      author: { id },
      tags: [{ slug: "news", name: "News" }],
    });
    expect(written.headers.get("location")).toBe(`/v1/posts/${written.body.id}`);
    const read = await send("GET", `/v1/posts/${written.body.id}`, { headers });
    expect(read.body).toEqual(written.body);
    expect(read.roundTrips).toBe(1);
  });

  it("gives twenty posts of one title twenty slugs, all at once", async () => {
    const { headers } = await givenUser();
    const title = `Same ${crypto.randomUUID()}`;
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => send("POST", "/v1/posts", { headers, body: { title } })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 201));
    expect(new Set(answers.map(({ body }) => body.slug)).size).toBe(20);
  });

  it("refuses a wished-for slug that another post has", async () => {
    const { headers } = await givenUser();
    const { body } = await givenPost({ headers });
    const second = await send("POST", "/v1/posts", {
      headers,
      body: { title: "Other", slug: body.slug },
    });
    expect(second.body).toMatchObject({ status: 409, internal_code: 40904 });
  });

  it.each([
    ["an unknown field", { title: "A", colour: "red" }, "/colour"],
    ["a field that the server owns", { title: "A", version: 7 }, "/version"],
    ["a wrong type", { title: 5 }, "/title"],
    ["an empty title", { title: "  " }, "/title"],
    ["a title that nobody sees", { title: "\u200B\u00A0\u3164" }, "/title"],
    ["a slug that the site needs", { title: "A", slug: "feed" }, "/slug"],
    ["a slug that could be an id", { title: "A", slug: crypto.randomUUID() }, "/slug"],
    ["NUL", { title: "a\0b" }, "/title"],
    ["a lone surrogate deep inside", { title: "A", metadata: { a: ["\ud800"] } }, "/metadata/a/0"],
    [
      "a link that is a script",
      { title: "A", feature_image: "javascript:alert(1)" },
      "/feature_image",
    ],
    ["too much metadata", { title: "A", metadata: { a: "x".repeat(17_000) } }, "/metadata"],
  ])("refuses %s and points at it", async (_case, body, pointer) => {
    const { headers } = await givenUser();
    const answer = await send("POST", "/v1/posts", { headers, body });
    expect(answer.body).toMatchObject({ status: 422, internal_code: 42200 });
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toContain(
      pointer,
    );
  });

  it("takes the longest content there may be, in any script", async () => {
    const { headers } = await givenUser();
    const content = "字".repeat(1_000_000);
    const written = await send("POST", "/v1/posts", { headers, body: { title: "A", content } });
    expect(written.status).toBe(201);
    expect(written.body.content).toBe(content);
  });

  it("lets nobody make a tag without the role for it, nor credit others", async () => {
    const { headers } = await givenUser({ role: "author" });
    const other = await givenUser();
    const body = { title: "A", tags: [`New ${crypto.randomUUID()}`] };
    expect((await send("POST", "/v1/posts", { headers, body })).body.internal_code).toBe(40300);
    const credit = { title: "A", authors: [other.id] };
    expect((await send("POST", "/v1/posts", { headers, body: credit })).body.internal_code).toBe(
      40300,
    );
  });

  it("names who and what it cannot find", async () => {
    const { headers } = await givenUser();
    for (const body of [
      { title: "A", authors: [crypto.randomUUID()] },
      { title: "A", tags: [crypto.randomUUID()] },
    ]) {
      expect((await send("POST", "/v1/posts", { headers, body })).body.internal_code).toBe(42204);
    }
  });
});

describe("a repeated request", () => {
  it("has one effect and the first answer, also when twenty come at once", async () => {
    const { headers } = await givenUser();
    const title = `Once ${crypto.randomUUID()}`;
    const repeated = { headers: { ...headers, "idempotency-key": newKey() }, body: { title } };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => send("POST", "/v1/posts", repeated)),
    );
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.every(({ status }) => status === 201)).toBe(true);
    const replays = answers.filter(
      (answer) => answer.headers.get("idempotency-replayed") === "true",
    );
    expect(replays).toHaveLength(19);
  });

  it("is refused when it is another request under the same key", async () => {
    const { headers } = await givenUser();
    const keyed = { ...headers, "idempotency-key": newKey() };
    await send("POST", "/v1/posts", { headers: keyed, body: { title: "One" } });
    const other = await send("POST", "/v1/posts", { headers: keyed, body: { title: "Two" } });
    expect(other.body).toMatchObject({ status: 422, internal_code: 42201 });
  });

  it("is somebody's own: another's key is another request", async () => {
    const [one, two] = [await givenUser(), await givenUser()];
    const key = { "idempotency-key": newKey() };
    const body = { title: "Mine" };
    const first = await send("POST", "/v1/posts", { headers: { ...one.headers, ...key }, body });
    const second = await send("POST", "/v1/posts", { headers: { ...two.headers, ...key }, body });
    expect(second.status).toBe(201);
    expect(second.body.id).not.toBe(first.body.id);
  });

  it("must carry a key that is hard to guess and safe in a header", async () => {
    const { headers } = await givenUser();
    const short = await send("POST", "/v1/posts", {
      headers: { ...headers, "idempotency-key": "short" },
      body: { title: "A" },
    });
    expect(short.body).toMatchObject({ status: 400, internal_code: 40002 });
  });
});

describe("changing a post", () => {
  it("needs the version it is based on", async () => {
    const { headers } = await givenUser();
    const { body: post, etag } = await givenPost({ headers });
    const path = `/v1/posts/${post.id}`;
    const body = { title: "New" };
    expect((await send("PATCH", path, { headers, body })).body.internal_code).toBe(42800);
    const odd = await send("PATCH", path, { headers: { ...headers, "if-match": "odd" }, body });
    expect(odd.body.internal_code).toBe(40003);
    const changed = await send("PATCH", path, { headers: { ...headers, "if-match": etag }, body });
    expect(changed.body).toMatchObject({ title: "New", version: 2, slug: post.slug });
    expect(changed.roundTrips).toBe(2);
    const stale = await send("PATCH", path, { headers: { ...headers, "if-match": etag }, body });
    expect(stale.body).toMatchObject({ status: 412, internal_code: 41200, current_version: 2 });
  });

  it("that changes nothing makes no version, and still needs the right one", async () => {
    const { headers } = await givenUser();
    const { body: post, etag } = await givenPost({ headers });
    const path = `/v1/posts/${post.id}`;
    const empty = { headers: { ...headers, "if-match": etag }, body: {} };
    const same = await send("PATCH", path, empty);
    expect(same.status).toBe(200);
    expect(same.body).toEqual(post);
    expect(same.etag).toBe(etag);
    await send("PATCH", path, { ...empty, body: { title: "New" } });
    expect((await send("PATCH", path, empty)).body.internal_code).toBe(41200);
    const { body } = await send("GET", `${path}/revisions`, { headers });
    expect(body.data).toHaveLength(2);
  });

  it("refuses a slug that another post has, and takes its own", async () => {
    const { headers } = await givenUser();
    const { body: other } = await givenPost({ headers });
    const { body: post, etag } = await givenPost({ headers });
    const edit = (slug: string) =>
      send("PATCH", `/v1/posts/${post.id}`, {
        headers: { ...headers, "if-match": etag },
        body: { slug },
      });
    expect((await edit(other.slug)).body.internal_code).toBe(40904);
    expect((await edit(post.slug)).body.slug).toBe(post.slug);
  });

  it("has one winner among ten writers of one version", async () => {
    const { headers } = await givenUser();
    const { body, etag } = await givenPost({ headers });
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        send("PATCH", `/v1/posts/${body.id}`, {
          headers: { ...headers, "if-match": etag },
          body: { title: `Writer ${n}` },
        }),
      ),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 412)).toHaveLength(9);
    const { body: now } = await send("GET", `/v1/posts/${body.id}`, { headers });
    expect(now.version).toBe(2);
  });

  it("leads from the old slug of a published post to the new one", async () => {
    const { headers } = await givenUser();
    const { body, etag } = await givenPost({ headers }, { status: "published" });
    const slug = `renamed-${crypto.randomUUID()}`;
    await send("PATCH", `/v1/posts/${body.id}`, {
      headers: { ...headers, "if-match": etag },
      body: { slug },
    });
    const old = await send("GET", `/v1/posts/${body.slug}`);
    expect(old.status).toBe(301);
    expect(old.headers.get("location")).toBe(`/v1/posts/${slug}`);
    expect((await send("GET", `/v1/posts/${slug}`)).body.id).toBe(body.id);
  });

  it("keeps every version, and brings one back as a new one", async () => {
    const { headers } = await givenUser();
    const { body, etag } = await givenPost({ headers }, { title: "First", content: "One" });
    const path = `/v1/posts/${body.id}`;
    const second = await send("PATCH", path, {
      headers: { ...headers, "if-match": etag },
      body: { title: "Second", content: "Two", meta_title: "Meta" },
    });
    const list = await send("GET", `${path}/revisions?limit=1`, { headers });
    expect(list.body.data).toMatchObject([{ number: 2, title: "Second" }]);
    const rest = await send("GET", `${path}/revisions?limit=1&cursor=${list.body.next_cursor}`, {
      headers,
    });
    expect(rest.body.data).toMatchObject([{ number: 1, title: "First" }]);
    const revision = await send("GET", `${path}/revisions/1`, { headers });
    expect(revision.body).toMatchObject({ content: "One", fields: { meta_title: null } });
    const restored = await send("POST", `${path}/revisions/1/restore`, {
      headers: { ...headers, "if-match": second.etag },
    });
    expect(restored.body).toMatchObject({
      title: "First",
      content: "One",
      meta_title: null,
      version: 3,
    });
    expect((await send("GET", `${path}/revisions/9`, { headers })).body.internal_code).toBe(40402);
  });
});

describe("publishing", () => {
  it("shows a post to everyone, and unpublishing hides it again", async () => {
    const { headers } = await givenUser();
    const { body, etag } = await givenPost({ headers });
    const path = `/v1/posts/${body.id}`;
    expect((await send("GET", path)).status).toBe(404);
    const out = await send("POST", `${path}/publish`, {
      headers: { ...headers, "if-match": etag },
    });
    expect(out.body).toMatchObject({ status: "published", version: 2 });
    expect(out.body.published_at).not.toBeNull();
    const seen = await send("GET", path);
    expect(seen.status).toBe(200);
    expect(seen.headers.get("cache-control")).toContain("public");
    expect(seen.headers.get("access-control-allow-origin")).toBe("*");
    const again = await send("POST", `${path}/publish`, {
      headers: { ...headers, "if-match": out.etag },
    });
    expect(again.body.internal_code).toBe(40901);
    const back = await send("POST", `${path}/unpublish`, {
      headers: { ...headers, "if-match": out.etag },
    });
    expect(back.body.status).toBe("draft");
    expect((await send("GET", path)).status).toBe(404);
  });

  it("gives a post the date of the moment when the one it has is still to come", async () => {
    const { headers } = await givenUser();
    const { db } = createContext(env, { waitUntil: () => undefined }, "posts");
    const publishDated = async (publishedAt: string) => {
      const { body } = await givenPost({ headers });
      const path = `/v1/posts/${body.id}`;
      await db.update(posts).set({ publishedAt }).where(eq(posts.id, body.id));
      const { etag } = await send("GET", path, { headers });
      return send("POST", `${path}/publish`, { headers: { ...headers, "if-match": etag } });
    };
    const early = await publishDated("2099-01-01T00:00:00.000Z");
    expect(early.status).toBe(200);
    expect(early.body.published_at <= early.body.updated_at).toBe(true);
    const late = await publishDated("2001-01-01T00:00:00.000Z");
    expect(late.body.published_at).toBe("2001-01-01T00:00:00.000Z");
  });

  it("is not for contributors, whose published posts are not theirs to change", async () => {
    const contributor = await givenUser({ role: "contributor" });
    const editor = await givenUser();
    const { body, etag } = await givenPost(contributor);
    const path = `/v1/posts/${body.id}`;
    const refused = await send("POST", `${path}/publish`, {
      headers: { ...contributor.headers, "if-match": etag },
    });
    expect(refused.body.internal_code).toBe(40300);
    const out = await send("POST", `${path}/publish`, {
      headers: { ...editor.headers, "if-match": etag },
    });
    const edit = await send("PATCH", path, {
      headers: { ...contributor.headers, "if-match": out.etag },
      body: { title: "Mine" },
    });
    expect(edit.body.internal_code).toBe(40300);
  });
});

describe("the trash", () => {
  it("hides a post from everyone until it is restored", async () => {
    const { headers } = await givenUser();
    const { body, etag } = await givenPost({ headers }, { status: "published" });
    const path = `/v1/posts/${body.id}`;
    const gone = await send("DELETE", path, { headers: { ...headers, "if-match": etag } });
    expect(gone.status).toBe(204);
    expect((await send("GET", path)).status).toBe(404);
    expect((await send("GET", path, { headers })).status).toBe(404);
    const trash = await send("GET", "/v1/posts?status=trashed&limit=100", { headers });
    expect(trash.body.data.map(({ id }: { id: string }) => id)).toContain(body.id);
    expect((await send("GET", "/v1/posts?status=trashed")).body.data).toEqual([]);
    const other = await givenPost({ headers }, { slug: body.slug });
    const restored = await send("POST", `${path}/restore`, {
      headers: { ...headers, "if-match": gone.etag },
    });
    expect(restored.body).toMatchObject({ status: "published", deleted_at: null });
    expect(restored.body.slug).toBe(`${other.body.slug}-2`);
    const twice = await send("POST", `${path}/restore`, {
      headers: { ...headers, "if-match": restored.etag },
    });
    expect(twice.body.internal_code).toBe(40903);
  });
});

describe("reading", () => {
  it.each(["members", "paid"])(
    "shows strangers nothing of a text for %s, but the excerpt that its author wrote",
    async (visibility) => {
      const { headers } = await givenUser();
      const tag = `veiled-${crypto.randomUUID()}`;
      const fields = { visibility, tags: [tag], status: "published", content: "Hidden words." };
      const { body: veiled } = await givenPost({ headers }, fields);
      const { body: teased } = await givenPost({ headers }, { ...fields, excerpt: "Come in." });
      const list = async (who: Record<string, string>) => {
        const { body } = await send("GET", `/v1/posts?tag=${tag}&order=created_at`, {
          headers: who,
        });
        return body.data.map(({ excerpt }: { excerpt: string }) => excerpt);
      };
      const { body, text } = await send("GET", `/v1/posts/${veiled.id}`);
      expect(body).toMatchObject({ excerpt: "", content: "", html: "" });
      expect(text).not.toContain("Hidden");
      expect((await send("GET", `/v1/posts/${teased.slug}`)).body.excerpt).toBe("Come in.");
      expect(await list({})).toEqual(["", "Come in."]);
      expect(await list(headers)).toEqual(["Hidden words.", "Come in."]);
    },
  );

  it("shows each only what they may see, and 404 for the rest", async () => {
    const [author, other, editor] = [
      await givenUser({ role: "author" }),
      await givenUser({ role: "author" }),
      await givenUser(),
    ];
    const { body } = await givenPost(author);
    const path = `/v1/posts/${body.id}`;
    expect((await send("GET", path, { headers: author.headers })).status).toBe(200);
    expect((await send("GET", path, { headers: editor.headers })).status).toBe(200);
    expect((await send("GET", path, { headers: other.headers })).body.internal_code).toBe(40401);
    const seen = async (headers: Record<string, string>) => {
      const { body: list } = await send("GET", "/v1/posts?status=draft&limit=100", { headers });
      return list.data.some(({ id }: { id: string }) => id === body.id);
    };
    expect(await seen(author.headers)).toBe(true);
    expect(await seen(editor.headers)).toBe(true);
    expect(await seen(other.headers)).toBe(false);
  });

  it("gives a key what its scopes say and no more", async () => {
    const editor = await givenUser();
    const { body } = await givenPost(editor);
    const reading = await givenSecretKey(editor, ["posts:read"]);
    const writing = await givenSecretKey(editor, ["tags:write"]);
    const publishable = await givenPublishableKey(editor);
    const path = `/v1/posts/${body.id}`;
    expect((await send("GET", path, { headers: reading.headers })).status).toBe(200);
    expect((await send("GET", path, { headers: writing.headers })).status).toBe(404);
    expect((await send("GET", path, { headers: publishable.headers })).status).toBe(404);
    const write = await send("POST", "/v1/posts", {
      headers: reading.headers,
      body: { title: "A" },
    });
    expect(write.body.internal_code).toBe(40303);
    const door = await send("POST", "/v1/posts", {
      headers: publishable.headers,
      body: { title: "A" },
    });
    expect(door.body.internal_code).toBe(40304);
  });

  it("lets a key write that may not read drafts", async () => {
    const author = await givenUser({ role: "author" });
    const { body, etag } = await givenPost(author);
    const { headers } = await givenSecretKey(author, ["posts:write"]);
    const path = `/v1/posts/${body.id}`;
    expect((await send("GET", path, { headers })).status).toBe(404);
    const edit = { headers: { ...headers, "if-match": etag }, body: { title: "By a key" } };
    expect((await send("PATCH", path, edit)).body.title).toBe("By a key");
  });

  it("keeps the text of a post for members from strangers", async () => {
    const editor = await givenUser();
    const { body } = await givenPost(editor, { status: "published", visibility: "members" });
    const stranger = await send("GET", `/v1/posts/${body.id}`);
    expect(stranger.body).toMatchObject({ content: "", html: "", visibility: "members" });
    const staff = await send("GET", `/v1/posts/${body.id}`, { headers: editor.headers });
    expect(staff.body.content).toBe("Some *words*.");
  });

  it("walks a list page by page, each post once, in one round trip each", async () => {
    const { headers } = await givenUser();
    const tag = `walk-${crypto.randomUUID()}`;
    const ids: string[] = [];
    for (let n = 0; n < 7; n += 1) {
      ids.push((await givenPost({ headers }, { status: "published", tags: [tag] })).body.id);
    }
    for (const order of ["-published_at", "published_at", "title", "-created_at"]) {
      const seen: string[] = [];
      let path: string | null = `/v1/posts?tag=${tag}&limit=3&order=${order}`;
      while (path !== null) {
        const page = await send("GET", path);
        expect(page.roundTrips).toBe(1);
        seen.push(...page.body.data.map(({ id }: { id: string }) => id));
        const link: string | null = page.headers.get("link");
        path =
          link === null
            ? null
            : new URL(link.slice(1, link.indexOf(">"))).href.slice(ORIGIN.length);
      }
      expect(seen.toSorted()).toEqual(ids.toSorted());
    }
  });

  it("refuses a cursor that it did not make for this very list", async () => {
    const { headers } = await givenUser();
    const tag = `cursor-${crypto.randomUUID()}`;
    await givenPost({ headers }, { status: "published", tags: [tag] });
    await givenPost({ headers }, { status: "published", tags: [tag] });
    const { body } = await send("GET", `/v1/posts?tag=${tag}&limit=1`);
    const cursor: string = body.next_cursor;
    for (const wrong of [
      "nonsense",
      `x${cursor}`,
      cursor.slice(0, -2),
      `${cursor}.anything`,
      `${cursor}.`,
      `${cursor}&order=title`,
    ]) {
      const answer = await send("GET", `/v1/posts?tag=${tag}&limit=1&cursor=${wrong}`);
      expect(answer.body).toMatchObject({ status: 400, internal_code: 40001 });
    }
  });

  it.each([
    "limit=0",
    "limit=101",
    "limit=x",
    "nonsense=1",
    "status=odd",
    "order=id",
    "from=yesterday",
    "from=0000-01-01",
    "to=9999-12-31T23:59:59-23:59",
    "tag=a&tag=b",
  ])("refuses %s", async (query) => {
    expect((await send("GET", `/v1/posts?${query}`)).body.internal_code).toBe(42200);
  });

  it("answers 304 to whoever has these bytes", async () => {
    const { headers } = await givenUser();
    const { body } = await givenPost({ headers }, { status: "published" });
    const first = await send("GET", `/v1/posts/${body.id}`);
    const second = await send("GET", `/v1/posts/${body.id}`, {
      headers: { "if-none-match": first.etag },
    });
    expect(second.status).toBe(304);
    expect(second.text).toBe("");
    expect(second.etag).toBe(first.etag);
  });
});
