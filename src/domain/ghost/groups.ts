import { authorAddress, tagAddress } from "#domain/site-addresses";
import type { GhostAuthorRow, GhostNewsletterRow, GhostTagRow } from "#repository/ghost/content";

import { completed, type GhostSite, resolverOf, withSlash } from "./addresses";
import { ghostUtcOf } from "./dates";
import { ghostIdOf } from "./ids";

/** What posts are sorted by. Internal are tags whose name begins with `#`: readers are not shown them. */
export interface GhostTag {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly description: string | null;
  readonly visibility: "public" | "internal";
  readonly url: string;
  /** Null where nobody asked for it. */
  readonly postCount: number | null;
}

export const ghostTagOf = (row: GhostTagRow, { site }: GhostSite): GhostTag => ({
  id: ghostIdOf(row.id),
  name: row.name,
  slug: row.slug,
  description: textOrNull(row.description),
  visibility: row.visibility,
  url: withSlash(tagAddress(site.url, row.slug)),
  postCount: row.postCount,
});

export interface GhostAuthor {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly profileImage: string | null;
  readonly bio: string | null;
  readonly website: string | null;
  readonly url: string;
  readonly postCount: number | null;
}

export const ghostAuthorOf = (row: GhostAuthorRow, place: GhostSite): GhostAuthor => ({
  id: ghostIdOf(row.id),
  name: row.name,
  slug: row.slug,
  profileImage: completed(row.avatarUrl, resolverOf(place)),
  bio: textOrNull(row.bio),
  website: textOrNull(row.website),
  url: withSlash(authorAddress(place.site.url, row.slug)),
  postCount: row.postCount,
});

export interface GhostNewsletter {
  readonly id: string;
  readonly uuid: string;
  readonly name: string;
  readonly description: string | null;
  readonly slug: string;
  readonly senderEmail: string | null;
  readonly subscribeOnSignup: boolean;
  readonly sortOrder: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export const ghostNewsletterOf = (row: GhostNewsletterRow): GhostNewsletter => ({
  id: ghostIdOf(row.id),
  uuid: row.id,
  name: row.name,
  description: textOrNull(row.description),
  slug: row.slug,
  senderEmail: row.senderEmail,
  subscribeOnSignup: row.isDefault,
  sortOrder: row.place,
  createdAt: ghostUtcOf(row.createdAt),
  updatedAt: ghostUtcOf(row.updatedAt),
});

/** What somebody left empty, they said nothing in. */
const textOrNull = (text: string | null): string | null => (text === "" ? null : text);
