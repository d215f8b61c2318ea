import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { eq, sql } from "drizzle-orm";
import { vi } from "vitest";
import { z } from "zod";

import { createContext, type Lane, type TaskContext } from "#core/context";
import type { Database } from "#core/db";
import { newId } from "#core/ids";
import { defineTask, type NewJob, newJob, type Pace, type Task } from "#core/jobs";
import { consume } from "#core/jobs/consume";
import type { Fields, Level, Logger } from "#core/logging";
import { insertAuditEntries } from "#repository/audit";
import { insertJob } from "#repository/jobs";
import { jobStore } from "#repository/jobs/store";
import {
  auditEntries,
  heartbeats,
  type JobRow,
  jobs,
  posts,
  webhookDeliveries,
  webhooks,
} from "#repository/models";

/** A pace without pauses: what is to run again is due at once. */
export const hasty: Pace = {
  lane: "default",
  leaseSeconds: 60,
  budgetSeconds: 20,
  maxFailures: 5,
  maxClaims: 5,
  backoff: { baseSeconds: 0, capSeconds: 0 },
};

export interface LogLine {
  readonly level: Level;
  readonly event: string;
  readonly fields: Fields;
}

/** A log that can be read. */
export function recordingLog(lines: LogLine[] = []): Logger & { readonly lines: LogLine[] } {
  const bound = (outer: Fields): Logger => {
    const write =
      (level: Level) =>
      (event: string, fields: Fields = {}) => {
        lines.push({ level, event, fields: { ...outer, ...fields } });
      };
    return {
      debug: write("debug"),
      info: write("info"),
      warn: write("warn"),
      error: write("error"),
      with: (fields) => bound({ ...outer, ...fields }),
    };
  };
  return { ...bound({}), lines };
}

/** How a queue of the tests goes wrong. Probabilities are between 0 and 1. */
export interface Faults {
  readonly drop: number;
  readonly double: number;
  readonly shuffle: boolean;
  readonly random: () => number;
}

export const faultless: Faults = { drop: 0, double: 0, shuffle: false, random: () => 0.5 };

/** A queue in memory that does not wait, and that loses, repeats and disorders what it is told to. */
export class FaultyQueue implements Queue {
  readonly #faults: Faults;
  #messages: unknown[] = [];
  isDown = false;

  constructor(faults: Faults = faultless) {
    this.#faults = faults;
  }

  async send(body: unknown): Promise<QueueSendResponse> {
    return this.sendBatch([{ body }]);
  }

  async sendBatch(messages: Iterable<MessageSendRequest>): Promise<QueueSendBatchResponse> {
    if (this.isDown) throw new Error("The queue cannot be reached.");
    const { drop, double, random } = this.#faults;
    for (const { body } of messages) {
      if (random() < drop) continue;
      this.#messages.push(body);
      if (random() < double) this.#messages.push(body);
    }
    return { metadata: { metrics: await this.metrics() } };
  }

