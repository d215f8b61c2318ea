import type { Context } from "#core/context";
import type { Caller } from "#domain/actors";
import {
  isChange,
  newSiteSettings,
  reviseSiteSettings,
  SITE_SETTINGS_ID,
  type SiteFields,
  type SiteSettings,
  siteSettingsOf,
} from "#domain/site-settings";
import { saveSiteSettings, selectSiteSettings } from "#repository/site-settings";

import { look, perform } from "./perform";
import { type Base, expectBase } from "./versions";

export type SiteSettingsInput = Partial<SiteFields>;

/** What the publication says about itself, to anybody. */
export async function readSiteSettings(context: Context, caller: Caller): Promise<SiteSettings> {
  const { loaded } = await look(context, { ...caller, repeat: null }, [
    selectSiteSettings(context.db),
  ]);
  return siteSettingsOf(loaded[0][0], context.settings);
}

/**
 * Changes what is given; for nothing there is no new version.
 *
 * @throws {PermissionDenied} 40300, {@link StaleVersion} 41200
 */
export function editSiteSettings(
  context: Context,
  caller: Caller,
  base: Base<SiteSettings>,
  input: SiteSettingsInput,
): Promise<SiteSettings> {
  return perform(context, caller, {
    permission: "settings:write",
    load: (db) => [selectSiteSettings(db)],
    decide: async (_actor, [[row]]) => {
      const shown = siteSettingsOf(row, context.settings);
      await expectBase(shown, base);
      const before = row ?? newSiteSettings();
      if (!isChange(before, input)) return { result: shown, statements: [], audit: [] };
      const after = reviseSiteSettings(before, input);
      const { version } = after;
      return {
        result: siteSettingsOf(after, context.settings),
        statements: [saveSiteSettings(context.db, after, row === undefined)],
        audit: [
          { action: "settings.update", entity: "settings", entityId: SITE_SETTINGS_ID, version },
        ],
      };
    },
  });
}
