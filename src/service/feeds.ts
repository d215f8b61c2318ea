import { AuthorNotFound, TagNotFound } from "#api/exceptions";
import type { Context } from "#core/context";
import { apiUrlOf } from "#core/settings";
import { type Channel, type Feed, feedOf } from "#domain/feeds";
import { siteSettingsOf } from "#domain/site-settings";
import { selectFeedPosts, selectLastChange, selectSubject } from "#repository/feeds";
import { selectSiteSettings } from "#repository/site-settings";

import { look } from "./perform";

/** The same for everybody: who asks is not looked at. */
export const nobody = { credential: null, repeat: null } as const;

/**
 * What is new in a channel, and since when nothing was changed; null before there is anything.
 *
 * @throws {TagNotFound} 40403, {@link AuthorNotFound} 40404
 */
export async function readFeed(
  context: Context,
  channel: Channel,
): Promise<{ feed: Feed; changedAt: string | null }> {
  const { db, settings } = context;
  const { loaded } = await look(context, nobody, [
    selectSiteSettings(db),
    selectLastChange(db),
    selectFeedPosts(db, channel),
    ...(channel.kind === "site" ? [] : [selectSubject(db, channel)]),
  ]);
  const [[row], [change], posts, [subject] = []] = loaded;
  if (channel.kind === "tag" && !subject) throw new TagNotFound();
  if (channel.kind === "author" && !subject) throw new AuthorNotFound();
  const site = siteSettingsOf(row, settings);
  const feed = feedOf({ site, apiUrl: apiUrlOf(settings), channel, subject, posts });
  return { feed, changedAt: change?.at ?? null };
}
