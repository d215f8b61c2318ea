import { OfferNotFound } from "#api/exceptions";
import type { Context } from "#core/context";
import { apiUrlOf } from "#core/settings";
import type { GhostPage, GhostQuery } from "#domain/ghost/queries";
import { type GhostSettings, ghostSettingsOf } from "#domain/ghost/settings";
import { freeTier, type GhostTier } from "#domain/ghost/tiers";
import { siteSettingsOf } from "#domain/site-settings";
import { pickRows } from "#repository/ghost/rows";
import { selectSiteSettings } from "#repository/site-settings";
import { look } from "#service/perform";

import { lookWithKey, refusedFilter } from "./look";

/** What the publication says about itself. @throws {ContentKeyUnknown} 40160 */
export async function readGhostSettings(context: Context, key: string): Promise<GhostSettings> {
  const { place } = await lookWithKey(context, key, []);
  return ghostSettingsOf(place, context.settings.MAIL_FROM);
}

/** The same for whoever only wants to know what answers here. */
export async function readGhostSite(context: Context): Promise<GhostSettings> {
  const { db, settings } = context;
  const nobody = { credential: null, repeat: null };
  const { loaded } = await look(context, nobody, [selectSiteSettings(db)]);
  const site = siteSettingsOf(loaded[0][0], settings);
  return ghostSettingsOf({ site, apiUrl: apiUrlOf(settings) }, settings.MAIL_FROM);
}

/**
 * The tiers that a filter leaves; all on one page, however many that is.
 *
 * @throws {FilterInvalid} 40071, {@link FilterValueInvalid} 42281, {@link ContentKeyUnknown} 40160
 */
export async function browseGhostTiers(
  context: Context,
  key: string,
  { filter }: GhostQuery,
): Promise<GhostPage<GhostTier>> {
  const { id, name, slug, visibility, type } = freeTier;
  const picked = pickRows(filter, [{ id, name, slug, visibility, type, active: true }]);
  if (!picked.ok) throw refusedFilter(picked.reason);
  await lookWithKey(context, key, []);
  const items = picked.rows.map(() => freeTier);
  return { items, page: 1, limit: items.length, total: items.length };
}

/** Nobody is recommended here. @throws {ContentKeyUnknown} 40160 */
export async function browseGhostRecommendations(
  context: Context,
  key: string,
  { page, limit }: GhostQuery,
): Promise<GhostPage<never>> {
  await lookWithKey(context, key, []);
  return { items: [], page, limit, total: 0 };
}

/** Nothing is sold here. @throws {OfferNotFound} 40490, {@link ContentKeyUnknown} 40160 */
export async function refuseGhostOffer(context: Context, key: string): Promise<never> {
  await lookWithKey(context, key, []);
  throw new OfferNotFound();
}
