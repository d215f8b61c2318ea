import { PostNotFound } from "#api/exceptions";
import type { Context } from "#core/context";
import { apiUrlOf } from "#core/settings";
import { type Embed, embedOf } from "#domain/embeds";
import { slugIn } from "#domain/site-addresses";
import { siteSettingsOf } from "#domain/site-settings";
import { selectCard, selectLastChange } from "#repository/feeds";
import { selectSiteSettings } from "#repository/site-settings";

import { nobody } from "./feeds";
import { look } from "./perform";

/**
 * The published post at one of the publication's addresses, also one that it had before.
 *
 * @throws {PostNotFound} 40401
 */
export async function readEmbed(
  context: Context,
  address: string,
): Promise<{ embed: Embed; changedAt: string | null }> {
  const { db, settings } = context;
  const slug = slugIn(address, settings.SITE_URL);
  if (slug === undefined) throw new PostNotFound();
  const { loaded } = await look(context, nobody, [
    selectSiteSettings(db),
    selectCard(db, slug),
    selectLastChange(db),
  ]);
  const [[row], [post], [change]] = loaded;
  if (!post) throw new PostNotFound();
  const site = siteSettingsOf(row, settings);
  return { embed: embedOf(post, site, apiUrlOf(settings)), changedAt: change?.at ?? null };
}
