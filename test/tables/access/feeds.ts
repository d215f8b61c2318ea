import { type Access, asksNothing, blind } from "#test/tables/access-cells";

const feeds = ["rss.xml", "atom.xml", "feed.json"];
const sitemaps = ["sitemap", "sitemap-posts", "sitemap-pages", "sitemap-tags", "sitemap-authors"];

/** What is the same for everybody, whatever they show. */
export const feedsAccess: Readonly<Record<string, Access>> = {
  ...Object.fromEntries(
    feeds.flatMap((feed) => [
      [`GET /${feed}`, asksNothing({ any: blind("200") })],
      [
        `GET /tag/{slug}/${feed}`,
        asksNothing({
          "any that something published bears": blind("200"),
          "any that nothing published bears": blind("40403"),
          missing: blind("40403"),
        }),
      ],
      [
        `GET /author/{slug}/${feed}`,
        asksNothing({
          "any who has published": blind("200"),
          "any who has not": blind("40404"),
          missing: blind("40404"),
        }),
      ],
    ]),
  ),
  ...Object.fromEntries(
    sitemaps.map((name) => [`GET /${name}.xml`, asksNothing({ any: blind("200") })]),
  ),
  "GET /robots.txt": asksNothing({ any: blind("200") }),
  "GET /oembed": asksNothing({
    "any published": blind("200"),
    "any draft": blind("40401"),
    missing: blind("40401"),
  }),
};
