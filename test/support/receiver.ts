import { addressOf, readBody, sendJson } from "#local/http";
import type { Handler } from "#local/http";

/** A request as a receiver got it. */
export interface ReceivedCall {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How a receiver answers. */
export interface ReceiverAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends the connection instead. */
  readonly hangUp?: boolean;
}

interface Receiver {
  readonly calls: ReceivedCall[];
  answers: readonly ReceiverAnswer[];
}

const limitBytes = 1024 * 1024;

/**
 * Receivers of webhooks, as many as there are names. `POST /hooks/NAME` is one call; `PUT /hooks/NAME` with a
 * list of answers says how it is answered, the last for good; `GET /hooks/NAME` tells who called, as
 * `{ "data": [{ headers, body }] }`. Without answers all is well.
 */
export function createReceivers(): Handler {
  const receivers = new Map<string, Receiver>();
  return async (request, response) => {
    const name = /^\/hooks\/([\w-]+)$/u.exec(addressOf(request).pathname)?.[1];
    if (name === undefined) return false;
    const known = receivers.get(name) ?? { calls: [], answers: [] };
    receivers.set(name, known);
    if (request.method === "GET") {
      sendJson(response, 200, { data: known.calls });
      return true;
    }
    const body = (await readBody(request, limitBytes))?.toString("utf8") ?? "";
    if (request.method === "PUT") {
      known.answers = JSON.parse(body) as ReceiverAnswer[];
      sendJson(response, 200, {});
      return true;
    }
    known.calls.push({ headers: request.headers as Record<string, string>, body });
    const [answer = { status: 200 }, ...others] = known.answers;
    if (others.length > 0) known.answers = others;
    if (answer.hangUp) {
      request.socket.destroy();
      return true;
    }
    response.writeHead(answer.status, { "content-type": "text/plain", ...answer.headers });
    response.end(answer.body ?? "");
    return true;
  };
}
