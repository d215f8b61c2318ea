import type { TaskContext } from "#core/context";
import { databaseErrorOf, isUnavailable } from "#core/db";
import {
  type Checkpoint,
  type ClaimedJob,
  type JobState,
  type JobStore,
  type Lease,
  LeaseLost,
  type Outcome,
  type Reason,
  type Run,
  type Task,
} from "#core/jobs";
import { Doorbell, ring, ringDue } from "#core/jobs/doorbells";
import { sweepIfStale } from "#core/jobs/sweep";
import { redact } from "#core/logging";
import { backoffSeconds, insist } from "#core/retries";

/** What one message is worked with. */
interface Desk {
  readonly tasks: readonly Task[];
  readonly store: JobStore;
  readonly context: TaskContext;
}

/** How a run ended: with an outcome, with an error, or with the job in other hands. */
type Ending =
  | Outcome
  | { readonly kind: "failure"; readonly error: unknown }
  | { readonly kind: "lost" };

/** How long a job of a kind that this deploy does not know is left for one that does. */
const UNKNOWN_KIND_SECONDS = 60;

/**
 * Answers a batch of doorbells, each on its own: claims the job, runs its task, saves how it ended. Only
 * a database that cannot be asked makes a message come again; everything else is in the row.
 *
 * @param contextFor what a task is handed, by the id under which it logs.
 */
export async function consume(
  batch: MessageBatch,
  tasks: readonly Task[],
  store: JobStore,
  contextFor: (requestId: string) => TaskContext,
): Promise<void> {
  await Promise.all(
    batch.messages.map((message) =>
      answer(message, { tasks, store, context: contextFor(message.id) }),
    ),
  );
  await sweepIfStale(contextFor(crypto.randomUUID()), store);
}

/** Writes down which doorbells no consumer could answer. Their jobs are still in the table, and due. */
export function consumeDeadLetters(batch: MessageBatch, { log }: Pick<TaskContext, "log">): void {
  for (const message of batch.messages) {
    const jobId = Doorbell.safeParse(message.body).data?.jobId ?? null;
    log.error("jobs.dead_letter", { queue: batch.queue, message_id: message.id, job_id: jobId });
    message.ack();
  }
}

async function answer(message: Message, desk: Desk): Promise<void> {
  const { log } = desk.context;
  const doorbell = Doorbell.safeParse(message.body).data;
  if (!doorbell) {
    log.error("jobs.doorbell_unreadable", { message_id: message.id });
    message.ack();
    return;
  }
  const lease = { jobId: doorbell.jobId, token: crypto.randomUUID() };
  try {
    const job = await claim(desk, lease);
    if (job) await work(desk, lease, job);
    message.ack();
  } catch (error) {
    log.warn("jobs.claim_failed", { job_id: lease.jobId, attempts: message.attempts, error });
    const delay = backoffSeconds({ baseSeconds: 1, capSeconds: 60 }, message.attempts);
    message.retry({ delaySeconds: Math.ceil(delay) });
  }
}

function claim({ context, store, tasks }: Desk, lease: Lease): Promise<ClaimedJob | undefined> {
  const leaseSeconds = Object.fromEntries(tasks.map((task) => [task.name, task.leaseSeconds]));
  return insist(() => store.claim(context.db, lease, leaseSeconds));
}

/** Never throws. What could not be saved is found again by a sweep, when the lease has run out. */
async function work(desk: Desk, lease: Lease, job: ClaimedJob): Promise<void> {
  const requestId = job.requestId ?? desk.context.requestId;
  const names = { request_id: requestId, job_id: job.id, kind: job.kind };
  const context = { ...desk.context, requestId, log: desk.context.log.with(names) };
  const at = { context, store: desk.store, lease, job };
  const task = desk.tasks.find(({ name }) => name === job.kind);
  try {
    if (task) await settle(at, task, await run(at, task));
    else await putBack(at);
  } catch (error) {
    context.log.error("job.ending_not_saved", { error });
  }
}

/** One run of one job. */
interface Bench {
  readonly context: TaskContext;
  readonly store: JobStore;
  readonly lease: Lease;
  readonly job: ClaimedJob;
}

async function putBack({ context, store, lease }: Bench): Promise<void> {
  context.log.warn("job.kind_unknown");
  await insist(() => store.release(context.db, lease, UNKNOWN_KIND_SECONDS));
}

