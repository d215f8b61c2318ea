import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

import { digestOf } from "#chaos/far/ledger";
import type { Random } from "#chaos/random";
import { addressOf, readBody, sendJson } from "#local/http";

/** A mail that a provider took: it will be delivered. */
export interface Delivered {
  readonly key: string | null;
  /** Its place in the request. */
  readonly index: number;
  readonly to: string;
  readonly subject: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Where its link to confirm leads. */
  readonly path: string | null;
  readonly at: number;
}

/** How a provider misbehaves: probabilities, but for `latencyMs`. */
export interface MailMischief {
  readonly latencyMs: number;
  readonly refuse: number;
  readonly slow: number;
}

export const promptProvider: MailMischief = { latencyMs: 1, refuse: 0, slow: 0 };

interface Seen {
  readonly digest: string;
  readonly answer: unknown;
}

const LIMIT = 64 * 1024 * 1024;

/** What can be done about a lost answer; as the worker's port has it. */
export type Safety = "key" | "search" | "none";

/** A provider that keeps a ledger. One that knows keys takes a request once, however often it comes. */
export class MailProvider {
  mischief: MailMischief = promptProvider;
  /** Only one that knows keys remembers them. */
  safety: Safety = "key";
  readonly delivered: Delivered[] = [];
  readonly counts = { requests: 0, replays: 0, conflicts: 0, refused: 0, searches: 0 };
  readonly #seen = new Map<string, Seen>();
  readonly #random: Random;
  #nextId = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = addressOf(request);
    if (pathname === "/mail.json") return this.#search(searchParams.get("key") ?? "", response);
    const body = await readBody(request, LIMIT);
    const { latencyMs, refuse, slow } = this.mischief;
    await sleep(
      this.#random.chance(slow) ? latencyMs + this.#random.between(500, 2500) : latencyMs,
    );
    this.counts.requests += 1;
    if (!body || this.#random.chance(refuse)) {
      this.counts.refused += 1;
      return sendJson(response, 503, { message: "busy" });
    }
    const key = request.headers["idempotency-key"]?.toString() ?? null;
    const digest = digestOf(body);
    const seen = key === null ? undefined : this.#seen.get(key);
    if (seen && seen.digest !== digest) {
      this.counts.conflicts += 1;
      return sendJson(response, 409, { code: "E_KEY_REUSED", message: "other bytes" });
    }
    if (seen && this.safety === "key") {
      this.counts.replays += 1;
      return sendJson(response, 202, seen.answer);
    }
    const { mails } = JSON.parse(body.toString("utf8")) as { mails: Handed[] };
    const answer = { data: mails.map((mail, index) => this.#take(mail, key, index)) };
    if (key !== null) this.#seen.set(key, { digest, answer });
    sendJson(response, 202, answer);
  }

  #search(key: string, response: ServerResponse): void {
    this.counts.searches += 1;
    const data = this.delivered.filter((one) => one.key === key).map(({ to }) => ({ to }));
    sendJson(response, 200, { data });
  }

  #take(
    { to, subject, headers = {}, text = "" }: Handed,
    key: string | null,
    index: number,
  ): { id: number } {
    this.#nextId += 1;
    const path = /(\/subscribe\/confirm\?token=[^\s>]+)/u.exec(text)?.[1] ?? null;
    this.delivered.push({
      key,
      index,
      to: String(to),
      subject: String(subject),
      headers,
      path,
      at: Date.now(),
    });
    return { id: this.#nextId };
  }
}

interface Handed {
  readonly to: unknown;
  readonly subject: unknown;
  readonly headers?: Record<string, string>;
  readonly text?: string;
}
