import { env } from "cloudflare:workers";
import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";

import { createContext } from "#core/context";
import { newId, now } from "#core/ids";
import { auditEntries, media, posts } from "#repository/models";
import { feedNames, readFeed } from "#test/support/feeds";
import { givenUser } from "#test/support/people";
import { givenPost } from "#test/support/posts";
import { send } from "#test/support/requests";

const SITE = env.SITE_URL;
const { db } = createContext(env, { waitUntil: () => undefined }, "feeds");

const published = { status: "published" } as const;
const newTag = (): string => `feed-${crypto.randomUUID()}`;

/** The feeds of a tag: of it alone, whatever else is published meanwhile. */
const feedsOf = (tag: string): string[] => feedNames.map((name) => `/tag/${tag}/${name}`);

describe.each(feedNames)("%s", (name) => {
  it("has what is published, newest first, as it was written", async () => {
    const author = await givenUser({ name: "Zoë & Söhne <x>" });
    const tag = newTag();
    const first = await givenPost(author, { ...published, tags: [tag] });
    const second = await givenPost(author, {
      ...published,
      title: "A <b> & \"c\" 'd' ]]> &amp; 😀 — e",
      content: "Some *words* & `]]>` and `&lt;`.",
      excerpt: "Less < more & so on.",
      tags: [tag],
    });
    const { items, answer, ...feed } = await readFeed(`/tag/${tag}/${name}`);
    expect(feed).toEqual({
      title: `${tag} · Imprint`,
      language: "en",
      home: `${SITE}/tag/${tag}`,
      self: `${SITE}/tag/${tag}/${name}`,
    });
    expect(items.map(({ id }) => id)).toEqual(
      [second, first].map(({ body }) => `urn:uuid:${body.id}`),
    );
    expect(items[0]).toEqual({
      id: `urn:uuid:${second.body.id}`,
      url: `${SITE}/${second.body.slug}`,
      title: "A <b> & \"c\" 'd' ]]> &amp; 😀 — e",
      html: second.body.html,
      // A description of RSS is HTML; the others are plain text.
      summary: name === "rss.xml" ? "Less &lt; more &amp; so on." : "Less < more & so on.",
      authors: ["Zoë & Söhne <x>"],
      tags: [tag],
      published:
        Math.floor(Date.parse(second.body.published_at) / 1000) * 1000 +
        (name === "rss.xml" ? 0 : Date.parse(second.body.published_at) % 1000),
    });
    expect(answer.roundTrips).toBe(1);
  });

  it("has the twenty newest posts of the site, and no pages", async () => {
    const author = await givenUser();
    const made: string[] = [];
    for (let n = 0; n < 21; n += 1) made.push((await givenPost(author, published)).body.id);
    const page = await givenPost(author, { ...published, type: "page" });
    const { items, title, home, self } = await readFeed(`/${name}`);
    expect([title, home, self]).toEqual(["Imprint", `${SITE}/`, `${SITE}/${name}`]);
    expect(items).toHaveLength(20);
    const ids = items.map(({ id }) => id?.replace("urn:uuid:", ""));
    expect(ids).not.toContain(page.body.id);
    expect(ids.filter((id) => id !== undefined && made.includes(id)).length).toBeGreaterThan(0);
    const dates = items.map((item) => item.published);
    expect(dates).toEqual(dates.toSorted((a, b) => b - a));
  });

  it("has what one author wrote", async () => {
    const author = await givenUser();
    const post = await givenPost(author, published);
    await givenPost(await givenUser(), published);
    const { items, title, home } = await readFeed(`/author/${author.slug}/${name}`);
    expect(items.map(({ id }) => id)).toEqual([`urn:uuid:${post.body.id}`]);
    expect([title, home]).toEqual([`${author.name} · Imprint`, `${SITE}/author/${author.slug}`]);
  });

  it("names the same in the other formats", async () => {
    const author = await givenUser();
    const tag = newTag();
    await givenPost(author, { ...published, tags: [tag] });
    for (const channel of ["", `/tag/${tag}`, `/author/${author.slug}`]) {
      const { headers } = await send("GET", `${channel}/${name}`);
      expect(headers.get("link")).toBe(
        [
          `<${SITE}${channel}/rss.xml>; rel="alternate"; type="application/rss+xml"`,
          `<${SITE}${channel}/atom.xml>; rel="alternate"; type="application/atom+xml"`,
          `<${SITE}${channel}/feed.json>; rel="alternate"; type="application/feed+json"`,
        ].join(", "),
      );
    }
  });

  it("is not there for a tag or an author that is not", async () => {
    const { slug } = await givenUser();
    const answers = await Promise.all(
      ["/tag/nothing", `/author/${slug}`, "/author/nobody", "/tag/%00"].map((path) =>
        send("GET", `${path}/${name}`),
      ),
    );
    expect(answers.map(({ body }) => body.internal_code)).toEqual([40403, 40404, 40404, 42200]);
  });

  it("is answered with 304 to whoever has it, until something in it changes", async () => {
    const { headers } = await givenUser();
    const tag = newTag();
    const post = await givenPost({ headers }, { ...published, tags: [tag] });
    const path = `/tag/${tag}/${name}`;
    const first = await send("GET", path);
    const again = await send("GET", path, { headers: { "if-none-match": first.etag } });
    expect([again.status, again.text, again.etag]).toEqual([304, "", first.etag]);
    const edited = await send("PATCH", `/v1/posts/${post.body.id}`, {
      headers: { ...headers, "if-match": post.etag },
      body: { content: "Other words." },
    });
    expect(edited.status).toBe(200);
    const changed = await send("GET", path, { headers: { "if-none-match": first.etag } });
    expect(changed.status).toBe(200);
    expect(changed.text).toContain("Other words.");
  });
});

