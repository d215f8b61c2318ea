import { newId, now } from "#core/ids";
import { type NewJob, newJob } from "#core/jobs";
import type { Segment as SegmentRow, SendWish as SendWishRow } from "#repository/models";
import type { LedgerRow, NewSendRow, RecipientRow, SendRow } from "#repository/sends";

import { type Newsletter, senderOf } from "./newsletters";
import type { Post } from "./posts";
import { prepareSendKind, sendPartKind } from "./task-kinds";

/** One post on its way to the readers of one newsletter. */
export type Send = SendRow;
/** Which subscribers of a newsletter; all of them when both lists are empty. */
export type Segment = SegmentRow;
/** A send that is to begin when its post goes out. */
export type SendWish = SendWishRow;
/** Somebody it is for, and what became of that. */
export type Recipient = RecipientRow;
/** How many recipients are where. All of them are somewhere, and only once. */
export type Ledger = LedgerRow;
/** A send, counted. */
export interface CountedSend extends Send {
  readonly ledger: Ledger;
  /** From 0 to 1; 1 only when everything is done. */
  readonly progress: number;
}

export const everybody: Segment = { labels: [], without: [] };
const emptyLedger: Ledger = { pending: 0, sent: 0, skipped: 0, failed: 0, uncertain: 0 };

/** What is to be sent to whom. */
export interface SendOrder {
  readonly newsletter: Pick<Newsletter, "id" | "name" | "senderName" | "senderEmail" | "replyTo">;
  /** As it will be when the send is saved: its version is what readers get. */
  readonly post: Pick<Post, "id" | "version" | "title">;
  readonly segment: Segment;
  /** The sender of mails whose newsletter names none. */
  readonly mailFrom: string;
  readonly createdBy: string | null;
  readonly requestId: string;
}

/** A send that nobody has saved yet, and the job that begins it: `insertSend` saves both. */
export function newSend(order: SendOrder): { readonly send: NewSendRow; readonly job: NewJob } {
  const { newsletter, post, segment, createdBy, requestId } = order;
  const id = newId();
  const job = newJob(prepareSendKind, { sendId: id }, { dedupeKey: id, createdBy, requestId });
  return {
    job,
    send: {
      id,
      createdAt: now(),
      newsletterId: newsletter.id,
      postId: post.id,
      postVersion: post.version,
      segment,
      sender: senderOf(newsletter, order.mailFrom),
      replyTo: newsletter.replyTo,
      subject: post.title,
      html: "",
      text: "",
      jobId: job.id,
      createdBy,
    },
  };
}

/** What a send is right after it was saved. */
export const begun = ({ html: _html, text: _text, ...send }: NewSendRow): CountedSend =>
  toSend({
    ...send,
    state: "building",
    total: null,
    pauseReason: null,
    startedAt: null,
    finishedAt: null,
    ledger: emptyLedger,
  });

/** How many jobs work on a send at the same time. */
const PARTS = 4;

/**
 * The jobs that carry a send; the progress of the first is that of the send. While one of them waits or
 * runs, another like it is not saved.
 *
 * @param round parts of another round are others: those of the round before may be about to end.
 */
export function newParts(
  sendId: string,
  round: string,
  options: { readonly createdBy?: string | null; readonly requestId: string | null },
): readonly [NewJob, ...NewJob[]] {
  const partOf = (part: number): NewJob => {
    const dedupeKey = `${sendId}:${round}:${part}`;
    return newJob(sendPartKind, { sendId, part }, { ...options, dedupeKey });
  };
  return [partOf(1), ...Array.from({ length: PARTS - 1 }, (_none, index) => partOf(index + 2))];
}

export type SendAction = "pause" | "resume" | "cancel" | "resend-missing";

/** In which states a send can be asked for what. Asking again is harmless. */
const allowed: Readonly<Record<SendAction, readonly Send["state"][]>> = {
  pause: ["sending", "paused"],
  resume: ["building", "sending", "paused"],
  cancel: ["building", "sending", "paused", "cancelled"],
  "resend-missing": ["sent"],
};

export const mayBe = (action: SendAction, { state }: Pick<Send, "state">): boolean =>
  allowed[action].includes(state);

export function toSend(send: Send & { readonly ledger: Ledger }): CountedSend {
  const { state, total, ledger } = send;
  if (state === "sent") return { ...send, progress: 1 };
  const share = total ? (total - ledger.pending) / total : 0;
  return { ...send, progress: Math.min(0.999, share) };
}
