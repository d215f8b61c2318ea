import { Webhook } from "standardwebhooks";

import { newId, now } from "#core/ids";
import { newJob } from "#core/jobs";
import { subscriberTokenOf } from "#domain/subscriber-tokens";
import { pendingSubscriber } from "#domain/subscribers";
import { addressHashOf } from "#domain/suppressions";
import { importSubscribersKind } from "#domain/task-kinds";
import { insertJob } from "#repository/jobs";
import { insertSubscriberImport } from "#repository/subscriber-imports";
import { openConfirmation } from "#repository/subscribers";
import { upsertSuppression } from "#repository/suppressions";
import { givenNewsletter, givenSubscriber, newReader } from "#test/support/subscribers";
import {
  about,
  eachListed,
  missing,
  type Recipe,
  type Target,
  text,
} from "#test/tables/recipe-parts";
import { db, RESEND_SECRET, settings } from "#test/tables/things";

/** Somebody who gets two newsletters. */
async function givenReader() {
  const newsletters = await Promise.all([givenNewsletter(), givenNewsletter()]);
  const subscriber = await givenSubscriber({ newsletters, name: text() });
  return { ...subscriber, first: newsletters[0]?.id ?? "" };
}

const subscriber =
  (rest: Target = {}): Recipe =>
  async () =>
    about((await givenReader()).id, rest);

async function givenSuppressed(): Promise<{ id: string; email: string }> {
  const [id, email] = [newId(), newReader()];
  const addressHash = await addressHashOf(settings.APP_SECRET, email);
  await upsertSuppression(db, { id, createdAt: now(), addressHash, reason: "manual" });
  return { id, email };
}

async function givenImport(createdBy: string): Promise<string> {
  const id = newId();
  const job = newJob(importSubscribersKind, { importId: id }, { createdBy });
  const row = { id, jobId: job.id, createdBy, objectKey: `imports/${id}`, size: 9 };
  await db.batch([
    insertJob(db, job),
    insertSubscriberImport(db, { ...row, attestation: text(), newsletterIds: [], labels: [] }),
  ]);
  return id;
}

const importing: Recipe = async ({ other }) => about(await givenImport(other.id));

// --- Links in mails --------------------------------------------------------------------------------

const link = (token: string, form?: Readonly<Record<string, string>>): Target => ({
  query: { token },
  ...(form && {
    stream: {
      type: "application/x-www-form-urlencoded",
      text: new URLSearchParams(form).toString(),
    },
  }),
});

const confirmation =
  (form?: Readonly<Record<string, string>>): Recipe =>
  async () => {
    const pending = pendingSubscriber({ email: newReader(), name: null, source: "form" });
    const { id, confirmationId } = pending;
    const [first, ...others] = openConfirmation(db, {
      subscriber: pending,
      details: { name: null, newsletters: [(await givenNewsletter()).id] },
    });
    if (first) await db.batch([first, ...others]);
    return link(await subscriberTokenOf(settings.APP_SECRET, "confirm", id, confirmationId), form);
  };

const leaving =
  (whose: "known" | "erased", form?: Readonly<Record<string, string>>): Recipe =>
  async () => {
    const { id, first } = await givenReader();
    const ids = [whose === "known" ? id : newId(), first];
    return link(await subscriberTokenOf(settings.APP_SECRET, "unsubscribe", ...ids), form);
  };

const choosing =
  (whose: "known" | "erased", form?: Readonly<Record<string, string>>): Recipe =>
  async () => {
    const { id, first } = await givenReader();
    const subject = whose === "known" ? id : newId();
    const chosen = form && { newsletters: first, ...form };
    return link(await subscriberTokenOf(settings.APP_SECRET, "preferences", subject), chosen);
  };

const changed: Recipe = () => link(`${newId()}.${newId()}.AAAA`, { any: "thing" });

const oneClick = { "List-Unsubscribe": "One-Click" };

// --- What providers tell -----------------------------------------------------------------------------

const report =
  (type: string, secret = RESEND_SECRET): Recipe =>
  async () => {
    const { email } = await givenReader();
    const body = { type, created_at: now(), data: { to: [email], bounce: { type: "Permanent" } } };
    const id = `msg_${newId()}`;
    const at = new Date();
    return {
      body,
      signature: {
        "svix-id": id,
        "svix-timestamp": String(Math.floor(at.getTime() / 1000)),
        "svix-signature": new Webhook(secret).sign(id, at, JSON.stringify(body)),
      },
    };
  };

