import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it, vi } from "vitest";

import { HOP_HEADER, hopMarkOf } from "#core/hops";
import { unseal } from "#core/sealing";
import { openWebhookSecret, sealWebhookSecret } from "#domain/webhooks";
import { webhooks } from "#repository/models";
import { givenPlant } from "#test/support/jobs";
import { givenUser, type Person } from "#test/support/people";
import { codeOf, send } from "#test/support/requests";
import { givenReceiver, givenWebhook } from "#test/support/webhooks";

const metrics = { backlogCount: 0, backlogBytes: 0 };
for (const queue of [env.QUEUE_DEFAULT, env.QUEUE_MAIL, env.QUEUE_WEBHOOKS]) {
  vi.spyOn(queue, "sendBatch").mockResolvedValue({ metadata: { metrics } });
}

const { context } = givenPlant();
const { db, settings } = context;
const url = "https://hooks.example.com/imprint";

let owner: Person;
beforeAll(async () => {
  owner = await givenUser({ role: "owner" });
});

const create = (body: Record<string, unknown>, headers: Record<string, string> = {}) =>
  send("POST", "/v1/webhooks", { headers: { ...owner.headers, ...headers }, body });

describe("a new webhook", () => {
  it("says its secret once: 32 random bytes, as Standard Webhooks writes them", async () => {
    const headers = { "idempotency-key": crypto.randomUUID() };
    const wish = { url, events: ["post.*", "post.*", "tag.created"], description: "For the site" };
    const first = await create(wish, headers);
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({
      url,
      events: ["post.*", "tag.created"],
      description: "For the site",
      format: "standard",
      status: "enabled",
      failing_since: null,
      created_by: owner.id,
      version: 1,
    });
    expect(first.body.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/u);
    const again = await create(wish, headers);
    expect(again.body).toEqual({ ...first.body, secret: null });
    const read = await send("GET", `/v1/webhooks/${first.body.id}`, owner);
    const { secret: _, ...others } = first.body;
    expect(read.body).toEqual(others);
    expect(read.etag).toBe(first.etag);
  });

  it("keeps its secret in a form that opens for it alone", async () => {
    const { id, secret } = await givenWebhook(owner, { url });
    const [row] = await db.select().from(webhooks).where(eq(webhooks.id, id));
    const sealed = row?.secret ?? "";
    expect(await openWebhookSecret(settings.APP_SECRET, id, sealed)).toBe(secret);
    const other = crypto.randomUUID();
    expect(await openWebhookSecret(settings.APP_SECRET, other, sealed)).toBeUndefined();
    expect(await openWebhookSecret(`${settings.APP_SECRET}!`, id, sealed)).toBeUndefined();
    expect(await unseal(settings.APP_SECRET, "something else", id, sealed)).toBeUndefined();
    const last = sealed.at(-2) === "A" ? "B" : "A";
    const bent = `${sealed.slice(0, -2)}${last}${sealed.slice(-1)}`;
    expect(await openWebhookSecret(settings.APP_SECRET, id, bent)).toBeUndefined();
    expect(await openWebhookSecret(settings.APP_SECRET, id, "v1.%.%")).toBeUndefined();
    expect(await sealWebhookSecret(settings.APP_SECRET, id, secret)).not.toBe(sealed);
  });

  it.each([
    ["http://example.com/", "address_not_https"],
    ["https://example.com:8443/", "address_has_port"],
    ["https://a:b@example.com/", "address_has_credentials"],
    ["https://169.254.169.254/latest/meta-data", "address_is_number"],
    ["https://[::ffff:10.0.0.1]/", "address_is_number"],
    ["https://metadata.google.internal/", "address_not_public"],
    ["https://127.0.0.1.nip.io/", "address_not_public"],
    ["not an address", "address_malformed"],
    [`${settings.SITE_URL}/v1/posts`, "address_is_ours"],
  ])("cannot lead to %s, and says why", async (address, code) => {
    const refused = await create({ url: address, events: ["*"] });
    expect(codeOf(refused)).toBe(42240);
    expect(refused.body.errors).toMatchObject([{ pointer: "/url", code }]);
    const { id, etag } = await givenWebhook(owner, { url });
    const changed = await send("PATCH", `/v1/webhooks/${id}`, {
      headers: { ...owner.headers, "if-match": etag },
      body: { url: address },
    });
    expect(codeOf(changed)).toBe(42240);
  });

  it.each([
    [{ events: [] }],
    [{ events: ["post.exploded"] }],
    [{ events: ["webhook.ping"] }],
    [{ events: ["post"] }],
    [{ events: ["*"], format: "xml" }],
    [{ events: ["*"], secret: "whsec_mine" }],
    [{ events: ["*"], status: "disabled" }],
  ])("cannot be made of %j", async (fields) => {
    expect(codeOf(await create({ url, ...fields }))).toBe(42200);
  });
});

describe("a webhook that is changed", () => {
  it("keeps what is not given, is one version on, and begins its five days again when switched on", async () => {
    const { id, etag } = await givenWebhook(owner, { url, description: "Words" });
    const failingSince = "2026-01-01T00:00:00.000Z";
    await db
      .update(webhooks)
      .set({ status: "disabled", disabledReason: "failing", failingSince })
      .where(eq(webhooks.id, id));
    const patch = (headers: Record<string, string>, body: unknown) =>
      send("PATCH", `/v1/webhooks/${id}`, { headers: { ...owner.headers, ...headers }, body });
    expect(codeOf(await patch({ "if-match": etag }, { status: "enabled" }))).toBe(41200);
    const on = await patch({ "if-match": '"v1"' }, { status: "enabled" });
    expect(on.body).toMatchObject({
      description: "Words",
      status: "enabled",
      disabled_reason: null,
      failing_since: null,
      version: 2,
    });
    const off = await patch({ "if-match": on.etag }, { status: "disabled", events: ["tag.*"] });
    expect(off.body).toMatchObject({
      events: ["tag.*"],
      status: "disabled",
      disabled_reason: "switched_off",
      version: 3,
    });
    expect((await patch({ "if-match": off.etag }, {})).body.version).toBe(3);
  });
});

describe("a ping", () => {
  it("goes to one webhook, whatever it is subscribed to, and tells how it went", async () => {
    const receiver = givenReceiver();
    const { id } = await givenWebhook(owner, { url: receiver.url, events: ["tag.deleted"] });
    const pinged = await send("POST", `/v1/webhooks/${id}/ping`, owner);
    expect(pinged.status).toBe(202);
    expect(pinged.body).toMatchObject({ status: "pending", event: { type: "webhook.ping" } });
    const path = pinged.headers.get("location") ?? "";
    expect((await send("GET", path, owner)).body).toEqual(pinged.body);
    const { body } = await send("GET", `/v1/webhooks/${id}/deliveries?status=pending`, owner);
    expect(body.data).toEqual([pinged.body]);
    const none = await send("GET", `/v1/webhooks/${id}/deliveries?status=failed`, owner);
    expect(none.body.data).toEqual([]);
  });
});

describe("a request that this installation makes itself", () => {
  it("changes nothing here, while others' may carry the same header", async () => {
    const mark = await hopMarkOf(settings.APP_SECRET);
    const body = { url, events: ["*"] };
    expect(codeOf(await create(body, { [HOP_HEADER]: mark }))).toBe(40340);
    const other = await hopMarkOf("the secret of another installation");
    expect((await create(body, { [HOP_HEADER]: other })).status).toBe(201);
  });
});