describe("a post", () => {
  it("is in no feed while it is a draft, planned, taken back or in the trash", async () => {
    const { headers } = await givenUser();
    const tag = newTag();
    const shown = await givenPost({ headers }, { ...published, tags: [tag] });
    await givenPost({ headers }, { tags: [tag] });
    const planned = await givenPost({ headers }, { tags: [tag] });
    const publish_at = new Date(Date.now() + 3_600_000).toISOString();
    const plan = await send("POST", `/v1/posts/${planned.body.id}/schedule`, {
      headers: { ...headers, "if-match": planned.etag },
      body: { publish_at },
    });
    expect(plan.body.status).toBe("scheduled");
    const back = await givenPost({ headers }, { ...published, tags: [tag] });
    const taken = await send("POST", `/v1/posts/${back.body.id}/unpublish`, {
      headers: { ...headers, "if-match": back.etag },
    });
    const trash = await givenPost({ headers }, { ...published, tags: [tag] });
    const gone = await send("DELETE", `/v1/posts/${trash.body.id}`, {
      headers: { ...headers, "if-match": trash.etag },
    });
    expect([taken.status, gone.status]).toEqual([200, 204]);
    for (const path of feedsOf(tag)) {
      const { items } = await readFeed(path);
      expect(items.map(({ id }) => id)).toEqual([`urn:uuid:${shown.body.id}`]);
    }
  });

  it.each(["members", "paid"])(
    "for %s comes with the excerpt of its author alone",
    async (visibility) => {
      const author = await givenUser();
      const tag = newTag();
      const content = "What nobody else may read.";
      const fields = { ...published, content, visibility, tags: [tag] };
      await givenPost(author, { ...fields, title: "Without" });
      await givenPost(author, { ...fields, title: "With", excerpt: "Come in." });
      for (const path of feedsOf(tag)) {
        const { items, answer } = await readFeed(path);
        expect(items.map(({ title, html }) => [title, html])).toEqual([
          ["With", undefined],
          ["Without", undefined],
        ]);
        expect(items[0]?.summary).toBe("Come in.");
        expect(items[1]?.summary ?? "").toBe("");
        expect(answer.text).not.toContain("nobody else");
      }
    },
  );

  it("that is longer than a reader takes comes with its excerpt", async () => {
    const tag = newTag();
    const content = "Ένα μεγάλο κείμενο. ".repeat(20_000);
    await givenPost(await givenUser(), { ...published, content, tags: [tag] });
    for (const path of feedsOf(tag)) {
      const { items, answer } = await readFeed(path);
      expect(items[0]?.html).toBeUndefined();
      expect(items[0]?.summary).toContain("Ένα μεγάλο κείμενο.");
      expect(answer.text.length).toBeLessThan(10_000);
    }
  });

  it("has addresses in its text that are found from anywhere", async () => {
    const tag = newTag();
    const content = [
      "[a](/about) [b](next?x=1&y=2) [c](#end) [d](//cdn.example/e) [f](https://f.example/g)",
      '![h](/media/i.png) <img src="j.png" srcset="k.png 1x, /l.png 2x"> [m](mailto:m@example.com)',
      '<video src="n.mp4" poster="/o.jpg"></video> `<a href="/p">`',
    ].join("\n\n");
    const { body } = await givenPost(await givenUser(), { ...published, content, tags: [tag] });
    for (const path of feedsOf(tag)) {
      const { items } = await readFeed(path);
      const html = items[0]?.html ?? "";
      const tags = html.match(/<[^<>]*>/gu) ?? [];
      const found = [...tags.join("").matchAll(/ (?:href|src|srcset|poster)="([^"]*)"/gu)];
      expect(found.map(([, url]) => url)).toEqual([
        `${SITE}/about`,
        `${SITE}/next?x=1&amp;y=2`,
        `${SITE}/${body.slug}#end`,
        "http://cdn.example/e",
        "https://f.example/g",
        `${SITE}/media/i.png`,
        `${SITE}/j.png`,
        `${SITE}/k.png 1x, ${SITE}/l.png 2x`,
        "mailto:m@example.com",
        `${SITE}/n.mp4`,
        `${SITE}/o.jpg`,
      ]);
      expect(html).toContain('&lt;a href="/p"&gt;');
    }
  });

  it("has its picture, with what is known of one that is kept here", async () => {
    const author = await givenUser();
    const tag = newTag();
    const sha256 = crypto.randomUUID().replaceAll("-", "").repeat(2);
    const objectKey = `media/${sha256}.png`;
    await db.insert(media).values({
      id: newId(),
      status: "ready",
      fileName: "a.png",
      contentType: "image/png",
      size: 4321,
      sha256,
      objectKey,
      width: 640,
      height: 480,
    });
    const kept = `${SITE}/${objectKey}`;
    const foreign = "https://pictures.example/a&b.jpg?c=d";
    await givenPost(author, { ...published, feature_image: foreign, tags: [tag] });
    await givenPost(author, { ...published, feature_image: kept, tags: [tag] });
    const [rss = "", atom = "", json = ""] = await Promise.all(
      feedsOf(tag).map(async (path) => (await readFeed(path)).answer.text),
    );
    expect(rss).toContain(`<enclosure url="${kept}" length="4321" type="image/png"/>`);
    expect(rss.match(/<enclosure /gu)).toHaveLength(1);
    expect(rss).toContain(
      `<media:content url="${kept}" medium="image" type="image/png" width="640" height="480"/>`,
    );
    expect(rss).toContain(
      '<media:content url="https://pictures.example/a&amp;b.jpg?c=d" medium="image"/>',
    );
    expect(atom).toContain(`<link rel="enclosure" type="image/png" length="4321" href="${kept}"/>`);
    const { items } = JSON.parse(json) as { items: { image: string; attachments?: unknown }[] };
    expect(items.map(({ image, attachments }) => [image, attachments])).toEqual([
      [kept, [{ url: kept, mime_type: "image/png", size_in_bytes: 4321 }]],
      [foreign, undefined],
    ]);
  });

  it("says its language where its author does", async () => {
    const tag = newTag();
    await givenPost(await givenUser(), { ...published, tags: [tag], metadata: { lang: "pt_br" } });
    const texts = await Promise.all(
      feedsOf(tag).map(async (path) => (await readFeed(path)).answer.text),
    );
    expect(texts[0]).toContain("<dc:language>pt-BR</dc:language>");
    expect(texts[1]).toContain('<entry xml:lang="pt-BR">');
    expect(texts[2]).toContain('"language":"pt-BR"');
  });

  it("keeps its id when its title and its address become others", async () => {
    const { headers } = await givenUser();
    const tag = newTag();
    const post = await givenPost({ headers }, { ...published, tags: [tag] });
    const slug = `moved-${crypto.randomUUID()}`;
    await send("PATCH", `/v1/posts/${post.body.id}`, {
      headers: { ...headers, "if-match": post.etag },
      body: { title: "Another", slug },
    });
    for (const path of feedsOf(tag)) {
      const { items } = await readFeed(path);
      expect(items).toMatchObject([{ id: `urn:uuid:${post.body.id}`, url: `${SITE}/${slug}` }]);
    }
  });
});

