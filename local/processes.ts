import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";

import { codeOf } from "./failure.ts";

const run = promisify(execFile);

/** Whether a process with this id exists. */
export function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

/** The command line of a process; null when it is gone or this system does not tell. */
export async function commandOf(pid: number): Promise<string | null> {
  const all = await listProcesses();
  return all.find((found) => found.pid === pid)?.command ?? null;
}

/** Kills every process of a group whose command line matches; the group may hold strangers by now. */
export async function killGroup(group: number, command: RegExp): Promise<void> {
  for (const found of await listProcesses()) {
    if (found.group !== group || !command.test(found.command)) continue;
    try {
      process.kill(found.pid, "SIGKILL");
    } catch {
      // Gone already, which is what was wanted.
    }
  }
}

interface Process {
  readonly pid: number;
  readonly group: number;
  readonly command: string;
}

/** Linux is read from /proc, because small images come without `ps`; Windows has neither. */
async function listProcesses(): Promise<Process[]> {
  if (process.platform !== "linux") {
    const answer = await run("ps", ["-A", "-o", "pid=,pgid=,args="]).catch(() => ({ stdout: "" }));
    return answer.stdout.split("\n").flatMap((line) => {
      const [, pid, group, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/u.exec(line) ?? [];
      return command ? [{ pid: Number(pid), group: Number(group), command }] : [];
    });
  }
  const names = (await readdir("/proc")).filter((name) => /^\d+$/u.test(name));
  const found = await Promise.all(names.map((name) => readProcess(name).catch(() => null)));
  return found.filter((one) => one !== null);
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: the group is the third field after the name. */
async function readProcess(name: string): Promise<Process> {
  const [stat, command] = await Promise.all([
    readFile(`/proc/${name}/stat`, "utf8"),
    readFile(`/proc/${name}/cmdline`, "utf8"),
  ]);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { pid: Number(name), group: Number(fields[2]), command: command.replaceAll("\0", " ") };
}
