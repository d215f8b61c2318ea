import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";

import { createContext } from "#core/context";
import { fullPage, mostLinks } from "#domain/llms";
import { parser } from "#domain/markdown";
import { selectFullTexts } from "#repository/llms";
import { givenUser } from "#test/support/people";
import { givenPost } from "#test/support/posts";
import { codeOf, send, type Sent } from "#test/support/requests";

const SITE = env.SITE_URL;
const { db } = createContext(env, { waitUntil: () => undefined }, "llms");
const published = { status: "published" } as const;

/** The links of a text, as a reader of Markdown finds them. */
const linksIn = (text: string): { href: string; label: string }[] =>
  [...parser.render(text).matchAll(/<a href="([^"]*)"[^>]*>(.*?)<\/a>/gsu)].map(
    ([, href = "", label = ""]) => ({ href, label }),
  );

const nextOf = ({ headers }: Sent): string | null =>
  /^<([^>]+)>; rel="next"$/u.exec(headers.get("link") ?? "")?.[1] ?? null;

/** All pages from the first one on, as somebody reads them who follows the links. */
async function readAll(): Promise<Sent[]> {
  const pages: Sent[] = [];
  for (let path: string | null = "/llms-full.txt"; path !== null;) {
    const page: Sent = await send("GET", path);
    expect(page.status).toBe(200);
    pages.push(page);
    path = nextOf(page)?.slice(SITE.length) ?? null;
  }
  return pages;
}

describe("llms.txt", () => {
  it("says what the publication is, and links to the Markdown of what is new", async () => {
    const author = await givenUser();
    const title = "A [b](c) \\ <d>\u2028`e";
    const excerpt = "In short:\n## nothing`";
    const { body } = await givenPost(author, { ...published, title, excerpt });
    const page = await givenPost(author, { ...published, type: "page" });
    const { status, text, headers, roundTrips } = await send("GET", "/llms.txt");
    expect([status, headers.get("content-type")]).toEqual([200, "text/plain; charset=utf-8"]);
    expect(roundTrips).toBe(1);
    const lines = text.split("\n");
    expect(lines[0]).toBe("# Imprint");
    const sections = lines.filter((line) => line.startsWith("## "));
    expect(sections).toEqual(["## Posts", "## Pages", "## Optional"]);
    const link = linksIn(text).find(({ href }) => href.includes(body.slug));
    expect(link?.href).toBe(`${SITE}/v1/posts/${body.slug}.md`);
    expect(link?.label).toBe("A [b](c) \\ &lt;d&gt; `e");
    const line = lines.find((each) => each.includes(body.slug));
    expect(line).toMatch(/^- \[.*\]\(\S+\): In short: ## nothing`$/u);
    const [posts = "", pages = ""] = text.split("## Pages");
    expect(posts).not.toContain(page.body.slug);
    expect(pages).toContain(`/v1/posts/${page.body.slug}.md`);
    const read = await send("GET", link?.href.slice(SITE.length) ?? "");
    expect(read.headers.get("content-type")).toContain("text/markdown");
  });

  it("names no more than it has room for", async () => {
    const { text } = await send("GET", "/llms.txt");
    const named = linksIn(text).filter(({ href }) => href.endsWith(".md"));
    expect(named.length).toBeLessThanOrEqual(mostLinks.post + mostLinks.page);
  });
});

describe("llms-full.txt", () => {
  it("has every published text once, newest first, over all its pages", async () => {
    const author = await givenUser({ name: "Ada Lovelace" });
    const long = "word ".repeat(fullPage.bytes / 15);
    const made: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      const content = `Text ${n}.\n\n${long}`;
      made.unshift((await givenPost(author, { ...published, content, tags: ["News"] })).body.slug);
    }
    const pages = await readAll();
    expect(pages.length).toBeGreaterThan(2);
    const text = pages.map((page) => page.text).join("");
    const sources = [...text.matchAll(/^- Source: (\S+)$/gmu)].map(([, url]) => url);
    const urls = made.map((slug) => `${SITE}/${slug}`);
    expect(sources.filter((url) => url !== undefined && urls.includes(url))).toEqual(urls);
    expect(new Set(sources).size).toBe(sources.length);
    expect(text).toContain("- Authors: Ada Lovelace\n- Tags: News\n\nText 4.");
    for (const page of pages) {
      expect(page.roundTrips).toBe(1);
      const link = linksIn(page.text).find(({ label }) => label === "Next page");
      expect(link?.href ?? null).toBe(nextOf(page));
    }
  });

  it("has no page that is longer than there is room, unless one text alone is", async () => {
    const author = await givenUser();
    const whole = "x".repeat(fullPage.bytes + 1);
    const { body } = await givenPost(author, { ...published, content: whole });
    await givenPost(author, published);
    const pages = await readAll();
    for (const { text } of pages) {
      const texts = text.match(/^- Source: /gmu)?.length ?? 0;
      expect(text.length < fullPage.bytes * 1.2 || texts === 1).toBe(true);
      expect(texts).toBeLessThanOrEqual(fullPage.limit);
    }
    const alone = pages.filter(({ text }) => text.includes(`${SITE}/${body.slug}\n`));
    expect(alone.map(({ text }) => text.includes(whole))).toEqual([true]);
  });

  it("knows that something follows when a page ends at its limit and not at its room", async () => {
    const author = await givenUser();
    for (let n = 0; n < 3; n += 1) await givenPost(author, published);
    const rows = await selectFullTexts(db, null, { limit: 2, bytes: 500_000 });
    expect(rows.map(({ total }) => total)).toEqual([3, 3]);
  });

  it("takes a cursor of its own alone, and nothing that others add changes it", async () => {
    const author = await givenUser();
    for (let n = 0; n < 2; n += 1) {
      await givenPost(author, { ...published, content: "y".repeat(fullPage.bytes) });
    }
    const plain = await send("GET", "/llms-full.txt");
    const tracked = await send("GET", "/llms-full.txt?utm_source=x&fbclid=1");
    expect([tracked.text, tracked.etag, nextOf(tracked)]).toEqual([
      plain.text,
      plain.etag,
      nextOf(plain),
    ]);
    const list = await send("GET", "/v1/posts?limit=1");
    const answers = await Promise.all(
      ["x", "W10.x", list.body.next_cursor].map((cursor) =>
        send("GET", `/llms-full.txt?cursor=${encodeURIComponent(cursor)}`),
      ),
    );
    expect(answers.map(codeOf)).toEqual([40001, 40001, 40001]);
  });
});

