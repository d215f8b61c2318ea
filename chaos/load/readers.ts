import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import type { World } from "#chaos/world";

import { createStory, insist, insistWithKey } from "./client.ts";
import type { Errand, Habit } from "./load.ts";

const PATIENCE_MS = 40_000;
/** Where nothing is slow. */
const RESTING_PATIENCE_MS = 8000;

/** Makes a newsletter, while everything works. @returns its id. */
export async function makeNewsletter(world: World, name: string): Promise<string> {
  const body = { name, is_default: true, postal_address: "The harness, 1 Quay" };
  const asked = { method: "POST", path: "/v1/newsletters", body };
  const reply = await insist(world, createStory(), asked, world.random);
  if (reply.status !== 201) throw new Error(`a newsletter answered ${reply.bytes.toString()}`);
  world.newsletterId = String(reply.body["id"]);
  return world.newsletterId;
}

/** Readers who are subscribed already, written straight into the database. */
export async function makeReaders(world: World, count: number): Promise<void> {
  await world.query(
    `with made as (
       insert into subscribers (email, status, source, confirmed_at)
       select 'reader-' || n || '@readers.example', 'active', 'import', now() from generate_series(1, $1::int) n
       returning id)
     insert into subscriptions (subscriber_id, newsletter_id) select id, $2::uuid from made`,
    [count, world.newsletterId],
  );
}

/** Signs up, waits for the mail that asks, and presses the button. */
export const subscriber: Habit = {
  name: "subscriber",
  clients: 1,
  restMs: 300,
  async errand({ world, story, random, mark }) {
    const email = `${mark}@signup.example`.toLowerCase();
    // Each from a network of their own: one that signs up too many is refused.
    const network = [...createHash("sha256").update(mark).digest().subarray(0, 3)].join(".");
    const headers = { "cf-connecting-ip": `10.${network}` };
    const asked = {
      method: "POST",
      path: "/v1/subscribe",
      body: { email },
      headers,
      isAnonymous: true,
    };
    const reply = await insist(world, story, asked, random);
    if (reply.status !== 202) throw new Error(`signing up answered ${reply.bytes.toString()}`);
    const path = await linkFor(world, email);
    if (path === null)
      throw new Error(`${email} was told that a mail is on its way, and none came`);
    const type = "application/x-www-form-urlencoded";
    const pressed = {
      method: "POST",
      path,
      body: Buffer.from("confirm=yes"),
      type,
      headers,
      isAnonymous: true,
    };
    const confirmed = await insist(world, story, pressed, random);
    if (confirmed.status !== 200) throw new Error(`confirming answered ${confirmed.status}`);
    story.confirmed.push(email);
  },
};

/** Where the button is, once the mail has come. */
async function linkFor(world: World, email: string): Promise<string | null> {
  const patienceMs = world.isResting ? RESTING_PATIENCE_MS : PATIENCE_MS;
  for (const end = Date.now() + patienceMs; Date.now() < end;) {
    const found = world.mail.delivered.find(({ to, path }) => to === email && path !== null);
    if (found) return found.path;
    if (world.isResting) await world.tick().catch(() => {});
    await sleep(50);
  }
  return null;
}

/** Publishes a post and sends it to everybody, while some of them leave. */
export const sender: Habit = {
  name: "sender",
  clients: 1,
  restMs: 1500,
  async errand(errand) {
    const { world, story, random, mark } = errand;
    const body = {
      title: `Letter ${mark}`,
      content: `Dear readers, this is *${mark}*.\n`,
      status: "published",
      metadata: { mark },
    };
    const written = { method: "POST", path: "/v1/posts", body, marker: mark };
    const post = await insistWithKey(world, story, written, random);
    if (post.status !== 201) throw new Error(`a letter answered ${post.bytes.toString()}`);
    await orderSend(errand, String(post.body["id"]));
    for (let count = random.between(0, 3); count > 0; count -= 1) await leave(errand);
  },
};

export async function orderSend(
  { world, story, random, mark }: Errand,
  postId: string,
): Promise<string> {
  const path = `/v1/newsletters/${world.newsletterId}/sends`;
  const asked = { method: "POST", path, body: { post_id: postId }, marker: `${mark}-send` };
  const reply = await insistWithKey(world, story, asked, random);
  if (reply.status !== 202) throw new Error(`a send answered ${reply.bytes.toString()}`);
  return String(reply.body["id"]);
}

/** Somebody does not want any more of it. From the answer on they get nothing that is not on its way. */
export async function leave({ world, story, random }: Errand): Promise<void> {
  const [found] = await world
    .query<{ id: string; version: string }>(
      `select id, version from subscribers where status = 'active' and email like '%@readers.example'
       order by md5(id::text || $1) limit 1`,
      [String(random.next())],
    )
    .catch(() => []);
  if (!found) return;
  const path = `/v1/subscribers/${found.id}/unsubscribe`;
  const headers = { "if-match": `"v${found.version}"` };
  const reply = await insist(world, story, { method: "POST", path, body: {}, headers }, random);
  if (reply.status === 200) story.left.push({ subscriberId: found.id, ackedAt: Date.now() });
}
