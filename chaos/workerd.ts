import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { extname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

import { parse } from "smol-toml";

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

/** workerd tells on its control channel, a JSON object a line, which ports it was given. None when it ended. */
async function portsOf(child: ChildProcess, count: number): Promise<readonly number[]> {
  const control = child.stdio[3] as Readable;
  const ports: number[] = [];
  for await (const line of createInterface({ input: control })) {
    const message: { event?: string; port?: number } = JSON.parse(line);
    if (message.event === "listen" && message.port !== undefined) {
      ports.push(message.port);
      if (ports.length < count) continue;
      control.resume();
      return ports;
    }
  }
  return [];
}

interface WranglerFile {
  readonly vars?: Readonly<Record<string, string>>;
  readonly compatibility_date?: string;
  readonly compatibility_flags?: readonly string[];
}

/** https://github.com/cloudflare/workerd/blob/main/src/workerd/server/workerd.capnp */
async function configOf({ bundle, vars, isolates = 1 }: WorkerdOptions): Promise<string> {
  const settings: WranglerFile = parse(await readFile(join(root, "wrangler.toml"), "utf8"));
  const names = await readdir(bundle);
  const [main, ...others] = [
    ...names.filter((name) => extname(name) === ".js"),
    ...names.filter((name) => extname(name) === ".wasm"),
  ];
  const modules = [
    `(name = "worker", esModule = embed ${quoted(main ?? "")})`,
    ...others.map((name) => `(name = ${quoted(`./${name}`)}, wasm = embed ${quoted(name)})`),
  ];
  const bindings = Object.entries({ ...settings.vars, ...vars }).map(
    ([name, text]) => `(name = ${quoted(name)}, text = ${quoted(text)})`,
  );
  const services = Array.from({ length: isolates }, (_none, index) => `worker-${index}`);
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    ${services.map((name) => `(name = "${name}", worker = .worker),`).join("\n    ")}
    (name = "colo", worker = .colo),
    (name = "assets", disk = (path = ${quoted(join(root, ".assets"))})),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [
    ${services.map((name) => `(name = "${name}", address = "127.0.0.1:0", http = (), service = "${name}"),`).join("\n    ")}
  ],
);

const worker :Workerd.Worker = (
  modules = [${modules.join(", ")}],
  bindings = [(name = "ASSETS", service = "assets"), ${bindings.join(", ")}],
  compatibilityDate = ${quoted(settings.compatibility_date ?? "")},
  compatibilityFlags = [${(settings.compatibility_flags ?? []).map(quoted).join(", ")}],
  cacheApiOutbound = "colo",
);

const colo :Workerd.Worker = (
  modules = [(name = "colo", esModule = ${quoted(colo)})],
  compatibilityDate = ${quoted(settings.compatibility_date ?? "")},
);
`;
}

/** A text of Cap'n Proto's schema language: JSON's, but for `\u`. */
const quoted = (text: string): string =>
  JSON.stringify(text).replaceAll(/\\u00([\da-f]{2})/gu, String.raw`\x$1`);
