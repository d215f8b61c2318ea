import { env, exports } from "cloudflare:workers";

import { createContext } from "#core/context";
import { sendTogether } from "#core/db";
import { newId } from "#core/ids";
import { randomHex } from "#core/tokens";
import { type SubscriberPurpose, subscriberTokenOf } from "#domain/subscriber-tokens";
import { activeSubscriber, type Subscriber } from "#domain/subscribers";
import { newsletters } from "#repository/models";
import { insertSubscriber } from "#repository/subscribers";
import { setSubscriptions } from "#repository/subscriptions";

import { mailsTo } from "./mails";
import { newAddress } from "./people";
import { ORIGIN, type Sent } from "./requests";

const { db, settings } = createContext(env, { waitUntil: () => undefined }, "given");

export const newReader = (): string => `reader-${randomHex(12)}@example.com`;

export async function givenNewsletter(
  given: Partial<Omit<typeof newsletters.$inferInsert, "id">> = {},
): Promise<{ id: string; slug: string; name: string }> {
  const mark = randomHex(8);
  const row = { id: newId(), slug: `letter-${mark}`, name: `Letter ${mark}`, ...given };
  await db.insert(newsletters).values(row);
  return { id: row.id, slug: row.slug, name: row.name };
}

/** A subscriber straight in the database. */
export async function givenSubscriber(given: Partial<Subscriber> = {}): Promise<Subscriber> {
  const email = given.email ?? newReader();
  const subscriber = { ...activeSubscriber({ email, name: null, source: "staff" }), ...given };
  const ids = subscriber.newsletters.map(({ id }) => id);
  await sendTogether(db, [
    insertSubscriber(db, subscriber),
    ...setSubscriptions(db, subscriber.id, ids),
  ]);
  return subscriber;
}

/** What a link in a mail carries. */
export const tokenFor = (purpose: SubscriberPurpose, ...ids: readonly string[]): Promise<string> =>
  subscriberTokenOf(settings.APP_SECRET, purpose, ...ids);

/** Where the newest mail to an address leads. */
export async function linkMailedTo(address: string): Promise<string> {
  const [mail] = await mailsTo(address);
  const link = /https?:\/\/\S+/u.exec(mail?.text ?? "")?.[0];
  if (link === undefined) throw new Error(`No link was mailed to ${address}.`);
  const { pathname, search } = new URL(link);
  return `${pathname}${search}`;
}

/** A form as a browser, or a mail program, sends it: without cookies, and without saying where it comes from. */
export async function submit(
  path: string,
  form: Readonly<Record<string, string>> | FormData | readonly (readonly [string, string])[],
  headers: Readonly<Record<string, string>> = {},
): Promise<Pick<Sent, "status" | "headers" | "text" | "roundTrips">> {
  const body =
    form instanceof FormData ? form : new URLSearchParams(form as Record<string, string>);
  const response = await exports.default.fetch(`${ORIGIN}${path}`, {
    method: "POST",
    redirect: "manual",
    headers: { "cf-connecting-ip": newAddress(), ...headers },
    body,
  });
  return {
    status: response.status,
    headers: response.headers,
    text: await response.text(),
    roundTrips: Number(/desc="(\d+)"/u.exec(response.headers.get("server-timing") ?? "")?.[1]),
  };
}
