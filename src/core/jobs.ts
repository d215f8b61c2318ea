/**
 * Background work. A row in `jobs` is the work; a queue message is only a doorbell that says "look at
 * this row". So a message that is lost, doubled, late or out of order changes nothing: the row decides
 * who works, and a sweep rings again for whatever is due. Whoever claims a row holds a lease with a
 * token of their own, and every write of theirs is fenced by it.
 */
import type { z } from "zod";

import type { Lane, TaskContext } from "./context";
import type { Database, Statement } from "./db";
import { newId } from "./ids";

/** How a task ended. What it throws instead counts as a failure: again later, each time later still. */
export type Outcome =
  | {
      readonly kind: "done";
      readonly result: unknown;
      readonly effects: readonly Statement[];
      readonly jobs: readonly NewJob[];
    }
  | { readonly kind: "retry"; readonly afterSeconds: number }
  | { readonly kind: "discard"; readonly reason: Reason };

export interface Reason {
  /** For programs, in snake_case. */
  readonly code: string;
  /** For people, without secrets. */
  readonly message: string;
}

/** The work is finished. `effects` and `jobs` are saved in the transaction that ends the job, or not at all. */
export const done = (saved: Partial<Omit<Outcome & { kind: "done" }, "kind">> = {}): Outcome => ({
  kind: "done",
  result: saved.result ?? null,
  effects: saved.effects ?? [],
  jobs: saved.jobs ?? [],
});

/** Not a failure: the job goes on from its cursor when `afterSeconds` have passed. */
export const retryAfter = (afterSeconds: number): Outcome => ({ kind: "retry", afterSeconds });

/** It will never work: the job is dead at once, and people can read why. */
export const discard = (reason: Reason): Outcome => ({ kind: "discard", reason });

export interface Backoff {
  readonly baseSeconds: number;
  readonly capSeconds: number;
}

/** How long a task may take and how often it may go wrong. */
export interface Pace {
  readonly lane: Lane;
  /** For how long a claim or checkpoint keeps others away. A worker that died holds its job this long. */
  readonly leaseSeconds: number;
  /** After how long a run should hand back what is left; less than the lease. */
  readonly budgetSeconds: number;
  /** How many failures make the job dead. */
  readonly maxFailures: number;
  /** How many claims that nobody ended make the job dead: its workers die of it. */
  readonly maxClaims: number;
  readonly backoff: Backoff;
}

/** Paces that fit most tasks: `defineTask({ name, ...paces.mail, … })`. */
export const paces = {
  quick: {
    lane: "default",
    leaseSeconds: 60,
    budgetSeconds: 20,
    maxFailures: 10,
    maxClaims: 20,
    backoff: { baseSeconds: 1, capSeconds: 300 },
  },
  mail: {
    lane: "mail",
    leaseSeconds: 60,
    budgetSeconds: 20,
    maxFailures: 8,
    maxClaims: 16,
    backoff: { baseSeconds: 5, capSeconds: 1800 },
  },
  bulk: {
    lane: "bulk",
    leaseSeconds: 90,
    budgetSeconds: 60,
    maxFailures: 50,
    maxClaims: 500,
    backoff: { baseSeconds: 2, capSeconds: 300 },
  },
  webhooks: {
    lane: "webhooks",
    leaseSeconds: 45,
    budgetSeconds: 20,
    maxFailures: 10,
    maxClaims: 30,
    backoff: { baseSeconds: 5, capSeconds: 600 },
  },
  heavy: {
    lane: "heavy",
    leaseSeconds: 180,
    budgetSeconds: 120,
    maxFailures: 4,
    maxClaims: 6,
    backoff: { baseSeconds: 10, capSeconds: 600 },
  },
} as const satisfies Record<string, Pace>;

/** A kind of work, as whoever wants it done knows it. What is then done is its task's business. */
export interface TaskKind<Payload extends z.ZodType = z.ZodType> extends Pace {
  /** Kept in rows that outlive a deploy: a new name strands the jobs of the old one. */
  readonly name: string;
  /** Ids rather than things, so that a payload is small and never stale. Must survive JSON. */
  readonly payload: Payload;
}

/** @throws {RangeError} when the budget would outlast the lease. */
export function defineKind<Payload extends z.ZodType>(kind: TaskKind<Payload>): TaskKind<Payload> {
  if (kind.budgetSeconds >= kind.leaseSeconds) {
    throw new RangeError(`The budget of ${kind.name} must be shorter than its lease.`);
  }
  return kind;
}

export interface Task<Payload extends z.ZodType = z.ZodType> extends TaskKind<Payload> {
  /** May run again after it ran: what must happen once belongs into the effects. */
  run(context: TaskContext, payload: z.output<Payload>, run: Run): Promise<Outcome>;
}

/** @throws {RangeError} when the budget would outlast the lease. */
export function defineTask<Payload extends z.ZodType>(task: Task<Payload>): Task<Payload> {
  defineKind(task);
  return task;
}

