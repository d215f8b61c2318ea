import type { Context } from "#core/context";
import type { Keyset } from "#core/pages";
import { apiUrlOf } from "#core/settings";
import { fullPage, llmsFullOf, llmsIndexOf, mostLinks } from "#domain/llms";
import { siteSettingsOf } from "#domain/site-settings";
import { selectLastChange } from "#repository/feeds";
import { selectFullTexts, selectNewest } from "#repository/llms";
import { selectSiteSettings } from "#repository/site-settings";

import { nobody } from "./feeds";
import { look } from "./perform";

/** `llms.txt`, and since when nothing was changed; null before there is anything. */
export async function readLlmsIndex(
  context: Context,
): Promise<{ text: string; changedAt: string | null }> {
  const { db, settings } = context;
  const { loaded } = await look(context, nobody, [
    selectSiteSettings(db),
    selectLastChange(db),
    selectNewest(db, "post", mostLinks.post),
    selectNewest(db, "page", mostLinks.page),
  ]);
  const [[row], [change], posts, pages] = loaded;
  const site = siteSettingsOf(row, settings);
  const text = llmsIndexOf({ site, apiUrl: apiUrlOf(settings), posts, pages });
  return { text, changedAt: change?.at ?? null };
}

/** A page of `llms-full.txt`. */
export interface FullPage {
  readonly text: string;
  /** Where it goes on; null when nothing follows. */
  readonly nextUrl: string | null;
  readonly changedAt: string | null;
}

/**
 * What everybody may read, newest first and in full: as much as goes on a page.
 *
 * @param addressOf the address of the page that begins behind this post.
 */
export async function readLlmsFull(
  context: Context,
  after: Keyset | null,
  addressOf: (next: Keyset) => Promise<string>,
): Promise<FullPage> {
  const { db, settings } = context;
  const { loaded } = await look(context, nobody, [
    selectSiteSettings(db),
    selectLastChange(db),
    selectFullTexts(db, after, fullPage),
  ]);
  const [[row], [change], texts] = loaded;
  const last = texts.at(-1);
  const isLast = last === undefined || last.total <= texts.length;
  const nextUrl = isLast ? null : await addressOf([last.publishedAt, last.id]);
  const text = llmsFullOf({ site: siteSettingsOf(row, settings), texts, nextUrl });
  return { text, nextUrl, changedAt: change?.at ?? null };
}
