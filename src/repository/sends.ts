import { and, desc, eq, getTableColumns, inArray, ne, type SQL, sql } from "drizzle-orm";

import type { Database, Statement } from "#core/db";
import type { NewJob } from "#core/jobs";
import type { PageRequest } from "#core/pages";

import { abortUnless } from "./guards";
import { insertJob } from "./jobs";
import { type recipientState, sendRecipients, sends, subscribers } from "./models";

type Row = typeof sends.$inferSelect;
/** A send without what its readers get. */
export type SendRow = Omit<Row, "html" | "text">;
export type NewSendRow = Omit<Row, "state" | "total" | "pauseReason" | "startedAt" | "finishedAt">;

export type RecipientState = (typeof recipientState.enumValues)[number];
export type LedgerRow = Readonly<Record<RecipientState, number>>;

const { html: _html, text: _text, ...columns } = getTableColumns(sends);

const countOf = (state: RecipientState) =>
  sql`count(*) filter (where state = ${sql.raw(`'${state}'`)})::int`;

// Written out, because drizzle takes the table's name off every column in what a select selects.
const ledgerOf = sql<LedgerRow>`(
  select json_build_object(
    'pending', ${countOf("pending")}, 'sent', ${countOf("sent")}, 'skipped', ${countOf("skipped")},
    'failed', ${countOf("failed")}, 'uncertain', ${countOf("uncertain")})
  from send_recipients where send_id = sends.id)`;

/** A page of a newsletter's sends, newest first. They are not counted: that is for one at a time. */
export const selectSends = (db: Database, newsletterId: string, { limit, after }: PageRequest) =>
  db
    .select(columns)
    .from(sends)
    .where(
      and(
        eq(sends.newsletterId, newsletterId),
        after === null
          ? undefined
          : sql`(${sends.createdAt}, ${sends.id}) < (${after[0]}::timestamptz, ${after[1]}::uuid)`,
      ),
    )
    .orderBy(desc(sends.createdAt), desc(sends.id))
    .limit(limit + 1);

/** One send of a newsletter, with its ledger: every recipient counted where it is now. */
export const selectSend = (db: Database, newsletterId: string, id: string) =>
  db
    .select({ ...columns, ledger: ledgerOf })
    .from(sends)
    .where(and(eq(sends.id, id), eq(sends.newsletterId, newsletterId)));

/** A send of this post through this newsletter that is not over. */
export const selectSendUnderWay = (db: Database, newsletterId: string, postId: string) =>
  db
    .select({ id: sends.id })
    .from(sends)
    .where(
      and(
        eq(sends.newsletterId, newsletterId),
        eq(sends.postId, postId),
        inArray(sends.state, ["building", "sending", "paused"]),
      ),
    );

/** Another send of the same post through the same newsletter that is not over. */
export const selectSendBeside = (db: Database, id: string) => {
  const isSame = sql`(${sends.newsletterId}, ${sends.postId}) = (
    select newsletter_id, post_id from sends as this where this.id = ${id}::uuid)`;
  return db
    .select({ id: sends.id })
    .from(sends)
    .where(and(isSame, ne(sends.id, id), inArray(sends.state, ["building", "sending", "paused"])));
};

/** A page of a send's recipients, with the address of those who are still subscribers. */
export const selectRecipients = (
  db: Database,
  sendId: string,
  state: RecipientState | null,
  { limit, after }: PageRequest,
) =>
  db
    .select({
      subscriberId: sendRecipients.subscriberId,
      email: subscribers.email,
      state: sendRecipients.state,
      reason: sendRecipients.reason,
      batch: sendRecipients.batch,
    })
    .from(sendRecipients)
    .leftJoin(subscribers, eq(subscribers.id, sendRecipients.subscriberId))
    .where(
      and(
        eq(sendRecipients.sendId, sendId),
        state === null ? undefined : eq(sendRecipients.state, state),
        after === null ? undefined : sql`${sendRecipients.subscriberId} > ${after[0]}::uuid`,
      ),
    )
    .orderBy(sendRecipients.subscriberId)
    .limit(limit + 1);

export type RecipientRow = Awaited<ReturnType<typeof selectRecipients>>[number];

