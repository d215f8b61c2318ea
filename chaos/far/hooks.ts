import type { IncomingMessage, ServerResponse } from "node:http";

import type { Random } from "#chaos/random";
import { addressOf, readBody, send } from "#local/http";

/** A call that an endpoint received. */
export interface Call {
  /** The last part of the endpoint's address. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What was answered. */
  readonly status: number;
  readonly at: number;
}

/** Endpoints that write down who called. */
export class HookReceivers {
  /** How often an endpoint answers 503. */
  refuse = 0;
  readonly calls: Call[] = [];
  /** What each endpoint checks signatures with. */
  readonly secrets = new Map<string, string>();
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request, 1024 * 1024);
    const status = this.#random.chance(this.refuse) ? 503 : 204;
    const entries = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
    this.calls.push({
      endpoint: addressOf(request).pathname.split("/").at(-1) ?? "",
      headers: Object.fromEntries(entries),
      body: body?.toString("utf8") ?? "",
      status,
      at: Date.now(),
    });
    if (status === 204) response.writeHead(204).end();
    else send(response, status, "text/plain", "busy");
  }
}
