import { and, desc, eq, sql } from "drizzle-orm";

import type { Lane } from "#core/context";
import type { Database, Statement } from "#core/db";
import type { TaskKind } from "#core/jobs";
import type { PageRequest } from "#core/pages";

import { seconds } from "./intervals";
import { thisMoment } from "./jobs";
import { type DeliveryAttempt, events, webhookDeliveries, webhooks } from "./models";
import { idLike } from "./webhooks";

const columns = {
  id: webhookDeliveries.id,
  createdAt: webhookDeliveries.createdAt,
  webhookId: webhookDeliveries.webhookId,
  state: webhookDeliveries.state,
  attempts: webhookDeliveries.attempts,
  nextAt: webhookDeliveries.nextAt,
  finishedAt: webhookDeliveries.finishedAt,
  jobId: webhookDeliveries.jobId,
  event: { id: events.id, type: events.type, createdAt: events.createdAt },
};

export type DeliveryState = (typeof webhookDeliveries.$inferSelect)["state"];
export type { DeliveryAttempt };

/** A delivery of a webhook, with the name of its event. */
export const selectDelivery = (db: Database, webhookId: string, id: string) =>
  db
    .select(columns)
    .from(webhookDeliveries)
    .innerJoin(events, eq(events.id, webhookDeliveries.eventId))
    .where(and(eq(webhookDeliveries.id, id), eq(webhookDeliveries.webhookId, webhookId)));

export type WebhookDeliveryRecord = Awaited<ReturnType<typeof selectDelivery>>[number];

/** A page of a webhook's deliveries, newest first. */
export const selectDeliveries = (
  db: Database,
  webhookId: string,
  state: DeliveryState | null,
  { limit, after }: PageRequest,
) =>
  db
    .select(columns)
    .from(webhookDeliveries)
    .innerJoin(events, eq(events.id, webhookDeliveries.eventId))
    .where(
      and(
        eq(webhookDeliveries.webhookId, webhookId),
        state === null ? undefined : eq(webhookDeliveries.state, state),
        after === null
          ? undefined
          : sql`(${webhookDeliveries.createdAt}, ${webhookDeliveries.id}) < (${after[0]}::timestamptz, ${after[1]}::uuid)`,
      ),
    )
    .orderBy(desc(webhookDeliveries.createdAt), desc(webhookDeliveries.id))
    .limit(limit + 1);

/** Due at once, by the database's clock. */
const atOnce = (at: string) => sql`least(${at}::timestamptz, ${thisMoment})`;

export const insertDelivery = (
  db: Database,
  { event, ...delivery }: WebhookDeliveryRecord,
): Statement =>
  db
    .insert(webhookDeliveries)
    .values({ ...delivery, eventId: event.id, nextAt: atOnce(delivery.createdAt) });

/** Lets another job try again from the beginning, in place of the one that did. */
export const restartDelivery = (db: Database, id: string, jobId: string, at: string): Statement =>
  db
    .update(webhookDeliveries)
    .set({ state: "pending", nextAt: atOnce(at), finishedAt: null, jobId })
    .where(eq(webhookDeliveries.id, id));

/** Ends what waits to be delivered to a webhook. */
export const stopDeliveries = (db: Database, webhookId: string): Statement =>
  db
    .update(webhookDeliveries)
    .set({ state: "failed", nextAt: null, finishedAt: thisMoment })
    .where(and(eq(webhookDeliveries.webhookId, webhookId), eq(webhookDeliveries.state, "pending")));

/**
 * Makes a delivery of an event for every webhook that wants it, each with its job. A webhook that has the
 * event on its way already is left alone, so saying it twice is saying it once.
 *
 * @param seed a fresh id: those of the deliveries and jobs begin like it.
 * @returns the jobs that are new, which nobody has rung for.
 */
export const announceEvent = async (
  db: Database,
  eventId: string,
  kind: TaskKind,
  { seed, requestId }: { readonly seed: string; readonly requestId: string },
): Promise<readonly { readonly id: string; readonly lane: Lane }[]> => {
  const { rows } = await db.execute<{ id: string }>(sql`
    with told as (
      insert into webhook_deliveries (id, webhook_id, event_id, next_at, job_id)
      select ${idLike(seed)}, webhooks.id, events.id, ${thisMoment}, ${idLike(seed)}
      from events join webhooks on webhooks.status = 'enabled' and events.type <> 'webhook.ping'
        and webhooks.events && array['*', split_part(events.type, '.', 1) || '.*', events.type]
      where events.id = ${eventId}::uuid
      on conflict on constraint webhook_deliveries_key do nothing
      returning id, job_id)
    insert into jobs (id, kind, lane, args, max_claims, max_failures, request_id)
    select job_id, ${kind.name}, ${kind.lane}, jsonb_build_object('deliveryId', id),
      ${kind.maxClaims}::int, ${kind.maxFailures}::int, ${requestId} from told
    returning id`);
  return rows.map(({ id }) => ({ id, lane: kind.lane }));
};

/** What an attempt needs to know. */
export const selectDeliveryToMake = (db: Database, id: string) =>
  db
    .select({
      id: webhookDeliveries.id,
      jobId: webhookDeliveries.jobId,
      state: webhookDeliveries.state,
      attempts: webhookDeliveries.attempts,
      /** Seconds until the next attempt is due. */
      waitSeconds: sql<number>`coalesce(extract(epoch from ${webhookDeliveries.nextAt} - now()), 0)::float8`,
      event: {
        id: events.id,
        type: events.type,
        createdAt: events.createdAt,
        data: events.data,
      },
      webhook: {
        id: webhooks.id,
        url: webhooks.url,
        format: webhooks.format,
        status: webhooks.status,
        secret: webhooks.secret,
      },
      /** Null once it has had its time. */
      previousSecret: sql<string | null>`
        case when ${webhooks.previousSecretExpiresAt} > now() then ${webhooks.previousSecret} end`,
    })
    .from(webhookDeliveries)
    .innerJoin(events, eq(events.id, webhookDeliveries.eventId))
    .innerJoin(webhooks, eq(webhooks.id, webhookDeliveries.webhookId))
    .where(eq(webhookDeliveries.id, id));

export type DeliveryToMake = Awaited<ReturnType<typeof selectDeliveryToMake>>[number];

/** How a delivery stands after an attempt, or for want of one. */
export interface DeliveryChange {
  readonly state: DeliveryState;
  readonly attempts: readonly DeliveryAttempt[];
  /** When it is still pending: in how many seconds to try again. */
  readonly nextInSeconds: number | null;
}

/**
 * Writes down how a delivery stands, if its job is still the one that may. One that was stopped meanwhile
 * stays so, and has the attempt that was made.
 */
export const updateDelivery = (
  db: Database,
  { id, jobId }: Pick<DeliveryToMake, "id" | "jobId">,
  { state, attempts, nextInSeconds }: DeliveryChange,
): Statement => {
  const isStopped = sql`${webhookDeliveries.state} <> 'pending'`;
  const pause = seconds(nextInSeconds);
  return db
    .update(webhookDeliveries)
    .set({
      attempts,
      state: sql`case when ${isStopped} then ${webhookDeliveries.state} else ${state}::delivery_state end`,
      nextAt: sql`case when not ${isStopped} then ${thisMoment} + ${pause} end`,
      finishedAt: sql`case when ${isStopped} then ${webhookDeliveries.finishedAt}
        when ${state}::delivery_state <> 'pending' then ${thisMoment} end`,
    })
    .where(and(eq(webhookDeliveries.id, id), eq(webhookDeliveries.jobId, jobId)));
};
