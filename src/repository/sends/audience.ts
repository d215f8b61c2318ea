import { type SQL, sql } from "drizzle-orm";

import type { Database, Statement } from "#core/db";
import type { NewJob } from "#core/jobs";
import { takeTurns } from "#repository/guards";
import { insertJob } from "#repository/jobs";
import { type Segment, sendRecipients } from "#repository/models";

const textArray = (values: readonly string[]): SQL =>
  sql`array(select jsonb_array_elements_text(${JSON.stringify(values)}::jsonb))`;

/**
 * Whether somebody was reached by another send of the same post through the same newsletter, or may have
 * been, or is being reached at this moment.
 */
const isReached = (subscriberId: SQL, sendId: string): SQL => sql`exists (
  select 1 from send_recipients as other
  join sends as before on before.id = other.send_id
  join sends as this on this.id = ${sendId}::uuid
  left join send_batches on send_batches.send_id = other.send_id and send_batches.number = other.batch
  where other.subscriber_id = ${subscriberId} and before.id <> this.id
    and before.newsletter_id = this.newsletter_id and before.post_id = this.post_id
    and (other.state in ('sent', 'uncertain') or (other.state = 'pending'
      and (send_batches.state = 'sending' or send_batches.first_try_at is not null))))`;

/** Whose audience is frozen, and how. */
export interface Freeze {
  readonly sendId: string;
  readonly newsletterId: string;
  readonly segment: Segment;
  readonly batchSize: number;
  /** How many subscribers one statement takes. */
  readonly slice: number;
}

/**
 * Writes the next slice of a send's recipients, with the batches they are in: everybody who is subscribed
 * now, in the order of their ids, from behind whoever was written before. Then counts all of them. Nothing
 * is written once the send has begun, and what was written is not written again.
 */
export function freezeAudience(db: Database, freeze: Freeze) {
  const { sendId, newsletterId, segment, batchSize, slice } = freeze;
  const id = sql`${sendId}::uuid`;
  return [
    takeTurns(db, `send:${sendId}`),
    db.execute<{ taken: number; total: number }>(sql`
      with before as (
        select count(*) as total, (select subscriber_id from send_recipients
          where send_id = ${id} order by subscriber_id desc limit 1) as last
        from send_recipients where send_id = ${id}),
      audience as (
        select subscribers.id, row_number() over (order by subscribers.id) - 1 as place
        from subscribers join subscriptions on subscriptions.subscriber_id = subscribers.id
        where subscriptions.newsletter_id = ${newsletterId}::uuid
          and exists (select 1 from sends where sends.id = ${id} and sends.state = 'building')
          and subscribers.id > coalesce((select last from before), '00000000-0000-0000-0000-000000000000')
          and ${isInSegment(segment)}
          and not ${isReached(sql`subscribers.id`, sendId)}
        order by subscribers.id limit ${slice}::int),
      frozen as (
        insert into send_recipients (send_id, subscriber_id, batch)
        select ${id}, audience.id, (before.total + audience.place) / ${batchSize}::int + 1
        from audience, before
        on conflict (send_id, subscriber_id) do nothing
        returning batch),
      batches as (
        insert into send_batches (send_id, number)
        select distinct ${id}, batch from frozen
        on conflict (send_id, number) do nothing)
      select count(*)::int as taken, ((select total from before) + count(*))::int as total from frozen`),
  ] as const;
}

const isInSegment = ({ labels, without }: Segment): SQL => sql`(
  subscribers.status = 'active'
  and (${labels.length === 0} or subscribers.labels && ${textArray(labels)})
  and not subscribers.labels && ${textArray(without)})`;

/** What readers get. Changes nothing once the send has begun. */
export interface Content {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

/**
 * Ends the preparation: from here on nobody joins, and what is said stays as it is.
 *
 * @param part the job whose progress is that of the send.
 */
export const beginSend = (
  db: Database,
  sendId: string,
  content: Content,
  part: NewJob,
): Statement[] => [
  takeTurns(db, `send:${sendId}`),
  insertJob(db, part),
  db.execute(sql`
    update sends set state = 'sending', started_at = now(), subject = ${content.subject},
      html = ${content.html}, text = ${content.text}, job_id = ${part.id}::uuid,
      total = (select count(*) from send_recipients where send_id = ${sendId}::uuid)
    where id = ${sendId}::uuid and state = 'building'`),
];

export const failSend = (db: Database, sendId: string, reason: string): Statement =>
  db.execute(sql`
    update sends set state = 'failed', pause_reason = ${reason}, finished_at = now(), total = coalesce(total, 0)
    where id = ${sendId}::uuid and state = 'building'`);

/** Whom a send did not reach, and no other send of the same did. Skipped is who did not want it any more. */
interface Missing {
  readonly sendId: string;
  readonly includeUncertain: boolean;
}

const isMissing = ({ sendId, includeUncertain }: Missing): SQL => sql`(
  send_recipients.send_id = ${sendId}::uuid
  and (send_recipients.state = 'failed' or (send_recipients.state = 'uncertain' and ${includeUncertain}))
  and not ${isReached(sql`send_recipients.subscriber_id`, sendId)})`;

/** How many `reopenMissing` would send to again. */
export const selectMissing = (db: Database, missing: Missing) =>
  db
    .select({
      failed: sql<number>`(count(*) filter (where ${sendRecipients.state} = 'failed'))::int`,
      uncertain: sql<number>`(count(*) filter (where ${sendRecipients.state} = 'uncertain'))::int`,
    })
    .from(sendRecipients)
    .where(isMissing(missing));

/** Puts whom a send did not reach into new batches, and lets it go on. */
export const reopenMissing = (
  db: Database,
  missing: Missing,
  { batchSize, jobId }: { readonly batchSize: number; readonly jobId: string },
): Statement[] => [
  takeTurns(db, `send:${missing.sendId}`),
  db.execute(sql`
    with last as (
      select coalesce(max(number), 0) as number from send_batches where send_id = ${missing.sendId}::uuid),
    missing as (
      select send_recipients.id, row_number() over (order by send_recipients.subscriber_id) - 1 as place
      from send_recipients where ${isMissing(missing)}),
    reopened as (
      update send_recipients set state = 'pending', reason = null,
        batch = last.number + missing.place / ${batchSize}::int + 1
      from missing, last where send_recipients.id = missing.id
      returning batch)
    insert into send_batches (send_id, number)
    select distinct ${missing.sendId}::uuid, batch from reopened`),
  db.execute(sql`
    update sends set state = 'sending', finished_at = null, pause_reason = null,
      job_id = ${jobId}::uuid
    where id = ${missing.sendId}::uuid`),
];
