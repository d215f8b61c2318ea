import { and, eq, inArray, notInArray, or, sql } from "drizzle-orm";

import type { Database, Statement } from "#core/db";
import { isId } from "#core/ids";

import { newsletters, subscriptions } from "./models";

/** A newsletter as a subscriber has it. */
export interface NewsletterLabel {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
}

const label = { id: newsletters.id, slug: newsletters.slug, name: newsletters.name };

/** The newsletters that can be had and have one of these slugs or ids; those for everybody when none are named. */
export const selectNewslettersNamed = (db: Database, names: readonly string[] | null) =>
  db
    .select(label)
    .from(newsletters)
    .where(
      and(
        eq(newsletters.status, "active"),
        names === null
          ? eq(newsletters.isDefault, true)
          : or(inArray(newsletters.slug, [...names]), inArray(newsletters.id, names.filter(isId))),
      ),
    )
    .orderBy(newsletters.name, newsletters.id);

/** Every newsletter there is or was, for lists that name them. */
export const selectAllNewsletters = (db: Database) => db.select(label).from(newsletters);

/** Every newsletter that can be had, with what readers are told of it. */
export const selectNewslettersOnOffer = (db: Database) =>
  db
    .select({ ...label, description: newsletters.description })
    .from(newsletters)
    .where(eq(newsletters.status, "active"))
    .orderBy(newsletters.name, newsletters.id);

export const selectNewsletterLabel = (db: Database, id: string) =>
  db.select(label).from(newsletters).where(eq(newsletters.id, id));

/** Leaves somebody with these newsletters and no others. */
export const setSubscriptions = (
  db: Database,
  subscriberId: string,
  newsletterIds: readonly string[],
): Statement[] => {
  const own = eq(subscriptions.subscriberId, subscriberId);
  if (newsletterIds.length === 0) return [db.delete(subscriptions).where(own)];
  const ids = [...newsletterIds];
  return [
    db.delete(subscriptions).where(and(own, notInArray(subscriptions.newsletterId, ids))),
    db
      .insert(subscriptions)
      .values(ids.map((newsletterId) => ({ subscriberId, newsletterId })))
      .onConflictDoNothing(),
  ];
};

/** Gives somebody what they asked for with a sign-up, as far as it can still be had. */
export const addSubscriptionsAskedFor = (
  db: Database,
  subscriberId: string,
  confirmationId: string,
): Statement =>
  db.execute(sql`
    insert into subscriptions (subscriber_id, newsletter_id)
    select ${subscriberId}::uuid, newsletters.id
    from subscriber_events asked
    cross join lateral jsonb_array_elements_text(asked.details -> 'newsletters') as wish(id)
    join newsletters on newsletters.id = wish.id::uuid and newsletters.status = 'active'
    where asked.id = ${confirmationId}::uuid and asked.subscriber_id = ${subscriberId}::uuid
    on conflict (newsletter_id, subscriber_id) do nothing`);
