import type { SitemapKind, SitemapPart as Part, SitemapRow } from "#repository/sitemaps";

import { authorAddress, postAddress, tagAddress } from "./site-addresses";

/** One address of a sitemap. */
export interface SitemapEntry {
  readonly url: string;
  /** When what is there last changed; null where that is not known. */
  readonly updatedAt: string | null;
  /** Complete addresses. */
  readonly images: readonly string[];
}

/** Which part of what there is. */
export type SitemapPart = Part;

/** Where a sitemap is answered. Parts are parameters: below a folder it could only speak of what is in that. */
export function sitemapAddress(
  apiUrl: string,
  kind: SitemapKind,
  { month, page }: SitemapPart,
): string {
  const query = [
    ...(month === null ? [] : [`month=${month}`]),
    ...(page === 1 ? [] : [`page=${page}`]),
  ];
  return `${apiUrl}/sitemap-${kind}.xml${query.length === 0 ? "" : `?${query.join("&")}`}`;
}

/** One sitemap among all of them. */
export interface SitemapLink {
  readonly url: string;
  readonly updatedAt: string | null;
}

const addressOf: Readonly<Record<SitemapKind, (siteUrl: string, slug: string) => string>> = {
  posts: postAddress,
  pages: postAddress,
  tags: tagAddress,
  authors: authorAddress,
};

export function entriesOf(
  kind: SitemapKind,
  rows: readonly SitemapRow[],
  { siteUrl, apiUrl }: { readonly siteUrl: string; readonly apiUrl: string },
): SitemapEntry[] {
  return rows.map(({ slug, updatedAt, image }) => {
    const url = addressOf[kind](siteUrl, slug);
    const base = image?.startsWith("/media/") ? apiUrl : url;
    const address = image === null ? null : URL.parse(image, base);
    return { url, updatedAt, images: address === null ? [] : [address.href] };
  });
}
