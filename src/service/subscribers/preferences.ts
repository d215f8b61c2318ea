import type { Context } from "#core/context";
import { newId, now } from "#core/ids";
import { readSubscriberToken } from "#domain/subscriber-tokens";
import {
  happened,
  leaveNewsletters,
  memberEvent,
  type NewsletterLabel,
  reviseSubscriber,
  type Subscriber,
} from "#domain/subscribers";
import { addressHashOf } from "#domain/suppressions";
import {
  deleteSubscriber,
  insertSubscriberEvents,
  selectSubscriber,
  updateSubscriber,
} from "#repository/subscribers";
import { selectNewslettersOnOffer, setSubscriptions } from "#repository/subscriptions";
import { takeTurnsOnSuppressions, upsertSuppression } from "#repository/suppressions";

import { amend, type Amendment, making } from "./amend";
import { type Dossier, selectDossier, toDossier } from "./dossier";
import { leavingEverything } from "./leave";

/** What somebody gets, and what they could. */
export interface Preferences {
  /** Undefined when nobody of this id is known any more. */
  readonly subscriber: Subscriber | undefined;
  readonly offers: readonly (NewsletterLabel & { readonly description: string | null })[];
}

/** What a link to one's preferences shows. Undefined when the link is not one of ours. */
export async function readPreferences(
  context: Context,
  token: string,
): Promise<Preferences | undefined> {
  const id = await idOf(context, token);
  return id === undefined ? undefined : find(context, id);
}

export interface Choice {
  /** Null for no name; undefined leaves the one there is. */
  readonly name?: string | null;
  /** Ids. */
  readonly newsletters: readonly string[];
}

/**
 * Gives a subscriber the newsletters they choose, and no others. Whoever gets no mail stays without: for
 * that they sign up anew, and confirm. Undefined when the link is not one of ours.
 */
export async function savePreferences(
  context: Context,
  token: string,
  choice: Choice,
): Promise<Preferences | undefined> {
  const id = await idOf(context, token);
  if (id === undefined) return undefined;
  let after: Subscriber | undefined;
  const found = await amend(
    context,
    () => find(context, id),
    ({ subscriber, offers }) => {
      const chosen = subscriber && choose({ subscriber, offers }, choice);
      after = chosen?.next ?? subscriber;
      return chosen && subscriber ? choosing(context, subscriber, chosen) : null;
    },
  );
  return { ...found, subscriber: after };
}

interface Chosen {
  readonly next: Subscriber;
  readonly left: readonly string[];
  readonly added: readonly string[];
}

/** Null when there is nothing to change. */
function choose(
  { subscriber, offers }: Preferences & { subscriber: Subscriber },
  { name, newsletters: wanted }: Choice,
): Chosen | null {
  const isActive = subscriber.status === "active";
  const has = new Set(subscriber.newsletters.map(({ id }) => id));
  const left = isActive ? [...has].filter((id) => !wanted.includes(id)) : [];
  const added = isActive ? offers.filter(({ id }) => wanted.includes(id) && !has.has(id)) : [];
  const isRenamed = name !== undefined && name !== subscriber.name;
  if (left.length === 0 && added.length === 0 && !isRenamed) return null;
  const grown = { ...subscriber, newsletters: [...subscriber.newsletters, ...added] };
  const next = left.length > 0 ? leaveNewsletters(grown, left) : reviseSubscriber(grown, {});
  return {
    next: isRenamed ? { ...next, name } : next,
    left,
    added: added.map(({ id }) => id),
  };
}

function choosing({ db }: Context, { name }: Subscriber, { next, left, added }: Chosen): Amendment {
  const how = "preferences";
  return {
    ...making("subscriber.choose", next),
    statements: [
      updateSubscriber(db, next),
      ...setSubscriptions(
        db,
        next.id,
        next.newsletters.map(({ id }) => id),
      ),
      insertSubscriberEvents(db, [
        happened(next.id, "changed", { how, is_renamed: next.name !== name }),
        ...left.map((id) => happened(next.id, "unsubscribed", { how }, id)),
        ...added.map((id) => happened(next.id, "subscribed", { how }, id)),
      ]),
    ],
    events: [memberEvent("member.updated", next)],
  };
}

/** No mail at all any more. Undefined when the link is not one of ours. */
export async function leaveByPreferences(
  context: Context,
  token: string,
): Promise<Preferences | undefined> {
  const id = await idOf(context, token);
  if (id === undefined) return undefined;
  return amend(
    context,
    () => find(context, id),
    ({ subscriber }) =>
      subscriber ? leavingEverything(context, subscriber, { how: "preferences" }) : null,
  );
}

/**
 * Deletes somebody with all that is known of them, at their own wish. A hash of the address stays, so that
 * no list brings them back. Undefined when the link is not one of ours.
 */
export async function eraseMyself(context: Context, token: string): Promise<true | undefined> {
  const { db, settings } = context;
  const id = await idOf(context, token);
  if (id === undefined) return undefined;
  await amend(
    context,
    async () => (await selectSubscriber(db, id))[0],
    async (subscriber) => {
      if (!subscriber) return null;
      const addressHash = await addressHashOf(settings.APP_SECRET, subscriber.email);
      const row = {
        id: newId(),
        createdAt: now(),
        addressHash,
        reason: "unsubscribe_all",
      } as const;
      return {
        ...making("subscriber.erase", reviseSubscriber(subscriber, {})),
        statements: [
          takeTurnsOnSuppressions(db),
          upsertSuppression(db, row),
          ...deleteSubscriber(db, id),
        ],
        events: [memberEvent("member.deleted", subscriber)],
      };
    },
  );
  return true;
}

/** Everything that is known of whoever a link belongs to; null when nothing is. Undefined when it is not one of ours. */
export async function exportMyself(
  context: Context,
  token: string,
): Promise<Dossier | null | undefined> {
  const id = await idOf(context, token);
  if (id === undefined) return undefined;
  return toDossier(await context.db.batch(selectDossier(context.db, id))) ?? null;
}

async function idOf({ settings }: Context, token: string): Promise<string | undefined> {
  const [id] = (await readSubscriberToken(settings.APP_SECRET, "preferences", token)) ?? [];
  return id;
}

async function find({ db }: Context, id: string): Promise<Preferences> {
  const [[subscriber], offers] = await db.batch([
    selectSubscriber(db, id),
    selectNewslettersOnOffer(db),
  ]);
  return { subscriber, offers };
}
