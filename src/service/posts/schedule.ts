import {
  MomentNotAhead,
  NewsletterArchived,
  NothingPlanned,
  PermissionDenied,
  PostAlreadyPublished,
  PostNotPublished,
  ReferenceUnknown,
  UnpublishedTooEarly,
} from "#api/exceptions";
import type { Context } from "#core/context";
import { now } from "#core/ids";
import { newJob } from "#core/jobs";
import type { Actor, Caller } from "#domain/actors";
import type { Newsletter } from "#domain/newsletters";
import { reaches } from "#domain/permissions";
import { isAhead, isPlanned, planPost, type PublishPlan } from "#domain/plans";
import { mayPublish, type Post, revisePost, withoutPlans } from "#domain/posts";
import { publishPostKind, unpublishPostKind } from "#domain/task-kinds";
import { selectNewsletter } from "#repository/newsletters";
import { selectPost } from "#repository/posts";
import { perform } from "#service/perform";

import { changePost, expectPost, saved, type Target } from "./change";

/**
 * Plans when a draft goes out, in place of whatever was planned for it. The jobs of an older plan are
 * cancelled with it, and whatever still rings for them finds a post that does not name them.
 *
 * @throws {PostNotFound} 40401, {@link PermissionDenied} 40300, {@link StaleVersion} 41200
 * @throws {PostAlreadyPublished} 40901
 * @throws {MomentNotAhead} 42250, {@link UnpublishedTooEarly} 42251
 * @throws {ReferenceUnknown} 42204 when there is no such newsletter, {@link NewsletterArchived} 40931
 */
export const schedulePost = (
  context: Context,
  caller: Caller,
  target: Target,
  plan: PublishPlan,
): Promise<Post> =>
  perform(context, caller, {
    permission: "posts:publish",
    load: (db) => [
      selectPost(db, target.id),
      ...(plan.send ? [selectNewsletter(db, plan.send.newsletterId)] : []),
    ],
    decide: async (actor, [[found], newsletters = []]) => {
      const post = await expectPost(actor, found, target, mayPublish);
      if (post.status === "published") throw new PostAlreadyPublished();
      expectOrder(plan);
      if (plan.send) expectSend(actor, newsletters[0]);
      const { publishAt, unpublishAt } = plan;
      const publishing = orderFor(context, actor, post).publishing(publishAt);
      const unpublishing = unpublishAt && orderFor(context, actor, post).unpublishing(unpublishAt);
      const next = planPost(post, plan, {
        publishJobId: publishing.id,
        unpublishJobId: unpublishing ? unpublishing.id : null,
      });
      return {
        ...saved({ context, actor, action: "post.schedule" }, post, next),
        jobs: unpublishing ? [publishing, unpublishing] : [publishing],
      };
    },
  });

/**
 * Plans when a post that is out, or will be, is taken back.
 *
 * @throws {PostNotFound} 40401, {@link PermissionDenied} 40300, {@link StaleVersion} 41200
 * @throws {PostNotPublished} 40902
 * @throws {MomentNotAhead} 42250, {@link UnpublishedTooEarly} 42251
 */
export const scheduleUnpublishing = (
  context: Context,
  caller: Caller,
  target: Target,
  unpublishAt: string,
): Promise<Post> =>
  perform(context, caller, {
    permission: "posts:publish",
    load: (db) => [selectPost(db, target.id)],
    decide: async (actor, [[found]]) => {
      const post = await expectPost(actor, found, target, mayPublish);
      if (post.status === "draft") throw new PostNotPublished();
      expectOrder({ publishAt: null, unpublishAt });
      if (post.publishAt !== null && unpublishAt <= post.publishAt) throw new UnpublishedTooEarly();
      const job = orderFor(context, actor, post).unpublishing(unpublishAt);
      const next = revisePost(post, { unpublishAt, unpublishJobId: job.id });
      return {
        ...saved({ context, actor, action: "post.schedule_unpublish" }, post, next),
        jobs: [job],
      };
    },
  });

/**
 * Takes back all that is planned for a post: what waited to go out is a draft again, what is out stays out.
 *
 * @throws {PostNotFound} 40401, {@link PermissionDenied} 40300, {@link StaleVersion} 41200
 * @throws {NothingPlanned} 40950
 */
export const unschedulePost = (context: Context, caller: Caller, target: Target): Promise<Post> =>
  changePost(context, caller, target, {
    permission: "posts:publish",
    action: "post.unschedule",
    may: mayPublish,
    change(post) {
      if (!isPlanned(post)) throw new NothingPlanned();
      return withoutPlans(post);
    },
  });

/** @throws {MomentNotAhead} 42250, {@link UnpublishedTooEarly} 42251 */
function expectOrder({
  publishAt,
  unpublishAt,
}: {
  readonly publishAt: string | null;
  readonly unpublishAt: string | null;
}): void {
  const moment = now();
  if (publishAt !== null && !isAhead(publishAt, moment)) throw new MomentNotAhead("publish_at");
  if (unpublishAt === null) return;
  if (!isAhead(unpublishAt, moment)) throw new MomentNotAhead("unpublish_at");
  if (publishAt !== null && unpublishAt <= publishAt) throw new UnpublishedTooEarly();
}

/** @throws {PermissionDenied} 40300, {@link ReferenceUnknown} 42204, {@link NewsletterArchived} 40931 */
function expectSend(actor: Actor, newsletter: Newsletter | undefined): void {
  if (!reaches(actor, "sends:write", false)) throw new PermissionDenied("sends:write");
  if (!newsletter) throw new ReferenceUnknown("newsletter");
  if (newsletter.status !== "active") throw new NewsletterArchived();
}

/** Jobs about a post, each for its moment. */
function orderFor({ requestId }: Context, { userId }: Actor, { id: postId }: Post) {
  const options = (runAt: string) => ({ runAt, createdBy: userId, requestId });
  return {
    publishing: (at: string) => newJob(publishPostKind, { postId }, options(at)),
    unpublishing: (at: string) => newJob(unpublishPostKind, { postId }, options(at)),
  };
}