  async metrics(): Promise<QueueMetrics> {
    return { backlogCount: this.#messages.length, backlogBytes: 0 };
  }

  /** Everything that was sent, in some order; the queue is empty afterwards. */
  take(): unknown[] {
    const taken = this.#messages;
    this.#messages = [];
    if (!this.#faults.shuffle) return taken;
    return taken
      .map((body) => ({ body, rank: this.#faults.random() }))
      .toSorted((left, right) => left.rank - right.rank)
      .map(({ body }) => body);
  }
}

/** Random numbers that are the same in every run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Plant {
  readonly context: TaskContext;
  readonly queue: FaultyQueue;
  readonly lines: readonly LogLine[];
  /** What the platform's cache was told to forget, a list of tags a call. */
  readonly purges: readonly (readonly string[])[];
}

/** A worker's context with one queue of the tests behind every lane, and a log that can be read. */
export function givenPlant(faults: Faults = faultless): Plant {
  const queue = new FaultyQueue(faults);
  const queues: Record<Lane, Queue> = {
    default: queue,
    mail: queue,
    bulk: queue,
    webhooks: queue,
    heavy: queue,
  };
  const log = recordingLog();
  const execution = { waitUntil: () => undefined };
  const purges: (readonly string[])[] = [];
  const cache: TaskContext["cache"] = {
    async purge({ tags = [] }) {
      purges.push(tags);
      return { success: true, errors: [] };
    },
  };
  return {
    context: { ...createContext(env, execution, "test"), queues, log, cache },
    purges,
    queue,
    lines: log.lines,
  };
}

/** The message bodies as one batch, through the consumer. Tells which were acknowledged. */
export async function deliver(
  context: TaskContext,
  tasks: readonly Task[],
  bodies: readonly unknown[],
): Promise<{ readonly acked: number; readonly retried: number }> {
  const batch = createMessageBatch(
    "imprint-default",
    bodies.map((body) => ({ id: newId(), timestamp: new Date(), attempts: 1, body })),
  );
  await consume(batch, tasks, jobStore, () => context);
  const { explicitAcks, retryMessages } = await getQueueResult(batch, createExecutionContext());
  return { acked: explicitAcks.length, retried: retryMessages.length };
}

export const doorbellFor = (jobId: string) => ({ v: 1, jobId });

/** How often a queue has rung for a job. Others may have been rung for too; the queue is empty afterwards. */
export const countBells = (queue: FaultyQueue, jobId: string): number =>
  queue.take().filter((body) => JSON.stringify(body) === JSON.stringify(doorbellFor(jobId))).length;

/** A task that does nothing but what it is told; the payload names the job. */
export const givenTask = (run: Task["run"], pace: Partial<Pace> = {}): Task =>
  defineTask({ ...hasty, ...pace, name: `test.${newId()}`, payload: z.unknown(), run });

/** Saves a job and rings for nobody. */
export async function givenJob(
  db: Database,
  task: Task,
  options: Parameters<typeof newJob>[2] & { readonly payload?: unknown } = {},
): Promise<NewJob> {
  const job = newJob(task, options.payload ?? {}, options);
  await insertJob(db, job);
  return job;
}

export async function readJob(db: Database, id: string): Promise<JobRow> {
  const [row] = await db.select().from(jobs).where(eq(jobs.id, id));
  if (!row) throw new Error(`There is no job ${id}.`);
  return row;
}

/** Something that is visible when it happened, and twice when it happened twice. */
export const effectOn = (db: Database, id: string) =>
  insertAuditEntries(db, [{ action: "effect", entity: "test", entityId: id, requestId: "test" }]);

export const countEffects = (db: Database, id: string): Promise<number> =>
  db.$count(auditEntries, eq(auditEntries.entityId, id));

/** Lets time pass: everything that has a date becomes older. */
export async function passTime(db: Database, seconds: number): Promise<void> {
  const age = sql`make_interval(secs => ${seconds}::double precision)`;
  await db.batch([
    db.update(jobs).set({
      runAt: sql`${jobs.runAt} - ${age}`,
      leaseUntil: sql`${jobs.leaseUntil} - ${age}`,
      dispatchedAt: sql`${jobs.dispatchedAt} - ${age}`,
      finishedAt: sql`${jobs.finishedAt} - ${age}`,
    }),
    db.update(heartbeats).set({ beatAt: sql`${heartbeats.beatAt} - ${age}` }),
    db.update(webhookDeliveries).set({ nextAt: sql`${webhookDeliveries.nextAt} - ${age}` }),
    db.update(webhooks).set({
      failingSince: sql`${webhooks.failingSince} - ${age}`,
      previousSecretExpiresAt: sql`${webhooks.previousSecretExpiresAt} - ${age}`,
    }),
    db.update(posts).set({
      publishAt: sql`${posts.publishAt} - ${age}`,
      unpublishAt: sql`${posts.unpublishAt} - ${age}`,
    }),
  ]);
}

const SIGN_OF_LIFE = '{"query":"select 1","params":[]}';

export type DatabaseFault = "killed before" | "killed after" | "reply lost";

/**
 * Makes the `at`-th request to the database from now on go wrong. A killed worker hears nothing any
 * more and does nothing any more; a lost reply is an error although the request may have been served.
 *
 * @returns `struck`: settles when it has happened. `restore`: everything works again.
 */
export function breakDatabase(at: number, fault: DatabaseFault) {
  const { promise: struck, resolve: strike } = Promise.withResolvers<void>();
  const real = globalThis.fetch;
  let requests = 0;
  vi.stubGlobal("fetch", async (...request: Parameters<typeof fetch>) => {
    // Not a request of anybody's: what was killed here has timers that live on, and ask whether the database does.
    if (request[1]?.body === SIGN_OF_LIFE) return real(...request);
    requests += 1;
    if (requests < at || (requests > at && fault === "reply lost")) return real(...request);
    if (requests === at && fault !== "killed before") {
      const response = await real(...request);
      await response.arrayBuffer();
    }
    strike();
    if (fault === "reply lost") throw new TypeError("Network connection lost.");
    return new Promise<never>(() => undefined);
  });
  return { struck, restore: () => vi.unstubAllGlobals() };
}
