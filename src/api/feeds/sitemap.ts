import type { SitemapEntry, SitemapLink } from "#domain/sitemaps";

import { documentOf, element, optional } from "./xml";

const sitemaps = "http://www.sitemaps.org/schemas/sitemap/0.9";
const images = "http://www.google.com/schemas/sitemap-image/1.1";

/** @see https://www.sitemaps.org/protocol.html#index */
export const sitemapIndexOf = (links: readonly SitemapLink[]): string =>
  documentOf(
    element(
      "sitemapindex",
      { xmlns: sitemaps },
      links.map(({ url, updatedAt }) =>
        element("sitemap", {}, [element("loc", {}, url), optional("lastmod", updatedAt)]),
      ),
    ),
  );

/**
 * @see https://www.sitemaps.org/protocol.html
 * @see https://developers.google.com/search/docs/crawling-indexing/sitemaps/image-sitemaps
 */
export const sitemapOf = (entries: readonly SitemapEntry[]): string =>
  documentOf(
    element(
      "urlset",
      { xmlns: sitemaps, "xmlns:image": images },
      entries.map((entry) =>
        element("url", {}, [
          element("loc", {}, entry.url),
          optional("lastmod", entry.updatedAt),
          entry.images.map((image) => element("image:image", {}, element("image:loc", {}, image))),
        ]),
      ),
    ),
  );
