import type { CardRow } from "#repository/feeds";

import { type FeedImage, imageOf } from "./feeds";
import { authorAddress, postAddress } from "./site-addresses";
import type { SiteSettings } from "./site-settings";

/** A post as another site shows it in a frame of its own. Every address is complete. */
export interface Embed {
  readonly url: string;
  readonly title: string;
  /** Plain text. */
  readonly excerpt: string;
  readonly author: { readonly name: string; readonly url: string } | null;
  readonly image: FeedImage | null;
  readonly siteTitle: string;
  readonly siteUrl: string;
}

export function embedOf(post: CardRow, site: SiteSettings, apiUrl: string): Embed {
  const url = postAddress(site.url, post.slug);
  const [author] = post.authors;
  const resolve = (address: string): string | null =>
    URL.parse(address, address.startsWith("/media/") ? apiUrl : url)?.href ?? null;
  return {
    url,
    title: post.title,
    excerpt: post.excerpt,
    author: author ? { name: author.name, url: authorAddress(site.url, author.slug) } : null,
    image: imageOf(post, resolve),
    siteTitle: site.title,
    siteUrl: `${site.url}/`,
  };
}
