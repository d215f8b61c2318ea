import { env } from "cloudflare:workers";
import { expect, it } from "vitest";

import { expectXml, feedNames, readFeed } from "#test/support/feeds";
import { send } from "#test/support/requests";

const SITE = env.SITE_URL;

// Nothing is ever written in this file: its database stays empty.
it.each(feedNames)("a site without posts has a valid feed without posts: %s", async (name) => {
  const { items, title, answer } = await readFeed(`/${name}`);
  expect([items, title, answer.headers.get("last-modified")]).toEqual([[], "Imprint", null]);
  const again = await send("GET", `/${name}`, { headers: { "if-none-match": answer.etag } });
  expect(again.status).toBe(304);
});

it("a site without posts has a sitemap of itself", async () => {
  const index = await send("GET", "/sitemap.xml");
  expectXml(index.text);
  expect(index.text.match(/<loc>[^<]*/gu)).toEqual([`<loc>${SITE}/sitemap-pages.xml`]);
  const pages = await send("GET", "/sitemap-pages.xml");
  expect(pages.text.match(/<loc>[^<]*/gu)).toEqual([`<loc>${SITE}/`]);
  for (const kind of ["posts", "tags", "authors"]) {
    const { status, text } = await send("GET", `/sitemap-${kind}.xml`);
    expect([status, text.includes("<url>")]).toEqual([200, false]);
    expectXml(text);
  }
});
