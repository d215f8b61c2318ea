import {
  addressOf,
  type Fate,
  type MailProvider,
  type OutgoingMail,
} from "#domain/work/mail-provider";

/** What is wrong with the mail or its recipient stays wrong. */
const refusals: ReadonlySet<string> = new Set([
  "E_VALIDATION_ERROR",
  "E_FIELD_MISSING",
  "E_CONTENT_TOO_LARGE",
  "E_HEADER_NOT_ALLOWED",
  "E_TOO_MANY_RECIPIENTS",
  "E_RECIPIENT_NOT_ALLOWED",
  "E_RECIPIENT_SUPPRESSED",
]);

/** What is wrong with the account is wrong for every mail. */
const blocks: ReadonlySet<string> = new Set([
  "E_SENDER_NOT_VERIFIED",
  "E_SENDER_DOMAIN_NOT_AVAILABLE",
]);

/** When it is worth asking again, in seconds. */
const pauses: Readonly<Record<string, number>> = {
  E_RATE_LIMIT_EXCEEDED: 60,
  E_DAILY_LIMIT_EXCEEDED: 3600,
};

/**
 * Cloudflare's Email Service, through its binding: one call a mail, and no key that would make a second
 * one harmless. So a batch is small: it is what nobody can tell about when a worker is lost.
 *
 * @see https://developers.cloudflare.com/email-service/
 */
export const cloudflareProvider = (service: SendEmail): MailProvider => ({
  name: "cloudflare",
  batchSize: 5,
  safety: "none",
  send: (mails) => Promise.all(mails.map((mail) => sendOne(service, mail))),
});

async function sendOne(service: SendEmail, mail: OutgoingMail): Promise<Fate> {
  try {
    await service.send(toMessage(mail));
    return { kind: "sent" };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const afterSeconds = pauses[code];
    if (afterSeconds !== undefined) return { kind: "later", afterSeconds };
    if (refusals.has(code)) return { kind: "refused", code: code.toLowerCase() };
    if (blocks.has(code)) return { kind: "blocked", code: code.toLowerCase() };
    return { kind: "unknown" };
  }
}

function toMessage({ from, attachments, ...mail }: OutgoingMail) {
  const { name, email } = addressOf(from);
  return {
    ...mail,
    from: name === "" ? email : { name, email },
    headers: { ...mail.headers },
    ...(attachments
      ? {
          attachments: attachments.map(({ fileName, contentType, bytes }) => ({
            filename: fileName,
            type: contentType,
            content: bytes,
            disposition: "attachment" as const,
          })),
        }
      : {}),
  };
}
