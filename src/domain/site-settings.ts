import { now } from "#core/ids";
import type { SiteSettingsRow } from "#repository/site-settings";

/** The one row there can be. */
export const SITE_SETTINGS_ID = "00000000-0000-7000-8000-000000000001";

/** What people decide about the publication. A title of null is the one that the operator gave it. */
export type SiteFields = Omit<SiteSettingsRow, "id" | "createdAt" | "updatedAt" | "version">;

/** What the publication says about itself. */
export interface SiteSettings extends Omit<SiteFields, "title"> {
  readonly version: number;
  /** Null as long as nobody has decided anything. */
  readonly updatedAt: string | null;
  readonly title: string;
  /** The base of its addresses, without a slash at the end. */
  readonly url: string;
}

const blank: SiteFields = {
  title: null,
  description: null,
  logo: null,
  icon: null,
  coverImage: null,
  accentColor: null,
  locale: "en",
  timezone: "UTC",
  navigation: [],
  secondaryNavigation: [],
  social: [],
  metaTitle: null,
  metaDescription: null,
  ogTitle: null,
  ogDescription: null,
  ogImage: null,
  twitterTitle: null,
  twitterDescription: null,
  twitterImage: null,
};

/** The row that nobody has saved yet, at version 1. */
export function newSiteSettings(): SiteSettingsRow {
  const moment = now();
  return { ...blank, id: SITE_SETTINGS_ID, createdAt: moment, updatedAt: moment, version: 1 };
}

/** @param row undefined as long as nobody has decided anything. */
export function siteSettingsOf(
  row: SiteSettingsRow | undefined,
  operators: { readonly SITE_TITLE: string; readonly SITE_URL: string },
): SiteSettings {
  const { id: _id, createdAt: _createdAt, ...fields } = row ?? newSiteSettings();
  return {
    ...fields,
    updatedAt: row?.updatedAt ?? null,
    title: fields.title ?? operators.SITE_TITLE,
    url: operators.SITE_URL,
  };
}

/** Whether anything of this is other than it was. PostgreSQL keeps members of `jsonb` in an order of its own. */
export const isChange = (row: SiteSettingsRow, input: Partial<SiteFields>): boolean =>
  Object.entries(input).some(([name, value]) => {
    const before = row[name as keyof SiteFields];
    return JSON.stringify(value, inOrder) !== JSON.stringify(before, inOrder);
  });

const inOrder = (_name: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** The settings with some of them changed, one version on. */
export const reviseSiteSettings = (
  row: SiteSettingsRow,
  input: Partial<SiteFields>,
): SiteSettingsRow => ({ ...row, ...input, updatedAt: now(), version: row.version + 1 });