async function run(bench: Bench, task: Task): Promise<Ending> {
  const { context, job } = bench;
  try {
    const payload = task.payload.parse(job.args);
    return await task.run(context, payload, createRun(bench, task));
  } catch (error) {
    return error instanceof LeaseLost ? { kind: "lost" } : { kind: "failure", error };
  }
}

function createRun({ context, store, lease, job }: Bench, task: Task): Run {
  const end = Date.now() + task.budgetSeconds * 1000;
  return {
    jobId: job.id,
    createdAt: job.createdAt,
    cursor: job.cursor,
    claims: job.claims,
    failures: job.failures,
    deadline: () => Date.now() >= end,
    // Sent once: effects need not bear repeating, and a run that fails here goes on from whichever
    // cursor was saved.
    async checkpoint(checkpoint: Checkpoint) {
      const { leaseSeconds } = task;
      const answered = await store.checkpoint(context.db, lease, { ...checkpoint, leaseSeconds });
      if (answered === "lost") throw new LeaseLost("Another worker has this job.");
      return answered;
    },
  };
}

async function settle(bench: Bench, task: Task, ending: Ending): Promise<void> {
  const { context, job, store, lease } = bench;
  switch (ending.kind) {
    case "lost":
      return report(bench, undefined);
    case "done":
      return finish(bench, task, ending);
    case "retry": {
      const state = await insist(() => store.release(context.db, lease, ending.afterSeconds));
      return report(bench, state, ending.afterSeconds);
    }
    case "discard":
      return fail(bench, ending.reason, null);
    case "failure":
      context.log.warn("job.failed", { failures: job.failures + 1, error: ending.error });
      return fail(bench, reasonOf(ending.error), backoffSeconds(task.backoff, job.failures));
  }
}

async function finish(bench: Bench, task: Task, ending: Outcome & { kind: "done" }): Promise<void> {
  const { context, job, store, lease } = bench;
  try {
    const state = await insist(async (attempt) => {
      const answered = await store.complete(context.db, lease, ending);
      if (answered === "done" || attempt === 1) return answered;
      // The reply that was lost may have been the good one, which ended the lease.
      return (await store.findState(context.db, job.id)) === "done" ? "done" : "lost";
    });
    await report(bench, state === "done" ? "done" : undefined);
    if (state === "done") await ring(context, ending.jobs);
  } catch (error) {
    if (isUnavailable(error)) throw error;
    await settle(bench, task, { kind: "failure", error });
  }
}

async function fail(bench: Bench, reason: Reason, retrySeconds: number | null): Promise<void> {
  const { context, store, lease } = bench;
  const failure = { ...presentable(reason), retrySeconds };
  const state = await insist(() => store.fail(context.db, lease, failure));
  await report(bench, state, retrySeconds ?? 0);
}

/** Says how a run ended, and rings for what is to go on soon. */
async function report(bench: Bench, state: JobState | undefined, afterSeconds = 0): Promise<void> {
  const { context, job } = bench;
  const { claims, failures } = job;
  context.log[state === "dead" ? "error" : "info"]("job.ended", {
    state: state ?? "lost",
    claims,
    failures,
  });
  if (state !== "ready") return;
  await ringDue(context, [{ id: job.id, lane: job.lane, delaySeconds: Math.ceil(afterSeconds) }]);
}

/** What may be kept of an error. PostgreSQL's own words can hold data, so only its code is. */
function reasonOf(error: unknown): Reason {
  const refused = databaseErrorOf(error);
  if (refused && /^[0-9A-Z]{5}$/u.test(refused.code)) {
    if (refused.code === "IMP01") return { code: "refused", message: refused.message };
    const constraint = refused.constraint === null ? "" : ` by ${refused.constraint}`;
    return {
      code: "database_refused",
      message: `The database refused (${refused.code})${constraint}.`,
    };
  }
  if (!(error instanceof Error)) return { code: "unexpected", message: String(error) };
  if (isUnavailable(error))
    return { code: "database_unavailable", message: "The database did not answer." };
  const code = "code" in error && typeof error.code === "string" ? error.code : "unexpected";
  return {
    code: /^[a-z][a-z\d_]{0,63}$/u.test(code) ? code : "unexpected",
    message: error.message,
  };
}

/** Fits the columns: no secrets, no NUL, no half characters, at most 2,000 characters. */
function presentable({ code, message }: Reason): Reason {
  const clean = String(redact(message.split("\nparams:")[0] ?? "")).replaceAll("\0", "");
  return { code: code.slice(0, 64), message: clean.slice(0, 2000).toWellFormed() };
}
