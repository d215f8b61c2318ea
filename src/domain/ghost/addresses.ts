import type { SiteSettings } from "#domain/site-settings";

/** Whatever addresses are made from. */
export interface GhostSite {
  readonly site: SiteSettings;
  /** The base of addresses that the worker itself answers. */
  readonly apiUrl: string;
}

/** An address of a page that ends with a slash, as all of Ghost's do. */
export const withSlash = (address: string): string => `${address}/`;

/** Completes addresses: files of ours are found where the worker answers, anything else beside a page. */
export const resolverOf =
  ({ site, apiUrl }: GhostSite, page: string = withSlash(site.url)) =>
  (address: string): string | null =>
    URL.parse(address, address.startsWith("/media/") ? apiUrl : page)?.href ?? null;

/** The same of an address that may be missing. */
export const completed = (
  address: string | null,
  resolve: (address: string) => string | null,
): string | null => (address === null || address === "" ? null : resolve(address));
