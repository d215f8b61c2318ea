/** What a client asks of Ghost's content API, read but not yet understood. */
export interface GhostQuery {
  /** In lower case; what nobody knows is among it. */
  readonly include: readonly string[];
  /** In lower case; null for all of them. */
  readonly fields: readonly string[] | null;
  /** Null where the request does not say. */
  readonly formats: readonly string[] | null;
  readonly filter: string | undefined;
  readonly order: string | undefined;
  /** From 1. */
  readonly page: number;
  readonly limit: number;
}

/** One thing, as a client names it. */
export type GhostName = { readonly id: string } | { readonly slug: string };

/** Part of a list, and how much there is of it. */
export interface GhostPage<Item> {
  readonly items: readonly Item[];
  readonly page: number;
  readonly limit: number;
  readonly total: number;
}

/** What of posts a request wants, as far as it decides what is read. */
export interface PostWishes {
  readonly html: boolean;
  readonly plaintext: boolean;
  readonly tags: boolean;
  readonly authors: boolean;
  readonly tiers: boolean;
}

/**
 * Of the texts, those that were asked for: by `formats`, or by name among `fields`. Who says nothing gets the
 * HTML; who names fields gets those alone.
 */
export function postWishesOf({ include, fields, formats }: GhostQuery): PostWishes {
  const named = new Set([...(fields ?? []), ...(formats ?? (fields === null ? ["html"] : []))]);
  return {
    html: named.has("html"),
    plaintext: named.has("plaintext"),
    tags: include.includes("tags"),
    authors: include.includes("authors"),
    tiers: include.includes("tiers"),
  };
}

/** How many rows stand before a page. */
export const offsetOf = ({ page, limit }: Pick<GhostQuery, "page" | "limit">): number =>
  (page - 1) * limit;
