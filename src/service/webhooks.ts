import {
  WebhookAddressRefused,
  WebhookDisabled,
  WebhookLimitReached,
  WebhookNotFound,
} from "#api/exceptions";
import type { Context } from "#core/context";
import { newId, now, secondsFromNow } from "#core/ids";
import { newJob } from "#core/jobs";
import { type Page, type PageRequest, toPage } from "#core/pages";
import type { Caller } from "#domain/actors";
import { newEvent, type Subscription, subscriptions } from "#domain/events";
import { outboundRulesOf, refusalOfAddress } from "#domain/outbound";
import { deliverWebhookKind } from "#domain/task-kinds";
import {
  newDelivery,
  newWebhookSecret,
  ROTATION_SECONDS,
  sealWebhookSecret,
  type Webhook,
  WEBHOOK_LIMIT,
  type WebhookDelivery,
} from "#domain/webhooks";
import { insertEvent } from "#repository/events";
import { insertDelivery, stopDeliveries } from "#repository/webhook-deliveries";
import {
  deleteWebhook as deleteWebhookRow,
  insertWebhook,
  rotateWebhookSecret,
  selectWebhook,
  selectWebhooks,
  TOO_MANY_WEBHOOKS,
  updateWebhook,
} from "#repository/webhooks";

import { explainAborts } from "./aborts";
import { ask, perform } from "./perform";
import { type Base, expectBase } from "./versions";

/** All that one can ask to be told of. */
export const webhookSubscriptions = subscriptions;

/** A webhook as its maker sees it once. */
export interface NewWebhook extends Webhook {
  /** Null when this is the answer to a repeated request: the secret is not given twice. */
  readonly secret: string | null;
}

export interface WebhookWish {
  readonly url: string;
  readonly events: readonly Subscription[];
  readonly description: string | null;
  readonly format: Webhook["format"];
}

export interface WebhookChanges extends Partial<WebhookWish> {
  readonly status?: Webhook["status"];
}

type Target = Base<Webhook> & { readonly id: string };

/**
 * Makes a webhook, switched on.
 *
 * @throws {WebhookAddressRefused} 42240, {@link WebhookLimitReached} 40941
 */
export async function createWebhook(
  context: Context,
  caller: Caller,
  wish: WebhookWish,
): Promise<NewWebhook> {
  const save = () =>
    perform<[], NewWebhook>(context, caller, {
      permission: "webhooks:manage",
      load: () => [],
      decide: async (actor) => {
        const url = expectAddress(context, wish.url);
        const secret = newWebhookSecret();
        const moment = now();
        const webhook: Webhook = {
          id: newId(),
          createdAt: moment,
          updatedAt: moment,
          version: 1,
          ...wish,
          url,
          events: [...new Set(wish.events)],
          previousSecretExpiresAt: null,
          status: "enabled",
          disabledReason: null,
          failingSince: null,
          createdBy: actor.userId,
        };
        const sealed = await sealWebhookSecret(context.settings.APP_SECRET, webhook.id, secret);
        return {
          result: { ...webhook, secret },
          remembered: { ...webhook, secret: null },
          statements: insertWebhook(
            context.db,
            { ...webhook, createdBy: actor.userId, secret: sealed },
            WEBHOOK_LIMIT,
          ),
          audit: [note("webhook.create", webhook)],
        };
      },
    });
  return explainAborts(save, {
    [TOO_MANY_WEBHOOKS]: () => new WebhookLimitReached(WEBHOOK_LIMIT),
  });
}

/** A page of all webhooks, newest first. */
export async function listWebhooks(
  context: Context,
  caller: Caller,
  page: PageRequest,
): Promise<Page<Webhook>> {
  const { loaded } = await ask(context, caller, "webhooks:manage", [
    selectWebhooks(context.db, page),
  ]);
  return toPage(loaded[0], page, ({ createdAt, id }) => [createdAt, id]);
}

/** @throws {WebhookNotFound} 40440 */
export async function readWebhook(context: Context, caller: Caller, id: string): Promise<Webhook> {
  const { loaded } = await ask(context, caller, "webhooks:manage", [selectWebhook(context.db, id)]);
  return expectWebhook(loaded[0][0]);
}

/**
 * Changes what is given; for nothing there is no new version. What is switched on is given its five days
 * again; what is switched off is told nothing more, and what was on its way to it has failed.
 *
 * @throws {WebhookNotFound} 40440, {@link StaleVersion} 41200, {@link WebhookAddressRefused} 42240
 */
