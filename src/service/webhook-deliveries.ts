import { WebhookDeliveryNotFound, WebhookDisabled, WebhookNotFound } from "#api/exceptions";
import type { Context } from "#core/context";
import { now } from "#core/ids";
import { newJob } from "#core/jobs";
import { type Page, type PageRequest, toPage } from "#core/pages";
import type { Caller } from "#domain/actors";
import { deliverWebhookKind } from "#domain/task-kinds";
import type { WebhookDelivery } from "#domain/webhooks";
import { cancelJob } from "#repository/jobs";
import { restartDelivery, selectDeliveries, selectDelivery } from "#repository/webhook-deliveries";
import { selectWebhook } from "#repository/webhooks";

import { ask, perform } from "./perform";

/** One delivery of one webhook. */
export interface DeliveryTarget {
  readonly webhookId: string;
  readonly id: string;
}

/** A page of a webhook's deliveries of the last 30 days, newest first. @throws {WebhookNotFound} 40440 */
export async function listDeliveries(
  context: Context,
  caller: Caller,
  { webhookId, status }: { webhookId: string; status: WebhookDelivery["state"] | null },
  page: PageRequest,
): Promise<Page<WebhookDelivery>> {
  const { loaded } = await ask(context, caller, "webhooks:manage", [
    selectWebhook(context.db, webhookId),
    selectDeliveries(context.db, webhookId, status, page),
  ]);
  if (loaded[0].length === 0) throw new WebhookNotFound();
  return toPage(loaded[1], page, ({ createdAt, id }) => [createdAt, id]);
}

/** @throws {WebhookNotFound} 40440, {@link WebhookDeliveryNotFound} 40441 */
export async function readDelivery(
  context: Context,
  caller: Caller,
  { webhookId, id }: DeliveryTarget,
): Promise<WebhookDelivery> {
  const { loaded } = await ask(context, caller, "webhooks:manage", [
    selectWebhook(context.db, webhookId),
    selectDelivery(context.db, webhookId, id),
  ]);
  if (loaded[0].length === 0) throw new WebhookNotFound();
  return expectDelivery(loaded[1][0]);
}

/**
 * Sends it again, however it stands, at once and with all attempts before it. The id that the receiver
 * sees stays the same.
 *
 * @throws {WebhookNotFound} 40440, {@link WebhookDeliveryNotFound} 40441, {@link WebhookDisabled} 40940
 */
export function replayDelivery(
  context: Context,
  caller: Caller,
  { webhookId, id }: DeliveryTarget,
): Promise<WebhookDelivery> {
  const { db, requestId } = context;
  return perform(context, caller, {
    permission: "webhooks:manage",
    load: () => [selectWebhook(db, webhookId), selectDelivery(db, webhookId, id)],
    decide: (actor, [[webhook], [found]]) => {
      if (!webhook) throw new WebhookNotFound();
      const delivery = expectDelivery(found);
      if (webhook.status === "disabled") throw new WebhookDisabled();
      const options = { createdBy: actor.userId, requestId };
      const job = newJob(deliverWebhookKind, { deliveryId: id }, options);
      const moment = now();
      return {
        result: {
          ...delivery,
          state: "pending" as const,
          nextAt: moment,
          finishedAt: null,
          jobId: job.id,
        },
        statements: [
          cancelJob(db, delivery.jobId, moment),
          restartDelivery(db, id, job.id, moment),
        ],
        jobs: [job],
        audit: [
          { action: "webhook.replay", entity: "webhook_delivery", entityId: id, version: null },
        ],
      };
    },
  });
}

/** @throws {WebhookDeliveryNotFound} 40441 */
function expectDelivery(delivery: WebhookDelivery | undefined): WebhookDelivery {
  if (!delivery) throw new WebhookDeliveryNotFound();
  return delivery;
}
