import type { Feed, FeedImage, FeedItem } from "#domain/feeds";

import { cdata, documentOf, element, type Xml } from "./xml";

const namespaces = {
  "xmlns:atom": "http://www.w3.org/2005/Atom",
  "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
  "xmlns:dc": "http://purl.org/dc/elements/1.1/",
  "xmlns:media": "http://search.yahoo.com/mrss/",
};

/** RSS 2.0. @see https://www.rssboard.org/rss-profile */
export const rssOf = (feed: Feed): string =>
  documentOf(
    element(
      "rss",
      { version: "2.0", ...namespaces },
      element("channel", {}, [
        element("title", {}, feed.title),
        element("link", {}, feed.homeUrl),
        element("description", {}, cdata(escapeHtml(feed.description ?? feed.title))),
        element("language", {}, feed.language),
        element("lastBuildDate", {}, dateOf(feed.updatedAt)),
        element("generator", {}, "Imprint"),
        element("atom:link", {
          rel: "self",
          type: "application/rss+xml",
          href: `${feed.baseUrl}/rss.xml`,
        }),
        logoOf(feed),
        feed.items.map(itemOf),
      ]),
    ),
  );

const itemOf = (item: FeedItem): Xml =>
  element("item", {}, [
    element("title", {}, item.title),
    element("link", {}, item.url),
    element("guid", { isPermaLink: "false" }, item.id),
    element("pubDate", {}, dateOf(item.publishedAt)),
    item.authors.map(({ name }) => element("dc:creator", {}, name)),
    item.tags.map((tag) => element("category", {}, tag)),
    item.language === null ? null : element("dc:language", {}, item.language),
    item.summary === "" ? null : element("description", {}, cdata(escapeHtml(item.summary))),
    item.html === null ? null : element("content:encoded", {}, cdata(item.html)),
    item.image === null ? null : pictureOf(item.image),
  ]);

/** An enclosure has to say how long it is; of pictures that are kept elsewhere that is not known. */
function pictureOf({ url, contentType, size, width, height }: FeedImage): Xml[] {
  const media = element("media:content", {
    url,
    medium: "image",
    type: contentType,
    width,
    height,
  });
  if (contentType === null || size === null) return [media];
  return [element("enclosure", { url, length: size, type: contentType }), media];
}

const logoOf = ({ logo, title, homeUrl }: Feed): Xml | null =>
  logo === null
    ? null
    : element("image", {}, [
        element("url", {}, logo),
        element("title", {}, title),
        element("link", {}, homeUrl),
      ]);

/** RFC 822, with four digits for the year. */
const dateOf = (moment: string): string => new Date(moment).toUTCString();

/** A description is HTML, and ours are plain text. */
const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
