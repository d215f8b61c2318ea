import { escapeMarkup } from "#core/markup";
import { withAbsoluteAddresses } from "#domain/markdown/absolute";
import { readText } from "#domain/markdown/plaintext";
import { postAddress } from "#domain/site-addresses";
import type { GhostPostRow } from "#repository/ghost/content";
import type { GhostIndexPostRow } from "#repository/ghost/search-index";

import { completed, type GhostSite, resolverOf, withSlash } from "./addresses";
import { ghostDateOf } from "./dates";
import { type GhostAuthor, ghostAuthorOf, type GhostTag, ghostTagOf } from "./groups";
import { ghostIdOf } from "./ids";
import type { PostWishes } from "./queries";
import { type GhostTier, tiersOf } from "./tiers";

/** A post or a page as Ghost's clients know it. Parts that were not asked for are null. */
export interface GhostPost {
  readonly id: string;
  readonly uuid: string;
  readonly title: string;
  readonly slug: string;
  readonly url: string;
  readonly html: string | null;
  readonly plaintext: string | null;
  readonly excerpt: string;
  readonly customExcerpt: string | null;
  readonly visibility: "public" | "members" | "paid";
  /** Whether the text is there for whoever has a key: keys open what is for everybody. */
  readonly access: boolean;
  /** Minutes. */
  readonly readingTime: number;
  readonly featured: boolean;
  readonly featureImage: string | null;
  readonly featureImageAlt: string | null;
  /** HTML. */
  readonly featureImageCaption: string | null;
  readonly canonicalUrl: string | null;
  readonly metaTitle: string | null;
  readonly metaDescription: string | null;
  readonly ogTitle: string | null;
  readonly ogDescription: string | null;
  readonly ogImage: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly publishedAt: string;
  readonly tags: readonly GhostTag[] | null;
  readonly authors: readonly GhostAuthor[] | null;
  readonly tiers: readonly GhostTier[] | null;
}

export function ghostPostOf(row: GhostPostRow, place: GhostSite, wishes: PostWishes): GhostPost {
  const { slug, title, visibility, readingTime, featured } = row;
  const url = withSlash(postAddress(place.site.url, slug));
  const resolve = resolverOf(place, url);
  const html = withAbsoluteAddresses(row.html ?? "", resolve);
  return {
    id: ghostIdOf(row.id),
    uuid: row.id,
    title,
    slug,
    url,
    html: wishes.html ? html : null,
    plaintext: wishes.plaintext ? readText(html).plaintext : null,
    excerpt: row.excerpt,
    customExcerpt: textOrNull(row.customExcerpt),
    visibility,
    access: visibility === "public",
    readingTime,
    featured,
    featureImage: completed(row.featureImage, resolve),
    ...wordsOn(row),
    canonicalUrl: completed(row.canonicalUrl, resolve),
    metaTitle: textOrNull(row.metaTitle),
    metaDescription: textOrNull(row.metaDescription),
    ogTitle: textOrNull(row.ogTitle),
    ogDescription: textOrNull(row.ogDescription),
    ogImage: completed(row.ogImage, resolve),
    ...datesOf(row, place),
    tags: row.tags?.map((tag) => ghostTagOf(tag, place)) ?? null,
    authors: row.authors?.map((author) => ghostAuthorOf(author, place)) ?? null,
    tiers: wishes.tiers ? tiersOf(visibility) : null,
  };
}

/** What people said about the picture when they uploaded it; it is plain text, and Ghost's captions are HTML. */
function wordsOn({ pictures: [picture] }: GhostPostRow) {
  const caption = textOrNull(picture?.caption ?? null);
  return {
    featureImageAlt: textOrNull(picture?.altText ?? null),
    featureImageCaption: caption === null ? null : escapeMarkup(caption),
  };
}

const datesOf = (
  row: Pick<GhostPostRow, "createdAt" | "updatedAt" | "publishedAt">,
  { site: { timezone } }: GhostSite,
) => ({
  createdAt: ghostDateOf(row.createdAt, timezone),
  updatedAt: ghostDateOf(row.updatedAt, timezone),
  publishedAt: ghostDateOf(row.publishedAt, timezone),
});

const textOrNull = (text: string | null): string | null => (text === "" ? null : text);

/** What of a post a search in the reader's browser looks at. */
export type GhostIndexPost = Pick<
  GhostPost,
  | "id"
  | "slug"
  | "title"
  | "excerpt"
  | "url"
  | "visibility"
  | "createdAt"
  | "updatedAt"
  | "publishedAt"
>;

export const ghostIndexPostOf = (row: GhostIndexPostRow, place: GhostSite): GhostIndexPost => ({
  id: ghostIdOf(row.id),
  slug: row.slug,
  title: row.title,
  excerpt: row.excerpt,
  url: withSlash(postAddress(place.site.url, row.slug)),
  visibility: row.visibility,
  ...datesOf(row, place),
});