describe("whatever stands in a post", () => {
  it("is well-formed where XML has no way to say it", async () => {
    const author = await givenUser({ name: "A\u0001\u000B\uFFFE\u0085\u2028]]>\r\n\tB" });
    const tag = newTag();
    const unspeakable = [..."\u0001\u0008\u000B\u000C\u000E\u001F\uFFFE\uFFFF"];
    const nasty = `${unspeakable.join("")}\u007F ]]> <![CDATA[ <!-- & &#0; &nbsp; \u{1F600}`;
    const post = await givenPost(author, {
      ...published,
      title: `Start ${nasty} end`,
      content: `${nasty}\n\n\`\`\`\n]]>]]>]]>${nasty}\n\`\`\`\n`,
      excerpt: `Start ${nasty} end`,
      tags: [tag],
    });
    const spoken = [...post.body.title].filter((each) => !unspeakable.includes(each)).join("");
    for (const path of feedsOf(tag)) {
      const { items } = await readFeed(path);
      const isXml = path.endsWith(".xml");
      expect(items[0]?.title).toBe(isXml ? spoken : post.body.title);
      expect(items[0]?.html).toContain("]]&gt;]]&gt;]]&gt;");
    }
  });

  it("is HTML that was made safe, and a title that is text", async () => {
    const tag = newTag();
    await givenPost(await givenUser(), {
      ...published,
      title: "<script>alert(1)</script>",
      content: "<script>alert(2)</script><img src=x onerror=alert(3)> [x](javascript:alert(4))",
      tags: [tag],
    });
    for (const path of feedsOf(tag)) {
      const { items } = await readFeed(path);
      expect(items[0]?.title).toBe("<script>alert(1)</script>");
      expect(items[0]?.html).not.toMatch(/<script|onerror|href/u);
    }
  });
});

