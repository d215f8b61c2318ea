import type { Context as HonoContext } from "hono";

import { apiUrlOf } from "#core/settings";

import type { AppEnv } from "./dependencies";

/** Says where else a published post is to be had (RFC 8288): on the site, and for other sites to show. */
export function linkPost(
  c: HonoContext<AppEnv>,
  {
    slug,
    status,
    canonical_url,
  }: {
    readonly slug: string;
    readonly status: string;
    readonly canonical_url: string | null;
  },
): void {
  if (status !== "published") return;
  const { settings } = c.var.context;
  const page = `${settings.SITE_URL}/${slug}`;
  const embed = `${apiUrlOf(settings)}/oembed?url=${encodeURIComponent(page)}`;
  add(c, canonical_url ?? page, 'rel="canonical"');
  add(c, `${embed}&format=json`, 'rel="alternate"; type="application/json+oembed"');
  add(c, `${embed}&format=xml`, 'rel="alternate"; type="text/xml+oembed"');
}

/**
 * Says where to hear of new posts.
 *
 * @param channel `/tag/…` or `/author/…`; empty for the whole site.
 */
export function linkFeeds(c: HonoContext<AppEnv>, channel: string): void {
  const base = `${apiUrlOf(c.var.context.settings)}${channel}`;
  add(c, `${base}/rss.xml`, 'rel="alternate"; type="application/rss+xml"');
  add(c, `${base}/atom.xml`, 'rel="alternate"; type="application/atom+xml"');
  add(c, `${base}/feed.json`, 'rel="alternate"; type="application/feed+json"');
}

const add = (c: HonoContext<AppEnv>, url: string, parameters: string): void =>
  c.header("Link", `<${url}>; ${parameters}`, { append: true });
