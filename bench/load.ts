import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** What clients are to do: the same request over and over, each on its own kept-alive connection. */
export interface Load {
  readonly port: number;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Taken in turn; null for requests without one. */
  readonly bodies: readonly string[] | null;
  readonly connections: number;
  readonly limit: { readonly seconds: number } | { readonly requests: number };
}

/** What came of it; times in milliseconds. */
export interface LoadReport {
  readonly seconds: number;
  /** How many answers had which status. */
  readonly statuses: Readonly<Record<number, number>>;
  readonly p50: number;
  readonly p99: number;
}

/** Clients in a process of their own, so that they do not share a thread with the database's endpoint. */
export class Clients {
  readonly #child: ChildProcess = fork(join(import.meta.dirname, "load-process.ts"));

  /**
   * Puts a load on a server and waits for its end.
   *
   * @param expected the status that every answer must have.
   * @throws Error when another comes, because then it was not the work that was measured.
   */
  async put(
    load: Load,
    expected: number,
  ): Promise<LoadReport & { readonly count: number; readonly perSecond: number }> {
    const answer = once(this.#child, "message");
    this.#child.send(load);
    const [report] = (await answer) as [LoadReport | { failure: string }];
    if ("failure" in report) throw new Error(`${load.method} ${load.path}: ${report.failure}`);
    const statuses = Object.keys(report.statuses);
    if (statuses.some((status) => Number(status) !== expected)) {
      throw new Error(`${load.method} ${load.path} answered ${JSON.stringify(report.statuses)}`);
    }
    const count = report.statuses[expected] ?? 0;
    return { ...report, count, perSecond: count / report.seconds };
  }

  stop(): void {
    this.#child.kill();
  }
}