describe("the date of the last change", () => {
  const ages = async (): Promise<void> => {
    const past = sql`now() - interval '2 minutes'`;
    await db.update(auditEntries).set({ createdAt: past });
    await db.update(posts).set({ updatedAt: past });
  };

  it("is told when it is certain, and 304 is the answer to whoever saw what was then", async () => {
    const { headers } = await givenUser();
    const tag = newTag();
    const post = await givenPost({ headers }, { ...published, tags: [tag] });
    await givenPost({ headers }, { ...published, type: "page", tags: [tag] });
    const fresh = await send("GET", `/tag/${tag}/rss.xml`);
    expect(fresh.headers.get("last-modified")).toBeNull();
    await ages();
    const told = await send("GET", `/tag/${tag}/rss.xml`);
    const since = told.headers.get("last-modified") ?? "";
    expect(Date.parse(since)).toBeLessThan(Date.now() - 100_000);
    const ask = (more: Record<string, string> = {}) =>
      send("GET", `/tag/${tag}/rss.xml`, { headers: { "if-modified-since": since, ...more } });
    expect((await ask()).status).toBe(304);
    // A tag that is another says more than the date.
    expect((await ask({ "if-none-match": '"other"' })).status).toBe(200);
    const before = new Date(Date.parse(since) - 1000).toUTCString();
    expect((await ask({ "if-modified-since": before })).status).toBe(200);
    expect((await ask({ "if-modified-since": "yesterday" })).status).toBe(200);

    const { etag } = await send("GET", `/v1/posts/${post.body.id}`, { headers });
    await send("POST", `/v1/posts/${post.body.id}/unpublish`, {
      headers: { ...headers, "if-match": etag },
    });
    const after = await ask();
    expect([after.status, after.text.includes(post.body.id)]).toEqual([200, false]);
  });

  it("is newer when a plan takes something back, though nobody did", async () => {
    const tag = newTag();
    const author = await givenUser();
    const post = await givenPost(author, { ...published, tags: [tag] });
    await givenPost(author, { ...published, type: "page", tags: [tag] });
    await ages();
    const path = `/tag/${tag}/atom.xml`;
    const since = (await send("GET", path)).headers.get("last-modified") ?? "";
    // As its plan does it, without an audit entry of anybody.
    await db
      .update(posts)
      .set({ status: "draft", updatedAt: now() })
      .where(eq(posts.id, post.body.id));
    const after = await send("GET", path, { headers: { "if-modified-since": since } });
    expect([after.status, after.text.includes(post.body.id)]).toEqual([200, false]);
  });
});

it("what the site says about itself is said by its feeds", async () => {
  const { headers } = await givenUser({ role: "owner" });
  const { etag } = await send("GET", "/v1/settings");
  const body = {
    title: "Ο Τύπος & <Σία>",
    description: "Όλα & τίποτα",
    locale: "el",
    logo: "https://pictures.example/logo.png",
    icon: "https://pictures.example/icon.png",
  };
  const edited = await send("PATCH", "/v1/settings", {
    headers: { ...headers, "if-match": etag },
    body,
  });
  expect(edited.status).toBe(200);
  try {
    for (const name of feedNames) {
      const { title, language, answer } = await readFeed(`/${name}`);
      expect([title, language]).toEqual([body.title, "el"]);
      expect(answer.text).toContain(body.logo);
      expect(answer.text).toMatch(/Όλα &(?:amp;)?(?:amp;)? τίποτα/u);
    }
  } finally {
    const { etag: last } = await send("GET", "/v1/settings");
    await send("PATCH", "/v1/settings", {
      headers: { ...headers, "if-match": last },
      body: { title: null, description: null, locale: "en", logo: null, icon: null },
    });
  }
});

it("parameters that readers add change nothing", async () => {
  const answer = await send("GET", "/rss.xml?utm_source=reader&_=17");
  expect([answer.status, answer.text]).toEqual([200, (await send("GET", "/rss.xml")).text]);
});
