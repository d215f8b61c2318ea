import { PermissionDenied, PostNotDeleted, PostNotFound } from "#api/exceptions";
import type { Context } from "#core/context";
import { now } from "#core/ids";
import type { Caller } from "#domain/actors";
import { reaches } from "#domain/permissions";
import { isOwn, mayDelete, type Post, revisePost, withoutPlans } from "#domain/posts";
import { selectPost, selectSlugsLikeThatOf } from "#repository/posts";
import { perform } from "#service/perform";
import { expectBase } from "#service/versions";

import { changePost, saved, type Target } from "./change";
import { freeSlug } from "./references";

/**
 * Puts a post into the trash, from where it can be restored for 30 days. Nothing is planned for it any more.
 *
 * @throws {PostNotFound} 40401, {@link PermissionDenied} 40300, {@link StaleVersion} 41200
 */
export const deletePost = (context: Context, caller: Caller, target: Target): Promise<Post> =>
  changePost(context, caller, target, {
    permission: "posts:delete",
    action: "post.delete",
    may: mayDelete,
    change: (post) => ({ ...withoutPlans(post), deletedAt: now() }),
  });

/**
 * Takes a post out of the trash. When another has taken its slug meanwhile, it gets a number behind it.
 *
 * @throws {PostNotFound} 40401, {@link PermissionDenied} 40300, {@link StaleVersion} 41200
 * @throws {PostNotDeleted} 40903
 */
export const restorePost = (context: Context, caller: Caller, target: Target): Promise<Post> =>
  perform(context, caller, {
    permission: "posts:delete",
    load: (db) => [selectPost(db, target.id), selectSlugsLikeThatOf(db, target.id)],
    decide: async (actor, [[post], others], attempt) => {
      if (!post || !reaches(actor, "posts:read", isOwn(actor, post))) throw new PostNotFound();
      if (post.deletedAt === null) throw new PostNotDeleted();
      if (!mayDelete(actor, post)) throw new PermissionDenied("this with this post");
      await expectBase(post, target);
      const taken = others.map(({ slug }) => slug);
      const slug = freeSlug(post.slug, taken, { isWished: false, attempt });
      const restored = revisePost(post, { deletedAt: null, slug });
      return saved({ context, actor, action: "post.restore" }, post, restored);
    },
  });
