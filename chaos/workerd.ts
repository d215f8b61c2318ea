import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { extname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

import { parse } from "smol-toml";

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
  /** Shown what the worker logs, a line at a time. */
  readonly onLine: (line: string) => void;
}

/** A workerd that serves one worker. */
export interface Workerd {
  /** Without a slash at its end. */
  readonly origin: string;
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
  const port = await portOf(child);
  if (port === null) throw new Error(`workerd ended without serving; see ${file}`);
  return {
    origin: `http://127.0.0.1:${port}`,
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

/** workerd tells on its control channel, a JSON object a line, which port it was given. */
async function portOf(child: ChildProcess): Promise<number | null> {
  const control = child.stdio[3] as Readable;
  for await (const line of createInterface({ input: control })) {
    const message: { event?: string; port?: number } = JSON.parse(line);
    if (message.event === "listen" && message.port !== undefined) {
      control.resume();
      return message.port;
    }
  }
  return null;
}

interface WranglerFile {
  readonly vars?: Readonly<Record<string, string>>;
  readonly compatibility_date?: string;
  readonly compatibility_flags?: readonly string[];
}

/** https://github.com/cloudflare/workerd/blob/main/src/workerd/server/workerd.capnp */
async function configOf({ bundle, vars }: WorkerdOptions): Promise<string> {
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
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "worker", worker = .worker),
    (name = "assets", disk = (path = ${quoted(join(root, ".assets"))})),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "worker")],
);

const worker :Workerd.Worker = (
  modules = [${modules.join(", ")}],
  bindings = [(name = "ASSETS", service = "assets"), ${bindings.join(", ")}],
  compatibilityDate = ${quoted(settings.compatibility_date ?? "")},
  compatibilityFlags = [${(settings.compatibility_flags ?? []).map(quoted).join(", ")}],
);
`;
}

/** A text of Cap'n Proto's schema language: JSON's, but for `\u`. */
const quoted = (text: string): string =>
  JSON.stringify(text).replaceAll(/\\u00([\da-f]{2})/gu, String.raw`\x$1`);
