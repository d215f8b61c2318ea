import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { SaxesParser } from "saxes";
import { describe, expect, it } from "vitest";

import { createContext } from "#core/context";
import { expectXml } from "#test/support/feeds";
import { givenUser } from "#test/support/people";
import { givenPost } from "#test/support/posts";
import { codeOf, send } from "#test/support/requests";

const SITE = env.SITE_URL;
const { db } = createContext(env, { waitUntil: () => undefined }, "sitemaps");

const published = { status: "published" } as const;

interface Entry {
  readonly loc: string;
  readonly lastmod: string | undefined;
  readonly images: readonly string[];
}

/** What a sitemap or an index of them says, read by a parser that forgives nothing. */
async function entriesAt(path: string): Promise<Entry[]> {
  const answer = await send("GET", path);
  expect([answer.status, answer.roundTrips]).toEqual([200, 1]);
  expectXml(answer.text);
  const entries: { loc: string; lastmod: string | undefined; images: string[] }[] = [];
  const parser = new SaxesParser({ xmlns: true });
  let text = "";
  parser.on("opentag", ({ local, uri }) => {
    text = "";
    if (local === "url" || local === "sitemap")
      entries.push({ loc: "", lastmod: undefined, images: [] });
    const known = [
      "http://www.sitemaps.org/schemas/sitemap/0.9",
      "http://www.google.com/schemas/sitemap-image/1.1",
    ];
    expect(known).toContain(uri);
  });
  parser.on("text", (more) => (text += more));
  parser.on("closetag", ({ name }) => {
    const entry = entries.at(-1);
    if (name === "loc" && entry) entry.loc = text;
    if (name === "lastmod" && entry) entry.lastmod = text;
    if (name === "image:loc") entry?.images.push(text);
  });
  parser.write(answer.text).close();
  return entries;
}

const foundAt = async (path: string, loc: string): Promise<Entry | undefined> =>
  (await entriesAt(path)).find((entry) => entry.loc === loc);

