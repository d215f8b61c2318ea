import { Webhook } from "standardwebhooks";

import type { TaskContext } from "#core/context";
import { hopMarkOf } from "#core/hops";
import { now } from "#core/ids";
import { outboundRulesOf } from "#domain/outbound";
import { openWebhookSecret, retryAfterOf } from "#domain/webhooks";
import type { DeliveryAttempt, DeliveryToMake } from "#repository/webhook-deliveries";

import { AddressRefused, readUpTo, safeFetch } from "./safe-fetch";

/** How long a receiver may take, with the lookup of its name, in milliseconds. */
const PATIENCE_MS = 15_000;
/** How much of an answer is read, and how much of that is kept, in bytes. */
const READ_BYTES = 64 * 1024;
const KEPT_BYTES = 1024;

/** How an attempt went. */
export interface Attempted {
  readonly attempt: DeliveryAttempt;
  readonly verdict: "delivered" | "gone" | "failed";
  /** For how many seconds the receiver asks to be left alone; null when it does not say. */
  readonly retryAfter: number | null;
}

/**
 * Tells a receiver of an event. Never throws: whatever happens is what happened to the attempt. The id is
 * that of the event, on every attempt; a receiver that keeps count takes it once.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export async function attemptDelivery(
  { settings }: Pick<TaskContext, "settings">,
  delivery: DeliveryToMake,
): Promise<Attempted> {
  const at = now();
  const begun = Date.now();
  const ended = () => ({ at, milliseconds: Date.now() - begun });
  const secrets = await secretsOf(settings.APP_SECRET, delivery);
  if (secrets.length === 0) return failed({ ...ended(), error: "secret_unreadable" });
  const body = bodyOf(delivery);
  try {
    const response = await safeFetch(
      delivery.webhook.url,
      { ...outboundRulesOf(settings), hopMark: await hopMarkOf(settings.APP_SECRET) },
      {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          "User-Agent": "Imprint-Webhooks",
          ...(await headersOf(delivery, secrets, body, begun)),
        },
        body,
        signal: AbortSignal.timeout(PATIENCE_MS),
      },
    );
    const excerpt = await excerptOf(response);
    return {
      attempt: { ...ended(), status: response.status, error: null, excerpt },
      verdict: response.ok ? "delivered" : response.status === 410 ? "gone" : "failed",
      retryAfter: [429, 503].includes(response.status)
        ? retryAfterOf(response.headers.get("Retry-After"), Date.now())
        : null,
    };
  } catch (error) {
    return failed({ ...ended(), error: reasonOf(error) });
  }
}

const failed = (made: Pick<DeliveryAttempt, "at" | "milliseconds" | "error">): Attempted => ({
  attempt: { ...made, status: null, excerpt: null },
  verdict: "failed",
  retryAfter: null,
});

function reasonOf(error: unknown): string {
  if (error instanceof AddressRefused) return error.code;
  return error instanceof Error && /^(?:TimeoutError|AbortError)$/u.test(error.name)
    ? "timeout"
    : "unreachable";
}

/** The newest first. None when APP_SECRET is not what it was. */
async function secretsOf(
  appSecret: string,
  { webhook, previousSecret }: DeliveryToMake,
): Promise<string[]> {
  const sealed = [webhook.secret, ...(previousSecret === null ? [] : [previousSecret])];
  const opened = await Promise.all(
    sealed.map((secret) => openWebhookSecret(appSecret, webhook.id, secret)),
  );
  return opened.filter((secret) => secret !== undefined);
}

const nounOf = (type: string): string => type.slice(0, type.indexOf("."));

/** The same bytes on every attempt. */
function bodyOf({ webhook, event: { type, createdAt, data } }: DeliveryToMake): string {
  if (webhook.format === "standard") {
    return JSON.stringify({ type, timestamp: createdAt, data });
  }
  const { previous = {}, ...current } = data;
  const told = type.endsWith(".deleted")
    ? { current: {}, previous: { ...current, ...(previous as object) } }
    : { current, previous };
  return JSON.stringify({ [nounOf(type)]: told });
}

/** @param moment of the attempt, in milliseconds since 1970. */
async function headersOf(
  { webhook, event }: DeliveryToMake,
  secrets: readonly string[],
  body: string,
  moment: number,
): Promise<Record<string, string>> {
  const id = { "webhook-id": event.id, "webhook-timestamp": String(Math.floor(moment / 1000)) };
  if (webhook.format === "ghost") {
    const [newest = ""] = secrets;
    const signature = await hmacHex(newest, `${body}${moment}`);
    return { ...id, "X-Ghost-Signature": `sha256=${signature}, t=${moment}` };
  }
  const signatures = secrets.map((secret) =>
    new Webhook(secret).sign(event.id, new Date(moment), body),
  );
  return { ...id, "webhook-signature": signatures.join(" ") };
}

/** As Ghost signs: the secret as it is written, the moment in milliseconds right behind the body. */
async function hmacHex(secret: string, text: string): Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, [
    "sign",
  ]);
  const signature = await crypto.subtle.sign("HMAC", key, encoder.encode(text));
  return Array.from(new Uint8Array(signature), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
}

/** The beginning of what was answered, as text that PostgreSQL can keep. Its status counts without it. */
async function excerptOf(response: Response): Promise<string | null> {
  const read = await readUpTo(response, READ_BYTES).catch(() => null);
  if (!read || read.bytes.byteLength === 0) return null;
  const text = new TextDecoder()
    .decode(read.bytes.subarray(0, KEPT_BYTES))
    .replaceAll(/[^\P{Cc}\n\t]/gu, "\u{fffd}");
  const kept = new TextEncoder().encodeInto(text, new Uint8Array(KEPT_BYTES));
  return text.slice(0, kept.read);
}
