/**
 * The worker as it is deployed, with its far ends moved into the harness: queues and files speak HTTP to it.
 * Time is scaled: leases, budgets and pauses of all tasks are divided, so that a crash is noticed in a second.
 * Nothing else differs. Two doors that only the harness knows do what Cloudflare does: hand over a batch of
 * messages, and tick.
 */
import { paces } from "#core/jobs";
import * as kinds from "#domain/task-kinds";
import { tasks } from "#domain/tasks";
import { schedule } from "#domain/webhooks";
import worker from "#worker";

import { createFiles } from "./files";
import { createImages } from "./images";
import { createQueue } from "./queue";

interface ChaosEnv extends Env {
  /** Where the harness listens. */
  readonly CHAOS_ORIGIN: string;
  /** What opens the doors. */
  readonly CHAOS_KEY: string;
  /** By how much all times are divided. */
  readonly CHAOS_SCALE: string;
}

let made: Env | undefined;

function envOf(env: ChaosEnv): Env {
  made ??= prepare(env);
  return made;
}

function prepare(env: ChaosEnv): Env {
  shorten(Number(env.CHAOS_SCALE));
  const queue = (name: string) => createQueue(env.CHAOS_ORIGIN, name);
  return {
    ...env,
    QUEUE_DEFAULT: queue("default"),
    QUEUE_MAIL: queue("mail"),
    QUEUE_BULK: queue("bulk"),
    QUEUE_WEBHOOKS: queue("webhooks"),
    QUEUE_HEAVY: queue("heavy"),
    FILES: createFiles(env.CHAOS_ORIGIN),
    IMAGES: createImages(env.CHAOS_ORIGIN),
  };
}

/**
 * Leases are whole seconds in the database. A job is never given up: whoever dies here does not die of it.
 */
function shorten(scale: number): void {
  for (const kind of Object.values(kinds))
    Object.assign(kind, { maxFailures: 10_000, maxClaims: 10_000 });
  // As many attempts as ever, a few tenths of a second apart.
  schedule.forEach((_pause, attempt) =>
    Object.assign(schedule, { [attempt]: Math.min(attempt, 3) / 10 }),
  );
  for (const task of tasks) {
    const { leaseSeconds, budgetSeconds, backoff } = task;
    const lease = Math.max(1, Math.ceil(leaseSeconds / scale));
    Object.assign(task, {
      leaseSeconds: lease,
      budgetSeconds: Math.min(budgetSeconds / scale, lease * 0.7),
      backoff: {
        baseSeconds: backoff.baseSeconds / scale,
        capSeconds: Math.max(0.5, paces.quick.backoff.capSeconds / scale / 10),
      },
    });
  }
}

interface Handed {
  readonly queue: string;
  readonly messages: readonly {
    readonly id: string;
    readonly body: unknown;
    readonly attempts: number;
  }[];
}

/** Answers with the messages that are to come again, and after how many seconds. */
async function takeBatch(handed: Handed, env: Env, execution: ExecutionContext): Promise<Response> {
  const again = new Map<string, number>();
  const timestamp = new Date();
  const batch: MessageBatch = {
    queue: handed.queue,
    messages: handed.messages.map((message) => ({
      ...message,
      timestamp,
      ack: () => void again.delete(message.id),
      retry: ({ delaySeconds = 0 }: QueueRetryOptions = {}) =>
        void again.set(message.id, delaySeconds),
    })),
    metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } },
    ackAll: () => again.clear(),
    retryAll: ({ delaySeconds = 0 }: QueueRetryOptions = {}) => {
      for (const { id } of handed.messages) again.set(id, delaySeconds);
    },
  };
  await worker.queue(batch, env, execution);
  return Response.json({ again: [...again].map(([id, delaySeconds]) => ({ id, delaySeconds })) });
}

async function open(
  door: string,
  request: Request,
  env: Env,
  execution: ExecutionContext,
): Promise<Response> {
  if (door === "queue") return takeBatch(await request.json<Handed>(), env, execution);
  await worker.scheduled(
    { cron: "* * * * *", scheduledTime: Date.now(), noRetry() {} },
    env,
    execution,
  );
  return new Response(null, { status: 204 });
}

const PREFIX = "/chaos-door/";

export default {
  fetch(request, env, execution) {
    const { pathname } = new URL(request.url);
    const isDoor =
      pathname.startsWith(PREFIX) && request.headers.get("x-chaos-key") === env.CHAOS_KEY;
    if (isDoor) return open(pathname.slice(PREFIX.length), request, envOf(env), execution);
    return worker.fetch(request, envOf(env), execution);
  },
} satisfies ExportedHandler<ChaosEnv>;
