import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";

/** Answers one request; false leaves it to the next handler. */
export type Handler = (
  request: IncomingMessage,
  response: ServerResponse,
) => boolean | Promise<boolean>;

/** A server on the loopback interface. */
export interface LocalServer {
  /** Without a slash at its end. */
  readonly origin: string;
  stop(): Promise<void>;
}

/**
 * Serves handlers on 127.0.0.1; the first that takes a request answers it.
 *
 * @param wish a port to prefer; when it is taken, or 0, any free one will do.
 */
export async function serve(handlers: readonly Handler[], wish = 0): Promise<LocalServer> {
  const server = createServer((request, response) => {
    void answer(handlers, request, response);
  });
  await listen(server, wish).catch(() => listen(server, 0));
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  const stop = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  return { origin: `http://127.0.0.1:${port}`, stop };
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
}

/**
 * A page of any site can send a browser here under a name of its own that leads to 127.0.0.1; the name is
 * then in the Host header. Only our own are answered.
 */
function isOurs({ headers }: IncomingMessage): boolean {
  return /^(127\.0\.0\.1|localhost)(:\d+)?$/u.test(headers.host ?? "");
}

async function answer(
  handlers: readonly Handler[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    if (!isOurs(request)) return sendJson(response, 403, { message: "unknown host" });
    for (const handler of handlers) if (await handler(request, response)) return;
    sendJson(response, 404, { message: "not found" });
  } catch (error) {
    if (response.headersSent) return void response.destroy();
    sendJson(response, 500, { message: error instanceof Error ? error.message : String(error) });
  }
}

/** The address a request asks for; only its path and query mean anything. */
export function addressOf(request: IncomingMessage): URL {
  return new URL(request.url ?? "/", "http://127.0.0.1");
}

/**
 * Reads a request's whole body.
 *
 * @returns null when it is longer than `limit` bytes.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
  }
  return size > limit ? null : Buffer.concat(chunks);
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, "application/json", JSON.stringify(value));
}

/** Answers with text of a given media type, in UTF-8. */
export function send(response: ServerResponse, status: number, type: string, text: string): void {
  const length = Buffer.byteLength(text);
  response.writeHead(status, {
    "content-type": `${type}; charset=utf-8`,
    "content-length": length,
    "cache-control": "no-store",
  });
  response.end(text);
}
