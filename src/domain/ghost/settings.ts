import type { NavigationItem, SocialAccount } from "#repository/models";

import { completed, type GhostSite, resolverOf, withSlash } from "./addresses";

/** What the publication says about itself, as far as Ghost's clients know names for it. */
export interface GhostSettings {
  readonly title: string;
  readonly description: string;
  readonly logo: string | null;
  readonly icon: string | null;
  readonly accentColor: string | null;
  readonly coverImage: string | null;
  /** What follows the slash of its address there. */
  readonly facebook: string | null;
  /** With `@`. */
  readonly twitter: string | null;
  readonly locale: string;
  readonly timezone: string;
  readonly navigation: readonly NavigationItem[];
  readonly secondaryNavigation: readonly NavigationItem[];
  readonly metaTitle: string | null;
  readonly metaDescription: string | null;
  readonly ogImage: string | null;
  readonly ogTitle: string | null;
  readonly ogDescription: string | null;
  readonly twitterImage: string | null;
  readonly twitterTitle: string | null;
  readonly twitterDescription: string | null;
  /** Where readers can write to. */
  readonly address: string;
  readonly url: string;
}

/** @param mailFrom `Name <address>`, the sender of all mails. */
export function ghostSettingsOf(place: GhostSite, mailFrom: string): GhostSettings {
  const { site } = place;
  const resolve = resolverOf(place);
  const twitter = accountOf(site.social, "twitter", "x");
  return {
    title: site.title,
    description: site.description ?? "",
    logo: completed(site.logo, resolve),
    icon: completed(site.icon, resolve),
    accentColor: site.accentColor,
    coverImage: completed(site.coverImage, resolve),
    facebook: accountOf(site.social, "facebook"),
    twitter: twitter === null ? null : `@${twitter.replace(/^@/u, "")}`,
    locale: site.locale,
    timezone: site.timezone,
    navigation: site.navigation,
    secondaryNavigation: site.secondaryNavigation,
    metaTitle: site.metaTitle,
    metaDescription: site.metaDescription,
    ogImage: completed(site.ogImage, resolve),
    ogTitle: site.ogTitle,
    ogDescription: site.ogDescription,
    twitterImage: completed(site.twitterImage, resolve),
    twitterTitle: site.twitterTitle,
    twitterDescription: site.twitterDescription,
    address: /<([^<>\s]+)>\s*$/u.exec(mailFrom)?.[1] ?? mailFrom.trim(),
    url: withSlash(site.url),
  };
}

/** The name of an account: what its address has behind the host. */
function accountOf(accounts: readonly SocialAccount[], ...networks: string[]): string | null {
  const account = accounts.find(({ network }) => networks.includes(network.toLowerCase()));
  const path = account === undefined ? undefined : URL.parse(account.url)?.pathname;
  const name = path?.replaceAll(/^\/+|\/+$/gu, "") ?? "";
  return name === "" ? null : name;
}