/** A second send of the same that is not over runs into `sends_under_way_key`. */
const insertInto = (db: Database, send: NewSendRow, onConflict: SQL): Statement =>
  db.execute(sql`
    insert into sends (id, created_at, newsletter_id, post_id, post_version, segment, sender, reply_to,
      subject, html, text, job_id, created_by)
    select ${send.id}::uuid, ${send.createdAt}::timestamptz, id, ${send.postId}::uuid,
      ${send.postVersion}::int, ${JSON.stringify(send.segment)}::jsonb, ${send.sender}, ${send.replyTo},
      ${send.subject}, ${send.html}, ${send.text}, ${send.jobId}::uuid, ${send.createdBy}::uuid
    from newsletters where id = ${send.newsletterId}::uuid and status = 'active' for key share
    ${onConflict}`);

/**
 * Saves a send with the job that begins it; or no send, when the newsletter is archived or gone, or the same
 * post is on its way through it: then what it is a part of goes on without it.
 */
export const insertSend = (db: Database, send: NewSendRow, job: NewJob): Statement[] => [
  insertJob(db, job),
  insertInto(db, send, sql`on conflict do nothing`),
];

export const SEND_NOT_SAVED = "send_not_saved";

/**
 * The same for whom somebody waits: runs into `sends_under_way_key` when the same post is on its way, and
 * undoes the batch when the newsletter is archived or gone.
 */
export const insertSendOrAbort = (db: Database, send: NewSendRow, job: NewJob): Statement[] => [
  insertJob(db, job),
  insertInto(db, send, sql``),
  abortUnless(db, sql`exists (select 1 from sends where id = ${send.id}::uuid)`, SEND_NOT_SAVED),
];

export const SEND_CHANGED = "send_changed";

/** Undoes the batch unless the send is in one of these states; keeps it there until the batch is through. */
export const requireState = (
  db: Database,
  id: string,
  states: readonly Row["state"][],
): Statement =>
  abortUnless(
    db,
    sql`exists (select 1 from ${sends}
      where ${and(eq(sends.id, id), inArray(sends.state, [...states]))} for update)`,
    SEND_CHANGED,
  );

export const pauseSend = (db: Database, id: string, reason: string | null): Statement =>
  db
    .update(sends)
    .set({ state: "paused", pauseReason: reason })
    .where(and(eq(sends.id, id), eq(sends.state, "sending")));

/** @param jobId the job whose progress is that of the send from now on. */
export const resumeSend = (db: Database, id: string, jobId: string): Statement =>
  db
    .update(sends)
    .set({ state: "sending", pauseReason: null, jobId })
    .where(and(eq(sends.id, id), eq(sends.state, "paused")));

/**
 * Ends a send where it is. What a provider is asked for at this moment is still written down; what may
 * have gone without anybody knowing is uncertain from now on.
 */
export const cancelSend = (db: Database, id: string, moment: string): Statement[] => [
  db
    .update(sends)
    .set({ state: "cancelled", pauseReason: null, finishedAt: moment })
    .where(and(eq(sends.id, id), inArray(sends.state, ["building", "sending", "paused"]))),
  settleCancelled(db, id),
  // What a batch was sealed with, nobody needs any more.
  db.execute(sql`
    update send_recipients set email = null, name = null
    where send_id = ${id}::uuid and state = 'pending' and email is not null and exists (
      select 1 from send_batches where send_batches.send_id = ${id}::uuid
        and send_batches.number = send_recipients.batch and send_batches.state = 'pending')`),
];

/** In a cancelled send, batches that nobody works on any more and that may have gone are uncertain. */
export const settleCancelled = (db: Database, id: string): Statement =>
  db.execute(sql`
    with given_up as (
      update send_batches set state = 'uncertain', lease_token = null, lease_until = null,
        error_code = 'cancelled'
      where send_id = ${id}::uuid
        and exists (select 1 from sends where id = ${id}::uuid and state = 'cancelled')
        and ((state = 'pending' and first_try_at is not null)
          or (state = 'sending' and lease_until < now()))
      returning number)
    update send_recipients set state = 'uncertain', reason = 'cancelled', email = null, name = null
    where send_id = ${id}::uuid and state = 'pending' and batch in (select number from given_up)`);
