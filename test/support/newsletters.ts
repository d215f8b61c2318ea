import { eq, sql } from "drizzle-orm";
import { vi } from "vitest";

import type { TaskContext } from "#core/context";
import type { Database } from "#core/db";
import { sweep } from "#core/jobs/sweep";
import { randomHex } from "#core/tokens";
import { type Newsletter, newNewsletter } from "#domain/newsletters";
import { draftPost, fieldsOf, type Post } from "#domain/posts";
import { everybody, newSend } from "#domain/sends";
import { tasks } from "#domain/tasks";
import type { Safety } from "#domain/work/mail-provider";
import { jobStore } from "#repository/jobs/store";
import {
  newsletters,
  type Segment,
  sendBatches,
  sendRecipients,
  sends,
  subscribers,
} from "#repository/models";
import { insertPost } from "#repository/posts";
import { insertSend } from "#repository/sends";

import { deliver, givenPlant, passTime, type Plant } from "./jobs";

type Fields = Partial<Newsletter>;

export async function givenNewsletter(db: Database, fields: Fields = {}): Promise<Newsletter> {
  const mark = randomHex(10);
  const newsletter = newNewsletter({ name: `Letter ${mark}`, slug: `letter-${mark}`, ...fields });
  await db.insert(newsletters).values(newsletter);
  return newsletter;
}

/** So many people who signed up for a newsletter: `r1-MARK@example.com` and so on. */
export async function givenSubscribers(
  db: Database,
  newsletterId: string,
  count: number,
  { labels = [] as readonly string[] } = {},
): Promise<readonly string[]> {
  const mark = randomHex(10);
  const { rows } = await db.execute<{ email: string }>(sql`
    with made as (
      insert into subscribers (email, name, status, source, confirmed_at, labels)
      select 'r' || n || ${`-${mark}@example.com`}, 'Reader ' || n, 'active', 'form', now(),
        array(select jsonb_array_elements_text(${JSON.stringify(labels)}::jsonb))
      from generate_series(1, ${count}::int) as n returning id, email),
    signed as (
      insert into subscriptions (subscriber_id, newsletter_id)
      select id, ${newsletterId}::uuid from made)
    select email from made`);
  return rows.map(({ email }) => email);
}

/** A post that is out, or not. */
export async function givenOutPost(
  db: Database,
  author: { id: string; slug: string; name: string },
  fields: Partial<Parameters<typeof draftPost>[0]["fields"]> = {},
  status: "published" | "draft" = "published",
): Promise<Post> {
  const mark = randomHex(10);
  const post = draftPost({
    fields: { title: `Post ${mark}`, content: "Dear {{name|reader}}, some *words*.", ...fields },
    slug: `post-${mark}`,
    status,
    authors: [
      { id: author.id, slug: author.slug, name: author.name, avatarUrl: null, avatar: null },
    ],
    tags: [],
    createdBy: author.id,
  });
  const [first, ...others] = insertPost(db, post, { by: author.id, fields: fieldsOf(post) });
  if (first) await db.batch([first, ...others]);
  return post;
}

/** A send that was ordered, and the job that begins it. */
export async function givenSend(
  db: Database,
  newsletter: Newsletter,
  post: Post,
  segment: Segment = everybody,
): Promise<{ readonly id: string; readonly jobId: string }> {
  const { send, job } = newSend({
    newsletter,
    post,
    segment,
    mailFrom: "Imprint <no-reply@example.com>",
    createdBy: null,
    requestId: "test",
  });
  const [first, ...others] = insertSend(db, send, job);
  if (first) await db.batch([first, ...others]);
  return { id: send.id, jobId: job.id };
}

/** One mail as the provider of the tests has it in its books. */
export interface Delivered {
  readonly key: string;
  readonly to: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What the provider of the tests does with a request: take it and answer, or one of what goes wrong. */
export type Answer =
  | "take"
  /** Taken, but the answer never comes. */
  | "take and drop"
  /** Neither taken nor answered. */
  | "drop"
  | { readonly status: number; readonly headers?: Record<string, string> };

/**
 * A provider that keeps books: what it was asked for, and what it has really sent. Speaks as the outbox
 * does, at an address where nothing else is; the rest of the world is reached as before.
 */
export class LedgerProvider {
  static readonly url = "http://provider.test/mail";
  readonly delivered: Delivered[] = [];
  /** Requests under a key that was used for other mails before. */
  conflicts = 0;
  requests = 0;
  /** Addresses that do not exist. */
  readonly unknown = new Set<string>();
  readonly safety: Safety;
  /** Asked for each batch. */
  answer: (request: number, key: string) => Answer = () => "take";
  /** Hears of every request, taken or not. */
  onBody: (body: string) => void = () => undefined;
  readonly #bodies = new Map<string, string>();

  readonly #isForgetful: boolean;

  /** @param options a forgetful one claims to know keys, and does not. */
  constructor(safety: Safety, { isForgetful = false } = {}) {
    this.safety = safety;
    this.#isForgetful = isForgetful;
  }

