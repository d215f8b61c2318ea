import { RouteNotFound } from "#api/exceptions";
import type { Context } from "#core/context";
import { apiUrlOf } from "#core/settings";
import {
  entriesOf,
  sitemapAddress,
  type SitemapEntry,
  type SitemapLink,
  type SitemapPart,
} from "#domain/sitemaps";
import { selectLastChange } from "#repository/feeds";
import {
  selectSitemapAuthors,
  selectSitemapPosts,
  selectSitemaps,
  selectSitemapTags,
  type SitemapKind,
} from "#repository/sitemaps";

import { nobody } from "./feeds";
import { look } from "./perform";

/** All sitemaps: one of pages at least, because the site itself is in that. */
export async function listSitemaps(
  context: Context,
): Promise<{ sitemaps: SitemapLink[]; changedAt: string | null }> {
  const { db, settings } = context;
  const { loaded } = await look(context, nobody, [
    selectSitemaps(db, settings.SITE_URL),
    selectLastChange(db),
  ]);
  const [rows, [change]] = loaded;
  const home = { kind: "pages", month: null, page: 1, updatedAt: null } as const;
  const listed = rows.some(({ kind }) => kind === "pages") ? rows : [home, ...rows];
  const sitemaps = listed.map(({ kind, updatedAt, ...part }) => ({
    url: sitemapAddress(apiUrlOf(settings), kind, part),
    updatedAt,
  }));
  return { sitemaps, changedAt: change?.at ?? null };
}

/**
 * One sitemap. The first of a kind is there even while nothing is in it.
 *
 * @throws {RouteNotFound} 40400 beyond the last one.
 */
export async function readSitemap(
  context: Context,
  kind: SitemapKind,
  part: SitemapPart,
): Promise<{ entries: SitemapEntry[]; changedAt: string | null }> {
  const { db, settings } = context;
  const addresses = { siteUrl: settings.SITE_URL, apiUrl: apiUrlOf(settings) };
  const { loaded } = await look(context, nobody, [
    selectRows(context, kind, part),
    selectLastChange(db),
  ]);
  const [rows, [change]] = loaded;
  const { month, page } = part;
  if ((page > 1 || month !== null) && rows.length === 0) throw new RouteNotFound();
  const home = { url: `${settings.SITE_URL}/`, updatedAt: null, images: [] };
  const entries = entriesOf(kind, rows, addresses);
  return {
    entries: kind === "pages" && page === 1 ? [home, ...entries] : entries,
    changedAt: change?.at ?? null,
  };
}

function selectRows({ db, settings }: Context, kind: SitemapKind, part: SitemapPart) {
  if (kind === "tags") return selectSitemapTags(db, part.page);
  if (kind === "authors") return selectSitemapAuthors(db, part.page);
  const type = kind === "posts" ? "post" : "page";
  return selectSitemapPosts(db, settings.SITE_URL, type, part);
}
