import { type SQL, sql } from "drizzle-orm";

import type { Database } from "#core/db";
import type { NewJob } from "#core/jobs";
import { seconds } from "#repository/intervals";

/** Proof of a claim. The token is made before the claim is sent, so that asking again is the same claim. */
export interface BatchClaim {
  readonly sendId: string;
  readonly token: string;
  readonly leaseSeconds: number;
}

/** Somebody as their batch was sealed with. */
export interface SealedRecipient {
  readonly id: string;
  readonly subscriberId: string;
  readonly email: string;
  readonly name: string | null;
}

/** What a claim found. */
export interface ClaimRow {
  /** Null when there is nothing to claim. */
  readonly number: number | null;
  readonly claims: number;
  /** Since when mails of it may have gone without anybody knowing, in seconds; null for certainly none. */
  readonly doubtfulSeconds: number | null;
  readonly recipients: readonly SealedRecipient[];
  /** The state of the send. */
  readonly state: string;
  /** In how many seconds there may be something to claim; null when every batch has ended. */
  readonly openInSeconds: number | null;
}

/** The next batch, and the same again for who asks with the same token. */
const claimed = ({ sendId, token, leaseSeconds }: BatchClaim): SQL => sql`
  send as (select id, state, newsletter_id from sends where id = ${sendId}::uuid),
  found as (
    select send_batches.id, number, sealed_at, first_try_at,
      lease_until - ${seconds(leaseSeconds)} as claimed_at,
      lease_token is not distinct from ${token}::uuid as is_mine
    from send_batches
    where send_id = ${sendId}::uuid and exists (select 1 from send where send.state = 'sending')
      and ((state = 'pending' and next_at <= now())
        or (state = 'sending' and (lease_until < now() or lease_token = ${token}::uuid)))
    order by (lease_token is not distinct from ${token}::uuid) desc, number
    limit 1 for update skip locked),
  claimed as (
    update send_batches set state = 'sending', lease_token = ${token}::uuid,
      claims = claims + case when found.is_mine then 0 else 1 end,
      lease_until = case when found.is_mine then lease_until else now() + ${seconds(leaseSeconds)} end,
      sealed_at = coalesce(send_batches.sealed_at, now()),
      first_try_at = coalesce(send_batches.first_try_at, now())
    from found where send_batches.id = found.id
    returning send_batches.number, send_batches.claims, found.sealed_at is null as is_first,
      case when found.is_mine and found.first_try_at = found.claimed_at then null
        else extract(epoch from now() - found.first_try_at)::float8 end as doubtful_seconds)`;

/** Whom it holds: those whom the first claim finds subscribed, and for every later claim the same. */
const sealed = (sendId: string): SQL => sql`
  sealed as (
    update send_recipients set
      state = (case when wanted.email is null then 'skipped' else 'pending' end)::recipient_state,
      reason = case when wanted.email is null then 'no_longer_subscribed' end,
      email = wanted.email, name = wanted.name
    from claimed, send_recipients as recipient left join lateral (
      select subscribers.email, subscribers.name from subscribers
      where subscribers.id = recipient.subscriber_id and subscribers.status = 'active'
        and exists (select 1 from subscriptions
          where subscriptions.subscriber_id = subscribers.id
            and subscriptions.newsletter_id = (select newsletter_id from send))
      limit 1) as wanted on true
    where claimed.is_first and recipient.send_id = ${sendId}::uuid and recipient.batch = claimed.number
      and recipient.state = 'pending' and send_recipients.id = recipient.id
    returning send_recipients.id, send_recipients.subscriber_id, send_recipients.email,
      send_recipients.name, send_recipients.state),
  ready as (
    select id, subscriber_id, email, name from sealed where state = 'pending'
    union all
    select send_recipients.id, subscriber_id, email, name from send_recipients, claimed
    where not claimed.is_first and send_id = ${sendId}::uuid and batch = claimed.number
      and state = 'pending')`;

