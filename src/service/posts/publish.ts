import { PostAlreadyPublished, PostNotPublished } from "#api/exceptions";
import type { Context } from "#core/context";
import { now } from "#core/ids";
import type { Caller } from "#domain/actors";
import { mayPublish, type Post } from "#domain/posts";

import { changePost, type Target } from "./change";

/**
 * Publishes a draft, now. A post that was out before keeps its first date.
 *
 * @throws {PostNotFound} 40401, {@link PermissionDenied} 40300, {@link StaleVersion} 41200
 * @throws {PostAlreadyPublished} 40901
 */
export const publishPost = (context: Context, caller: Caller, target: Target): Promise<Post> =>
  changePost(context, caller, target, {
    permission: "posts:publish",
    action: "post.publish",
    may: mayPublish,
    change({ status, publishedAt }) {
      if (status === "published") throw new PostAlreadyPublished();
      return { status: "published", publishedAt: publishedAt ?? now() };
    },
  });

/**
 * Takes a post back: it is a draft again.
 *
 * @throws {PostNotFound} 40401, {@link PermissionDenied} 40300, {@link StaleVersion} 41200
 * @throws {PostNotPublished} 40902
 */
export const unpublishPost = (context: Context, caller: Caller, target: Target): Promise<Post> =>
  changePost(context, caller, target, {
    permission: "posts:publish",
    action: "post.unpublish",
    may: mayPublish,
    change({ status }) {
      if (status === "draft") throw new PostNotPublished();
      return { status: "draft" };
    },
  });
