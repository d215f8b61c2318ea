import { ValidationFailed } from "#api/exceptions";
import { answerPrinted } from "#api/feeds/answer";
import { sitemapIndexOf, sitemapOf } from "#api/feeds/sitemap";
import { answerPreflight, cacheWhenPublic, openToAllOrigins } from "#api/headers";
import { createRouter } from "#api/router";
import { apiUrlOf } from "#core/settings";
import { listSitemaps, readSitemap } from "#service/sitemaps";

/** What search engines ask for first. Pages as feeds are, and no part of the API. */
export const sitemaps = createRouter();

const type = "application/xml; charset=utf-8";

sitemaps.options("/sitemap.xml", answerPreflight);
sitemaps.get("/sitemap.xml", openToAllOrigins, cacheWhenPublic("posts,tags,authors"), async (c) => {
  const { sitemaps: links, changedAt } = await listSitemaps(c.var.context);
  return answerPrinted(c, { text: sitemapIndexOf(links), type, changedAt });
});

for (const kind of ["posts", "pages", "tags", "authors"] as const) {
  const path = `/sitemap-${kind}.xml`;
  const cacheTags = kind === "pages" || kind === "posts" ? "posts" : `posts,${kind}`;
  sitemaps.options(path, answerPreflight);
  sitemaps.get(path, openToAllOrigins, cacheWhenPublic(cacheTags), async (c) => {
    const part = {
      month: kind === "posts" ? readMonth(c.req.query("month")) : null,
      page: readPage(c.req.query("page")),
    };
    const { entries, changedAt } = await readSitemap(c.var.context, kind, part);
    return answerPrinted(c, { text: sitemapOf(entries), type, changedAt });
  });
}

function readPage(text = "1"): number {
  if (/^[1-9]\d{0,4}$/u.test(text)) return Number(text);
  throw refused("page", "A number from 1 to 99999.");
}

function readMonth(text: string | undefined): string | null {
  if (text === undefined || /^(?!0000)\d{4}-(?:0[1-9]|1[0-2])$/u.test(text)) return text ?? null;
  throw refused("month", "A month such as 2026-11.");
}

const refused = (pointer: string, message: string): ValidationFailed =>
  new ValidationFailed([{ pointer, code: "invalid_format", message }]);

/** What crawlers may read: what is published, so that pages which are put together in a browser can be. */
const readable = ["posts", "tags", "authors", "settings"];

sitemaps.get("/robots.txt", (c) => {
  const lines = [
    "User-agent: *",
    ...readable.map((path) => `Allow: /v1/${path}`),
    "Disallow: /v1/",
    "Disallow: /health",
    "",
    `Sitemap: ${apiUrlOf(c.var.context.settings)}/sitemap.xml`,
    "",
  ];
  c.header("Cache-Control", "public, max-age=3600");
  return c.text(lines.join("\n"));
});