describe.each(["/llms.txt", "/llms-full.txt"])("%s", (path) => {
  it("has nothing of what is not out, thrown away, taken back or for members", async () => {
    const author = await givenUser();
    const content = `Hidden ${crypto.randomUUID()}`;
    const hidden = [
      await givenPost(author, { content }),
      await givenPost(author, { ...published, content, visibility: "members" }),
      await givenPost(author, { ...published, content, visibility: "paid" }),
    ];
    const trashed = await givenPost(author, { ...published, content });
    const taken = await givenPost(author, { ...published, content });
    const headers = (post: Sent) => ({ ...author.headers, "if-match": post.etag });
    const [gone, back] = [
      await send("DELETE", `/v1/posts/${trashed.body.id}`, { headers: headers(trashed) }),
      await send("POST", `/v1/posts/${taken.body.id}/unpublish`, { headers: headers(taken) }),
    ];
    expect([gone.status, back.status]).toEqual([204, 200]);
    const { text } = await send("GET", path);
    for (const { body } of [...hidden, trashed, taken]) expect(text).not.toContain(body.slug);
    expect(text).not.toContain(content);
  });

  it("is answered with 304 to whoever has it, until something in it changes", async () => {
    const author = await givenUser();
    const post = await givenPost(author, published);
    const first = await send("GET", path);
    const again = await send("GET", path, { headers: { "if-none-match": first.etag } });
    expect([again.status, again.text]).toEqual([304, ""]);
    await send("PATCH", `/v1/posts/${post.body.id}`, {
      headers: { ...author.headers, "if-match": post.etag },
      body: { title: "Another title" },
    });
    const changed = await send("GET", path, { headers: { "if-none-match": first.etag } });
    expect(changed.status).toBe(200);
    expect(changed.text).toContain("Another title");
  });

  it("is not kept from crawlers", async () => {
    const { text } = await send("GET", "/robots.txt");
    const kept = [...text.matchAll(/^Disallow: (\S+)$/gmu)].map(([, prefix]) => prefix ?? "");
    expect(kept.filter((prefix) => path.startsWith(prefix))).toEqual([]);
  });
});
