import type { Context } from "#core/context";
import type { Caller } from "#domain/actors";
import { readSubscriberToken } from "#domain/subscriber-tokens";
import {
  confirmSubscriber,
  consent,
  evidenceOf,
  happened,
  memberEvent,
  type NewsletterLabel,
} from "#domain/subscribers";
import { addressHashOf } from "#domain/suppressions";
import {
  type ConfirmationRecord,
  insertSubscriberEvents,
  selectConfirmation,
  updateSubscriber,
} from "#repository/subscribers";
import { addSubscriptionsAskedFor } from "#repository/subscriptions";
import {
  deleteSuppression,
  requireNotSuppressed,
  takeTurnsOnSuppressions,
} from "#repository/suppressions";

import { amend, making } from "./amend";

/** What somebody says who presses the button. */
export const consentWords = consent.text;

/**
 * How a question stands: `open`; `confirmed`, perhaps long ago; `over`, because it has expired or was
 * replaced, or whoever said yes has left since.
 */
export interface Confirmation {
  readonly state: "open" | "confirmed" | "over";
  readonly email: string;
  readonly newsletters: readonly NewsletterLabel[];
}

const over: Confirmation = { state: "over", email: "", newsletters: [] };

const toConfirmation = (row: ConfirmationRecord | undefined): Confirmation => {
  if (!row) return over;
  const { email, wanted: newsletters } = row;
  if (row.isOpen && row.status !== "active") return { state: "open", email, newsletters };
  return row.status === "active" && row.confirmedAt !== null
    ? { state: "confirmed", email, newsletters }
    : over;
};

/** What a link in a confirmation mail is about. Undefined when the link is not one of ours. */
export async function readConfirmation(
  context: Context,
  token: string,
): Promise<Confirmation | undefined> {
  const ids = await idsOf(context, token);
  return ids && toConfirmation(await find(context, ids));
}

/**
 * Makes somebody a subscriber who has got our mail and says yes, and lifts what they themselves, or staff,
 * had put in the way. Once or often, it is the same. Undefined when the link is not one of ours.
 */
export async function confirmSubscription(
  context: Context,
  caller: Pick<Caller, "network" | "userAgent">,
  token: string,
): Promise<Confirmation | undefined> {
  const ids = await idsOf(context, token);
  if (!ids) return undefined;
  const { db, settings, requestId } = context;
  const evidence = await evidenceOf(settings.APP_SECRET, caller, requestId);
  const found = await amend(
    context,
    () => find(context, ids),
    async (row) => {
      if (!row || toConfirmation(row).state !== "open") return null;
      const { isOpen: _isOpen, asked, wanted, ...subscriber } = row;
      const hash = await addressHashOf(settings.APP_SECRET, subscriber.email);
      const next = confirmSubscriber(
        subscriber,
        typeof asked.name === "string" ? asked.name : null,
      );
      const details = {
        ...evidence,
        consent,
        confirmation_id: ids.confirmationId,
        newsletters: wanted.map(({ id }) => id),
      };
      return {
        ...making("subscriber.confirm", next),
        statements: [
          takeTurnsOnSuppressions(db),
          deleteSuppression(db, hash, ["unsubscribe_all", "manual"]),
          requireNotSuppressed(db, hash),
          updateSubscriber(db, next),
          addSubscriptionsAskedFor(db, subscriber.id, ids.confirmationId),
          insertSubscriberEvents(db, [happened(subscriber.id, "signup.confirmed", details)]),
        ],
        events: [
          memberEvent(subscriber.confirmedAt === null ? "member.created" : "member.updated", next),
        ],
      };
    },
  );
  const confirmation = toConfirmation(found);
  return confirmation.state === "open" ? { ...confirmation, state: "confirmed" } : confirmation;
}

interface Ids {
  readonly id: string;
  readonly confirmationId: string;
}

async function idsOf({ settings }: Context, token: string): Promise<Ids | undefined> {
  const ids = await readSubscriberToken(settings.APP_SECRET, "confirm", token);
  const [id, confirmationId] = ids ?? [];
  return id === undefined || confirmationId === undefined ? undefined : { id, confirmationId };
}

async function find(
  { db }: Context,
  { id, confirmationId }: Ids,
): Promise<ConfirmationRecord | undefined> {
  const [row] = await selectConfirmation(db, id, confirmationId);
  return row;
}
