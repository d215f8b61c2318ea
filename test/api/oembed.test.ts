import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";

import { createContext } from "#core/context";
import { newId } from "#core/ids";
import { media } from "#repository/models";
import { expectXml } from "#test/support/feeds";
import { givenUser } from "#test/support/people";
import { givenPost } from "#test/support/posts";
import { codeOf, send } from "#test/support/requests";

const SITE = env.SITE_URL;
const { db } = createContext(env, { waitUntil: () => undefined }, "oembed");

const published = { status: "published" } as const;
const ask = (url: string, more = "") =>
  send("GET", `/oembed?url=${encodeURIComponent(url)}${more}`);

describe("oEmbed", () => {
  it("tells how to show a published post, and is found from the post itself", async () => {
    const author = await givenUser({ name: "Zoë <x>" });
    const post = await givenPost(author, {
      ...published,
      title: 'A <b> & "c"',
      excerpt: "Some <i>words</i>.",
    });
    const read = await send("GET", `/v1/posts/${post.body.slug}`);
    const links = (read.headers.get("link") ?? "").split(", <");
    expect(links[0]).toBe(`<${SITE}/${post.body.slug}>; rel="canonical"`);
    const link = links.find((each) => each.includes("application/json+oembed")) ?? "";
    const path = (/^([^>]+)>/u.exec(link)?.[1] ?? "").slice(SITE.length);
    const answer = await send("GET", path);
    const page = `${SITE}/${post.body.slug}`;
    expect([answer.status, answer.roundTrips]).toEqual([200, 1]);
    expect(answer.body).toEqual({
      type: "rich",
      version: "1.0",
      title: 'A <b> & "c"',
      author_name: "Zoë <x>",
      author_url: `${SITE}/author/${author.slug}`,
      provider_name: "Imprint",
      provider_url: `${SITE}/`,
      width: 600,
      height: 200,
      html:
        `<blockquote cite="${page}"><p><a href="${page}">A &lt;b&gt; &amp; &quot;c&quot;</a></p>` +
        `<p>Some &lt;i&gt;words&lt;/i&gt;.</p><footer>Zoë &lt;x&gt;, <a href="${SITE}/">Imprint</a></footer></blockquote>`,
    });
  });

  it("says the same in XML", async () => {
    const { body } = await givenPost(await givenUser(), {
      ...published,
      title: "A <b> & \u0001]]>",
    });
    const { text, headers } = await ask(`${SITE}/${body.slug}`, "&format=xml");
    expect(headers.get("content-type")).toBe("text/xml; charset=utf-8");
    expectXml(text);
    expect(text).toContain(
      "<oembed><type>rich</type><version>1.0</version><title>A &lt;b&gt; &amp; ]]&gt;</title>",
    );
  });

  it("keeps to the room there is", async () => {
    const { body } = await givenPost(await givenUser(), published);
    const page = `${SITE}/${body.slug}`;
    expect((await ask(page, "&maxwidth=300&maxheight=400")).body).toMatchObject({
      type: "rich",
      width: 300,
    });
    const link = (await ask(page, "&maxwidth=100")).body;
    expect(link).toMatchObject({ type: "link", title: body.title });
    expect(link).not.toHaveProperty("html");
    expect((await ask(page, "&maxheight=100")).body.type).toBe("link");
  });

  it("has a thumbnail of a picture that is kept here, where there is room for it", async () => {
    const sha256 = crypto.randomUUID().replaceAll("-", "").repeat(2);
    const objectKey = `media/${sha256}.jpg`;
    const file = { contentType: "image/jpeg", size: 9, sha256, objectKey, width: 640, height: 480 };
    await db.insert(media).values({ id: newId(), status: "ready", fileName: "a.jpg", ...file });
    const thumbnail_url = `${SITE}/${objectKey}`;
    const { body } = await givenPost(await givenUser(), {
      ...published,
      feature_image: thumbnail_url,
    });
    const thumbnail = { thumbnail_url, thumbnail_width: 640, thumbnail_height: 480 };
    expect((await ask(`${SITE}/${body.slug}`)).body).toMatchObject(thumbnail);
    expect((await ask(`${SITE}/${body.slug}`, "&maxwidth=300")).body).not.toHaveProperty(
      "thumbnail_url",
    );
  });

  it("finds a post by an address that it had before, and however it is written", async () => {
    const { headers } = await givenUser();
    const post = await givenPost({ headers }, published);
    const slug = `moved-${crypto.randomUUID()}`;
    const moved = await send("PATCH", `/v1/posts/${post.body.id}`, {
      headers: { ...headers, "if-match": post.etag },
      body: { slug },
    });
    expect(moved.status).toBe(200);
    for (const url of [post.body.slug, slug, `${slug}/`, `${slug}?a=b#c`]) {
      const { body } = await ask(`${SITE}/${url}`);
      expect(body.html).toContain(`href="${SITE}/${slug}"`);
    }
  });

  it("tells strangers of what is for members no more than its author did", async () => {
    const content = "What nobody else may read.";
    const { body } = await givenPost(await givenUser(), {
      ...published,
      content,
      visibility: "paid",
    });
    const answer = await ask(`${SITE}/${body.slug}`);
    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain("nobody else");
  });

  it("knows nothing of drafts, of what is in the trash, and of what others publish", async () => {
    const { headers } = await givenUser();
    const draft = await givenPost({ headers });
    const trash = await givenPost({ headers }, published);
    await send("DELETE", `/v1/posts/${trash.body.id}`, {
      headers: { ...headers, "if-match": trash.etag },
    });
    const shown = await givenPost({ headers }, published);
    const urls = [
      `${SITE}/${draft.body.slug}`,
      `${SITE}/${trash.body.slug}`,
      `https://elsewhere.example/${shown.body.slug}`,
      `${SITE}.elsewhere.example/${shown.body.slug}`,
      `${SITE}/a/${shown.body.slug}`,
      `${SITE}/`,
      `/${shown.body.slug}`,
      `javascript:alert("${shown.body.slug}")`,
      "no address",
    ];
    const answers = await Promise.all(urls.map((url) => ask(url)));
    expect(answers.map(codeOf)).toEqual(urls.map(() => 40401));
    const read = await send("GET", `/v1/posts/${draft.body.id}`, { headers });
    expect(read.headers.get("link")).toBeNull();
  });

  it.each([
    ["", "url"],
    ["?url=", "url"],
    ["?url=a&format=yaml", "format"],
    ["?url=a&maxwidth=wide", "maxwidth"],
    ["?url=a&maxheight=-1", "maxheight"],
  ])("refuses by name what it cannot answer: %s", async (query, pointer) => {
    const answer = await send("GET", `/oembed${query}`);
    expect(answer.body).toMatchObject({ internal_code: 42200, errors: [{ pointer }] });
  });

  it("is not disturbed by what consumers add", async () => {
    const { body } = await givenPost(await givenUser(), published);
    expect((await ask(`${SITE}/${body.slug}`, "&dnt=1&referrer=x")).status).toBe(200);
  });
});
