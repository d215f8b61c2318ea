import { logLine } from "./log-line.ts";
import type { WorkerMessage, WorkerOrder, WorkerWord } from "./worker.ts";

// The process that runs the worker. It leads a group of its own, so that whatever the runtime starts can be
// found and stopped with it, and it ends itself when the process that started it is gone.

interface Disposable {
  dispose(): Promise<void>;
}

const tell = (message: WorkerMessage): void => {
  if (process.connected) process.send?.(message);
};

let stopping = false;
let quiet = true;

async function stop(worker: Disposable | null): Promise<void> {
  if (stopping) return;
  stopping = true;
  setTimeout(() => process.exit(1), 5000).unref();
  await worker?.dispose().catch(() => {});
  process.exit(0);
}

async function start(order: WorkerOrder): Promise<void> {
  // Wrangler reads these once, when it is loaded.
  Object.assign(process.env, { WRANGLER_LOG: "error", WRANGLER_SEND_METRICS: "false" });
  Object.assign(process.env, order.secrets);
  const { unstable_startWorker: startWorker } = await import("wrangler");
  const worker = await startWorker({
    config: order.config,
    envFiles: [],
    bindings: {
      ...bindingsOf("secret_text", order.secrets),
      ...bindingsOf("plain_text", order.vars),
    },
    dev: {
      server: { hostname: "127.0.0.1", port: order.port },
      inspector: false,
      remote: false,
      watch: true,
      persist: order.persist,
      structuredLogsHandler: ({ level, message }: { level: string; message: string }) => {
        const line =
          quiet && level !== "error" && level !== "warn" ? null : logLine(level, message);
        if (line !== null) console.log(line);
      },
    },
  });
  process.once("disconnect", () => void stop(worker));
  process.on("message", (word: WorkerWord) => {
    if (word === "stop") void stop(worker);
    else quiet = false;
  });
  await worker.ready;
  tell({ type: "ready" });
}

function bindingsOf(
  type: "plain_text" | "secret_text",
  values: Readonly<Record<string, string>>,
): Record<string, { type: "plain_text" | "secret_text"; value: string }> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { type, value }]));
}

/** Wrangler says what happened only in the innermost of several errors. */
function causesOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${causesOf(error.cause)}`;
}

// Ours to end: a Ctrl-C reaches the process that started this one, and it says so.
process.on("SIGINT", () => {});
process.stdout.on("error", () => {});
process.stderr.on("error", () => {});
process.once("disconnect", () => void stop(null));
process.once("message", (order: WorkerOrder) => {
  process.removeAllListeners("disconnect");
  start(order).catch((error: unknown) => {
    tell({ type: "failed", message: causesOf(error) });
    void stop(null);
  });
});