describe("the sitemaps", () => {
  it("have every published post, page, tag and author, and the site itself", async () => {
    const author = await givenUser();
    const tag = `map-${crypto.randomUUID()}`;
    const picture = "https://pictures.example/a.png?b=1&c=2";
    const post = await givenPost(author, { ...published, tags: [tag], feature_image: picture });
    const page = await givenPost(author, { ...published, type: "page" });
    expect(await foundAt("/sitemap-posts.xml", `${SITE}/${post.body.slug}`)).toEqual({
      loc: `${SITE}/${post.body.slug}`,
      lastmod: post.body.updated_at,
      images: [picture],
    });
    const pages = await entriesAt("/sitemap-pages.xml");
    expect(pages[0]).toEqual({ loc: `${SITE}/`, lastmod: undefined, images: [] });
    expect(pages.map(({ loc }) => loc)).toContain(`${SITE}/${page.body.slug}`);
    expect(pages.map(({ loc }) => loc)).not.toContain(`${SITE}/${post.body.slug}`);
    expect(await foundAt("/sitemap-tags.xml", `${SITE}/tag/${tag}`)).toBeDefined();
    expect(await foundAt("/sitemap-authors.xml", `${SITE}/author/${author.slug}`)).toBeDefined();
    const month = post.body.published_at.slice(0, 7);
    const ofMonth = `/sitemap-posts.xml?month=${month}`;
    expect(await foundAt(ofMonth, `${SITE}/${post.body.slug}`)).toBeDefined();
    const index = await entriesAt("/sitemap.xml");
    for (const path of [
      "/sitemap-pages.xml",
      ofMonth,
      "/sitemap-tags.xml",
      "/sitemap-authors.xml",
    ]) {
      expect(index.map(({ loc }) => loc)).toContain(`${SITE}${path}`);
      expect((await entriesAt(path)).length).toBeGreaterThan(0);
    }
    const latest = index.find(({ loc }) => loc === `${SITE}${ofMonth}`)?.lastmod ?? "";
    expect(latest >= post.body.updated_at).toBe(true);
  });

  it("have nothing that is not published, nor what is at home elsewhere", async () => {
    const { headers, slug } = await givenUser();
    const tag = `map-${crypto.randomUUID()}`;
    const draft = await givenPost({ headers }, { tags: [tag] });
    const trash = await givenPost({ headers }, { ...published, tags: [tag] });
    await send("DELETE", `/v1/posts/${trash.body.id}`, {
      headers: { ...headers, "if-match": trash.etag },
    });
    expect(await foundAt("/sitemap-tags.xml", `${SITE}/tag/${tag}`)).toBeUndefined();
    expect(await foundAt("/sitemap-authors.xml", `${SITE}/author/${slug}`)).toBeUndefined();
    const canonical_url = "https://elsewhere.example/original";
    const elsewhere = await givenPost({ headers }, { ...published, canonical_url });
    const locs = (await entriesAt("/sitemap-posts.xml")).map(({ loc }) => loc);
    for (const { body } of [draft, trash, elsewhere]) {
      expect(locs).not.toContain(`${SITE}/${body.slug}`);
    }
  });

  it("are cut by months, and where these grow long, and what comes later moves nothing", async () => {
    const prefix = `bulk-${crypto.randomUUID()}`;
    // From the last millisecond of 2000, in UTC, on: one that belongs to December, 5,002 of January.
    await db.execute(sql`
      insert into posts (id, status, slug, title, content, html, excerpt, word_count, reading_time, published_at)
      select gen_random_uuid(), 'published', ${prefix} || '-' || n, 'T', '', '', '', 0, 0,
        timestamptz '2000-12-31T23:59:59.999Z' + n * interval '1 ms'
      from generate_series(0, 5002) as n`);
    try {
      const index = (await entriesAt("/sitemap.xml")).map(({ loc }) => loc);
      const parts = ["month=2000-12", "month=2001-01", "month=2001-01&page=2"];
      const paths = parts.map((part) => `/sitemap-posts.xml?${part}`);
      const from = index.indexOf(`${SITE}/sitemap-posts.xml?month=2000-12`);
      expect(index.slice(from, from + 3)).toEqual(paths.map((path) => `${SITE}${path}`));
      const [december = [], january = [], more = []] = await Promise.all(paths.map(entriesAt));
      expect(december.map(({ loc }) => loc)).toEqual([`${SITE}/${prefix}-0`]);
      expect([january.length, january[0]?.loc]).toEqual([5000, `${SITE}/${prefix}-1`]);
      expect(more.map(({ loc }) => loc)).toEqual([
        `${SITE}/${prefix}-5001`,
        `${SITE}/${prefix}-5002`,
      ]);
      await givenPost(await givenUser(), published);
      expect(await entriesAt(paths[1] ?? "")).toEqual(january);
      for (const part of ["month=2001-01&page=3", "month=2001-02", "page=99999"]) {
        expect(codeOf(await send("GET", `/sitemap-posts.xml?${part}`))).toBe(40400);
      }
    } finally {
      await db.execute(sql`delete from posts where slug like ${`${prefix}-%`}`);
    }
  });

  it.each(["0", "-1", "1e3", "01", "", "x", "100000"])("have no page %j", async (page) => {
    const answer = await send("GET", `/sitemap-posts.xml?page=${page}`);
    expect(answer.body).toMatchObject({ internal_code: 42200, errors: [{ pointer: "page" }] });
  });

  it.each(["2026-13", "2026-1", "0000-01", "26-01", "", "x"])("have no month %j", async (month) => {
    const answer = await send("GET", `/sitemap-posts.xml?month=${month}`);
    expect(answer.body).toMatchObject({ internal_code: 42200, errors: [{ pointer: "month" }] });
  });

  it("are answered with 304 to whoever has them", async () => {
    for (const path of ["/sitemap.xml", "/sitemap-posts.xml"]) {
      const { etag } = await send("GET", path);
      const again = await send("GET", path, { headers: { "if-none-match": etag } });
      expect([again.status, again.text]).toEqual([304, ""]);
    }
  });
});

describe("robots.txt", () => {
  it("shows crawlers the sitemap, and keeps them from what is nothing to read", async () => {
    const { status, text, headers, roundTrips } = await send("GET", "/robots.txt");
    expect([status, roundTrips]).toEqual([200, 0]);
    expect(headers.get("content-type")).toMatch(/^text\/plain/u);
    const lines = text.trimEnd().split("\n");
    expect(lines[0]).toBe("User-agent: *");
    expect(lines).toContain("Disallow: /v1/");
    expect(lines).toContain("Allow: /v1/posts");
    expect(lines.at(-1)).toBe(`Sitemap: ${SITE}/sitemap.xml`);
  });
});
