import { z } from "@hono/zod-openapi";

import { page } from "#api/openapi";
import { PageQuery } from "#api/pages";
import type { CountedSend, Recipient, Segment, Send, SendWish } from "#domain/sends";

import { Id, Moment, Text } from "./fields";
import { MailAddress } from "./users";

const Labels = z.array(Text(100)).max(50).default([]);

export const SegmentBody = z.strictObject({
  labels: Labels.openapi({ description: "Only who has one of these." }),
  without: Labels.openapi({ description: "Nobody who has one of these." }),
});

export const SendOrderBody = z
  .strictObject({ post_id: Id, segment: SegmentBody.optional() })
  .openapi("SendOrder");

/** Everybody, when nobody says whom. */
export const toSegment = (body: z.infer<typeof SegmentBody> | undefined): Segment =>
  body ?? { labels: [], without: [] };

export const PublishBody = z
  .strictObject({
    newsletter: z
      .strictObject({ id: Id, segment: SegmentBody.optional() })
      .nullable()
      .optional()
      .openapi({ description: "Whose readers are mailed the post." }),
  })
  .openapi("Publish");

export const toSendWish = ({ newsletter }: z.infer<typeof PublishBody>): SendWish | null =>
  newsletter ? { newsletterId: newsletter.id, segment: toSegment(newsletter.segment) } : null;

export const TestSendBody = z
  .strictObject({
    post_id: Id,
    to: MailAddress.optional().openapi({
      description: "The address of somebody with an account; left out, your own.",
    }),
  })
  .openapi("TestSend");

export const TestSendOrderBody = z.object({ job_id: Id }).openapi("TestSendOrder");

export const ResendBody = z
  .strictObject({
    include_uncertain: z.boolean().default(false).openapi({
      description: "Also those of whom nobody knows whether they got it: some may get it twice.",
    }),
  })
  .openapi("Resend");

const count = z.int().min(0);

export const SendSummaryBody = z
  .object({
    id: Id,
    newsletter_id: Id,
    post_id: Id.nullable().openapi({ description: "Null when the post was deleted for good." }),
    post_version: z.int(),
    status: z.enum(["building", "sending", "paused", "sent", "failed", "cancelled"]),
    segment: z.object({ labels: z.array(z.string()), without: z.array(z.string()) }),
    subject: z.string(),
    sender: z.string(),
    reply_to: z.string().nullable(),
    total: count.nullable().openapi({ description: "Recipients; null until they are frozen." }),
    pause_reason: z.string().nullable().openapi({ description: "Why it stopped by itself." }),
    job_id: Id.nullable().openapi({
      description: "The job that prepares it, then one whose progress is that of the send.",
    }),
    created_by: Id.nullable(),
    created_at: Moment,
    started_at: Moment.nullable(),
    finished_at: Moment.nullable(),
  })
  .openapi("SendSummary");

export const SendBody = SendSummaryBody.extend({
  progress: z.number().min(0).max(1).openapi({ description: "1 only when everything is done." }),
  counts: z
    .object({
      pending: count,
      sent: count,
      skipped: count.openapi({ description: "Did not want it any more, or must not get it." }),
      failed: count.openapi({ description: "The provider refused." }),
      uncertain: count.openapi({ description: "May have got it: nobody can tell." }),
      total: count,
    })
    .openapi({ description: "Every recipient is in exactly one of them." }),
}).openapi("Send");

export const SendPage = page(SendSummaryBody, "SendPage");

export const toSendSummaryBody = (send: Send): z.infer<typeof SendSummaryBody> => ({
  id: send.id,
  newsletter_id: send.newsletterId,
  post_id: send.postId,
  post_version: send.postVersion,
  status: send.state,
  segment: { labels: [...send.segment.labels], without: [...send.segment.without] },
  subject: send.subject,
  sender: send.sender,
  reply_to: send.replyTo,
  total: send.total,
  pause_reason: send.pauseReason,
  job_id: send.jobId,
  created_by: send.createdBy,
  created_at: send.createdAt,
  started_at: send.startedAt,
  finished_at: send.finishedAt,
});

export const toSendBody = (send: CountedSend): z.infer<typeof SendBody> => ({
  ...toSendSummaryBody(send),
  progress: send.progress,
  counts: {
    ...send.ledger,
    total: Object.values(send.ledger).reduce((sum, part) => sum + part, 0),
  },
});

export const SendPath = z.object({ id: Id, send_id: Id });

const RecipientStates = z.enum(["pending", "sent", "skipped", "failed", "uncertain"]);

export const RecipientQuery = PageQuery.extend({ status: RecipientStates.optional() });

export const RecipientBody = z
  .object({
    subscriber_id: Id,
    email: z.string().nullable().openapi({ description: "Null when the subscriber was erased." }),
    status: RecipientStates,
    reason: z.string().nullable().openapi({ example: "no_longer_subscribed" }),
  })
  .openapi("Recipient");

export const RecipientPage = page(RecipientBody, "RecipientPage");

export const toRecipientBody = (recipient: Recipient): z.infer<typeof RecipientBody> => ({
  subscriber_id: recipient.subscriberId,
  email: recipient.email,
  status: recipient.state,
  reason: recipient.reason,
});