/**
 * Takes the next batch, if the send is going on, and everything needed to send it: one statement.
 *
 * The first claim of a batch seals it: who does not want the newsletter any more, or must not get it, is
 * skipped, and who remains is written down with address and name. From then on it never changes, so that
 * whatever is sent again is the same to the last byte.
 */
export const claimBatch = (db: Database, claim: BatchClaim) =>
  db.execute<ClaimRow & Record<string, unknown>>(sql`
    with ${claimed(claim)}, ${sealed(claim.sendId)}
    select (select number from claimed) as "number",
      coalesce((select claims from claimed), 0) as "claims",
      (select doubtful_seconds from claimed) as "doubtfulSeconds",
      (select coalesce(json_agg(json_build_object('id', id, 'subscriberId', subscriber_id,
        'email', email, 'name', name) order by subscriber_id), '[]') from ready) as "recipients",
      coalesce((select state::text from send), 'gone') as "state",
      (select extract(epoch from
          min(case when state = 'sending' then lease_until else next_at end) - now())::float8
        from send_batches
        where send_id = ${claim.sendId}::uuid and state in ('pending', 'sending')) as "openInSeconds"`);

/** What is written about a recipient. */
export interface RecipientMark {
  readonly state: "sent" | "failed" | "uncertain" | "pending";
  readonly reason: string | null;
}

/** What a try came to. */
export interface BatchMark {
  readonly sendId: string;
  readonly number: number;
  readonly token: string;
  /** `pending` gives it back, to be tried again after `againInSeconds`. */
  readonly state: "sent" | "failed" | "uncertain" | "pending";
  readonly againInSeconds: number;
  /** It is certain that nothing of what is still pending has gone. */
  readonly isUntouched: boolean;
  readonly errorCode: string | null;
  /** What holds for everybody whom `recipients` does not name. */
  readonly rest: RecipientMark;
  readonly recipients: Readonly<Record<string, RecipientMark>>;
}

/** Writes down what became of a batch and everybody in it. Answers 1, or 0 when the claim is not the holder's. */
export function markBatch(db: Database, mark: BatchMark) {
  const id = sql`${mark.sendId}::uuid`;
  const marks = sql`${JSON.stringify(mark.recipients)}::jsonb`;
  const next = sql`coalesce(${marks} -> send_recipients.id::text ->> 'state', ${mark.rest.state})`;
  return db.execute<{ held: number }>(sql`
    with held as (
      update send_batches set state = ${mark.state}::batch_state, lease_token = null, lease_until = null,
        next_at = now() + ${seconds(mark.againInSeconds)}, error_code = ${mark.errorCode},
        first_try_at = case when ${mark.isUntouched} then null else first_try_at end
      where send_id = ${id} and number = ${mark.number}::int and state = 'sending'
        and lease_token = ${mark.token}::uuid
      returning number),
    marked as (
      update send_recipients set state = ${next}::recipient_state,
        reason = case when ${marks} ? send_recipients.id::text
          then ${marks} -> send_recipients.id::text ->> 'reason' else ${mark.rest.reason} end,
        email = case when ${next} = 'pending' then email end,
        name = case when ${next} = 'pending' then name end
      from held where send_id = ${id} and batch = held.number and send_recipients.state = 'pending')
    select count(*)::int as held from held`);
}

/** Says that a batch is tried once more from now on, while the claim holds. Answers 1, or 0 when it does not. */
export const renewTry = (
  db: Database,
  { sendId, token, leaseSeconds }: BatchClaim,
  number: number,
) =>
  db.execute<{ id: string }>(sql`
    update send_batches set first_try_at = now(), lease_until = now() + ${seconds(leaseSeconds)}
    where send_id = ${sendId}::uuid and number = ${number}::int and state = 'sending'
      and lease_token = ${token}::uuid
    returning id`);

