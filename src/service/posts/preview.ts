import { PermissionDenied, PostNotFound, PreviewNotFound } from "#api/exceptions";
import type { Context } from "#core/context";
import { secondsFromNow } from "#core/ids";
import { apiUrlOf } from "#core/settings";
import type { Caller } from "#domain/actors";
import { languageOf } from "#domain/languages";
import { mayRead, type Post } from "#domain/posts";
import {
  htmlAlone,
  mayShare,
  previewed,
  type PreviewGrant,
  previewTokenOf,
  readPreviewToken,
} from "#domain/previews";
import { selectPost } from "#repository/posts";
import { nobody } from "#service/feeds";
import { look, perform } from "#service/perform";

/** A link that shows one post to whoever holds it. */
export interface PreviewLink {
  readonly url: string;
  readonly expiresAt: string;
}

/**
 * Makes a link to a post as it will be whenever somebody opens it. The link is kept nowhere, so it cannot be
 * taken back by itself: it ends at its time, and with the post. Who made it for how long is in the audit.
 *
 * @throws {PostNotFound} 40401, {@link PermissionDenied} 40300
 */
export async function createPreviewLink(
  context: Context,
  caller: Caller,
  postId: string,
  forSeconds: number,
): Promise<PreviewLink> {
  const grant = await perform(context, caller, {
    permission: "posts:read",
    load: (db) => [selectPost(db, postId)],
    decide: (actor, [[post]]) => {
      if (!post || !mayRead(actor, post)) throw new PostNotFound();
      if (!mayShare(actor, post)) throw new PermissionDenied("this with this post");
      const result: PreviewGrant = { postId: post.id, expiresAt: secondsFromNow(forSeconds) };
      const changes = { expires_at: result.expiresAt };
      const entry = { action: "post.share_preview", entity: "post", entityId: post.id };
      return { result, statements: [], audit: [{ ...entry, version: null, changes }] };
    },
  });
  const { settings } = context;
  const token = await previewTokenOf(settings.APP_SECRET, grant);
  return { url: `${apiUrlOf(settings)}/v1/previews/${token}`, expiresAt: grant.expiresAt };
}

/** A post as whoever holds a link sees it. */
export interface Preview {
  readonly post: Post;
  /** Its text, every address in it complete. */
  readonly html: string;
  /** BCP 47. */
  readonly language: string;
  readonly expiresAt: string;
}

/**
 * The post that a link leads to, in whatever state it is but thrown away.
 *
 * @throws {PreviewNotFound} 40480, whatever the reason.
 */
export async function readPreview(context: Context, token: string): Promise<Preview> {
  const { db, settings } = context;
  const grant = await readPreviewToken(settings.APP_SECRET, token, Date.now());
  if (!grant) throw new PreviewNotFound();
  const { loaded } = await look(context, nobody, [selectPost(db, grant.postId)]);
  const [post] = loaded[0];
  if (!post || post.deletedAt !== null) throw new PreviewNotFound();
  const addresses = { siteUrl: settings.SITE_URL, apiUrl: apiUrlOf(settings) };
  return {
    post: previewed(post),
    html: htmlAlone(post, addresses),
    language: languageOf(post.metadata["lang"], post.content),
    expiresAt: grant.expiresAt,
  };
}
