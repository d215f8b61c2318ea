import { sign, verify } from "#core/tokens";

import type { Actor } from "./actors";
import { withAbsoluteAddresses } from "./markdown/absolute";
import { reaches } from "./permissions";
import { isOwn, type Post, unscheduled } from "./posts";
import { postAddress } from "./site-addresses";

/** Which post somebody may see, and until when. */
export interface PreviewGrant {
  readonly postId: string;
  readonly expiresAt: string;
}

const PURPOSE = "preview";

/**
 * What a link has in it: `prv_id.milliseconds.signature`, with HMAC-SHA-256. It follows from the grant and
 * the application's secret, and is kept nowhere.
 */
export async function previewTokenOf(
  secret: string,
  { postId, expiresAt }: PreviewGrant,
): Promise<string> {
  const subject = `${postId}.${Date.parse(expiresAt)}`;
  return `prv_${subject}.${await sign(secret, PURPOSE, subject)}`;
}

/**
 * What a token grants at a moment; undefined when it is not one of ours, has been changed, or has had its
 * time.
 *
 * @param moment milliseconds since 1970.
 */
export async function readPreviewToken(
  secret: string,
  token: string,
  moment: number,
): Promise<PreviewGrant | undefined> {
  const parts = /^prv_([\da-f-]{36})\.(\d{13})\.([\w-]{43})$/u.exec(token);
  const [, postId = "", until = "", signature = ""] = parts ?? [];
  const isOurs = await verify(secret, PURPOSE, `${postId}.${until}`, signature);
  if (!parts || !isOurs || Number(until) <= moment) return undefined;
  return { postId, expiresAt: new Date(Number(until)).toISOString() };
}

/**
 * Whether somebody may show a post to others, whatever becomes of it: what is published anybody may read,
 * but the link leads to it as well when it is a draft again.
 */
export const mayShare = (actor: Actor, post: Pick<Post, "authors">): boolean =>
  reaches(actor, "posts:read", isOwn(actor, post));

/** A post as whoever holds a link sees it: all of its text, and none of its plans. */
export const previewed = (post: Post): Post => ({ ...post, ...unscheduled, publishLag: null });

/** The text of a post for a page that stands by itself: every address in it is complete. */
export const htmlAlone = (
  { html, slug }: Pick<Post, "html" | "slug">,
  { siteUrl, apiUrl }: { readonly siteUrl: string; readonly apiUrl: string },
): string =>
  withAbsoluteAddresses(
    html,
    (address) =>
      URL.parse(address, address.startsWith("/media/") ? apiUrl : postAddress(siteUrl, slug))
        ?.href ?? null,
  );
