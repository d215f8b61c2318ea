/** Where readers find what is published, below the publication's own address. */

export const postAddress = (siteUrl: string, slug: string): string => `${siteUrl}/${slug}`;

export const tagAddress = (siteUrl: string, slug: string): string => `${siteUrl}/tag/${slug}`;

export const authorAddress = (siteUrl: string, slug: string): string => `${siteUrl}/author/${slug}`;

/** The slug in the address of a post; undefined for any other address. */
export function slugIn(address: string, siteUrl: string): string | undefined {
  const [url, site] = [URL.parse(address), new URL(siteUrl)];
  const base = site.pathname.replace(/\/$/u, "");
  if (url?.host !== site.host || !url.pathname.startsWith(`${base}/`)) return undefined;
  return /^\/([a-z\d-]+)\/?$/u.exec(url.pathname.slice(base.length))?.[1];
}
