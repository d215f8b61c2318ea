import { setTimeout as sleep } from "node:timers/promises";

import type { Random } from "#chaos/random";

/** As `wrangler.toml` has it. */
const lanes = {
  default: { size: 10, concurrency: 5 },
  mail: { size: 10, concurrency: 5 },
  bulk: { size: 1, concurrency: 4 },
  webhooks: { size: 10, concurrency: 10 },
  heavy: { size: 1, concurrency: 2 },
} as const;
type Lane = keyof typeof lanes;

const MAX_ATTEMPTS = 11;
/** What a consumer asked to wait is cut to this: time is scaled. */
const LONGEST_RETRY_SECONDS = 0.5;

interface Message {
  readonly id: string;
  readonly body: unknown;
  attempts: number;
  dueAt: number;
}

/** How a queue misbehaves; each a probability. */
export interface Mischief {
  readonly drop: number;
  readonly double: number;
  readonly delay: number;
  readonly shuffle: boolean;
}

export const obedient: Mischief = { drop: 0, double: 0, delay: 0, shuffle: false };

export interface Handed {
  readonly queue: string;
  readonly messages: readonly Pick<Message, "id" | "body" | "attempts">[];
}

/** @returns which messages are to come again. @throws when the worker did not answer. */
export type HandOver = (
  handed: Handed,
) => Promise<readonly { readonly id: string; readonly delaySeconds: number }[]>;

/** Queues that deliver at least once, or worse. */
export class Queues {
  mischief: Mischief = obedient;
  readonly counts = { sent: 0, dropped: 0, doubled: 0, wiped: 0, dead: 0 };
  readonly #waiting = new Map<Lane, Message[]>();
  readonly #busy = new Map<Lane, number>();
  readonly #handOver: HandOver;
  readonly #random: Random;
  readonly #timer: NodeJS.Timeout;
  #nextId = 0;

  constructor(handOver: HandOver, random: Random) {
    this.#handOver = handOver;
    this.#random = random;
    this.#timer = setInterval(() => this.#pump(), 10);
  }

  send(name: string, messages: readonly { body: unknown; delaySeconds: number }[]): void {
    const lane = name as Lane;
    if (!(lane in lanes)) throw new Error(`there is no queue ${name}`);
    const { drop, double, delay } = this.mischief;
    for (const { body, delaySeconds } of messages) {
      this.counts.sent += 1;
      if (this.#random.chance(drop)) {
        this.counts.dropped += 1;
        continue;
      }
      const copies = this.#random.chance(double) ? 2 : 1;
      this.counts.doubled += copies - 1;
      for (let copy = 0; copy < copies; copy += 1) {
        const late = this.#random.chance(delay) ? this.#random.between(100, 1500) : 0;
        this.#put(lane, {
          id: this.#newId(),
          body,
          attempts: 0,
          dueAt: Date.now() + delaySeconds * 1000 + late,
        });
      }
    }
  }

  /** Forgets everything that waits, as a local queue does when its process dies. */
  wipe(): void {
    for (const waiting of this.#waiting.values()) {
      this.counts.wiped += waiting.length;
      waiting.length = 0;
    }
  }

  /** Whether nothing is on its way to a worker. */
  get isIdle(): boolean {
    return [...this.#busy.values()].every((count) => count === 0);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #newId(): string {
    this.#nextId += 1;
    return `message-${this.#nextId}`;
  }

  #put(lane: Lane, message: Message): void {
    const waiting = this.#waiting.get(lane) ?? [];
    waiting.push(message);
    this.#waiting.set(lane, waiting);
  }

  #pump(): void {
    const now = Date.now();
    for (const [lane, waiting] of this.#waiting) {
      const { size, concurrency } = lanes[lane];
      while ((this.#busy.get(lane) ?? 0) < concurrency) {
        let due = waiting.filter(({ dueAt }) => dueAt <= now);
        if (this.mischief.shuffle) due = this.#random.shuffled(due);
        const batch = due.slice(0, size);
        if (batch.length === 0) break;
        for (const message of batch) waiting.splice(waiting.indexOf(message), 1);
        void this.#deliver(lane, batch);
      }
    }
  }

  async #deliver(lane: Lane, batch: readonly Message[]): Promise<void> {
    this.#busy.set(lane, (this.#busy.get(lane) ?? 0) + 1);
    for (const message of batch) message.attempts += 1;
    try {
      const messages = batch.map(({ id, body, attempts }) => ({ id, body, attempts }));
      const again = await this.#handOver({ queue: `imprint-${lane}`, messages });
      for (const { id, delaySeconds } of again) {
        const message = batch.find((one) => one.id === id);
        if (message)
          this.#again(lane, message, Math.min(delaySeconds, LONGEST_RETRY_SECONDS) * 1000);
      }
    } catch {
      // Its consumer is dead: nothing it acknowledged was heard.
      for (const message of batch) this.#again(lane, message, 100);
      await sleep(50);
    } finally {
      this.#busy.set(lane, (this.#busy.get(lane) ?? 1) - 1);
    }
  }

  #again(lane: Lane, message: Message, afterMs: number): void {
    if (message.attempts >= MAX_ATTEMPTS) this.counts.dead += 1;
    else this.#put(lane, { ...message, dueAt: Date.now() + afterMs });
  }
}
