import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";

import type { Pool } from "pg";

import type { FarEnd, Faults, Operation } from "#chaos/faults";
import { addressOf, readBody, sendJson } from "#local/http";
import { createNeonEndpoint } from "#local/neon-endpoint";

import type { Files } from "./files.ts";
import type { HookReceivers } from "./hooks.ts";
import { handleImages } from "./images.ts";
import type { MailProvider } from "./mail.ts";
import type { Queues } from "./queues.ts";

/** All that is on the other side of the worker. */
export interface FarEnds {
  readonly faults: Faults;
  readonly pool: () => Promise<Pool>;
  readonly queues: Queues;
  readonly files: Files;
  readonly mail: MailProvider;
  readonly hooks: HookReceivers;
}

export interface FarServer {
  readonly origin: string;
  stop(): Promise<void>;
}

const LIMIT = 64 * 1024 * 1024;

/** Serves every far end of one worker from one address, each operation past the faults. */
export async function serveFarEnds(ends: FarEnds): Promise<FarServer> {
  const server = createServer((request, response) => {
    void answer(ends, request, response).catch((error: unknown) => {
      if (response.headersSent || response.destroyed) response.destroy();
      else sendJson(response, 500, { message: String(error), code: null });
    });
  });
  // The worker keeps connections; one that we close while it sends looks like a fault of ours.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  return {
    origin: `http://127.0.0.1:${port}`,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  ends: FarEnds,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname } = addressOf(request);
  const [, place = "", name = ""] = pathname.split("/");
  const known = routes[place]?.(ends, name, request);
  if (!known) return sendJson(response, 404, { message: "not found" });
  await ends.faults.pass(known.operation, [request, response], known.end);
}

interface Known {
  readonly operation: Operation;
  readonly end: FarEnd;
}

const routes: Readonly<
  Record<string, (ends: FarEnds, name: string, request: IncomingMessage) => Known>
> = {
  sql(ends) {
    const operation = { port: "database" as const, what: "" };
    const endpoint = createNeonEndpoint(ends.pool, ({ queries }) => {
      operation.what = labelOf(queries);
    });
    const end: FarEnd = async (request, response) => void (await endpoint(request, response));
    return { operation, end };
  },
  queue: ({ queues }, name) => ({
    operation: { port: "queue", what: `send to ${name}` },
    async end(request, response) {
      const body = await readBody(request, LIMIT);
      queues.send(name, JSON.parse(body?.toString("utf8") ?? "").messages);
      sendJson(response, 200, {});
    },
  }),
  files({ files }, name, { headers }) {
    const asked = JSON.parse(decodeURIComponent(headers["x-asked"]?.toString() ?? "{}"));
    return {
      operation: { port: "files", what: `${name} ${asked.key ?? asked.prefix ?? ""}` },
      async end(request, response) {
        const body = (await readBody(request, 2 * LIMIT)) ?? Buffer.alloc(0);
        const { status, json, stored, bytes } = files.answer(name, asked, body);
        if (!stored || !bytes) return sendJson(response, status, json ?? {});
        const told = encodeURIComponent(JSON.stringify(stored));
        response.writeHead(status, { "x-stored": told, "content-length": bytes.length });
        response.end(bytes);
      },
    };
  },
  images: (_ends, name) => ({ operation: { port: "images", what: name }, end: handleImages }),
  mail: ({ mail }) => ({
    operation: { port: "mail", what: "send" },
    end: (request, response) => mail.handle(request, response),
  }),
  "mail.json": ({ mail }) => ({
    operation: { port: "mail", what: "search" },
    end: (request, response) => mail.handle(request, response),
  }),
  hooks: ({ hooks }, name) => ({
    operation: { port: "webhook", what: name },
    end: (request, response) => hooks.handle(request, response),
  }),
};

/** What a batch is about, in a few words: the tables that it changes, or else the first that it reads. */
function labelOf(queries: readonly string[]): string {
  const changed = queries.flatMap(
    (query) =>
      /\b(insert into|update|delete from)\s+"?([a-z_]+)/iu.exec(query)?.slice(1, 3).join(" ") ?? [],
  );
  if (changed.length > 0) return [...new Set(changed)].join(", ");
  return `select ${/\bfrom\s+"?([a-z_]+)/iu.exec(queries[0] ?? "")?.[1] ?? "…"}`;
}
