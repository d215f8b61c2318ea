import type { ChildProcess } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { extname } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

import { parse } from "smol-toml";

/** A worker, and what it is given to stand on. */
export interface Setup {
  /** The folder with its code. */
  readonly folder: string;
  /** The path of its `wrangler.toml`. */
  readonly config: string;
  /** In place of those in the `wrangler.toml` that have the same names. */
  readonly vars: Readonly<Record<string, string>>;
  /** Bindings that are no texts, as the schema has them. */
  readonly bindings?: readonly string[];
  /** The source of a worker that is asked instead of a cache. */
  readonly cache: string;
}

interface WranglerFile {
  readonly vars?: Readonly<Record<string, string>>;
  readonly compatibility_date?: string;
  readonly compatibility_flags?: readonly string[];
}

/**
 * The constants `worker` and `cache` of a configuration, which has to have a service named `cache`.
 *
 * @see https://github.com/cloudflare/workerd/blob/main/src/workerd/server/workerd.capnp
 */
export async function constantsOf(setup: Setup): Promise<string> {
  const { folder, config, vars, bindings = [], cache } = setup;
  const settings: WranglerFile = parse(await readFile(config, "utf8"));
  const texts = Object.entries({ ...settings.vars, ...vars }).map(
    ([name, text]) => `(name = ${quoted(name)}, text = ${quoted(text)})`,
  );
  const date = quoted(settings.compatibility_date ?? "");
  return `const worker :Workerd.Worker = (
  modules = [${(await modulesIn(folder)).join(", ")}],
  bindings = [${[...bindings, ...texts].join(", ")}],
  compatibilityDate = ${date},
  compatibilityFlags = [${(settings.compatibility_flags ?? []).map(quoted).join(", ")}],
  cacheApiOutbound = "cache",
);

const cache :Workerd.Worker = (
  modules = [(name = "cache", esModule = ${quoted(cache)})],
  compatibilityDate = ${date},
);
`;
}

async function modulesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  const [main, ...others] = [
    ...names.filter((name) => extname(name) === ".js"),
    ...names.filter((name) => extname(name) === ".wasm"),
  ];
  return [
    `(name = "worker", esModule = embed ${quoted(main ?? "")})`,
    ...others.map((name) => `(name = ${quoted(`./${name}`)}, wasm = embed ${quoted(name)})`),
  ];
}

/** A text of Cap'n Proto's schema language: JSON's, but for `\u`. */
export const quoted = (text: string): string =>
  JSON.stringify(text).replaceAll(/\\u00([\da-f]{2})/gu, String.raw`\x$1`);

/**
 * Waits until a workerd listens that was started with `--control-fd=3`: there it tells, a JSON object a line,
 * which ports it was given.
 *
 * @returns as many as are waited for; none when it ended before.
 */
export async function portsOf(child: ChildProcess, count: number): Promise<readonly number[]> {
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
