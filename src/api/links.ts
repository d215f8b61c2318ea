import type { Context as HonoContext } from "hono";

import { apiUrlOf } from "#core/settings";

import type { AppEnv } from "./dependencies";

/** Formats that a post is to be had in, by the end of its address. */
const formats = {
  json: "application/json",
  md: "text/markdown",
  txt: "text/plain",
} as const;

/**
 * Says where else a published post is to be had (RFC 8288): on the site, in other formats, and for other
 * sites to show.
 */
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
  const apiUrl = apiUrlOf(settings);
  const embed = `${apiUrl}/oembed?url=${encodeURIComponent(page)}`;
  add(
    c,
    linkTo(canonical_url ?? page, 'rel="canonical"'),
    ...Object.entries(formats).map(([extension, type]) =>
      linkTo(`${apiUrl}/v1/posts/${slug}.${extension}`, `rel="alternate"; type="${type}"`),
    ),
    linkTo(`${embed}&format=json`, 'rel="alternate"; type="application/json+oembed"'),
    linkTo(`${embed}&format=xml`, 'rel="alternate"; type="text/xml+oembed"'),
  );
}

/**
 * Says where to hear of new posts.
 *
 * @param channel `/tag/…` or `/author/…`; empty for the whole site.
 */
export function linkFeeds(c: HonoContext<AppEnv>, channel: string): void {
  const base = `${apiUrlOf(c.var.context.settings)}${channel}`;
  add(
    c,
    linkTo(`${base}/rss.xml`, 'rel="alternate"; type="application/rss+xml"'),
    linkTo(`${base}/atom.xml`, 'rel="alternate"; type="application/atom+xml"'),
    linkTo(`${base}/feed.json`, 'rel="alternate"; type="application/feed+json"'),
  );
}

const linkTo = (url: string, parameters: string): string => `<${url}>; ${parameters}`;

const add = (c: HonoContext<AppEnv>, ...links: readonly string[]): void =>
  c.header("Link", links.join(", "), { append: true });
