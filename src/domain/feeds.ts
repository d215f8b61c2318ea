import type { FeedChannel, FeedPostRow, SubjectRow } from "#repository/feeds";

import { languageOf } from "./languages";
import { withAbsoluteAddresses } from "./markdown/absolute";
import { authorAddress, postAddress, tagAddress } from "./site-addresses";
import type { SiteSettings } from "./site-settings";

/** What a feed is about: everything, or what has one tag or one author, by slug. */
export type Channel = FeedChannel;

/** A picture with its own address. What is not known of it is null. */
export interface FeedImage {
  readonly url: string;
  readonly contentType: string | null;
  /** In bytes. */
  readonly size: number | null;
  readonly width: number | null;
  readonly height: number | null;
}

export interface FeedAuthor {
  readonly name: string;
  readonly url: string;
  readonly avatar: string | null;
}

/** A post as all kinds of feeds have it. Every address is complete. */
export interface FeedItem {
  /** `urn:uuid:…`: stays what it is, whatever becomes of title and slug. */
  readonly id: string;
  readonly url: string;
  readonly title: string;
  /** Plain text. */
  readonly summary: string;
  /** Null for what is not for everybody, and for what is too long. */
  readonly html: string | null;
  readonly authors: readonly FeedAuthor[];
  readonly tags: readonly string[];
  readonly image: FeedImage | null;
  /** BCP 47; null where its author does not say. */
  readonly language: string | null;
  readonly publishedAt: string;
  readonly updatedAt: string;
}

/** What is new of a publication, of one tag, or of one author. */
export interface Feed {
  readonly id: string;
  readonly title: string;
  readonly description: string | null;
  readonly language: string;
  /** The page that shows the same. */
  readonly homeUrl: string;
  /** What the address of the feed begins with, up to the slash before its name. */
  readonly baseUrl: string;
  readonly siteTitle: string;
  readonly logo: string | null;
  readonly icon: string | null;
  readonly updatedAt: string;
  readonly items: readonly FeedItem[];
}

export interface FeedSource {
  readonly site: SiteSettings;
  readonly apiUrl: string;
  readonly channel: Channel;
  /** Undefined for the whole site. */
  readonly subject: SubjectRow | undefined;
  readonly posts: readonly FeedPostRow[];
}

/** What nothing was ever written in has not changed since. */
const EPOCH = "1970-01-01T00:00:00.000Z";

export function feedOf({ site, apiUrl, channel, subject, posts }: FeedSource): Feed {
  const isAll = channel.kind === "site" || subject === undefined;
  const moments = [site.updatedAt ?? EPOCH, ...posts.map(({ updatedAt }) => updatedAt)];
  return {
    id: isAll ? `${site.url}/` : `urn:uuid:${subject.id}`,
    title: isAll ? site.title : `${subject.name} · ${site.title}`,
    description: isAll ? site.description : subject.description,
    language: site.locale,
    homeUrl: homeOf(channel, site.url),
    baseUrl: channel.kind === "site" ? apiUrl : `${apiUrl}/${channel.kind}/${channel.slug}`,
    siteTitle: site.title,
    logo: site.logo,
    icon: site.icon,
    updatedAt: moments.reduce((latest, moment) => (moment > latest ? moment : latest)),
    items: posts.map((post) => itemOf(post, site.url, apiUrl)),
  };
}

function homeOf(channel: Channel, siteUrl: string): string {
  if (channel.kind === "site") return `${siteUrl}/`;
  const { kind, slug } = channel;
  return kind === "tag" ? tagAddress(siteUrl, slug) : authorAddress(siteUrl, slug);
}

function itemOf(post: FeedPostRow, siteUrl: string, apiUrl: string): FeedItem {
  const url = postAddress(siteUrl, post.slug);
  const resolve = (address: string): string | null =>
    URL.parse(address, address.startsWith("/media/") ? apiUrl : url)?.href ?? null;
  return {
    id: `urn:uuid:${post.id}`,
    url,
    title: post.title,
    summary: post.excerpt,
    html: post.html === null ? null : withAbsoluteAddresses(post.html, resolve),
    authors: post.authors.map(({ name, slug, avatarUrl }) => ({
      name,
      url: authorAddress(siteUrl, slug),
      avatar: avatarUrl === null ? null : resolve(avatarUrl),
    })),
    tags: post.tags.map(({ name }) => name),
    image: imageOf(post, resolve),
    language: post.language === null ? null : languageOf(post.language, ""),
    publishedAt: post.publishedAt,
    updatedAt: post.updatedAt,
  };
}

/** The picture of a post; what is known of it only if it is kept here. */
export function imageOf(
  { featureImage, picture }: Pick<FeedPostRow, "featureImage" | "picture">,
  resolve: (address: string) => string | null,
): FeedImage | null {
  const url = featureImage === null ? null : resolve(featureImage);
  if (url === null) return null;
  const unknown = { contentType: null, size: null, width: null, height: null };
  return { url, ...(picture ?? unknown) };
}
