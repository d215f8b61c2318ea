import { and, desc, eq, getTableColumns, ilike, lt, ne, or, type SQL, sql } from "drizzle-orm";

import type { Database, Statement } from "#core/db";
import type { PageRequest } from "#core/pages";

import {
  newsletters,
  receipts,
  sendRecipients,
  sends,
  subscriberEvents,
  subscribers,
  subscriptions,
} from "./models";
import type { NewsletterLabel } from "./subscriptions";

export type SubscriberRow = typeof subscribers.$inferSelect;
export type SubscriberEventRow = typeof subscriberEvents.$inferSelect;
export type NewSubscriberEvent = typeof subscriberEvents.$inferInsert;

// Written out, because drizzle takes the table's name off every column in what a select selects.
const newslettersOf = sql<readonly NewsletterLabel[]>`(
  select coalesce(json_agg(json_build_object(
    'id', newsletters.id, 'slug', newsletters.slug, 'name', newsletters.name
  ) order by newsletters.id), '[]')
  from subscriptions join newsletters on newsletters.id = subscriptions.newsletter_id
  where subscriptions.subscriber_id = subscribers.id)`;

const columns = { ...getTableColumns(subscribers), newsletters: newslettersOf };

export const selectSubscriber = (db: Database, id: string) =>
  db.select(columns).from(subscribers).where(eq(subscribers.id, id));

/** Somebody with what they get. */
export type SubscriberRecord = Awaited<ReturnType<typeof selectSubscriber>>[number];

/** @param email as it is kept: see `normaliseAddress`. */
export const selectSubscriberByEmail = (db: Database, email: string) =>
  db.select(columns).from(subscribers).where(eq(subscribers.email, email));

export interface SubscriberFilter {
  readonly status: SubscriberRow["status"] | null;
  readonly newsletterId: string | null;
  readonly label: string | null;
  readonly email: string | null;
  /** A part of the address or the name, in any case. */
  readonly text: string | null;
}

/** What `like` would read as something else. */
const literally = (text: string): string => text.replaceAll(/[\\%_]/gu, (each) => `\\${each}`);

function isWanted({ status, newsletterId, label, email, text }: SubscriberFilter): SQL | undefined {
  const part = text === null ? null : `%${literally(text)}%`;
  return and(
    status === null ? undefined : eq(subscribers.status, status),
    label === null ? undefined : sql`${subscribers.labels} @> array[${label}]::text[]`,
    email === null ? undefined : eq(subscribers.email, email),
    part === null ? undefined : or(ilike(subscribers.email, part), ilike(subscribers.name, part)),
    newsletterId === null
      ? undefined
      : sql`exists (select 1 from ${subscriptions} where ${subscriptions.subscriberId} = ${subscribers.id}
          and ${subscriptions.newsletterId} = ${newsletterId}::uuid)`,
  );
}

/** A page of subscribers, newest first. */
export const selectSubscribers = (
  db: Database,
  filter: SubscriberFilter,
  { limit, after }: PageRequest,
) =>
  db
    .select(columns)
    .from(subscribers)
    .where(
      and(
        isWanted(filter),
        after === null
          ? undefined
          : sql`(${subscribers.createdAt}, ${subscribers.id}) < (${after[0]}::timestamptz, ${after[1]}::uuid)`,
      ),
    )
    .orderBy(desc(subscribers.createdAt), desc(subscribers.id))
    .limit(limit + 1);

/** A second subscriber with an address runs into `subscribers_email_key`. */
export const insertSubscriber = (db: Database, row: SubscriberRow): Statement =>
  db.insert(subscribers).values(row);

/** Changes nothing when the row has not the version before. What they get is written apart. */
export const updateSubscriber = (
  db: Database,
  { id, createdAt: _createdAt, newsletters: _newsletters, ...row }: SubscriberRecord,
): Statement =>
  db
    .update(subscribers)
    .set(row)
    .where(and(eq(subscribers.id, id), eq(subscribers.version, row.version - 1)));

/** Counts what came back of late. It makes no version: nobody edits it. */
export const setSoftBounces = (db: Database, id: string, softBounces: number): Statement =>
  db
    .update(subscribers)
    .set({ softBounces })
    .where(and(eq(subscribers.id, id), ne(subscribers.softBounces, softBounces)));

/**
 * Deletes somebody with everything about them, also from the answers that are kept for repeated requests.
 * The audit knows that somebody of this id was there.
 */
export const deleteSubscriber = (db: Database, id: string): Statement[] => [
  // Where a batch may have gone, its request must stay as it was: it forgets them when it has ended.
  db.execute(sql`
    with untouched as (
      select send_batches.send_id, number from send_batches
      join send_recipients on send_recipients.send_id = send_batches.send_id and batch = number
      where subscriber_id = ${id}::uuid and send_recipients.state = 'pending' and email is not null
        and send_batches.state = 'pending' and first_try_at is null
      for update of send_batches)
    update send_recipients set state = 'skipped', reason = 'no_longer_subscribed', email = null, name = null
    from untouched
    where send_recipients.send_id = untouched.send_id and subscriber_id = ${id}::uuid
      and send_recipients.state = 'pending'`),
  db.delete(subscribers).where(eq(subscribers.id, id)),
  db.delete(receipts).where(sql`${receipts.result} ->> 'id' = ${id}`),
];

