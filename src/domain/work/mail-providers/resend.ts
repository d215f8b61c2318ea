import { z } from "zod";

import type { Settings } from "#core/settings";
import {
  base64,
  type Fate,
  type MailProvider,
  type OutgoingMail,
  PATIENCE_MS,
  pauseOf,
} from "#domain/work/mail-provider";

/**
 * Resend's API. It keeps an idempotency key for 24 hours: the same mails under the same key are sent once.
 * One mail goes to `/emails`, which takes attachments; several to `/emails/batch`, where a mail that is
 * refused does not keep the others back.
 *
 * @see https://resend.com/docs/api-reference/emails/send-batch-emails
 */
export const resendProvider = ({
  RESEND_API_URL: base,
  RESEND_API_KEY: apiKey = "",
}: Pick<Settings, "RESEND_API_URL" | "RESEND_API_KEY">): MailProvider => ({
  name: "resend",
  batchSize: 100,
  safety: "key",
  async send(mails, key) {
    const [first] = mails;
    const isOne = mails.length === 1 && first !== undefined;
    const response = await fetch(`${base.replace(/\/+$/u, "")}/emails${isOne ? "" : "/batch"}`, {
      method: "POST",
      headers: {
        Authorization: `Bearer ${apiKey}`,
        "Content-Type": "application/json",
        "Idempotency-Key": key,
        "X-Batch-Validation": "permissive",
      },
      body: JSON.stringify(isOne ? toBody(first) : mails.map(toBody)),
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const answer: unknown = await response.json().catch(() => null);
    if (!response.ok) return mails.map(() => refusalOf(response, answer));
    const refused = new Map(
      (Answer.safeParse(answer).data?.errors ?? []).map(({ index }) => [index, true]),
    );
    return mails.map((_mail, index): Fate =>
      refused.has(index) ? { kind: "refused", code: "validation_error" } : { kind: "sent" },
    );
  },
});

const Answer = z.object({ errors: z.array(z.object({ index: z.int() })).optional() });
const Refusal = z.object({ name: z.string().regex(/^[a-z_]{1,60}$/u) });

const toBody = ({ to, attachments, replyTo, headers, ...mail }: OutgoingMail) => ({
  ...mail,
  to: [to],
  headers: withFeedbackId(headers),
  ...(replyTo === undefined ? {} : { reply_to: replyTo }),
  ...(attachments
    ? {
        attachments: attachments.map(({ fileName, contentType, bytes }) => ({
          filename: fileName,
          content_type: contentType,
          content: base64(bytes),
        })),
      }
    : {}),
});

/** The header that Gmail counts complaints by may go out under its own name here. */
function withFeedbackId({ "X-Feedback-ID": feedbackId, ...headers }: OutgoingMail["headers"]) {
  return feedbackId === undefined ? headers : { ...headers, "Feedback-ID": feedbackId };
}

/** What an answer other than success means for every mail of the call. */
function refusalOf(response: Response, answer: unknown): Fate {
  const code = Refusal.safeParse(answer).data?.name ?? `status_${response.status}`;
  if (code === "daily_quota_exceeded" || code === "monthly_quota_exceeded") {
    return { kind: "later", afterSeconds: 3600 };
  }
  if (response.status === 429) return { kind: "later", afterSeconds: pauseOf(response) };
  if (code === "concurrent_idempotent_requests") return { kind: "unknown" };
  // The key has been used for other mails: whatever it was used for may be what is asked about.
  if (response.status === 409 || response.status === 408) return { kind: "unknown" };
  if ([401, 402, 403].includes(response.status)) return { kind: "blocked", code };
  if (response.status >= 400 && response.status < 500) return { kind: "refused", code };
  return { kind: "unknown" };
}
