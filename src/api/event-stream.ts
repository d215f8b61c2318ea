import type { Context as HonoContext } from "hono";
import { streamSSE } from "hono/streaming";

import type { AppEnv } from "./dependencies";

/** What is told of a thing that changes. */
export interface Told {
  /** The same for the same data: a client that has seen it names it when it comes again. */
  readonly id: string;
  readonly data: unknown;
  /** Whether nothing will follow. */
  readonly isLast: boolean;
}

const LOOK_EVERY_MS = 1000;
/** Proxies take a silent connection for a dead one, and that a client has gone is noticed by writing to it. */
const SIGN_OF_LIFE_MS = 5000;
/** Then the client has to come again: a stream without end is one that nobody can move elsewhere. */
const LONGEST_MS = 5 * 60_000;
const RETRY_MS = 2000;

/**
 * Server-sent events (WHATWG HTML, section 9.2): tells each change of a thing under the name of `event`,
 * until the last. Looks once a second, and a few seconds after the client has gone no longer.
 *
 * @param look may throw, which ends the stream: a client that comes again is told why.
 */
export function streamChanges(
  c: HonoContext<AppEnv>,
  event: string,
  first: Told,
  look: () => Promise<Told>,
): Response {
  const known = c.req.header("last-event-id");
  // Any other answer would have the client come again.
  if (first.isLast && known === first.id) return c.body(null, 204);
  const response = streamSSE(c, async (stream) => {
    if (c.req.method === "HEAD") return;
    await stream.write(`retry: ${RETRY_MS}\n\n`);
    const end = Date.now() + LONGEST_MS;
    let spokenAt = Date.now();
    let told = known;
    for (let next = first; !stream.aborted;) {
      if (next.id !== told) {
        await stream.writeSSE({ event, id: next.id, data: JSON.stringify(next.data) });
        told = next.id;
        spokenAt = Date.now();
      } else if (Date.now() - spokenAt >= SIGN_OF_LIFE_MS) {
        await stream.write(":\n\n");
        spokenAt = Date.now();
      }
      if (next.isLast || Date.now() >= end) return;
      await stream.sleep(LOOK_EVERY_MS);
      if (stream.aborted) return;
      try {
        next = await look();
      } catch (error) {
        c.var.context.log.info("events.ended", { error });
        return;
      }
    }
  });
  // The connection is not the answer's business (RFC 9113, section 8.2.2), and nothing of it is kept.
  for (const name of ["Connection", "Transfer-Encoding", "Cache-Control"]) {
    response.headers.delete(name);
  }
  return response;
}
