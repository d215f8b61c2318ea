import { newId, now, secondsFromNow } from "#core/ids";
import { sign } from "#core/tokens";
import type { SubscriberEventRow, SubscriberRecord } from "#repository/subscribers";
import type { NewsletterLabel } from "#repository/subscriptions";

import type { Caller } from "./actors";
import { newEvent, type NewEvent } from "./events";

/** Somebody who asked for mail, with what they get. */
export type Subscriber = SubscriberRecord;
export type SubscriberStatus = Subscriber["status"];
export type { NewsletterLabel };

/** How long an address has to answer whether it wants mail, in seconds. */
export const CONFIRMATION_SECONDS = 7 * 24 * 3600;

/**
 * What readers agree to when they confirm, word for word as the page and the mail have it. Other words get
 * the next version: what somebody agreed to is kept with both.
 */
export const consent = {
  version: 1,
  text: "Yes, send me these newsletters by email. I can stop them at any time with the link in each mail.",
} as const;

/** What happens between a subscriber and us, as `subscriber_events` has it. */
export type SubscriberEventKind =
  | "signup.requested"
  | "signup.confirmed"
  | "added"
  | "imported"
  | "subscribed"
  | "unsubscribed"
  | "changed"
  | "suppressed"
  | "unsuppressed"
  | "mail.soft_bounce";

/** Something that happened now. */
export const happened = (
  subscriberId: string,
  kind: SubscriberEventKind,
  details: Record<string, unknown> = {},
  newsletterId: string | null = null,
): SubscriberEventRow => ({
  id: newId(),
  createdAt: now(),
  subscriberId,
  kind,
  newsletterId,
  details,
});

/** Who asked, as far as it is evidence: their network as an HMAC, their browser, the request. */
export const evidenceOf = async (
  secret: string,
  { network, userAgent }: Pick<Caller, "network" | "userAgent">,
  requestId: string,
): Promise<Record<string, unknown>> => ({
  network: await sign(secret, "network", network),
  user_agent: userAgent,
  request_id: requestId,
});

export interface NewSubscriber {
  readonly email: string;
  readonly name: string | null;
  readonly labels?: readonly string[];
  /** What they get at once. */
  readonly newsletters?: readonly NewsletterLabel[];
  readonly source: "form" | "import" | "staff";
}

/** Somebody whom nobody has saved yet, at version 1, who gets mail. */
export function activeSubscriber({
  email,
  name,
  labels = [],
  newsletters = [],
  source,
}: NewSubscriber): Subscriber {
  const moment = now();
  return {
    id: newId(),
    createdAt: moment,
    updatedAt: moment,
    version: 1,
    email,
    name,
    status: "active",
    labels: [...labels],
    source,
    confirmationId: null,
    confirmationExpiresAt: null,
    confirmedAt: null,
    unsubscribedAt: null,
    softBounces: 0,
    newsletters: inOrder(newsletters),
  };
}

/** As the database has them: by id. */
const inOrder = (newsletters: readonly NewsletterLabel[]): NewsletterLabel[] =>
  newsletters.toSorted((one, other) => (one.id < other.id ? -1 : 1));

/** The same, who gets nothing until they have said that the address is theirs. */
export const pendingSubscriber = (wish: Omit<NewSubscriber, "newsletters">) => ({
  ...activeSubscriber(wish),
  status: "pending" as const,
  confirmationId: newId(),
  confirmationExpiresAt: secondsFromNow(CONFIRMATION_SECONDS),
});

/** Somebody with some of it changed, one version on. */
export const reviseSubscriber = (
  subscriber: Subscriber,
  change: Partial<Omit<Subscriber, "id" | "createdAt" | "version">>,
): Subscriber => ({
  ...subscriber,
  ...change,
  newsletters: inOrder(change.newsletters ?? subscriber.newsletters),
  updatedAt: now(),
  version: subscriber.version + 1,
});

/** Somebody who has confirmed, and what had held them back is past. */
export const confirmSubscriber = (subscriber: Subscriber, name: string | null): Subscriber =>
  reviseSubscriber(subscriber, {
    status: "active",
    name: subscriber.name ?? name,
    confirmationExpiresAt: null,
    confirmedAt: now(),
    unsubscribedAt: null,
    softBounces: 0,
  });

/** Somebody without these newsletters. Who has none left has left, and no import brings them back. */
export function leaveNewsletters(subscriber: Subscriber, ids: readonly string[]): Subscriber {
  const newsletters = subscriber.newsletters.filter(({ id }) => !ids.includes(id));
  const hasLeft = newsletters.length === 0 && subscriber.status === "active";
  return reviseSubscriber(subscriber, {
    newsletters,
    ...(hasLeft ? { status: "unsubscribed" as const, unsubscribedAt: now() } : {}),
  });
}

/** Somebody who wants no mail at all. Who may not get any stays as they are. */
export const leaveEverything = (subscriber: Subscriber): Subscriber =>
  reviseSubscriber(subscriber, {
    newsletters: [],
    confirmationExpiresAt: null,
    unsubscribedAt: subscriber.unsubscribedAt ?? now(),
    ...(subscriber.status === "suppressed" ? {} : { status: "unsubscribed" as const }),
  });

export const suppressSubscriber = (subscriber: Subscriber): Subscriber =>
  reviseSubscriber(subscriber, { status: "suppressed", confirmationExpiresAt: null });

/** Somebody whose suppression was lifted, as they were before: who had left has still left. */
export function unsuppressSubscriber(subscriber: Subscriber): Subscriber {
  const { unsubscribedAt, confirmationId, confirmedAt } = subscriber;
  const neverConfirmed = confirmationId !== null && confirmedAt === null;
  const hasLeft = unsubscribedAt !== null || neverConfirmed;
  return reviseSubscriber(subscriber, {
    status: hasLeft ? "unsubscribed" : "active",
    unsubscribedAt: hasLeft ? (unsubscribedAt ?? now()) : null,
    softBounces: 0,
  });
}

/** What a sign-up leads to: a question, a reminder that the answer is yes already, or nothing. */
export type Reply = "confirm" | "remind" | "none";

/** @param mayLift what is known of the address's suppression: none, or one that its owner lifts. */
export function replyTo(
  subscriber: Pick<Subscriber, "status"> | undefined,
  mayLift: boolean,
): Reply {
  if (!mayLift) return "none";
  return subscriber?.status === "active" ? "remind" : "confirm";
}

/** A member as others are told of them: by id, because what is told is kept, and people may be forgotten. */
export const memberEvent = (
  type: "member.created" | "member.updated" | "member.deleted",
  { id, status }: Pick<Subscriber, "id" | "status">,
): NewEvent => newEvent(type, { id, status: type === "member.deleted" ? null : status });

/** The names of what a change really changed: for the audit, which keeps no one's data. */
export const changedParts = (before: Subscriber, after: Subscriber): string[] =>
  (["name", "labels", "newsletters", "status"] as const).filter(
    (part) => JSON.stringify(before[part]) !== JSON.stringify(after[part]),
  );
