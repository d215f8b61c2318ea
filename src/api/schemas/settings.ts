import { z } from "@hono/zod-openapi";

import type { SiteSettings } from "#domain/site-settings";
import type { SiteSettingsInput } from "#service/site-settings";

import { given, Moment, Text, WebAddress } from "./fields";

const NavigationItem = z
  .object({
    label: z.string().openapi({ example: "About" }),
    url: z.string().openapi({ example: "/about" }),
  })
  .openapi("NavigationItem");

const SocialAccount = z
  .object({
    network: z.string().openapi({ example: "mastodon" }),
    url: z.string().openapi({ example: "https://mastodon.example/@imprint" }),
  })
  .openapi("SocialAccount");

const optionalText = z.string().nullable();

export const SettingsBody = z
  .object({
    title: z.string().openapi({ example: "Imprint" }),
    description: optionalText,
    url: z.string().openapi({
      description: "Where readers find the publication.",
      example: "https://example.com",
    }),
    logo: optionalText.openapi({ example: "https://example.com/logo.png" }),
    icon: optionalText.openapi({ example: "https://example.com/icon.png" }),
    cover_image: optionalText.openapi({ example: "https://example.com/cover.jpg" }),
    accent_color: optionalText.openapi({ example: "#1f6f5c" }),
    locale: z.string().openapi({ description: "BCP 47.", example: "en" }),
    timezone: z
      .string()
      .openapi({ description: "As the IANA database names it.", example: "Europe/Athens" }),
    navigation: z.array(NavigationItem),
    secondary_navigation: z.array(NavigationItem),
    social: z.array(SocialAccount),
    meta_title: optionalText,
    meta_description: optionalText,
    og_title: optionalText,
    og_description: optionalText,
    og_image: optionalText,
    twitter_title: optionalText.openapi({ example: "Imprint" }),
    twitter_description: optionalText.openapi({ example: "What happens, as it happens." }),
    twitter_image: optionalText.openapi({ example: "https://example.com/card.jpg" }),
    updated_at: Moment.nullable().openapi({
      description: "Null as long as nobody decided anything.",
    }),
    version: z.int(),
  })
  .openapi("Settings");

export const toSettingsBody = (site: SiteSettings): z.infer<typeof SettingsBody> => ({
  title: site.title,
  description: site.description,
  url: site.url,
  logo: site.logo,
  icon: site.icon,
  cover_image: site.coverImage,
  accent_color: site.accentColor,
  locale: site.locale,
  timezone: site.timezone,
  navigation: site.navigation.map(({ label, url }) => ({ label, url })),
  secondary_navigation: site.secondaryNavigation.map(({ label, url }) => ({ label, url })),
  social: site.social.map(({ network, url }) => ({ network, url })),
  meta_title: site.metaTitle,
  meta_description: site.metaDescription,
  og_title: site.ogTitle,
  og_description: site.ogDescription,
  og_image: site.ogImage,
  twitter_title: site.twitterTitle,
  twitter_description: site.twitterDescription,
  twitter_image: site.twitterImage,
  updated_at: site.updatedAt,
  version: site.version,
});

/** An address on the web, or a place on the publication's own site. */
const Destination = z
  .string()
  .max(2000)
  .regex(
    /^(?:https?:\/\/[^\s/]|\/(?![/\\])|#|mailto:|tel:)\S*$/u,
    "An address of http or https, mailto, tel, or one that begins with / or #.",
  )
  .refine((url) => URL.canParse(url, "https://site.example/"), "No address is written like this.")
  .openapi({ example: "/about" });

const Navigation = z
  .array(z.strictObject({ label: Text(100), url: Destination }))
  .max(50)
  .openapi({ example: [{ label: "About", url: "/about" }] });

const Social = z
  .array(
    z.strictObject({
      network: z
        .string()
        .max(40)
        .regex(/^[a-z\d]+(?:-[a-z\d]+)*$/u, "Lower-case letters, digits and single hyphens.")
        .openapi({ example: "mastodon" }),
      url: WebAddress,
    }),
  )
  .max(30)
  .refine(
    (accounts) => new Set(accounts.map(({ network }) => network)).size === accounts.length,
    "One account for each network.",
  )
  .openapi({ example: [{ network: "mastodon", url: "https://mastodon.example/@imprint" }] });

function isLocale(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text)[0] === text;
  } catch {
    return false;
  }
}

/** Offsets such as `+02:00` are no zones: they know no summer time. */
function isTimezone(name: string): boolean {
  if (!/^[A-Za-z][\w+-]*(?:\/[\w+-]+)*$/u.test(name)) return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

const optional = (max: number) => Text(max).nullable().optional();
const picture = WebAddress.nullable().optional();

export const SettingsChangesBody = z
  .strictObject({
    title: optional(200).openapi({ description: "Null: what the operator calls it." }),
    description: optional(1000),
    logo: picture,
    icon: picture,
    cover_image: picture,
    accent_color: z
      .string()
      .regex(/^#[\da-f]{6}$/iu, "A number sign and six hexadecimal digits.")
      .toLowerCase()
      .nullable()
      .optional()
      .openapi({ example: "#1f6f5c" }),
    locale: z
      .string()
      .max(35)
      .refine(isLocale, "A language tag as BCP 47 writes it.")
      .optional()
      .openapi({ example: "en" }),
    timezone: z
      .string()
      .max(64)
      .refine(isTimezone, "A name of the IANA time zone database.")
      .optional()
      .openapi({ example: "Europe/Athens" }),
    navigation: Navigation.optional(),
    secondary_navigation: Navigation.optional(),
    social: Social.optional(),
    meta_title: optional(300),
    meta_description: optional(1000),
    og_title: optional(300),
    og_description: optional(1000),
    og_image: picture,
    twitter_title: optional(300).openapi({ example: "Imprint" }),
    twitter_description: optional(1000).openapi({ example: "What happens, as it happens." }),
    twitter_image: picture,
  })
  .openapi("SettingsChanges");

/** From the names of the wire to those of the code. */
export function toSettingsInput(body: z.infer<typeof SettingsChangesBody>): SiteSettingsInput {
  const { cover_image, accent_color, secondary_navigation, meta_title, ...others } = body;
  const { meta_description, og_title, og_description, og_image, ...rest } = others;
  const { twitter_title, twitter_description, twitter_image, ...sameNames } = rest;
  return given({
    ...sameNames,
    coverImage: cover_image,
    accentColor: accent_color,
    secondaryNavigation: secondary_navigation,
    metaTitle: meta_title,
    metaDescription: meta_description,
    ogTitle: og_title,
    ogDescription: og_description,
    ogImage: og_image,
    twitterTitle: twitter_title,
    twitterDescription: twitter_description,
    twitterImage: twitter_image,
  });
}
