import { AddressSuppressed, SubscriberExists, SubscriberNotFound } from "#api/exceptions";
import type { Context } from "#core/context";
import { newId, now } from "#core/ids";
import { newJob } from "#core/jobs";
import type { Actor, Caller } from "#domain/actors";
import {
  activeSubscriber,
  changedParts,
  consent,
  happened,
  leaveEverything,
  memberEvent,
  type NewsletterLabel,
  pendingSubscriber,
  reviseSubscriber,
  type Subscriber,
} from "#domain/subscribers";
import { addressHashOf } from "#domain/suppressions";
import { mailConfirmationKind } from "#domain/task-kinds";
import {
  deleteSubscriber,
  insertSubscriber,
  insertSubscriberEvents,
  openConfirmation,
  selectSubscriber,
  selectSubscriberByEmail,
  updateSubscriber,
} from "#repository/subscribers";
import { selectNewslettersNamed, setSubscriptions } from "#repository/subscriptions";
import {
  ADDRESS_SUPPRESSED,
  requireNotSuppressed,
  selectSuppression,
  takeTurnsOnSuppressions,
  upsertSuppression,
} from "#repository/suppressions";
import { explainAborts } from "#service/aborts";
import { type AuditNote, type Decision, perform } from "#service/perform";
import { type Base, expectBase } from "#service/versions";

import { refuseUnknown, wishOf } from "./sign-up";

export interface SubscriberInput {
  /** As `normaliseAddress` gives it. */
  readonly email: string;
  readonly name: string | null;
  readonly labels: readonly string[];
  /** Slugs or ids; null for those that everybody gets. */
  readonly newsletters: readonly string[] | null;
  /** On whose word they want mail; null when they are to be asked. */
  readonly attestation: string | null;
}

/**
 * Adds somebody: at once, on the word of whoever adds them, or when they have confirmed the mail that they
 * get. Never somebody whose address is suppressed.
 *
 * @throws {SubscriberExists} 40920, {@link AddressSuppressed} 40921, {@link ReferenceUnknown} 42204
 */
export async function addSubscriber(
  context: Context,
  caller: Caller,
  input: SubscriberInput,
): Promise<Subscriber> {
  const { db, settings } = context;
  const hash = await addressHashOf(settings.APP_SECRET, input.email);
  const add = () =>
    perform(context, caller, {
      permission: "subscribers:write",
      load: () => [
        selectSubscriberByEmail(db, input.email),
        selectSuppression(db, hash),
        selectNewslettersNamed(db, input.newsletters),
      ],
      decide: (actor, [known, suppressed, newsletters]) => {
        if (known.length > 0) throw new SubscriberExists();
        if (suppressed.length > 0) throw new AddressSuppressed();
        refuseUnknown(input.newsletters, newsletters);
        const decision =
          input.attestation === null
            ? inviting(context, actor, input, newsletters)
            : attesting(context, actor, input, newsletters);
        const fence = [takeTurnsOnSuppressions(db), requireNotSuppressed(db, hash)];
        return { ...decision, statements: [...fence, ...decision.statements] };
      },
    });
  return explainAborts(add, { [ADDRESS_SUPPRESSED]: () => new AddressSuppressed() });
}

const noted = (action: string, { id, version }: Subscriber, changes?: string[]): AuditNote => ({
  action,
  entity: "subscriber",
  entityId: id,
  version,
  ...(changes ? { changes: { changed: changes } } : {}),
});

function attesting(
  { db }: Context,
  actor: Actor,
  { attestation, newsletters: _names, ...input }: SubscriberInput,
  newsletters: readonly NewsletterLabel[],
): Decision<Subscriber> {
  const subscriber = activeSubscriber({ ...input, newsletters, source: "staff" });
  const ids = newsletters.map(({ id }) => id);
  const details = { by: actor.userId, attestation, newsletters: ids };
  return {
    result: subscriber,
    statements: [
      insertSubscriber(db, subscriber),
      ...setSubscriptions(db, subscriber.id, ids),
      insertSubscriberEvents(db, [happened(subscriber.id, "added", details)]),
    ],
    audit: [noted("subscriber.create", subscriber)],
    events: [memberEvent("member.created", subscriber)],
  };
}

function inviting(
  { db, requestId }: Context,
  actor: Actor,
  { newsletters: _names, attestation: _none, ...input }: SubscriberInput,
  newsletters: readonly NewsletterLabel[],
): Decision<Subscriber> {
  const subscriber = pendingSubscriber({ ...input, source: "staff" });
  const { confirmationId } = subscriber;
  const details = { ...wishOf(input, newsletters), consent, source: "staff", by: actor.userId };
  const options = { requestId, createdBy: actor.userId };
  return {
    result: subscriber,
    statements: [
      // Here a second subscriber with the address is an error, and the look before has told of the first.
      insertSubscriber(db, { ...subscriber, confirmationId: null, confirmationExpiresAt: null }),
      ...openConfirmation(db, { subscriber, details }),
    ],
    jobs: [newJob(mailConfirmationKind, { confirmationId }, options)],
    audit: [noted("subscriber.create", subscriber)],
  };
}

