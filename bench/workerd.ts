import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, rm, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";

import { commandOf } from "#local/processes";
import { constantsOf, portsOf } from "#local/workerd";

import { workerd } from "./machine.ts";

/** A worker as it would be uploaded. */
export interface Bundle {
  /** The folder with the code. */
  readonly folder: string;
  /** The path of the `wrangler.toml` it was made by. */
  readonly config: string;
}

/** Stops what a killed run has left running in the folder of a bundle. */
export async function stopOrphans(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((file) => extname(file) === ".pid")) {
    const pid = Number.parseInt(name, 10);
    if ((await commandOf(pid))?.includes(folder) === true) process.kill(pid, "SIGKILL");
  }
}

/** A workerd that serves one worker. */
export interface RunningWorkerd {
  /** Without a slash at its end. */
  readonly origin: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/**
 * Starts the runtime itself with a bundle, without wrangler and its proxies around it: what stands between a
 * request and the worker in development would hide the differences that are to be measured. It gets text bindings,
 * queues that nobody listens to, no files, and a Cache API that keeps nothing. Its heap may grow to 128 MB, which
 * is what Cloudflare allows; a limit for all of V8 would shrink the young generation too, and slow everybody down.
 * What it logs is thrown away.
 */
export async function startWorkerd(
  bundle: Bundle,
  vars: Readonly<Record<string, string>>,
): Promise<RunningWorkerd> {
  const file = join(bundle.folder, "config.capnp");
  await writeFile(file, await configOf(bundle, vars));
  const child = spawn(workerd.default, ["serve", file, "--control-fd=3"], {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
  });
  let complaint = "";
  child.stderr?.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
  const mark = join(bundle.folder, `${child.pid}.pid`);
  await writeFile(mark, "");
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  const closed = once(child, "close").then(() => process.off("exit", kill));
  const stop = async (): Promise<void> => {
    kill();
    await closed;
    await rm(mark, { force: true });
  };
  const [port] = await portsOf(child, 1);
  if (port === undefined) throw new Error(`workerd ended without serving: ${complaint}`);
  return { origin: `http://127.0.0.1:${port}`, pid: child.pid ?? 0, stop };
}

/**
 * What `caches.default` and the queues stand on: something that takes everything and keeps nothing, because only
 * the worker's own work is to count. 504 says that there is nothing, as RFC 9111 has it for `only-if-cached`.
 */
const forgetful = `export default {
  async fetch(request) {
    if (request.method === "GET") return new Response(null, { status: 504 });
    await request.body?.pipeTo(new WritableStream());
    if (request.method === "PUT") return new Response(null, { status: 204 });
    return Response.json({ metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } });
  },
};`;

/** Without them every order of a job would be an error with its log. */
const queues = ["DEFAULT", "MAIL", "BULK", "WEBHOOKS", "HEAVY"].map(
  (lane) => `(name = "QUEUE_${lane}", queue = "queue")`,
);

async function configOf(bundle: Bundle, vars: Readonly<Record<string, string>>): Promise<string> {
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "worker", worker = .worker),
    (name = "internet", network = (allow = ["public", "private"])),
    (name = "cache", worker = .cache),
    (name = "queue", worker = .cache),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "worker")],
  v8Flags = ["--max-old-space-size=128"],
);

${await constantsOf({ ...bundle, vars, bindings: queues, cache: forgetful })}`;
}
