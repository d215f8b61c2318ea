import {
  PermissionDenied,
  PostAlreadyPublished,
  PostNotPublished,
  ReferenceUnknown,
} from "#api/exceptions";
import type { Context } from "#core/context";
import { now } from "#core/ids";
import type { Caller } from "#domain/actors";
import { reaches } from "#domain/permissions";
import { mayPublish, type Post, type PostRevision, revisePost, unscheduled } from "#domain/posts";
import type { SendWish } from "#domain/sends";
import { selectPost } from "#repository/posts";
import { explainAborts } from "#service/aborts";
import { perform } from "#service/perform";
import { selectWish, sendOf, unsaved } from "#service/sends/order";

import { changePost, expectPost, saved, type Target } from "./change";

/**
 * Publishes a draft, now, and lets it be mailed to whom it is wished. A post that was out before keeps its
 * first date; a date to come gives way, and so does all that was planned for it.
 *
 * @throws {PostNotFound} 40401, {@link PermissionDenied} 40300, {@link StaleVersion} 41200
 * @throws {PostAlreadyPublished} 40901
 * @throws {ReferenceUnknown} 42204 when there is no such newsletter
 * @throws {NewsletterArchived} 40931, {@link SendUnderWay} 40932
 */
export function publishPost(
  context: Context,
  caller: Caller,
  target: Target,
  wish: SendWish | null = null,
): Promise<Post> {
  const publish = () =>
    perform(context, caller, {
      permission: "posts:publish",
      load: (db) => [selectPost(db, target.id), ...(wish ? selectWish(db, target.id, wish) : [])],
      decide: async (actor, [[found], newsletters = [], others = []]) => {
        const post = await expectPost(actor, found, target, mayPublish);
        if (post.status === "published") throw new PostAlreadyPublished();
        const next = revisePost(post, publishedFrom(post));
        const decision = saved({ context, actor, action: "post.publish" }, post, next);
        if (!wish) return decision;
        if (!reaches(actor, "sends:write", false)) throw new PermissionDenied("sends:write");
        const [newsletter] = newsletters;
        if (!newsletter) throw new ReferenceUnknown("newsletter");
        const matter = { newsletter, post: next, segment: wish.segment, other: others[0] };
        const { statements, job, note } = sendOf(context, actor, matter);
        return {
          ...decision,
          statements: [...decision.statements, ...statements],
          jobs: [job],
          audit: [...decision.audit, note],
        };
      },
    });
  return explainAborts(publish, unsaved);
}

function publishedFrom({ publishedAt }: Post): PostRevision {
  const moment = now();
  const isPast = publishedAt !== null && publishedAt <= moment;
  return {
    ...unscheduled,
    status: "published",
    publishedAt: isPast ? publishedAt : moment,
    publishLag: null,
  };
}

/**
 * Takes a post back: it is a draft again, and nothing is planned for it.
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
      return { ...unscheduled, status: "draft", publishLag: null };
    },
  });