export interface SubscriberChanges {
  readonly name?: string | null;
  readonly labels?: readonly string[];
  /** Slugs or ids: all they are to get. */
  readonly newsletters?: readonly string[];
}

type Target = Base<Subscriber> & { readonly id: string };

/** @throws {SubscriberNotFound} 40420, {@link StaleVersion} 41200 */
async function expectCurrent(
  subscriber: Subscriber | undefined,
  target: Target,
): Promise<Subscriber> {
  if (!subscriber) throw new SubscriberNotFound();
  await expectBase(subscriber, target);
  return subscriber;
}

/**
 * Changes what is given; for nothing there is no new version. Who gets no mail gets none by this.
 *
 * @throws {SubscriberNotFound} 40420, {@link StaleVersion} 41200, {@link ReferenceUnknown} 42204
 */
export function editSubscriber(
  context: Context,
  caller: Caller,
  target: Target,
  { newsletters: names, ...input }: SubscriberChanges,
): Promise<Subscriber> {
  const { db } = context;
  return perform(context, caller, {
    permission: "subscribers:write",
    load: () => [selectSubscriber(db, target.id), selectNewslettersNamed(db, names ?? [])],
    decide: async (actor, [[found], chosen]) => {
      const subscriber = await expectCurrent(found, target);
      const kept = subscriber.newsletters.filter(
        ({ id, slug }) => names?.includes(id) || names?.includes(slug),
      );
      const known = [...new Map([...kept, ...chosen].map((each) => [each.id, each])).values()];
      refuseUnknown(names ?? null, known);
      const wanted = names === undefined ? subscriber.newsletters : known;
      const { labels = subscriber.labels, name = subscriber.name } = input;
      const next = reviseSubscriber(subscriber, { name, labels: [...labels], newsletters: wanted });
      const changed = changedParts(subscriber, next);
      if (changed.length === 0) return { result: subscriber, statements: [], audit: [] };
      const ids = wanted.map(({ id }) => id);
      const details = { by: actor.userId, changed, newsletters: ids };
      return {
        result: next,
        statements: [
          updateSubscriber(db, next),
          ...(names === undefined ? [] : setSubscriptions(db, next.id, ids)),
          insertSubscriberEvents(db, [happened(next.id, "changed", details)]),
        ],
        audit: [noted("subscriber.update", next, changed)],
        events: [memberEvent("member.updated", next)],
      };
    },
  });
}

/**
 * Takes somebody out of all newsletters, as they have asked in some other way: no import brings them back,
 * and only they themselves can.
 *
 * @throws {SubscriberNotFound} 40420, {@link StaleVersion} 41200
 */
export function unsubscribe(context: Context, caller: Caller, target: Target): Promise<Subscriber> {
  const { db, settings } = context;
  return perform(context, caller, {
    permission: "subscribers:write",
    load: () => [selectSubscriber(db, target.id)],
    decide: async (actor, [[found]]) => {
      const subscriber = await expectCurrent(found, target);
      const next = leaveEverything(subscriber);
      const addressHash = await addressHashOf(settings.APP_SECRET, subscriber.email);
      const row = {
        id: newId(),
        createdAt: now(),
        addressHash,
        reason: "unsubscribe_all",
      } as const;
      return {
        result: next,
        statements: [
          takeTurnsOnSuppressions(db),
          upsertSuppression(db, row),
          updateSubscriber(db, next),
          ...setSubscriptions(db, next.id, []),
          insertSubscriberEvents(db, [happened(next.id, "unsubscribed", { by: actor.userId })]),
        ],
        audit: [noted("subscriber.unsubscribe", next)],
        events: [memberEvent("member.updated", next)],
      };
    },
  });
}

/**
 * Deletes somebody with all that is known of them. When their address is suppressed it stays so.
 *
 * @throws {SubscriberNotFound} 40420, {@link StaleVersion} 41200
 */
export function eraseSubscriber(context: Context, caller: Caller, target: Target): Promise<null> {
  const { db } = context;
  return perform(context, caller, {
    permission: "subscribers:write",
    load: () => [selectSubscriber(db, target.id)],
    decide: async (_actor, [[found]]) => {
      const subscriber = await expectCurrent(found, target);
      const next = reviseSubscriber(subscriber, {});
      return {
        result: null,
        statements: deleteSubscriber(db, subscriber.id),
        audit: [noted("subscriber.erase", next)],
        events: [memberEvent("member.deleted", subscriber)],
      };
    },
  });
}
