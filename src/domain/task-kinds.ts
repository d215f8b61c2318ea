/**
 * The kinds of background work, as services order them: `newJob(kind, payload)`. What each does stands in
 * `tasks.ts`, which no request can reach: so none can draw a PDF or send a mail while somebody waits.
 */
import { z } from "zod";

import { defineKind, paces } from "#core/jobs";

const MailTokenPayload = z.object({ tokenId: z.uuid() });

export const mailInviteKind = defineKind({
  ...paces.mail,
  name: "mail-invite",
  payload: MailTokenPayload,
});

export const mailPasswordResetKind = defineKind({
  ...paces.mail,
  name: "mail-password-reset",
  payload: MailTokenPayload,
});

export const importDocumentsKind = defineKind({
  ...paces.heavy,
  // A batch takes a second or two, and each renews the lease: a worker that died is soon replaced.
  leaseSeconds: 60,
  budgetSeconds: 45,
  name: "import-documents",
  /** `pictures`: whether those that the documents show from elsewhere are to be brought in as well. */
  payload: z.object({ importId: z.uuid(), pictures: z.boolean().optional() }),
});

export const drawReportKind = defineKind({
  ...paces.heavy,
  name: "draw-report",
  payload: z.object({ reportId: z.uuid() }),
});

export const deleteFilesKind = defineKind({
  ...paces.quick,
  name: "delete-files",
  payload: z.object({ prefix: z.string().min(10) }),
});

export const tidyUpKind = defineKind({ ...paces.quick, name: "tidy-up", payload: z.object({}) });

/** Hands an event on to whoever wants to hear of it. */
export const announceEventKind = defineKind({
  ...paces.quick,
  name: "announce-event",
  payload: z.object({ eventId: z.uuid() }),
});

/** Tells the platform's cache which of the answers that it keeps are old. */
export const purgeEdgeKind = defineKind({
  ...paces.quick,
  // What nobody could be told for this long is old by itself.
  backoff: { baseSeconds: 2, capSeconds: 30 },
  name: "purge-edge",
  payload: z.object({ tags: z.array(z.string().min(1).max(100)).min(1).max(100) }),
});

const PostPayload = z.object({ postId: z.uuid() });

/** Publishes a post at its time. Readers wait for it: after a failure it is tried again within the second. */
export const publishPostKind = defineKind({
  ...paces.quick,
  backoff: { baseSeconds: 0.5, capSeconds: 60 },
  name: "publish-post",
  payload: PostPayload,
});

/** Takes a post back at its time. */
export const unpublishPostKind = defineKind({
  ...paces.quick,
  backoff: { baseSeconds: 0.5, capSeconds: 60 },
  name: "unpublish-post",
  payload: PostPayload,
});

/** Orders the report that a schedule wants now, and its own next run. */
export const runReportScheduleKind = defineKind({
  ...paces.quick,
  name: "run-report-schedule",
  payload: z.object({ scheduleId: z.uuid() }),
});

/** Sends a drawn report to one of its readers. */
export const mailReportKind = defineKind({
  ...paces.mail,
  name: "mail-report",
  payload: z.object({ reportId: z.uuid(), userId: z.uuid() }),
});

/** Freezes what a send says and to whom, and sets out its parts. */
export const prepareSendKind = defineKind({
  ...paces.bulk,
  name: "prepare-send",
  payload: z.object({ sendId: z.uuid() }),
});

/** Carries a send, a batch at a time; several of them share one send. */
export const sendPartKind = defineKind({
  ...paces.bulk,
  // Short, because what a dead worker held is stuck for as long.
  leaseSeconds: 30,
  budgetSeconds: 20,
  name: "send-part",
  payload: z.object({ sendId: z.uuid(), part: z.int().min(1) }),
});

/** Shows a member of staff what readers would get. */
export const mailTestSendKind = defineKind({
  ...paces.mail,
  name: "mail-test-send",
  payload: z.object({ newsletterId: z.uuid(), postId: z.uuid(), userId: z.uuid() }),
});

/** Makes one attempt after another at telling one address of one event. It is its own count of failures. */
export const deliverWebhookKind = defineKind({
  ...paces.webhooks,
  maxFailures: 50,
  maxClaims: 100,
  name: "deliver-webhook",
  payload: z.object({ deliveryId: z.uuid() }),
});

/** Tells one person that a webhook is switched off. */
export const mailWebhookDisabledKind = defineKind({
  ...paces.mail,
  name: "mail-webhook-disabled",
  payload: z.object({ webhookId: z.uuid(), userId: z.uuid() }),
});

/** Asks the owner of an address whether they want what was asked for in their name. */
export const mailConfirmationKind = defineKind({
  ...paces.mail,
  name: "mail-subscription-confirmation",
  payload: z.object({ confirmationId: z.uuid() }),
});

/** Tells somebody who signed up again that they are subscribed already. */
export const mailSubscribedKind = defineKind({
  ...paces.mail,
  name: "mail-subscription-reminder",
  payload: z.object({ subscriberId: z.uuid() }),
});

export const importSubscribersKind = defineKind({
  ...paces.heavy,
  // As with documents: each batch renews the lease.
  leaseSeconds: 60,
  budgetSeconds: 45,
  name: "import-subscribers",
  payload: z.object({ importId: z.uuid() }),
});

/** Looks at an upload, cleans it and draws its copies. */
export const processMediaKind = defineKind({
  ...paces.heavy,
  name: "process-media",
  payload: z.object({ mediaId: z.uuid() }),
});

/** Deletes the objects of a file unless somebody still has it; its dedupe key is the digest too. */
export const removeMediaKind = defineKind({
  ...paces.quick,
  name: "remove-media",
  payload: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/u) }),
});

/** Looks for files that nobody names. */
export const findOrphansKind = defineKind({
  ...paces.heavy,
  name: "find-orphans",
  payload: z.object({}),
});

/** Brings in what imported posts show from elsewhere. */
export const fetchPicturesKind = defineKind({
  ...paces.heavy,
  name: "fetch-pictures",
  payload: z.object({ importId: z.uuid() }),
});
