import type { TaskContext } from "#core/context";

import type { Mail } from "./mail";

/** What became of a mail. Whatever is thrown instead may go well the next time. */
export type Delivery =
  | { readonly kind: "sent" }
  | { readonly kind: "later"; readonly afterSeconds: number }
  | { readonly kind: "refused"; readonly code: string };

/** How long the outbox may take to answer, in milliseconds. */
const PATIENCE_MS = 15_000;

/**
 * Hands a mail over: to Cloudflare's Email Service, or to the outbox where there is one.
 *
 * @param key the same for the same mail, so that a recipient who keeps count takes it once.
 * @throws {Error} when nobody can tell whether it went.
 */
export async function deliverMail(
  { settings, mail: service }: Pick<TaskContext, "settings" | "mail">,
  mail: Mail,
  key: string,
): Promise<Delivery> {
  const message = {
    ...mail,
    from: senderOf(settings.MAIL_FROM),
    headers: { "Auto-Submitted": "auto-generated", "X-Entity-Ref-ID": key },
  };
  if (settings.MAIL_OUTBOX_URL === undefined) return send(service, message);
  return post(settings.MAIL_OUTBOX_URL, message, key);
}

type Sender = string | { readonly name: string; readonly email: string };
type Message = Mail & { readonly from: Sender; readonly headers: Record<string, string> };

/** `Name <address>` in its two parts, or an address alone. */
function senderOf(text: string): Sender {
  const [, name = "", email] = /^\s*"?([^"<]*?)"?\s*<([^<>\s]+)>\s*$/u.exec(text) ?? [];
  return email === undefined ? text : { name, email };
}

async function post(url: string, message: Message, key: string): Promise<Delivery> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": key },
    body: JSON.stringify(message),
    redirect: "manual",
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  await response.body?.cancel();
  if (response.ok) return { kind: "sent" };
  if (response.status === 429) return { kind: "later", afterSeconds: 60 };
  if (response.status >= 400 && response.status < 500) {
    return { kind: "refused", code: `outbox_${response.status}` };
  }
  throw new Error(`The outbox answered ${response.status}.`);
}

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

/** When it is worth asking again, in seconds. */
const pauses: Readonly<Record<string, number>> = {
  E_RATE_LIMIT_EXCEEDED: 60,
  E_DAILY_LIMIT_EXCEEDED: 3600,
};

async function send(service: SendEmail, message: Message): Promise<Delivery> {
  try {
    await service.send(message);
    return { kind: "sent" };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const afterSeconds = pauses[code];
    if (afterSeconds !== undefined) return { kind: "later", afterSeconds };
    if (refusals.has(code)) return { kind: "refused", code: code.toLowerCase() };
    throw error;
  }
}
