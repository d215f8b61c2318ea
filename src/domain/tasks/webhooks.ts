import { z } from "zod";

import type { TaskContext } from "#core/context";
import { newId } from "#core/ids";
import { defineTask, discard, done, type Outcome, retryAfter, type Run } from "#core/jobs";
import { ring } from "#core/jobs/doorbells";
import { apiUrlOf } from "#core/settings";
import { announceEventKind, deliverWebhookKind, mailWebhookDisabledKind } from "#domain/task-kinds";
import { nextAttemptIn, PATIENCE_DAYS, schedule } from "#domain/webhooks";
import { deliverMail } from "#domain/work/delivery";
import { composeWebhookDisabled } from "#domain/work/webhook-mail";
import { attemptDelivery, type Attempted } from "#domain/work/webhook-request";
import { selectUser } from "#repository/users";
import {
  announceEvent as insertDeliveries,
  type DeliveryToMake,
  selectDeliveryToMake,
  updateDelivery,
} from "#repository/webhook-deliveries";
import {
  holdWebhook,
  markWebhookFailing,
  markWebhookReached,
  selectWebhook,
  switchWebhookOff,
} from "#repository/webhooks";

/** Makes a delivery of an event for every webhook that wants it; for one that has it already, none. */
export const announceEvent = defineTask({
  ...announceEventKind,
  async run(context, { eventId }) {
    const { db, requestId } = context;
    const seed = newId();
    const jobs = await insertDeliveries(db, eventId, deliverWebhookKind, { seed, requestId });
    await ring(context, jobs);
    return done();
  },
});

/** How many attempts a delivery remembers. */
const KEPT_ATTEMPTS = 30;

const Cursor = z.object({ tried: z.int() });

/**
 * Makes one attempt at a delivery and writes it down, with when the next is due. An attempt whose outcome
 * could not be saved is made again: receivers tell by the id, which stays.
 */
export const deliverWebhook = defineTask({
  ...deliverWebhookKind,
  async run(context, { deliveryId }, run) {
    const { db } = context;
    const [delivery] = await selectDeliveryToMake(db, deliveryId);
    if (!delivery || delivery.jobId !== run.jobId || delivery.state !== "pending") return done();
    if (delivery.webhook.status === "disabled") {
      const { attempts } = delivery;
      const stopped = { state: "failed", attempts, nextInSeconds: null } as const;
      return done({ effects: [updateDelivery(db, delivery, stopped)] });
    }
    if (delivery.waitSeconds > 0) return retryAfter(delivery.waitSeconds);
    const attempted = await attemptDelivery(context, delivery);
    context.log.info("webhook.attempted", {
      webhook_id: delivery.webhook.id,
      event_id: delivery.event.id,
      status: attempted.attempt.status,
      reason: attempted.attempt.error,
      milliseconds: attempted.attempt.milliseconds,
    });
    return settle(context, delivery, attempted, run);
  },
});

async function settle(
  { db, requestId }: TaskContext,
  delivery: DeliveryToMake,
  { attempt, verdict, retryAfter: asked }: Attempted,
  run: Run,
): Promise<Outcome> {
  const webhookId = delivery.webhook.id;
  const attempts = [...delivery.attempts, attempt].slice(-KEPT_ATTEMPTS);
  const end = (state: "delivered" | "failed") =>
    updateDelivery(db, delivery, { state, attempts, nextInSeconds: null });
  const switchOff = (reason: string, afterDays: number) =>
    switchWebhookOff(db, {
      webhookId,
      reason,
      afterDays,
      requestId,
      mail: mailWebhookDisabledKind,
      seed: newId(),
    });
  if (verdict === "delivered") {
    return done({ effects: [markWebhookReached(db, webhookId), end("delivered")] });
  }
  const hold = holdWebhook(db, webhookId);
  if (verdict === "gone") return done({ effects: [hold, end("failed"), switchOff("gone", 0)] });

  const failing = [markWebhookFailing(db, webhookId), switchOff("failing", PATIENCE_DAYS)];
  const tried = Cursor.parse(run.cursor ?? { tried: 0 }).tried + 1;
  const pause = nextAttemptIn(tried, asked);
  if (pause === undefined) return done({ effects: [hold, end("failed"), ...failing] });
  const later = { state: "pending", attempts, nextInSeconds: pause } as const;
  await run.checkpoint({
    cursor: { tried },
    done: tried,
    total: schedule.length,
    effects: [hold, updateDelivery(db, delivery, later), ...failing],
  });
  return retryAfter(pause);
}

/** Tells somebody that a webhook is switched off; whoever switched it on meanwhile, nobody. */
export const mailWebhookDisabled = defineTask({
  ...mailWebhookDisabledKind,
  async run(context, { webhookId, userId }, { jobId }) {
    const { db, settings } = context;
    const [[webhook], [user]] = await db.batch([
      selectWebhook(db, webhookId),
      selectUser(db, userId),
    ]);
    if (webhook?.status !== "disabled" || user?.status !== "active" || user.email === null) {
      return done();
    }
    const mail = composeWebhookDisabled({
      to: user.email,
      siteTitle: settings.SITE_TITLE,
      apiUrl: apiUrlOf(settings),
      webhook,
      reason: webhook.disabledReason,
    });
    const delivery = await deliverMail(context, mail, jobId);
    if (delivery.kind === "later") return retryAfter(delivery.afterSeconds);
    if (delivery.kind === "sent") return done();
    return discard({ code: delivery.code, message: "The mail was refused for good." });
  },
});
