import type { Context as HonoContext } from "hono";

import type { AppEnv } from "#api/dependencies";
import { answerPrinted } from "#api/feeds/answer";
import { atomOf } from "#api/feeds/atom";
import { jsonFeedOf } from "#api/feeds/json";
import { rssOf } from "#api/feeds/rss";
import { answerPreflight, cacheWhenPublic, openToAllOrigins } from "#api/headers";
import { linkFeeds } from "#api/links";
import { createRouter } from "#api/router";
import type { Channel, Feed } from "#domain/feeds";
import { readFeed } from "#service/feeds";

/**
 * What is new, for readers of feeds: of everything, of a tag, of an author. These are pages and no part of
 * the API: they are the same for everybody, and parameters that readers add are not looked at.
 */
export const feeds = createRouter();

interface Format {
  readonly name: string;
  readonly type: string;
  readonly print: (feed: Feed) => string;
}

const formats: readonly Format[] = [
  { name: "rss.xml", type: "application/rss+xml; charset=utf-8", print: rssOf },
  { name: "atom.xml", type: "application/atom+xml; charset=utf-8", print: atomOf },
  { name: "feed.json", type: "application/feed+json; charset=utf-8", print: jsonFeedOf },
];

const channels = [
  { path: "", cacheTags: "posts,settings", channelOf: (): Channel => ({ kind: "site" }) },
  {
    path: "/tag/:slug",
    cacheTags: "posts,tags,settings",
    channelOf: (slug: string): Channel => ({ kind: "tag", slug }),
  },
  {
    path: "/author/:slug",
    cacheTags: "posts,authors,settings",
    channelOf: (slug: string): Channel => ({ kind: "author", slug }),
  },
] as const;

for (const { path, cacheTags, channelOf } of channels) {
  for (const { name, type, print } of formats) {
    const address = `${path}/${name}`;
    feeds.options(address, answerPreflight);
    feeds.get(
      address,
      openToAllOrigins,
      cacheWhenPublic(cacheTags),
      async (c: HonoContext<AppEnv>) => {
        const slug = c.req.param("slug") ?? "";
        const { feed, changedAt } = await readFeed(c.var.context, channelOf(slug));
        linkFeeds(c, path.replace(":slug", slug));
        return answerPrinted(c, { text: print(feed), type, changedAt });
      },
    );
  }
}
