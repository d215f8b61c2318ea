import { eq } from "drizzle-orm";

import type { Database, Statement } from "#core/db";

import { siteSettings } from "./models";

export type SiteSettingsRow = typeof siteSettings.$inferSelect;

/** One row, or none as long as nobody has saved any. */
export const selectSiteSettings = (db: Database) => db.select().from(siteSettings).limit(1);

/** A second first row runs into the primary key; of two changes of one version, audit undoes the later. */
export const saveSiteSettings = (db: Database, row: SiteSettingsRow, isNew: boolean): Statement => {
  if (isNew) return db.insert(siteSettings).values(row);
  const { id, createdAt: _createdAt, ...columns } = row;
  return db.update(siteSettings).set(columns).where(eq(siteSettings.id, id));
};
