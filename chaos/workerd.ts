import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

import { constantsOf, portsOf, quoted } from "#local/workerd";

import { colo } from "./edge/colo.ts";

const root = resolve(import.meta.dirname, "..");
const requireAsHere = createRequire(import.meta.url);
/** It is wrangler's dependency, not ours. */
const workerd: { readonly default: string } = createRequire(requireAsHere.resolve("wrangler"))(
  "workerd",
);

/** What a workerd is started with. */
export interface WorkerdOptions {
  /** The folder with the bundle. */
  readonly bundle: string;
  /** Tells it from others of the same bundle. */
  readonly name: string;
  readonly vars: Readonly<Record<string, string>>;
  /** How many isolates serve, each at an address of its own; they share one Cache API, as in one city. */
  readonly isolates?: number;
  /** Shown what the worker logs, a line at a time. */
  readonly onLine: (line: string) => void;
}

/** A workerd that serves one worker. */
export interface Workerd {
  /** Without a slash at its end. */
  readonly origin: string;
  /** One for each isolate. */
  readonly origins: readonly string[];
  readonly pid: number;
  readonly isAlive: boolean;
  signal(name: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void;
  /** Kills it and waits until it is gone. */
  kill(): Promise<void>;
}

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts the runtime itself, with nothing around it. */
export async function startWorkerd(options: WorkerdOptions): Promise<Workerd> {
  const file = join(options.bundle, `${options.name}.capnp`);
  await writeFile(file, await configOf(options));
  const child = spawn(workerd.default, ["serve", file, "--control-fd=3"], {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream as Readable }).on("line", options.onLine);
  }
  running.add(child);
  const closed = once(child, "close").then(() => running.delete(child));
  const ports = await portsOf(child, options.isolates ?? 1);
  const origins = ports.map((port) => `http://127.0.0.1:${port}`);
  const [origin] = origins;
  if (origin === undefined) throw new Error(`workerd ended without serving; see ${file}`);
  return {
    origin,
    origins,
    pid: child.pid ?? 0,
    get isAlive() {
      return child.exitCode === null && child.signalCode === null && !child.killed;
    },
    signal: (name) => void child.kill(name),
    async kill() {
      child.kill("SIGKILL");
      await closed;
    },
  };
}

async function configOf({ bundle, vars, isolates = 1 }: WorkerdOptions): Promise<string> {
  const services = Array.from({ length: isolates }, (_none, index) => `worker-${index}`);
  const bindings = [`(name = "ASSETS", service = "assets")`];
  const config = join(root, "wrangler.toml");
  const setup = { folder: bundle, config, vars, bindings, cache: colo };
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    ${services.map((name) => `(name = "${name}", worker = .worker),`).join("\n    ")}
    (name = "cache", worker = .cache),
    (name = "assets", disk = (path = ${quoted(join(root, ".assets"))})),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [
    ${services.map((name) => `(name = "${name}", address = "127.0.0.1:0", http = (), service = "${name}"),`).join("\n    ")}
  ],
);

${await constantsOf(setup)}`;
}
