import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { LocalFailure } from "./failure.ts";

/** What the process of the worker is told to run. */
export interface WorkerOrder {
  /** The path of `wrangler.toml`. */
  readonly config: string;
  readonly port: number;
  /** The folder for what R2 and the other bindings keep. */
  readonly persist: string;
  readonly vars: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** What it is told afterwards: to show its whole log, not only what went wrong; and to end. */
export type WorkerWord = "talk" | "stop";

/** What the process of the worker says. */
export type WorkerMessage =
  | { readonly type: "ready" }
  | { readonly type: "failed"; readonly message: string };

/** A worker that serves, with its queues. */
export interface RunningWorker {
  /** Its process group. */
  readonly group: number;
  /** Settles when its process is gone, asked to or not. */
  readonly closed: Promise<void>;
  /** Shows its whole log from now on; until then only warnings and errors. */
  talk(): void;
  stop(): Promise<void>;
}

const patienceMs = 60_000;

/**
 * Runs the worker in a process of its own, from its sources: a change to them reloads it. Its log goes to
 * our output.
 *
 * @param onSpawn is told the process group as soon as there is one.
 * @throws LocalFailure when it does not start.
 */
export async function startWorker(
  order: WorkerOrder,
  onSpawn: (group: number) => Promise<void>,
): Promise<RunningWorker> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "worker-process.ts")], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  child.stdout?.pipe(process.stdout);
  child.stderr?.pipe(process.stderr);
  const closed = new Promise<void>((resolve) => {
    child.once("error", () => resolve());
    child.once("close", () => resolve());
  });
  const stop = (): Promise<void> => stopChild(child, closed);
  process.once("exit", () => killAll(child));
  child.once("exit", () => killAll(child));
  const group = child.pid ?? 0;
  await onSpawn(group);
  child.send(order);
  await ready(child, closed).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { group, closed, talk: () => send(child, "talk"), stop };
}

async function ready(child: ChildProcess, closed: Promise<void>): Promise<void> {
  const answer = new Promise<WorkerMessage>((resolve) => child.once("message", resolve));
  const gone: WorkerMessage = { type: "failed", message: "its process ended" };
  const late: WorkerMessage = { type: "failed", message: "it took longer than a minute" };
  const timer = new AbortController();
  const message = await Promise.race([
    answer,
    closed.then(() => gone),
    sleep(patienceMs, late, { signal: timer.signal, ref: false }),
  ]);
  timer.abort();
  if (message.type === "failed") {
    throw new LocalFailure(`the worker does not start: ${message.message}`);
  }
}

function send(child: ChildProcess, word: WorkerWord): void {
  if (child.connected) child.send(word);
}

async function stopChild(child: ChildProcess, closed: Promise<void>): Promise<void> {
  send(child, "stop");
  const timer = setTimeout(() => killAll(child), 6000);
  await closed;
  clearTimeout(timer);
}

/** The group, because the runtime is a child of the child. */
function killAll(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? child.pid : -child.pid, "SIGKILL");
  } catch {
    // Nobody is left in it.
  }
}