/** What a task is told about the job it runs for. */
export interface Run {
  readonly jobId: string;
  readonly createdAt: string;
  /** What the last checkpoint saved; null at the beginning. */
  readonly cursor: unknown;
  /** Claims that did not end in good order, and this one. */
  readonly claims: number;
  readonly failures: number;
  /** True when the time budget has been spent: save a checkpoint and return `retryAfter(0)`. */
  deadline(): boolean;
  /**
   * Saves how far the work is, with its effects, in one transaction, and renews the lease. After "stop"
   * return `retryAfter(0)`: the job was cancelled, and ends as such.
   *
   * @throws {LeaseLost} when another worker has the job; let it pass.
   */
  checkpoint(checkpoint: Checkpoint): Promise<"go on" | "stop">;
}

export interface Checkpoint {
  readonly cursor: unknown;
  readonly done: number;
  /** Null while nobody knows. */
  readonly total: number | null;
  readonly effects?: readonly Statement[];
}

/** The job belongs to another worker now. Nothing that this one still does is saved. */
export class LeaseLost extends Error {
  override readonly name = "LeaseLost";
}

/** A job that has not been saved: `insertJob` puts it into the batch of the change that wants it. */
export interface NewJob {
  readonly id: string;
  readonly kind: string;
  readonly lane: Lane;
  readonly args: unknown;
  readonly dedupeKey: string | null;
  /** Null for at once. */
  readonly runAt: string | null;
  readonly maxFailures: number;
  readonly maxClaims: number;
  readonly createdBy: string | null;
  readonly requestId: string | null;
}

/**
 * @param options `dedupeKey`: while a job of this kind and key waits or runs, another is not saved.
 * @throws {z.ZodError} when the payload is not what the task asks for.
 */
export function newJob<Payload extends z.ZodType>(
  task: TaskKind<Payload>,
  payload: z.input<Payload>,
  options: Partial<Pick<NewJob, "id" | "dedupeKey" | "runAt" | "createdBy" | "requestId">> = {},
): NewJob {
  task.payload.parse(payload);
  return {
    id: options.id ?? newId(),
    kind: task.name,
    lane: task.lane,
    args: payload,
    dedupeKey: options.dedupeKey ?? null,
    runAt: options.runAt ?? null,
    maxFailures: task.maxFailures,
    maxClaims: task.maxClaims,
    createdBy: options.createdBy ?? null,
    requestId: options.requestId ?? null,
  };
}

export type JobState = "ready" | "running" | "done" | "dead" | "cancelled";

/** Proof of a claim. The token is made before the claim is sent, so that asking again is the same claim. */
export interface Lease {
  readonly jobId: string;
  readonly token: string;
}

export interface ClaimedJob {
  readonly id: string;
  readonly kind: string;
  readonly lane: string;
  readonly args: unknown;
  readonly cursor: unknown;
  readonly claims: number;
  readonly failures: number;
  readonly createdAt: string;
  readonly requestId: string | null;
}

/** A job that is due, or will be after `delaySeconds`. */
export interface DueJob {
  readonly id: string;
  readonly lane: string;
  readonly delaySeconds: number;
}

/**
 * Where jobs are kept. Each method is one round trip and one transaction. What is fenced changes
 * nothing unless the lease is the one that holds the job, and answers "lost" or undefined then.
 */
export interface JobStore {
  /**
   * @param leaseSeconds by kind of job.
   * @returns undefined when there is nothing to do: taken, finished, cancelled, or not due.
   */
  claim(
    db: Database,
    lease: Lease,
    leaseSeconds: Readonly<Record<string, number>>,
  ): Promise<ClaimedJob | undefined>;
  checkpoint(
    db: Database,
    lease: Lease,
    checkpoint: Checkpoint & { readonly leaseSeconds: number },
  ): Promise<"go on" | "stop" | "lost">;
  complete(
    db: Database,
    lease: Lease,
    outcome: Outcome & { kind: "done" },
  ): Promise<"done" | "lost">;
  /** Gives the job back uncharged, or ends it when it was cancelled. */
  release(db: Database, lease: Lease, afterSeconds: number): Promise<JobState | undefined>;
  /** @param failure never again when `retrySeconds` is null. */
  fail(
    db: Database,
    lease: Lease,
    failure: Reason & { readonly retrySeconds: number | null },
  ): Promise<JobState | undefined>;
  findState(db: Database, jobId: string): Promise<JobState | undefined>;
  /** Frees what dead workers held and marks what is due as rung for, a page of each; notes the time. */
  sweep(db: Database): Promise<{
    readonly reaped: readonly { readonly id: string; readonly state: JobState }[];
    readonly due: readonly DueJob[];
    readonly isFull: boolean;
  }>;
  /** True for exactly one caller when `name` was last elected more than `seconds` ago. */
  elect(db: Database, name: string, seconds: number): Promise<boolean>;
  /** Deletes jobs that ended long ago and that nothing refers to. Returns how many. */
  purge(db: Database): Promise<number>;
}
