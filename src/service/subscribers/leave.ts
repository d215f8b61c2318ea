import type { Context } from "#core/context";
import { sendTogether, type Statement } from "#core/db";
import { newId, now } from "#core/ids";
import { readSubscriberToken } from "#domain/subscriber-tokens";
import {
  happened,
  leaveEverything,
  leaveNewsletters,
  memberEvent,
  type NewsletterLabel,
  type Subscriber,
} from "#domain/subscribers";
import { addressHashOf } from "#domain/suppressions";
import {
  insertSubscriberEvents,
  selectSubscriber,
  type SubscriberRecord,
  updateSubscriber,
} from "#repository/subscribers";
import { selectNewsletterLabel, setSubscriptions } from "#repository/subscriptions";
import {
  requireNobodyActive,
  takeTurnsOnSuppressions,
  upsertSuppression,
} from "#repository/suppressions";

import { amend, type Amendment, making } from "./amend";

/** What somebody who opens the link in a mail can leave. */
export interface Leaving {
  /** Undefined when nobody of this id is known any more. */
  readonly subscriber: Subscriber | undefined;
  /** Undefined when it has been deleted. */
  readonly newsletter: NewsletterLabel | undefined;
}

/** What a link in a mail is about. Undefined when the link is not one of ours. */
export async function readLeaving(context: Context, token: string): Promise<Leaving | undefined> {
  const ids = await idsOf(context, token);
  return ids && find(context, ids);
}

/**
 * Takes a subscriber out of the newsletter that a link belongs to, or out of all of them. Once or often,
 * for a newsletter that is archived, for somebody who was erased: it is the same, and never an error.
 * Undefined when the link is not one of ours.
 */
export async function leave(
  context: Context,
  token: string,
  { everything, how }: { everything: boolean; how: "one-click" | "page" },
): Promise<Leaving | undefined> {
  const ids = await idsOf(context, token);
  if (!ids) return undefined;
  return amend(
    context,
    () => find(context, ids),
    ({ subscriber }) => {
      if (!subscriber) return null;
      return everything
        ? leavingEverything(context, subscriber, { how })
        : leavingOne(context, subscriber, { newsletterId: ids.newsletterId, how });
    },
  );
}

function leavingOne(
  { db }: Context,
  subscriber: Subscriber,
  { newsletterId, how }: { newsletterId: string; how: string },
): Amendment | null {
  if (subscriber.newsletters.every(({ id }) => id !== newsletterId)) return null;
  const next = leaveNewsletters(subscriber, [newsletterId]);
  return {
    ...making("subscriber.unsubscribe", next),
    statements: [
      updateSubscriber(db, next),
      ...setSubscriptions(
        db,
        next.id,
        next.newsletters.map(({ id }) => id),
      ),
      insertSubscriberEvents(db, [happened(next.id, "unsubscribed", { how }, newsletterId)]),
    ],
    events: [memberEvent("member.updated", next)],
  };
}

/**
 * Somebody who wants no mail at all: remembered by the hash of the address as well, so that no list brings
 * them back, not even when they have been erased. Null when they have said so already.
 */
export async function leavingEverything(
  { db, settings }: Context,
  subscriber: Subscriber,
  details: Record<string, unknown>,
): Promise<Amendment | null> {
  const { newsletters, status } = subscriber;
  const hasLeft = status === "unsubscribed" || status === "suppressed";
  const suppression = upsertSuppression(db, {
    id: newId(),
    createdAt: now(),
    addressHash: await addressHashOf(settings.APP_SECRET, subscriber.email),
    reason: "unsubscribe_all",
  });
  const next = leaveEverything(subscriber);
  const named = newsletters.map(({ id }) => happened(next.id, "unsubscribed", details, id));
  const statements: Statement[] = [
    takeTurnsOnSuppressions(db),
    suppression,
    updateSubscriber(db, next),
    ...setSubscriptions(db, next.id, []),
    insertSubscriberEvents(db, [happened(next.id, "unsubscribed", details), ...named]),
  ];
  const isDone = hasLeft && newsletters.length === 0 && subscriber.confirmationExpiresAt === null;
  // The address may be known to have left one newsletter, and not yet to want nothing at all.
  if (isDone) {
    const nobody = requireNobodyActive(db, subscriber.email);
    await sendTogether(db, [takeTurnsOnSuppressions(db), suppression, nobody]);
    return null;
  }
  return {
    ...making("subscriber.unsubscribe", next),
    statements,
    events: [memberEvent("member.updated", next)],
  };
}

interface Ids {
  readonly id: string;
  readonly newsletterId: string;
}

async function idsOf({ settings }: Context, token: string): Promise<Ids | undefined> {
  const ids = await readSubscriberToken(settings.APP_SECRET, "unsubscribe", token);
  const [id, newsletterId] = ids ?? [];
  return id === undefined || newsletterId === undefined ? undefined : { id, newsletterId };
}

async function find({ db }: Context, { id, newsletterId }: Ids): Promise<Leaving> {
  const [[subscriber], [newsletter]] = (await sendTogether(db, [
    selectSubscriber(db, id),
    selectNewsletterLabel(db, newsletterId),
  ])) as [SubscriberRecord[], NewsletterLabel[]];
  return { subscriber, newsletter };
}
