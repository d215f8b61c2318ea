import { parseFeed } from "@rowanmanning/feed-parser";
import { parseAtomFeed, parseJsonFeed, parseRssFeed } from "feedsmith";
import { SaxesParser } from "saxes";

import { type Sent, send } from "./requests";

/** @throws {Error} for what is no well-formed XML 1.0 with namespaces, by a parser that forgives nothing. */
export function expectXml(text: string): void {
  const parser = new SaxesParser({ xmlns: true });
  parser.on("error", (error) => {
    throw error;
  });
  parser.write(text).close();
}

/** What all three kinds of feeds say, as a reader of each kind reads it. */
export interface ReadItem {
  readonly id: string | undefined;
  readonly url: string | undefined;
  readonly title: string | undefined;
  readonly html: string | undefined;
  readonly summary: string | undefined;
  readonly authors: readonly (string | undefined)[];
  readonly tags: readonly (string | undefined)[];
  readonly published: number;
}

export interface ReadFeed {
  readonly title: string | undefined;
  readonly language: string | undefined;
  readonly home: string | undefined;
  readonly self: string | undefined;
  readonly items: readonly ReadItem[];
  readonly answer: Sent;
}

const at = (date: string | undefined): number => new Date(date ?? "").getTime();

const readers: Readonly<Record<string, (text: string) => Omit<ReadFeed, "answer">>> = {
  "rss.xml": (text) => {
    const feed = parseRssFeed(text);
    return {
      title: feed.title,
      language: feed.language,
      home: feed.link,
      self: feed.atom?.links?.find(({ rel }) => rel === "self")?.href,
      items: (feed.items ?? []).map((item) => ({
        id: item.guid?.value,
        url: item.link,
        title: item.title,
        html: item.content?.encoded,
        summary: item.description,
        authors: item.dc?.creators ?? [],
        tags: (item.categories ?? []).map(({ name }) => name),
        published: at(item.pubDate),
      })),
    };
  },
  "atom.xml": (text) => {
    const feed = parseAtomFeed(text);
    const linkOf = (links: typeof feed.links, wanted: string) =>
      links?.find(({ rel }) => rel === wanted)?.href;
    return {
      title: feed.title?.value,
      language: feed.xml?.lang,
      home: linkOf(feed.links, "alternate"),
      self: linkOf(feed.links, "self"),
      items: (feed.entries ?? []).map((entry) => ({
        id: entry.id,
        url: linkOf(entry.links, "alternate"),
        title: entry.title?.value,
        html: entry.content?.value,
        summary: entry.summary?.value,
        authors: (entry.authors ?? []).map(({ name }) => name),
        tags: (entry.categories ?? []).map(({ term }) => term),
        published: at(entry.published),
      })),
    };
  },
  "feed.json": (text) => {
    const feed = parseJsonFeed(text);
    return {
      title: feed.title,
      language: feed.language,
      home: feed.home_page_url,
      self: feed.feed_url,
      items: (feed.items ?? []).map((item) => ({
        id: item.id,
        url: item.url,
        title: item.title,
        html: item.content_html,
        summary: item.summary,
        authors: (item.authors ?? []).map(({ name }) => name),
        tags: item.tags ?? [],
        published: at(item.date_published),
      })),
    };
  },
};

export const feedNames = Object.keys(readers);

/**
 * A feed as libraries of others read it: strictly as XML, by the one that knows all that each format has, and
 * of XML by a second one, which has to find the same posts.
 */
export async function readFeed(path: string): Promise<ReadFeed> {
  const answer = await send("GET", path);
  if (answer.status !== 200) throw new Error(answer.text);
  const read = readers[path.split("/").at(-1) ?? ""]?.(answer.text);
  if (!read) throw new Error(`Nothing reads ${path}.`);
  if (path.endsWith(".xml")) {
    expectXml(answer.text);
    const again = parseFeed(answer.text).items.map(({ id, url }) => `${id} ${url}`);
    const found = read.items.map(({ id, url }) => `${id} ${url}`);
    if (again.join("\n") !== found.join("\n")) throw new Error("Two readers read two feeds.");
  }
  return { ...read, answer };
}
