/** What becomes of posts at its time, by itself. */
import type { TaskContext } from "#core/context";
import { defineTask, done, newJob, type Outcome, retryAfter, type Run } from "#core/jobs";
import { postEvents } from "#domain/content-events";
import type { Newsletter } from "#domain/newsletters";
import { publishPlanned, unpublishPlanned } from "#domain/plans";
import { fieldsOf, type Post } from "#domain/posts";
import { purgesOf } from "#domain/purges";
import { newSend, type Segment } from "#domain/sends";
import { announceEventKind, publishPostKind, unpublishPostKind } from "#domain/task-kinds";
import { insertAuditEntries } from "#repository/audit";
import { insertEvent } from "#repository/events";
import { selectNow, selectWishedNewsletter } from "#repository/plans";
import { selectPost, updatePost } from "#repository/posts";
import { insertSend } from "#repository/sends";

import { carryOut, type Change, secondsUntil } from "./carry-out";

/**
 * Publishes a post at its time. Only the job that the post names may: one that was replaced finds another
 * name there, one that ran before finds none, and both leave the post alone.
 */
export const publishPost = defineTask({
  ...publishPostKind,
  run: (context, { postId }, run) =>
    carryOut(context, run, async () => {
      const { post, newsletter, now } = await look(context, postId);
      if (!post || post.publishAt === null || post.publishJobId !== run.jobId) {
        return notNamed(context, run);
      }
      const waitSeconds = secondsUntil(post.publishAt, now);
      if (waitSeconds > 0) return retryAfter(waitSeconds);
      const published = publishPlanned(post, post.publishAt, now);
      const change = toChange(context, "publish", post, published);
      if (!post.publishSend) return change;
      // A post goes out also when its newsletter is not there to carry it any more.
      const isSent = newsletter?.status === "active";
      if (!isSent) context.log.warn("plan.not_sent", { post_id: postId });
      return isSent
        ? withSend(context, change, { ...post.publishSend, newsletter, published })
        : change;
    }),
});

/** Takes a post back at its time. As with publishing, only the job that the post names may. */
export const unpublishPost = defineTask({
  ...unpublishPostKind,
  run: (context, { postId }, run) =>
    carryOut(context, run, async () => {
      const { post, now } = await look(context, postId);
      if (!post || post.unpublishAt === null || post.unpublishJobId !== run.jobId) {
        return notNamed(context, run);
      }
      const waitSeconds = secondsUntil(post.unpublishAt, now);
      if (waitSeconds > 0) return retryAfter(waitSeconds);
      // Late as both may be, a post is out before it is taken back.
      if (post.status === "scheduled") return retryAfter(BEHIND_SECONDS);
      return toChange(context, "unpublish", post, unpublishPlanned(post));
    }),
});

const BEHIND_SECONDS = 5;

async function look({ db }: TaskContext, postId: string) {
  const [[post], [newsletter], [clock]] = await db.batch([
    selectPost(db, postId),
    selectWishedNewsletter(db, postId),
    selectNow(db),
  ]);
  if (!clock) throw new Error("The database does not tell the time.");
  return { post, newsletter, now: clock.now };
}

/** The plan was changed, taken back, or carried out before. */
function notNamed({ log }: TaskContext, { jobId }: Run): Outcome {
  log.info("plan.replaced", { job_id: jobId });
  return done();
}

const nobody = { actorId: null, keyId: null };

/** The next version of the post and all that goes with it. Nobody did it: its time had come. */
function toChange(
  { db, requestId, settings }: TaskContext,
  what: "publish" | "unpublish",
  before: Post,
  post: Post,
): Change {
  const events = postEvents(before, post);
  return {
    statements: [
      ...updatePost(db, before, post, { by: null, fields: fieldsOf(post) }),
      ...events.map((event) => insertEvent(db, event)),
      insertAuditEntries(db, [
        {
          ...nobody,
          action: `post.${what}`,
          entity: "post",
          entityId: post.id,
          version: post.version,
          requestId,
        },
      ]),
    ],
    jobs: [
      ...events.map(({ id }) => newJob(announceEventKind, { eventId: id }, { requestId })),
      ...purgesOf(settings, events, []),
    ],
    result: { version: post.version, lag_ms: post.publishLag },
  };
}

/** The same, with the send that was wished for. One of the same post that is under way already stays the only one. */
function withSend(
  { db, requestId, settings }: TaskContext,
  change: Change,
  {
    newsletter,
    segment,
    published,
  }: { readonly newsletter: Newsletter; readonly segment: Segment; readonly published: Post },
): Change {
  const { send, job } = newSend({
    newsletter,
    segment,
    post: published,
    mailFrom: settings.MAIL_FROM,
    createdBy: null,
    requestId,
  });
  const entry = { ...nobody, action: "send.order", entity: "send", entityId: send.id, requestId };
  return {
    statements: [
      ...change.statements,
      ...insertSend(db, send, job),
      insertAuditEntries(db, [{ ...entry, version: null }]),
    ],
    jobs: [...change.jobs, job],
    result: change.result,
  };
}