export function editWebhook(
  context: Context,
  caller: Caller,
  target: Target,
  changes: WebhookChanges,
): Promise<Webhook> {
  const { db } = context;
  return perform(context, caller, {
    permission: "webhooks:manage",
    load: () => [selectWebhook(db, target.id)],
    decide: async (_actor, [[found]]) => {
      const webhook = expectWebhook(found);
      await expectBase(webhook, target);
      if (Object.keys(changes).length === 0) return { result: webhook, statements: [], audit: [] };
      const url = changes.url === undefined ? webhook.url : expectAddress(context, changes.url);
      const events = [...new Set(changes.events ?? webhook.events)];
      const next: Webhook = {
        ...revised(webhook),
        ...changes,
        url,
        events,
        ...(changes.status === undefined ? {} : switched(changes.status)),
      };
      const stopped = next.status === "disabled" ? [stopDeliveries(db, webhook.id)] : [];
      return {
        result: next,
        statements: [updateWebhook(db, next), ...stopped],
        audit: [note("webhook.update", next)],
      };
    },
  });
}

const switched = (status: Webhook["status"]) => ({
  status,
  disabledReason: status === "disabled" ? "switched_off" : null,
  failingSince: null,
});

/** Deletes a webhook with its deliveries. @throws {WebhookNotFound} 40440, {@link StaleVersion} 41200 */
export function deleteWebhook(context: Context, caller: Caller, target: Target): Promise<null> {
  return perform(context, caller, {
    permission: "webhooks:manage",
    load: (db) => [selectWebhook(db, target.id)],
    decide: async (_actor, [[found]]) => {
      const webhook = expectWebhook(found);
      await expectBase(webhook, target);
      return {
        result: null,
        statements: [deleteWebhookRow(context.db, webhook.id)],
        audit: [note("webhook.delete", revised(webhook))],
      };
    },
  });
}

/**
 * Makes a new secret. The one before signs as well for a day; one before that does not any more.
 *
 * @throws {WebhookNotFound} 40440, {@link StaleVersion} 41200
 */
export function rotateSecret(
  context: Context,
  caller: Caller,
  target: Target,
): Promise<NewWebhook> {
  return perform<readonly [ReturnType<typeof selectWebhook>], NewWebhook>(context, caller, {
    permission: "webhooks:manage",
    load: (db) => [selectWebhook(db, target.id)],
    decide: async (_actor, [[found]]) => {
      const webhook = expectWebhook(found);
      await expectBase(webhook, target);
      const secret = newWebhookSecret();
      const sealed = await sealWebhookSecret(context.settings.APP_SECRET, webhook.id, secret);
      const previousSecretExpiresAt = secondsFromNow(ROTATION_SECONDS);
      const next = { ...revised(webhook), previousSecretExpiresAt };
      return {
        result: { ...next, secret },
        remembered: { ...next, secret: null },
        statements: [rotateWebhookSecret(context.db, next, sealed)],
        audit: [note("webhook.rotate_secret", next)],
      };
    },
  });
}

/**
 * Sends an event that means nothing, to see whether it arrives.
 *
 * @throws {WebhookNotFound} 40440, {@link WebhookDisabled} 40940
 */
export function pingWebhook(
  context: Context,
  caller: Caller,
  id: string,
): Promise<WebhookDelivery> {
  const { db, requestId } = context;
  return perform(context, caller, {
    permission: "webhooks:manage",
    load: () => [selectWebhook(db, id)],
    decide: (actor, [[found]]) => {
      const webhook = expectWebhook(found);
      if (webhook.status === "disabled") throw new WebhookDisabled();
      const event = newEvent("webhook.ping", { webhook_id: id });
      const deliveryId = newId();
      const options = { createdBy: actor.userId, requestId };
      const job = newJob(deliverWebhookKind, { deliveryId }, options);
      const delivery = newDelivery(deliveryId, webhook, event, job.id);
      return {
        result: delivery,
        statements: [insertEvent(db, event), insertDelivery(db, delivery)],
        jobs: [job],
        audit: [{ ...note("webhook.ping", webhook), version: null }],
      };
    },
  });
}

const revised = (webhook: Webhook): Webhook => ({
  ...webhook,
  updatedAt: now(),
  version: webhook.version + 1,
});

const note = (action: string, { id, version }: Webhook) => ({
  action,
  entity: "webhook",
  entityId: id,
  version,
});

/** The address as it will be called. @throws {WebhookAddressRefused} 42240 */
function expectAddress({ settings }: Context, address: string): string {
  const refusal = refusalOfAddress(address, outboundRulesOf(settings));
  if (refusal) throw new WebhookAddressRefused(refusal);
  return new URL(address).href;
}

/** @throws {WebhookNotFound} 40440 */
function expectWebhook(webhook: Webhook | undefined): Webhook {
  if (!webhook) throw new WebhookNotFound();
  return webhook;
}