export const insertSubscriberEvents = (
  db: Database,
  events: readonly [NewSubscriberEvent, ...NewSubscriberEvent[]],
): Statement => db.insert(subscriberEvents).values([...events]);

// --- Whether an address is theirs ----------------------------------------------------------------

const withoutNewsletters = ({
  newsletters: _newsletters,
  ...row
}: SubscriberRecord): SubscriberRow => row;

export interface ConfirmationRequest {
  readonly subscriber: SubscriberRecord & {
    readonly confirmationId: string;
    readonly confirmationExpiresAt: string;
  };
  /** How they asked, and for what: the first half of the evidence. */
  readonly details: Record<string, unknown>;
}

/**
 * Asks the owner of an address whether they want what somebody asked for in their name: a new subscriber
 * who waits, or a new question to one who gets nothing. Whoever gets mail already is left alone.
 */
export const openConfirmation = (
  db: Database,
  { subscriber, details }: ConfirmationRequest,
): Statement[] => [
  db
    .insert(subscribers)
    .values(withoutNewsletters(subscriber))
    .onConflictDoUpdate({
      target: subscribers.email,
      setWhere: sql`${subscribers.status} <> 'active'`,
      set: {
        confirmationId: sql`excluded.confirmation_id`,
        confirmationExpiresAt: sql`excluded.confirmation_expires_at`,
      },
    }),
  db.execute(sql`
    insert into subscriber_events (id, subscriber_id, kind, details)
    select ${subscriber.confirmationId}::uuid, id, 'signup.requested', ${JSON.stringify(details)}::jsonb
    from subscribers where confirmation_id = ${subscriber.confirmationId}::uuid`),
];

const askedFor = sql<{ name?: string | null } & Record<string, unknown>>`asked.details`;

/** Whoever has this open question, or had it last, with what they asked for and the names of it. */
export const selectConfirmation = (db: Database, id: string, confirmationId: string) =>
  db
    .select({
      ...columns,
      isOpen: sql<boolean>`coalesce(${subscribers.confirmationExpiresAt} > now(), false)`,
      asked: askedFor,
      wanted: sql<readonly NewsletterLabel[]>`(
        select coalesce(json_agg(json_build_object(
          'id', newsletters.id, 'slug', newsletters.slug, 'name', newsletters.name
        ) order by newsletters.name, newsletters.id), '[]')
        from newsletters where newsletters.status = 'active' and asked.details -> 'newsletters' ? newsletters.id::text)`,
    })
    .from(subscribers)
    .innerJoin(
      sql`${subscriberEvents} as asked`,
      sql`asked.id = ${subscribers.confirmationId} and asked.subscriber_id = ${subscribers.id}`,
    )
    .where(and(eq(subscribers.id, id), eq(subscribers.confirmationId, confirmationId)));

export type ConfirmationRecord = Awaited<ReturnType<typeof selectConfirmation>>[number];

/** Whom a question goes to; nobody when it has been answered, replaced, or has expired. */
export const selectOpenConfirmation = (db: Database, confirmationId: string) =>
  db
    .select({
      id: subscribers.id,
      email: subscribers.email,
      expiresAt: subscribers.confirmationExpiresAt,
    })
    .from(subscribers)
    .where(
      and(
        eq(subscribers.confirmationId, confirmationId),
        sql`${subscribers.confirmationExpiresAt} > now()`,
      ),
    );

// --- Everything that is known --------------------------------------------------------------------

/** What happened with somebody, oldest first. */
export const selectSubscriberEvents = (db: Database, subscriberId: string) =>
  db
    .select({
      at: subscriberEvents.createdAt,
      kind: subscriberEvents.kind,
      newsletterId: subscriberEvents.newsletterId,
      details: subscriberEvents.details,
    })
    .from(subscriberEvents)
    .where(eq(subscriberEvents.subscriberId, subscriberId))
    .orderBy(subscriberEvents.createdAt, subscriberEvents.id);

/** Which mails somebody was to get, and what became of each, oldest first. */
export const selectMailsOf = (db: Database, subscriberId: string) =>
  db
    .select({
      at: sends.createdAt,
      newsletter: newsletters.name,
      subject: sends.subject,
      state: sendRecipients.state,
    })
    .from(sendRecipients)
    .innerJoin(sends, eq(sends.id, sendRecipients.sendId))
    .innerJoin(newsletters, eq(newsletters.id, sends.newsletterId))
    .where(eq(sendRecipients.subscriberId, subscriberId))
    .orderBy(sends.createdAt, sends.id);

/** Who never answered: gone a week after the question expired. */
export const isForgotten = and(
  eq(subscribers.status, "pending"),
  lt(subscribers.confirmationExpiresAt, sql`now() - interval '7 days'`),
);
