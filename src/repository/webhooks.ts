import { and, desc, eq, isNotNull, isNull, type SQL, sql } from "drizzle-orm";

import type { Database, Statement } from "#core/db";
import type { TaskKind } from "#core/jobs";
import type { PageRequest } from "#core/pages";

import { abortUnless, takeTurns } from "./guards";
import { thisMoment } from "./jobs";
import { webhooks } from "./models";

/** A webhook as it may be shown: without its secrets. */
const shownColumns = {
  id: webhooks.id,
  createdAt: webhooks.createdAt,
  updatedAt: webhooks.updatedAt,
  version: webhooks.version,
  url: webhooks.url,
  description: webhooks.description,
  events: webhooks.events,
  format: webhooks.format,
  previousSecretExpiresAt: webhooks.previousSecretExpiresAt,
  status: webhooks.status,
  disabledReason: webhooks.disabledReason,
  failingSince: webhooks.failingSince,
  createdBy: webhooks.createdBy,
};

export const selectWebhook = (db: Database, id: string) =>
  db.select(shownColumns).from(webhooks).where(eq(webhooks.id, id));

export type WebhookRecord = Awaited<ReturnType<typeof selectWebhook>>[number];

/** A page of all webhooks, newest first. */
export const selectWebhooks = (db: Database, { limit, after }: PageRequest) =>
  db
    .select(shownColumns)
    .from(webhooks)
    .where(
      after === null
        ? undefined
        : sql`(${webhooks.createdAt}, ${webhooks.id}) < (${after[0]}::timestamptz, ${after[1]}::uuid)`,
    )
    .orderBy(desc(webhooks.createdAt), desc(webhooks.id))
    .limit(limit + 1);

export const TOO_MANY_WEBHOOKS = "too_many_webhooks";

/** Saves a webhook, unless its maker then has more than `limit`: the batch aborts with {@link TOO_MANY_WEBHOOKS}. */
export const insertWebhook = (
  db: Database,
  webhook: typeof webhooks.$inferInsert & { readonly createdBy: string },
  limit: number,
): Statement[] => [
  takeTurns(db, `webhooks ${webhook.createdBy}`),
  db.insert(webhooks).values(webhook),
  abortUnless(
    db,
    sql`(select count(*) from ${webhooks} where ${eq(webhooks.createdBy, webhook.createdBy)}) <= ${limit}`,
    TOO_MANY_WEBHOOKS,
  ),
];

/** Writes the next version of what can be edited. */
export const updateWebhook = (db: Database, webhook: WebhookRecord): Statement =>
  db
    .update(webhooks)
    .set({
      url: webhook.url,
      description: webhook.description,
      events: webhook.events,
      format: webhook.format,
      status: webhook.status,
      disabledReason: webhook.disabledReason,
      failingSince: webhook.failingSince,
      updatedAt: webhook.updatedAt,
      version: webhook.version,
    })
    .where(isVersionBefore(webhook));

/** Puts a new secret before the one there is, which signs as well until `previousSecretExpiresAt`. */
export const rotateWebhookSecret = (
  db: Database,
  webhook: WebhookRecord,
  secret: string,
): Statement =>
  db
    .update(webhooks)
    .set({
      secret,
      previousSecret: sql`${webhooks.secret}`,
      previousSecretExpiresAt: webhook.previousSecretExpiresAt,
      updatedAt: webhook.updatedAt,
      version: webhook.version,
    })
    .where(isVersionBefore(webhook));

const isVersionBefore = ({ id, version }: WebhookRecord) =>
  and(eq(webhooks.id, id), eq(webhooks.version, version - 1));

export const deleteWebhook = (db: Database, id: string): Statement =>
  db.delete(webhooks).where(eq(webhooks.id, id));

/**
 * Keeps a webhook as it is until the batch is through. Whatever changes deliveries and their webhook takes
 * the webhook first, so that no two wait for each other.
 */
export const holdWebhook = (db: Database, id: string): Statement =>
  db.execute(sql`select from webhooks where id = ${id}::uuid for no key update`);

/** Something got through. */
export const markWebhookReached = (db: Database, id: string): Statement =>
  db
    .update(webhooks)
    .set({ failingSince: null })
    .where(and(eq(webhooks.id, id), isNotNull(webhooks.failingSince)));

/** Something did not get through: the first of a row of failures sets the date. */
export const markWebhookFailing = (db: Database, id: string): Statement =>
  db
    .update(webhooks)
    .set({ failingSince: thisMoment })
    .where(and(eq(webhooks.id, id), isNull(webhooks.failingSince)));

/** Why and how a webhook is switched off by itself. */
export interface SwitchOff {
  readonly webhookId: string;
  readonly reason: string;
  /** Only when nothing got through for this many days. */
  readonly afterDays: number;
  readonly requestId: string;
  /** The mail that tells of it; its payload is `{ webhookId, userId }`. */
  readonly mail: TaskKind;
  /** A fresh id: those of the jobs begin like it. */
  readonly seed: string;
}

/**
 * Switches a webhook off, unless it is off already: with it ends what waits to be delivered, and whoever
 * made it is sent a mail, or every owner when that person is gone. One statement, so one mail for each.
 */
export const switchWebhookOff = (db: Database, off: SwitchOff): Statement =>
  db.execute(sql`
    with switched as (
      update webhooks set status = 'disabled', disabled_reason = ${off.reason},
        updated_at = ${thisMoment}, version = version + 1
      where id = ${off.webhookId}::uuid and status = 'enabled' and (${off.afterDays}::int = 0
        or failing_since < now() - make_interval(days => ${off.afterDays}::int))
      returning id, version, created_by),
    stopped as (
      update webhook_deliveries set state = 'failed', next_at = null, finished_at = ${thisMoment}
      from switched where webhook_id = switched.id and state = 'pending'),
    noted as (
      insert into audit_entries (action, entity, entity_id, version, changes, request_id)
      select 'webhook.disable', 'webhook', id, version,
        jsonb_build_object('reason', ${off.reason}::text), ${off.requestId} from switched),
    managers as (
      select users.id, users.role, users.id is not distinct from switched.created_by as made_it
      from users, switched
      where users.status = 'active' and users.email is not null and users.role in ('owner', 'admin'))
    insert into jobs (id, kind, lane, args, max_claims, max_failures, request_id)
    select ${idLike(off.seed)}, ${off.mail.name}, ${off.mail.lane},
      jsonb_build_object('webhookId', switched.id, 'userId', managers.id),
      ${off.mail.maxClaims}::int, ${off.mail.maxFailures}::int, ${off.requestId}
    from managers, switched
    where made_it or (role = 'owner' and not exists (select 1 from managers where made_it))`);

/** One more UUIDv7 of the same moment as another that a worker made. */
export const idLike = (seed: string): SQL =>
  sql`(left(${seed}::text, 15) || right(gen_random_uuid()::text, 21))::uuid`;