/** Stops a send of which more than a twentieth of the last twenty batches were refused as a whole. */
export const pauseWhenFailing = (db: Database, sendId: string) =>
  db.execute(sql`
    update sends set state = 'paused', pause_reason = 'too_many_failures'
    where id = ${sendId}::uuid and state = 'sending' and (
      select count(*) filter (where state = 'failed') * 20 > count(*) from (
        select state from send_batches
        where send_id = ${sendId}::uuid and state in ('sent', 'failed', 'uncertain')
        order by number desc limit 20) as latest)`);

/**
 * Stops the sends of which more than 3 in 1,000 of those who have got it complained since it began. So many
 * complaints, 0.3 %, make the large mailbox providers refuse a sender; fewer than three of them may be chance.
 *
 * @param subscriberId who has just complained: only what went to them is looked at.
 * @see https://support.google.com/a/answer/81126
 */
export const pauseWhenComplainedOf = (db: Database, subscriberId: string) =>
  db.execute(sql`
    with complained as (
      select reader.send_id, count(distinct reader.subscriber_id) as readers
      from sends
      join send_recipients as this on this.send_id = sends.id and this.state = 'sent'
        and this.subscriber_id = ${subscriberId}::uuid
      join send_recipients as reader on reader.send_id = sends.id and reader.state = 'sent'
      join subscriber_events on subscriber_events.subscriber_id = reader.subscriber_id
        and subscriber_events.created_at >= sends.started_at
        and subscriber_events.kind = 'suppressed' and details ->> 'kind' = 'complaint'
      where sends.state = 'sending'
      group by reader.send_id
      having count(distinct reader.subscriber_id) >= 3)
    update sends set state = 'paused', pause_reason = 'too_many_complaints'
    from complained
    where sends.id = complained.send_id and sends.state = 'sending'
      and complained.readers * 1000 > 3 * (
        select count(*) from send_recipients where send_id = sends.id and state = 'sent')`);

/**
 * Ends a send when every batch has ended, once: with the event that tells of it and the job that hands
 * the event on. A row for whoever did it.
 */
export const finishSend = (
  db: Database,
  sendId: string,
  event: { readonly id: string; readonly type: string },
  job: NewJob,
) =>
  db.execute<{ id: string }>(sql`
    with finished as (
      update sends set state = 'sent', finished_at = now()
      where id = ${sendId}::uuid and state = 'sending' and not exists (
        select 1 from send_batches where send_id = ${sendId}::uuid and state in ('pending', 'sending'))
      returning id, newsletter_id, post_id, total),
    told as (
      insert into events (id, created_at, type, data)
      select ${event.id}::uuid, date_trunc('milliseconds', now()), ${event.type}, jsonb_build_object(
        'id', finished.id, 'newsletter_id', newsletter_id, 'post_id', post_id, 'total', total) || ledger.counts
      from finished, (
        select jsonb_build_object('sent', count(*) filter (where state = 'sent'),
          'skipped', count(*) filter (where state = 'skipped'),
          'failed', count(*) filter (where state = 'failed'),
          'uncertain', count(*) filter (where state = 'uncertain')) as counts
        from send_recipients where send_id = ${sendId}::uuid) as ledger
      returning id)
    insert into jobs (id, kind, lane, args, max_failures, max_claims, run_at, request_id)
    select ${job.id}::uuid, ${job.kind}, ${job.lane}, ${JSON.stringify(job.args)}::jsonb,
      ${job.maxFailures}::int, ${job.maxClaims}::int, date_trunc('milliseconds', now()), ${job.requestId}
    from told returning id`);

/** How many recipients a send has dealt with. */
export const countSettled = (db: Database, sendId: string) =>
  db.execute<{ settled: number; total: number }>(sql`
    select count(*) filter (where state <> 'pending')::int as settled, count(*)::int as total
    from send_recipients where send_id = ${sendId}::uuid`);

/** For how long the last of those who are at a batch of the send holds it; null when nobody is. */
export const selectLeased = (db: Database, sendId: string) =>
  db.execute<{ leasedSeconds: number | null }>(sql`
    select extract(epoch from max(lease_until) - now())::float8 as "leasedSeconds"
    from send_batches where send_id = ${sendId}::uuid and state = 'sending'`);
