import { newId } from "#core/ids";
import { newEvent } from "#domain/events";
import { newWebhookSecret, sealWebhookSecret, WEBHOOK_LIMIT } from "#domain/webhooks";
import { events, webhookDeliveries, webhooks } from "#repository/models";
import { about, eachListed, missing, type Recipe, type Target } from "#test/tables/recipe-parts";
import { appSecret, db } from "#test/tables/things";

const url = "https://hooks.example.com/imprint";

/** A webhook in the database, which nothing is sent to. */
export async function givenWebhookRow(
  fields: Partial<typeof webhooks.$inferInsert> = {},
): Promise<string> {
  const id = newId();
  const secret = await sealWebhookSecret(appSecret, id, newWebhookSecret());
  await db.insert(webhooks).values({ id, url, events: ["tag.deleted"], secret, ...fields });
  return id;
}

const webhook =
  (rest: Target = {}, fields: Partial<typeof webhooks.$inferInsert> = {}): Recipe =>
  async () =>
    about(await givenWebhookRow(fields), rest);

/** A delivery that has failed, of an event that nobody heard of. */
const delivery =
  (fields: Partial<typeof webhooks.$inferInsert> = {}): Recipe =>
  async () => {
    const webhookId = await givenWebhookRow(fields);
    const event = newEvent("tag.deleted", {});
    const id = newId();
    await db.insert(events).values(event);
    await db.insert(webhookDeliveries).values({
      id,
      webhookId,
      eventId: event.id,
      jobId: newId(),
      state: "failed",
      attempts: [{ at: event.createdAt, status: 500, milliseconds: 9, error: null, excerpt: null }],
    });
    return { params: { id: webhookId, delivery_id: id }, id };
  };

const missingDelivery: Recipe = async () => ({
  params: { id: await givenWebhookRow(), delivery_id: newId() },
});
const nothing: Recipe = () => ({ params: { id: newId(), delivery_id: newId() } });

/** In the list that its own address names. */
const inItsList =
  (recipe: Recipe): Recipe =>
  async (people) => ({ ...(await recipe(people)), query: { limit: "100" } });

const off = { status: "disabled", disabledReason: "gone" } as const;
const toPrivate = { body: { url: "https://10.0.0.1/", events: ["*"] } };

export const webhooksRecipes: Readonly<Record<string, Readonly<Record<string, Recipe>>>> = {
  "POST /v1/webhooks": {
    any: () => ({ body: { url, events: ["post.*", "tag.created"] } }),
    "any, to a private address": () => toPrivate,
    "one too many": async ({ holder: { id: createdBy } }) => {
      await Promise.all(
        Array.from({ length: WEBHOOK_LIMIT }, () => givenWebhookRow({ createdBy })),
      );
      return { body: { url, events: ["*"] } };
    },
  },
  "GET /v1/webhooks": eachListed({ any: webhook() }),
  "GET /v1/webhooks/{id}": { any: webhook(), missing: missing() },
  "PATCH /v1/webhooks/{id}": {
    any: webhook({ body: { description: "New words" } }),
    "any, to a private address": webhook({ body: { url: "https://localhost.localdomain/" } }),
    missing: missing({ body: { description: "New words" } }),
  },
  "DELETE /v1/webhooks/{id}": { any: webhook(), missing: missing() },
  "POST /v1/webhooks/{id}/rotate-secret": { any: webhook(), missing: missing() },
  "POST /v1/webhooks/{id}/ping": {
    any: webhook(),
    disabled: webhook({}, off),
    missing: missing(),
  },
  "GET /v1/webhooks/{id}/deliveries": { any: inItsList(delivery()), missing: missing() },
  "GET /v1/webhooks/{id}/deliveries/{delivery_id}": {
    any: delivery(),
    "missing delivery": missingDelivery,
    missing: nothing,
  },
  "POST /v1/webhooks/{id}/deliveries/{delivery_id}/replay": {
    any: delivery(),
    disabled: delivery(off),
    "missing delivery": missingDelivery,
    missing: nothing,
  },
  "GET /v1/events": eachListed({
    any: async () => {
      const event = newEvent("tag.deleted", {});
      await db.insert(events).values(event);
      return about(event.id);
    },
  }),
};
