import { ContentKeyUnknown, FilterInvalid, FilterValueInvalid } from "#api/exceptions";
import type { Context } from "#core/context";
import type { Statement } from "#core/db";
import { apiUrlOf } from "#core/settings";
import { sha256 } from "#core/tokens";
import type { GhostSite } from "#domain/ghost/addresses";
import { idRangeOf } from "#domain/ghost/ids";
import type { GhostName } from "#domain/ghost/queries";
import { siteSettingsOf } from "#domain/site-settings";
import { selectKeyActor } from "#repository/actors";
import type { GhostKey } from "#repository/ghost/content";
import type { CompiledFilter } from "#repository/ghost/nql";
import type { FilterRefusal } from "#repository/ghost/syntax";
import { selectSiteSettings } from "#repository/site-settings";
import { type Answers, look } from "#service/perform";

const nobody = { credential: null, repeat: null } as const;

/**
 * One round trip: whether a publishable key opens, what the publication says about itself, and what
 * `statements` answer.
 *
 * @throws {ContentKeyUnknown} 40160
 */
export async function lookWithKey<const Statements extends readonly Statement[]>(
  context: Context,
  key: string,
  statements: Statements,
): Promise<{ place: GhostSite; loaded: Answers<Statements> }> {
  const { db, settings } = context;
  const [keys, rows, ...loaded] = await lookAll(context, [
    selectKeyActor(db, await sha256(key), "publishable"),
    selectSiteSettings(db),
    ...statements,
  ]);
  if (keys.length === 0) throw new ContentKeyUnknown();
  const site = siteSettingsOf(rows[0], settings);
  return {
    place: { site, apiUrl: apiUrlOf(settings) },
    loaded: loaded as unknown as Answers<Statements>,
  };
}

async function lookAll<const Statements extends readonly Statement[]>(
  context: Context,
  statements: Statements,
): Promise<Answers<Statements>> {
  return (await look(context, nobody, statements)).loaded;
}

/** Why a filter is refused. */
export const refusedFilter = (reason: FilterRefusal): FilterInvalid | FilterValueInvalid =>
  reason === "value" ? new FilterValueInvalid() : new FilterInvalid(reason);

/**
 * A filter that can be answered.
 *
 * @throws {FilterInvalid} 40071, {@link FilterValueInvalid} 42281
 */
export function acceptedFilter(compiled: CompiledFilter): CompiledFilter & { ok: true } {
  if (!compiled.ok) throw refusedFilter(compiled.reason);
  return compiled;
}

/** How a thing that a client names is looked up; undefined for what cannot be anything's name. */
export function keyOf(name: GhostName): GhostKey | undefined {
  return "slug" in name ? { slug: name.slug } : idRangeOf(name.id);
}
