import type { Feed, FeedAuthor, FeedImage, FeedItem } from "#domain/feeds";

import { cdata, documentOf, element, optional, type Xml } from "./xml";

/** Atom. @see https://www.rfc-editor.org/rfc/rfc4287 */
export const atomOf = (feed: Feed): string =>
  documentOf(
    element("feed", { xmlns: "http://www.w3.org/2005/Atom", "xml:lang": feed.language }, [
      element("id", {}, feed.id),
      element("title", {}, feed.title),
      optional("subtitle", feed.description),
      element("updated", {}, feed.updatedAt),
      element("link", {
        rel: "self",
        type: "application/atom+xml",
        href: `${feed.baseUrl}/atom.xml`,
      }),
      element("link", { rel: "alternate", type: "text/html", href: feed.homeUrl }),
      // Whoever wrote an entry without a byline: the publication.
      element("author", {}, element("name", {}, feed.siteTitle)),
      element("generator", {}, "Imprint"),
      optional("icon", feed.icon),
      optional("logo", feed.logo),
      feed.items.map(entryOf),
    ]),
  );

const entryOf = (item: FeedItem): Xml =>
  element("entry", { "xml:lang": item.language }, [
    element("id", {}, item.id),
    element("title", {}, item.title),
    element("link", { rel: "alternate", type: "text/html", href: item.url }),
    item.image === null ? null : pictureOf(item.image),
    element("published", {}, item.publishedAt),
    element("updated", {}, item.updatedAt),
    item.authors.map(authorOf),
    item.tags.map((term) => element("category", { term })),
    // An entry without content has to have a summary to be read at all (section 4.1.1.1).
    item.html === null ? element("summary", {}, item.summary) : optional("summary", item.summary),
    item.html === null ? null : element("content", { type: "html" }, cdata(item.html)),
  ]);

const authorOf = ({ name, url }: FeedAuthor): Xml =>
  element("author", {}, [element("name", {}, name), element("uri", {}, url)]);

const pictureOf = ({ url, contentType, size }: FeedImage): Xml =>
  element("link", { rel: "enclosure", type: contentType, length: size, href: url });
