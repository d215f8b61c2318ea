/** Sends: frozen once, then carried a batch at a time, by as many workers as there are. */
import type { TaskContext } from "#core/context";
import { defineTask, discard, done, newJob, type Outcome, retryAfter, type Run } from "#core/jobs";
import { ring } from "#core/jobs/doorbells";
import { insist } from "#core/retries";
import { apiUrlOf } from "#core/settings";
import { newEvent } from "#domain/events";
import { senderOf } from "#domain/newsletters";
import type { Post } from "#domain/posts";
import { newParts } from "#domain/sends";
import {
  announceEventKind,
  mailTestSendKind,
  prepareSendKind,
  sendPartKind,
} from "#domain/task-kinds";
import { deliverMail, providerOf } from "#domain/work/delivery";
import { mailMaker } from "#domain/work/newsletter/mails";
import { renderLetter } from "#domain/work/newsletter/template";
import { selectNewsletter } from "#repository/newsletters";
import { selectPost } from "#repository/posts";
import { selectRevision } from "#repository/revisions";
import { settleCancelled } from "#repository/sends";
import { beginSend, failSend, freezeAudience } from "#repository/sends/audience";
import { type ClaimRow, countSettled, finishSend, selectLeased } from "#repository/sends/batches";
import { type LetterRow, selectLetter } from "#repository/sends/letters";
import { selectUser } from "#repository/users";

import { type Desk, markAlone, markAndClaim, type Tried, tryBatch } from "./send-batches";

/** How many subscribers are frozen in one statement: what takes well under a second. */
const SLICE = 50_000;

/**
 * Freezes what a send says and to whom. What was frozen by a run before stays; from the moment it begins
 * nothing of it changes.
 */
export const prepareSend = defineTask({
  ...prepareSendKind,
  async run(context, { sendId }, run) {
    const { db } = context;
    const [row] = await selectLetter(db, sendId);
    // Not saved, because it could not be; or begun by a run before this.
    if (row?.send.state !== "building") return done();
    const post = await readPost(context, row);
    if (!post) return done({ effects: [failSend(db, sendId, "post_gone")] });
    const letter = letterOf(context, row.newsletter, post);
    const { newsletterId, segment } = row.send;
    const { batchSize } = providerOf(context);
    const freeze = { sendId, newsletterId, segment, batchSize, slice: SLICE };
    for (;;) {
      const [, { rows }] = await db.batch(freezeAudience(db, freeze));
      const { taken = 0, total = 0 } = rows[0] ?? {};
      if (taken < SLICE) {
        const options = { createdBy: row.send.createdBy, requestId: context.requestId };
        const [first, ...others] = newParts(sendId, "first", options);
        const jobs = [first, ...others.slice(0, Math.max(0, Math.ceil(total / batchSize) - 1))];
        return done({ effects: beginSend(db, sendId, letter, first), jobs });
      }
      const signal = await run.checkpoint({ cursor: null, done: total, total: null });
      if (signal === "stop") return retryAfter(0);
    }
  },
});

/** The post as it was when the send was ordered; undefined when it is not for readers any more. */
async function readPost({ db }: TaskContext, { send }: LetterRow): Promise<Post | undefined> {
  if (send.postId === null) return undefined;
  const [[post], [revision]] = await db.batch([
    selectPost(db, send.postId),
    selectRevision(db, send.postId, send.postVersion),
  ]);
  if (!post || post.deletedAt !== null || post.status !== "published") return undefined;
  if (!revision || post.version === send.postVersion) return post;
  const { title, content, fields } = revision;
  return { ...post, ...(fields as Partial<Post>), title, content };
}

function letterOf({ settings }: TaskContext, newsletter: LetterRow["newsletter"], post: Post) {
  return renderLetter({
    newsletter,
    post,
    siteTitle: settings.SITE_TITLE,
    siteUrl: settings.SITE_URL,
    apiUrl: apiUrlOf(settings),
  });
}

/** Between two reports of how far a send is, in milliseconds. */
const REPORT_MS = 5000;

