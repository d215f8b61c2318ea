import type { GhostSettings } from "#domain/ghost/settings";
import { GHOST_VERSION } from "#service/ghost/version";

import type { GhostBody } from "./bodies";

/** Readers sign up for newsletters; nobody signs in, pays, comments or recommends. */
const members = {
  members_enabled: false,
  members_invite_only: false,
  members_signup_access: "none",
  allow_self_signup: false,
  paid_members_enabled: false,
  donations_enabled: false,
  firstpromoter_account: null,
  portal_button: false,
  portal_button_style: null,
  portal_button_signup_text: null,
  portal_button_icon: null,
  portal_name: false,
  portal_plans: ["free"],
  portal_default_plan: null,
  portal_signup_terms_html: null,
  portal_signup_checkbox_required: false,
  comments_enabled: "off",
  recommendations_enabled: false,
  outbound_link_tagging: false,
  editor_default_email_recipients: "disabled",
  labs: {},
  site_uuid: null,
} as const;

/** All of Ghost's public settings. */
export const toGhostSettingsBody = (settings: GhostSettings): GhostBody => ({
  title: settings.title,
  description: settings.description,
  logo: settings.logo,
  icon: settings.icon,
  accent_color: settings.accentColor,
  cover_image: settings.coverImage,
  facebook: settings.facebook,
  twitter: settings.twitter,
  lang: settings.locale,
  locale: settings.locale,
  timezone: settings.timezone,
  codeinjection_head: null,
  codeinjection_foot: null,
  navigation: settings.navigation.map(({ label, url }) => ({ label, url })),
  secondary_navigation: settings.secondaryNavigation.map(({ label, url }) => ({ label, url })),
  meta_title: settings.metaTitle,
  meta_description: settings.metaDescription,
  og_image: settings.ogImage,
  og_title: settings.ogTitle,
  og_description: settings.ogDescription,
  twitter_image: settings.twitterImage,
  twitter_title: settings.twitterTitle,
  twitter_description: settings.twitterDescription,
  members_support_address: settings.address,
  default_email_address: settings.address,
  support_email_address: settings.address,
  ...members,
  url: settings.url,
  version: GHOST_VERSION,
});

/** What Ghost's admin API tells anybody who asks what answers here. */
export const toGhostSiteBody = (settings: GhostSettings): GhostBody => ({
  title: settings.title,
  description: settings.description,
  logo: settings.logo,
  icon: settings.icon,
  accent_color: settings.accentColor,
  locale: settings.locale,
  url: settings.url,
  version: GHOST_VERSION,
});
