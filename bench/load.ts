import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** What clients are to do: requests over and over, on kept-alive connections. */
export interface Load {
  readonly origin: string;
  readonly method: "GET" | "POST";
  /** Taken in turn. */
  readonly paths: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** Taken in turn; null for requests without one. */
  readonly bodies: readonly string[] | null;
  readonly connections: number;
  readonly limit: { readonly seconds: number } | { readonly requests: number };
  /**
   * Requests a second that are sent whether or not answers come (an open loop), each as long under way as
   * it is since it was meant to start. Without it every connection sends again when it has its answer.
   */
  readonly rate?: number;
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
    const what = `${load.method} ${load.paths[0]}`;
    if ("failure" in report) throw new Error(`${what}: ${report.failure}`);
    const statuses = Object.keys(report.statuses);
    if (statuses.some((status) => Number(status) !== expected)) {
      throw new Error(`${what} answered ${JSON.stringify(report.statuses)}`);
    }
    const count = report.statuses[expected] ?? 0;
    return { ...report, count, perSecond: count / report.seconds };
  }

  /** The same for plain reads of one server, taken in turn, which all must be answered with 200. */
  get(urls: readonly string[], order: Pick<Load, "connections" | "limit" | "rate">) {
    const { origin } = new URL(urls[0] ?? "");
    const paths = urls.map((url) => new URL(url)).map(({ pathname, search }) => pathname + search);
    return this.put({ origin, paths, method: "GET", headers: {}, bodies: null, ...order }, 200);
  }

  stop(): void {
    this.#child.kill();
  }
}
