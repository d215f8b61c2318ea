import {
  NewsletterArchived,
  NewsletterNotFound,
  NotStaff,
  PostNotPublished,
  ReferenceUnknown,
  SendUnderWay,
} from "#api/exceptions";
import type { Context } from "#core/context";
import type { Database, Statement } from "#core/db";
import { type NewJob, newJob } from "#core/jobs";
import type { Actor, Caller } from "#domain/actors";
import type { Newsletter } from "#domain/newsletters";
import { mayRead, type Post } from "#domain/posts";
import { begun, type CountedSend, newSend, type Segment, type SendWish } from "#domain/sends";
import { mailTestSendKind } from "#domain/task-kinds";
import { selectNewsletter } from "#repository/newsletters";
import { selectPost } from "#repository/posts";
import { insertSendOrAbort, SEND_NOT_SAVED, selectSendUnderWay } from "#repository/sends";
import { selectUserWithEmail } from "#repository/users";
import { explainAborts } from "#service/aborts";
import { type AuditNote, perform } from "#service/perform";

/**
 * Sends a published post to the readers of a newsletter, or some of them. Who was reached by a send of the
 * same before is not written to again.
 *
 * @throws {NewsletterNotFound} 40430, {@link NewsletterArchived} 40931
 * @throws {ReferenceUnknown} 42204 when there is no such post, {@link PostNotPublished} 40902
 * @throws {SendUnderWay} 40932
 */
export function orderSend(
  context: Context,
  caller: Caller,
  newsletterId: string,
  { postId, segment }: { readonly postId: string; readonly segment: Segment },
): Promise<CountedSend> {
  const order = () =>
    perform(context, caller, {
      permission: "sends:write",
      load: (db) => [
        selectNewsletter(db, newsletterId),
        selectPost(db, postId),
        selectSendUnderWay(db, newsletterId, postId),
      ],
      decide: (actor, [[newsletter], [post], [other]]) => {
        if (!newsletter) throw new NewsletterNotFound();
        if (!post || !mayRead(actor, post)) throw new ReferenceUnknown("post_id");
        if (post.status !== "published") throw new PostNotPublished();
        const { send, statements, job, note } = sendOf(context, actor, {
          newsletter,
          post,
          segment,
          other,
        });
        return { result: send, statements, jobs: [job], audit: [note] };
      },
    });
  return explainAborts(order, unsaved);
}

/** Why a send was not saved that could have been when it was decided. */
export const unsaved = { [SEND_NOT_SAVED]: () => new NewsletterArchived() };

/** What a send is made of. */
export interface SendMatter {
  readonly newsletter: Newsletter;
  /** As it will be saved. */
  readonly post: Post;
  readonly segment: Segment;
  /** A send of the same that is not over. */
  readonly other: { readonly id: string } | undefined;
}

/** A send as a part of a decision: also of one that publishes its post. */
export interface SendDecision {
  readonly send: CountedSend;
  readonly statements: readonly Statement[];
  readonly job: NewJob;
  readonly note: AuditNote;
}

/** @throws {NewsletterArchived} 40931, {@link SendUnderWay} 40932 */
export function sendOf(
  { db, settings, requestId }: Context,
  { userId: createdBy }: Actor,
  { newsletter, post, segment, other }: SendMatter,
): SendDecision {
  if (newsletter.status !== "active") throw new NewsletterArchived();
  if (other) throw new SendUnderWay(other.id);
  const mailFrom = settings.MAIL_FROM;
  const { send, job } = newSend({ newsletter, post, segment, mailFrom, createdBy, requestId });
  return {
    send: begun(send),
    job,
    statements: insertSendOrAbort(db, send, job),
    note: { action: "send.order", entity: "send", entityId: send.id, version: null },
  };
}

/** What `sendOf` has to know of a wish: the newsletter, and a send of the same that is not over. */
export const selectWish = (db: Database, postId: string, { newsletterId }: SendWish) =>
  [selectNewsletter(db, newsletterId), selectSendUnderWay(db, newsletterId, postId)] as const;

/**
 * Mails a post to one member of staff as readers would get it, published or not.
 *
 * @param to an address of an account; null for one's own.
 * @throws {NewsletterNotFound} 40430, {@link NotStaff} 42230
 * @throws {ReferenceUnknown} 42204 when there is no such post.
 */
export function orderTestSend(
  context: Context,
  caller: Caller,
  newsletterId: string,
  { postId, to }: { readonly postId: string; readonly to: string | null },
): Promise<{ readonly jobId: string }> {
  return perform(context, caller, {
    permission: "sends:write",
    load: (db) => [
      selectNewsletter(db, newsletterId),
      selectPost(db, postId),
      ...(to === null ? [] : [selectUserWithEmail(db, to)]),
    ],
    decide: (actor, [[newsletter], [post], users]) => {
      if (!newsletter) throw new NewsletterNotFound();
      if (!post || !mayRead(actor, post)) throw new ReferenceUnknown("post_id");
      const userId = users === undefined ? actor.userId : users[0]?.id;
      if (userId === undefined) throw new NotStaff();
      const options = { createdBy: actor.userId, requestId: context.requestId };
      const job = newJob(mailTestSendKind, { newsletterId, postId, userId }, options);
      return {
        result: { jobId: job.id },
        statements: [],
        jobs: [job],
        audit: [
          { action: "send.test", entity: "newsletter", entityId: newsletterId, version: null },
        ],
      };
    },
  });
}
