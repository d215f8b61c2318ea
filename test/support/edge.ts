import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";

import { atEdge, type Handler } from "#api/edge/edge";
import { readSettings } from "#core/settings";

import { ORIGIN } from "./requests";

/** The settings of this file's worker: read once and for all. */
const settings = readSettings(env);

/** Switches the worker's own cache on, or whatever else the operator may decide. */
export const setEdge = (store: "worker" | "platform" | "off" = "worker", seconds = 10): void =>
  void Object.assign(settings, { EDGE_CACHE: store, EDGE_CACHE_SECONDS: seconds });

/** An answer of an edge of the tests, when all that follows it is done. */
export interface Served {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly isHit: boolean;
  readonly isStored: boolean;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What no client that is written in JavaScript can send with GET, and every other can. */
  readonly body?: string;
}

/** An isolate of its own: what it remembers is new, `caches.default` is everybody's. */
export function givenIsolate(handler: Handler) {
  const edge = atEdge(handler);
  return async (
    path: string,
    { method = "GET", headers = {}, body }: Asked = {},
  ): Promise<Served> => {
    const execution = createExecutionContext();
    const request = new Request(`${ORIGIN}${path}`, { method, headers, redirect: "manual" });
    if (body !== undefined)
      Object.defineProperty(request, "body", { value: new Blob([body]).stream() });
    const response = await edge(request, env, execution);
    const text = await response.text();
    await waitOnExecutionContext(execution);
    const told = response.headers.get("cache-status") ?? "";
    return {
      status: response.status,
      headers: response.headers,
      text,
      isHit: told.includes("; hit"),
      isStored: told.includes("; stored"),
    };
  };
}

export const PUBLIC = "public, max-age=0, s-maxage=5, stale-while-revalidate=5";

/** Answers with what it was asked, and counts. */
export function givenApp(
  answer: (request: Request, count: number) => Response | Promise<Response>,
) {
  const requests: Request[] = [];
  const handler: Handler = (request) => {
    requests.push(request);
    return answer(request, requests.length);
  };
  return { handler, requests };
}

/** A public answer that nobody else gives. */
export const publicAnswer = (text: string, headers: Record<string, string> = {}): Response =>
  new Response(text, { headers: { "Cache-Control": PUBLIC, ETag: `"${text}"`, ...headers } });
