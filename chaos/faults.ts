import type { IncomingMessage } from "node:http";
import { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** The ways by which the worker reaches the world. */
export type Port = "database" | "queue" | "files" | "images" | "mail" | "webhook";

/** One thing that the worker asked of the world. */
export interface Operation {
  readonly port: Port;
  /** For people: which statement, which file. */
  readonly what: string;
}

/**
 * What goes wrong with it. `before`: nobody hears it, the connection breaks. `after`: it is done, and the
 * answer is lost. `crash`: it is done, and the worker is killed instead of being told. `silence`: nobody
 * hears it, and the connection stays open.
 */
export type Harm = "before" | "after" | "crash" | "silence";

/** What happens to one operation. */
export interface Fate {
  readonly harm: Harm | null;
  /** How long it takes to arrive, and how long its answer takes to come back. */
  readonly delayMs?: number;
  readonly holdMs?: number;
  /** What its answer waits for. */
  readonly heldUntil?: Promise<unknown>;
}

/** Decides over each operation as it comes; `index` counts them from 1. */
export type Plan = (operation: Operation, index: number) => Fate;

/** Answers a request; called with a response that leads nowhere when the answer is to be lost. */
export type FarEnd = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const unharmed: Fate = { harm: null };

/** Stands between the worker and everything that it reaches. */
export class Faults {
  /** Replaced by whoever wants to do harm. */
  plan: Plan = () => unharmed;
  /** Kills the workers. */
  onCrash: () => void = () => {};
  readonly operations: Operation[] = [];
  /** Those that are done, with answers that wait for something. */
  readonly held: Operation[] = [];
  readonly harmed: Record<Harm, number> = { before: 0, after: 0, crash: 0, silence: 0 };
  #count = 0;
  #isListed = false;
  readonly #silent = new Set<ServerResponse>();

  /** Nothing more goes wrong; who waits in vain is cut off. */
  heal(): void {
    this.plan = () => unharmed;
    this.#isListed = false;
    this.breakSilence();
  }

  breakSilence(): void {
    for (const response of this.#silent) response.destroy();
    this.#silent.clear();
  }

  /** Counts from 1 again under another plan, and keeps a list of what is asked. */
  begin(plan: Plan): void {
    this.operations.length = 0;
    this.held.length = 0;
    this.#count = 0;
    this.#isListed = true;
    this.plan = plan;
  }

  get count(): number {
    return this.#count;
  }

  async pass(
    operation: Operation,
    [request, response]: readonly [IncomingMessage, ServerResponse],
    end: FarEnd,
  ): Promise<void> {
    this.#count += 1;
    if (this.#isListed) this.operations.push(operation);
    const { harm, delayMs = 0, holdMs = 0, heldUntil } = this.plan(operation, this.#count);
    if (delayMs > 0) await sleep(delayMs);
    if (holdMs > 0) holdBack(response, () => sleep(holdMs));
    if (heldUntil) {
      holdBack(response, () => {
        this.held.push(operation);
        return heldUntil;
      });
    }
    if (harm === null) return end(request, response);
    this.harmed[harm] += 1;
    if (harm === "silence") return void this.#silent.add(response);
    if (harm !== "before") {
      await end(request, new ServerResponse(request)).catch(() => {});
      if (harm === "crash") this.onCrash();
    }
    request.socket.destroy();
  }
}

/** Everything is done, and only its end is late. */
function holdBack(response: ServerResponse, wait: () => Promise<unknown>): void {
  const end = response.end.bind(response) as (...given: unknown[]) => ServerResponse;
  response.end = ((...given: unknown[]) => {
    void wait().then(() => end(...given));
    return response;
  }) as typeof response.end;
}
