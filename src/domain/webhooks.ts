import { seal, unseal } from "#core/sealing";
import type { WebhookDeliveryRecord } from "#repository/webhook-deliveries";
import type { WebhookRecord } from "#repository/webhooks";

import type { NewEvent } from "./events";

/** An address that is told what happens, without its secrets. */
export type Webhook = WebhookRecord;

/** One event on its way to one address, with every attempt. */
export type WebhookDelivery = WebhookDeliveryRecord;

/** A delivery that nobody has tried yet. */
export const newDelivery = (
  id: string,
  webhook: Pick<Webhook, "id">,
  event: Pick<NewEvent, "id" | "type" | "createdAt">,
  jobId: string,
): WebhookDelivery => ({
  id,
  createdAt: event.createdAt,
  webhookId: webhook.id,
  state: "pending",
  attempts: [],
  nextAt: event.createdAt,
  finishedAt: null,
  jobId,
  event: { id: event.id, type: event.type, createdAt: event.createdAt },
});

/** `standard` is https://www.standardwebhooks.com; `ghost` signs and shapes as Ghost does. */
export const formats = ["standard", "ghost"] as const satisfies readonly Webhook["format"][];

/** How many webhooks one person can make: each event is one request to each that wants it. */
export const WEBHOOK_LIMIT = 50;

/** For how long the secret before the newest signs as well. */
export const ROTATION_SECONDS = 24 * 3600;

const minutes = (count: number): number => count * 60;
const hours = (count: number): number => count * 3600;

/** How long after the attempt before it each attempt is made, in seconds: about three days in all (Standard Webhooks). */
export const schedule: readonly number[] = [
  0, 5, minutes(5), minutes(30), hours(2), hours(5), hours(10), hours(14), hours(20), hours(24),
]; // prettier-ignore

/** Nobody who asks for patience is given more than this, in seconds. */
const MOST_PATIENCE = hours(24);

/**
 * In how many seconds to try again.
 *
 * @param tried attempts so far.
 * @param retryAfter what the receiver asked for, in seconds; null for nothing.
 * @returns undefined after the last.
 */
export function nextAttemptIn(tried: number, retryAfter: number | null): number | undefined {
  const pause = schedule[tried];
  return pause === undefined
    ? undefined
    : Math.max(pause, Math.min(retryAfter ?? 0, MOST_PATIENCE));
}

/**
 * What `Retry-After` asks for, in seconds from `moment`: it says a number of them, or a date (RFC 9110,
 * section 10.2.3).
 */
export function retryAfterOf(header: string | null, moment: number): number | null {
  if (header === null) return null;
  if (/^\d{1,9}$/u.test(header.trim())) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - moment) / 1000));
}

/** An address to which nothing got through for this long is switched off. */
export const PATIENCE_DAYS = 5;

/** A new signing secret: 256 random bits, as Standard Webhooks writes them. */
export function newWebhookSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return `whsec_${btoa(String.fromCharCode(...bytes))}`;
}

const PURPOSE = "webhook secret";

/** A secret as its column keeps it. */
export const sealWebhookSecret = (
  appSecret: string,
  webhookId: string,
  secret: string,
): Promise<string> => seal(appSecret, PURPOSE, webhookId, secret);

/** @returns undefined when APP_SECRET is not what it was. */
export const openWebhookSecret = (
  appSecret: string,
  webhookId: string,
  sealed: string,
): Promise<string | undefined> => unseal(appSecret, PURPOSE, webhookId, sealed);