const list = { type: "text/csv", text: "email,name\nada@example.com,Ada\n" };

export const subscribersRecipes: Readonly<Record<string, Readonly<Record<string, Recipe>>>> = {
  "POST /v1/subscribe": {
    "a new address": () => ({ body: { email: newReader(), name: text() } }),
    "one that is subscribed": async () => ({ body: { email: (await givenReader()).email } }),
    "to a newsletter that there is not": () => ({
      body: { email: newReader(), newsletters: [newId()] },
    }),
  },
  "GET /subscribe/confirm": { "an open question": confirmation() },
  "POST /subscribe/confirm": {
    "an open question": confirmation({}),
    "a link that was changed": changed,
  },
  "GET /unsubscribe": {
    "somebody subscribed": leaving("known"),
    "somebody erased": leaving("erased"),
  },
  "POST /unsubscribe": {
    "somebody subscribed": leaving("known", oneClick),
    "somebody erased": leaving("erased", oneClick),
    "a link that was changed": changed,
  },
  "GET /preferences": {
    "somebody subscribed": choosing("known"),
    "somebody erased": choosing("erased"),
  },
  "POST /preferences": {
    "somebody subscribed": choosing("known", { action: "save", name: "Ada" }),
    "somebody who wants to be erased": choosing("known", { action: "erase", sure: "yes" }),
    "a link that was changed": changed,
  },
  "GET /preferences/export": {
    "somebody subscribed": choosing("known"),
    "somebody erased": choosing("erased"),
  },

  "GET /v1/subscribers": eachListed({ any: subscriber() }),
  "POST /v1/subscribers": {
    "who is asked first": () => ({ body: { email: newReader(), labels: ["press"] } }),
    "on somebody's word": async () => ({
      body: {
        email: newReader(),
        name: text(),
        newsletters: [(await givenNewsletter()).id],
        attestation: "On paper.",
      },
    }),
    "who is there already": async () => ({ body: { email: (await givenReader()).email } }),
    "whose address is suppressed": async () => ({
      body: { email: (await givenSuppressed()).email, attestation: "On paper." },
    }),
    "to a newsletter that there is not": () => ({
      body: { email: newReader(), newsletters: ["no-such-letter"] },
    }),
  },
  "GET /v1/subscribers/{id}": { any: subscriber(), missing: missing() },
  "PATCH /v1/subscribers/{id}": {
    any: subscriber({ body: { name: "Ada", labels: ["press"], newsletters: [] } }),
    "any, to a newsletter that there is not": subscriber({ body: { newsletters: [newId()] } }),
    missing: missing({ body: { name: "Ada" } }),
  },
  "DELETE /v1/subscribers/{id}": { any: subscriber(), missing: missing() },
  "GET /v1/subscribers/{id}/export": { any: subscriber(), missing: missing() },
  "POST /v1/subscribers/{id}/unsubscribe": { any: subscriber(), missing: missing() },

  "POST /v1/subscribers/import": {
    any: () => ({ query: { attestation: "On paper.", labels: "press" }, stream: list }),
    "to a newsletter that there is not": () => ({
      query: { attestation: "On paper.", newsletters: newId() },
      stream: list,
    }),
  },
  "GET /v1/subscribers/imports": eachListed({ any: importing }),
  "GET /v1/subscribers/imports/{id}": { any: importing, missing: missing() },
  "GET /v1/subscribers/export": { any: async () => ({ id: (await givenReader()).id }) },

  "GET /v1/suppressions": eachListed({ any: async () => ({ id: (await givenSuppressed()).id }) }),
  "POST /v1/suppressions": {
    any: async () => ({ body: { email: (await givenReader()).email, reason: "complaint" } }),
  },
  "DELETE /v1/suppressions": {
    "one that is suppressed": async () => ({ query: { email: (await givenSuppressed()).email } }),
    "one that is not": () => ({ query: { email: newReader() } }),
  },

  "POST /v1/mail-events/resend": {
    "a bounce": report("email.bounced"),
    "a kind that changes nothing": report("email.opened"),
    "signed by somebody else": report(
      "email.bounced",
      "whsec_bm90IHRoZSBzZWNyZXQgb2YgdGhlIHRlc3Rz",
    ),
  },
};
