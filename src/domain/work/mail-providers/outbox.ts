import { z } from "zod";

import {
  base64,
  type Fate,
  type MailProvider,
  type OutgoingMail,
  PATIENCE_MS,
  pauseOf,
  type Safety,
} from "#domain/work/mail-provider";

/**
 * The outbox of development: it refuses what the real ones refuse, and shows the rest on a page.
 *
 * @param safety which kind of provider it is to be taken for.
 */
export const outboxProvider = (url: string, safety: Safety): MailProvider => ({
  name: "outbox",
  batchSize: 100,
  safety,
  async send(mails, key) {
    const response = await fetch(`${url}/batch`, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "Idempotency-Key": key,
        // Only one kind of provider takes mails once for being told the key; another can be asked for it.
        ...(safety === "key" ? {} : { "X-Batch-Key": key }),
      },
      body: JSON.stringify({ mails: mails.map(toBody) }),
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const answer: unknown = await response.json().catch(() => null);
    if (!response.ok) return mails.map(() => refusalOf(response));
    const { data } = Answer.parse(answer);
    return mails.map((_mail, index): Fate => {
      const error = data[index]?.error;
      return error === undefined
        ? { kind: "sent" }
        : { kind: "refused", code: error.toLowerCase() };
    });
  },
  async find(key) {
    const response = await fetch(`${url}.json?key=${encodeURIComponent(key)}`, {
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (!response.ok) throw new Error(`The outbox answered ${response.status}.`);
    const { data } = Found.parse(await response.json());
    return new Set(data.map(({ to }) => to));
  },
});

const Answer = z.object({ data: z.array(z.object({ error: z.string().optional() })) });
const Found = z.object({ data: z.array(z.object({ to: z.string() })) });

const toBody = ({ attachments, ...mail }: OutgoingMail) => ({
  ...mail,
  ...(attachments
    ? {
        attachments: attachments.map(({ fileName, contentType, bytes }) => ({
          filename: fileName,
          type: contentType,
          content: base64(bytes),
        })),
      }
    : {}),
});

function refusalOf(response: Response): Fate {
  if (response.status === 429) return { kind: "later", afterSeconds: pauseOf(response) };
  if (response.status === 409) return { kind: "unknown" };
  if (response.status >= 400 && response.status < 500) {
    return { kind: "refused", code: `outbox_${response.status}` };
  }
  return { kind: "unknown" };
}