/** Carries a send, a batch at a time, until none is left, its time is over, or somebody stops it. */
export const sendPart = defineTask({
  ...sendPartKind,
  async run(context, { sendId, part }, run) {
    const [row] = await insist(() => selectLetter(context.db, sendId).execute());
    if (!row) return discard({ code: "send_gone", message: "The send was not saved." });
    const desk = deskOf(context, row);
    let reportAt = Date.now() + REPORT_MS;
    let claim = await markAndClaim(desk, null);
    while (claim.number !== null) {
      let tried: Tried | null = await tryBatch(desk, { ...claim, number: claim.number });
      const isReported = part === 1 && Date.now() >= reportAt;
      if (run.deadline() || isReported) {
        await markAlone(desk, tried);
        tried = null;
        reportAt = Date.now() + REPORT_MS;
        const signal = isReported ? await reportProgress(context, sendId, run) : "go on";
        if (signal === "stop" || run.deadline()) return retryAfter(0);
      }
      claim = await markAndClaim(desk, tried);
      // Two who end the last batches at the same moment do not see each other: the second look does.
      if (claim.number === null && tried) claim = await markAndClaim(desk, null);
    }
    return ending(context, sendId, claim);
  },
});

function deskOf(context: TaskContext, { send }: LetterRow): Desk {
  const { id: sendId, newsletterId, subject, html, text, sender, replyTo } = send;
  const mailing = { sendId, newsletterId, sender, replyTo, subject, html, text };
  return {
    context,
    sendId,
    provider: providerOf(context),
    make: mailMaker(mailing, context.settings),
  };
}

async function reportProgress(
  { db }: TaskContext,
  sendId: string,
  run: Run,
): Promise<"go on" | "stop"> {
  const { rows } = await countSettled(db, sendId);
  const { settled = 0, total = 0 } = rows[0] ?? {};
  return run.checkpoint({ cursor: null, done: settled, total });
}

/** There may be something to claim again before that, but nobody would ring. */
const LONGEST_WAIT_SECONDS = 60;

const inSeconds = (seconds: number): Outcome =>
  retryAfter(Math.min(LONGEST_WAIT_SECONDS, Math.max(1, Math.ceil(seconds))));

/** Nothing is left to claim: what that means depends on the send. */
async function ending(
  context: TaskContext,
  sendId: string,
  { state, openInSeconds }: Pick<ClaimRow, "state" | "openInSeconds">,
): Promise<Outcome> {
  switch (state) {
    case "building":
      return inSeconds(1);
    case "sending":
      if (openInSeconds !== null) return inSeconds(openInSeconds);
      await finish(context, sendId);
      return done();
    case "cancelled": {
      const leasedSeconds = await settle(context, sendId);
      return leasedSeconds === null ? done() : inSeconds(leasedSeconds);
    }
    default:
      return done();
  }
}

async function finish(context: TaskContext, sendId: string): Promise<void> {
  const event = newEvent("send.finished", {});
  const { requestId } = context;
  const job = newJob(announceEventKind, { eventId: event.id }, { requestId });
  const { rows } = await insist(() => finishSend(context.db, sendId, event, job).execute());
  if (rows.length > 0) await ring(context, [job]);
}

/** @returns for how long somebody may still be at it; null when nobody is. */
async function settle({ db }: TaskContext, sendId: string): Promise<number | null> {
  const answers = await insist(() =>
    db.batch([settleCancelled(db, sendId), selectLeased(db, sendId)]),
  );
  return answers[1].rows[0]?.leasedSeconds ?? null;
}

/** Shows a member of staff what readers would get. Its links lead to nobody's subscription. */
export const mailTestSend = defineTask({
  ...mailTestSendKind,
  async run(context, { newsletterId, postId, userId }, { jobId }) {
    const { db, settings } = context;
    const [[newsletter], [post], [user]] = await db.batch([
      selectNewsletter(db, newsletterId),
      selectPost(db, postId),
      selectUser(db, userId),
    ]);
    if (!newsletter || !post || post.deletedAt !== null || !user?.email) {
      return discard({ code: "gone", message: "The newsletter, the post or the reader is gone." });
    }
    const letter = letterOf(context, newsletter, post);
    const make = mailMaker(
      {
        ...letter,
        subject: `[Test] ${letter.subject}`,
        sendId: jobId,
        newsletterId,
        sender: senderOf(newsletter, settings.MAIL_FROM),
        replyTo: newsletter.replyTo,
      },
      settings,
    );
    const { email, name } = user;
    const mail = await make({ id: jobId, subscriberId: jobId, email, name });
    const delivery = await deliverMail(context, mail, jobId);
    if (delivery.kind === "later") return retryAfter(delivery.afterSeconds);
    if (delivery.kind === "sent") return done();
    return discard({ code: delivery.code, message: "The mail was refused for good." });
  },
});