  /** From here on requests to its address reach it. */
  open(): void {
    const real = globalThis.fetch;
    vi.stubGlobal("fetch", async (...request: Parameters<typeof fetch>) => {
      const [input, init] = request;
      const url = input instanceof Request ? input.url : String(input);
      return url.startsWith(LedgerProvider.url) ? this.#serve(url, init) : real(...request);
    });
  }

  /** A worker's context whose mails go here. */
  plant(settings: Partial<TaskContext["settings"]> = {}): Plant {
    const plant = givenPlant();
    return {
      ...plant,
      context: {
        ...plant.context,
        settings: {
          ...plant.context.settings,
          MAIL_OUTBOX_URL: LedgerProvider.url,
          MAIL_OUTBOX_SAFETY: this.safety,
          MAIL_SETTLE_SECONDS: 60,
          ...settings,
        },
      },
    };
  }

  /** How often each address got a mail. */
  counts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { to } of this.delivered) counts.set(to, (counts.get(to) ?? 0) + 1);
    return counts;
  }

  async #serve(url: string, init: RequestInit | undefined): Promise<Response> {
    if (init?.method !== "POST") {
      const key = new URL(url).searchParams.get("key");
      return Response.json({ data: this.delivered.filter((mail) => mail.key === key) });
    }
    const headers = new Headers(init.headers);
    const key = headers.get("idempotency-key") ?? headers.get("x-batch-key") ?? "";
    this.requests += 1;
    const body = typeof init.body === "string" ? init.body : "";
    this.onBody(body);
    const answer = this.answer(this.requests, key);
    if (typeof answer === "object") return Response.json({}, { ...answer });
    if (answer !== "drop" && !this.#take(key, body)) return Response.json({}, { status: 409 });
    if (answer !== "take") throw new TypeError("Network connection lost.");
    const { mails } = JSON.parse(body) as { mails: { to: string }[] };
    const refusal = { error: "E_VALIDATION_ERROR" };
    return Response.json({ data: mails.map(({ to }) => (this.unknown.has(to) ? refusal : {})) });
  }

  /** @returns false when the key was used for something else. */
  #take(key: string, body: string): boolean {
    const before = this.#bodies.get(key);
    if (this.safety === "key" && before !== undefined && before !== body) this.conflicts += 1;
    if (this.safety === "key" && before !== undefined && !this.#isForgetful) return before === body;
    this.#bodies.set(key, body);
    const { mails } = JSON.parse(body) as {
      mails: { to: string; headers: Record<string, string> }[];
    };
    for (const mail of mails) {
      if (this.unknown.has(mail.to)) continue;
      this.delivered.push({ key, to: mail.to, body: JSON.stringify(mail), headers: mail.headers });
    }
    return true;
  }
}

/** The books of a send, from its rows. */
export async function readLedger(db: Database, sendId: string): Promise<Record<string, number>> {
  const rows = await db
    .select({ state: sendRecipients.state, count: sql<number>`count(*)::int` })
    .from(sendRecipients)
    .where(eq(sendRecipients.sendId, sendId))
    .groupBy(sendRecipients.state);
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}

export async function readSendRow(db: Database, id: string) {
  const [row] = await db.select().from(sends).where(eq(sends.id, id));
  if (!row) throw new Error(`There is no send ${id}.`);
  return row;
}

/** Lets leases and pauses of batches run out as well. */
export async function passBatchTime(db: Database, seconds: number): Promise<void> {
  const age = sql`make_interval(secs => ${seconds}::double precision)`;
  await db.update(sendBatches).set({
    nextAt: sql`${sendBatches.nextAt} - ${age}`,
    leaseUntil: sql`${sendBatches.leaseUntil} - ${age}`,
    sealedAt: sql`${sendBatches.sealedAt} - ${age}`,
    firstTryAt: sql`${sendBatches.firstTryAt} - ${age}`,
  });
}

/** Whatever was rung for is done, and whatever that rings for. */
export async function workOff({ context, queue }: Plant): Promise<void> {
  for (let bells = queue.take(); bells.length > 0; bells = queue.take()) {
    await deliver(context, tasks, bells);
  }
}

/** Two minutes pass: leases run out, cron sweeps, consumers are called. */
export async function minutesPass(plant: Plant, minutes = 1): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    await passTime(plant.context.db, 121);
    await passBatchTime(plant.context.db, 121);
    await sweep(plant.context, jobStore);
    await workOff(plant);
  }
}

/** Rings for a job. */
export const ringFor = async ({ queue }: Plant, jobId: string): Promise<void> => {
  await queue.send({ v: 1, jobId });
};

/** As if the subscriber had left, or must not get mail any more. */
export const leave = (db: Database, email: string, how: "unsubscribed" | "suppressed") =>
  db.update(subscribers).set({ status: how }).where(eq(subscribers.email, email));

/** As if the subscriber had left this newsletter alone. */
export const leaveOne = (db: Database, email: string) =>
  db.execute(sql`delete from subscriptions using subscribers
    where subscribers.id = subscriber_id and email = ${email}`);
