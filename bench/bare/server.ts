/**
 * The same three statements without a worker: Node's own HTTP server and PostgreSQL's own protocol. Takes the
 * connection string as its argument and tells its parent which port it has.
 */
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { argv } from "node:process";

import { Pool } from "pg";

import { statements } from "./statements.ts";

const pool = new Pool({ connectionString: argv[2], max: 10 });
pool.on("error", () => {});

async function answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
  const [, what, slug] = (request.url ?? "").split("/");
  if (what === "write") {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { title, content } = JSON.parse(Buffer.concat(chunks).toString()) as {
      title: string;
      content: string;
    };
    const { rows } = await pool.query(statements.write, [title, content]);
    return { status: 201, body: rows[0] };
  }
  if (what === "list") {
    const { rows } = await pool.query(statements.list);
    return { status: 200, body: { data: rows } };
  }
  const { rows } = await pool.query(statements.read, [slug]);
  return rows[0] ? { status: 200, body: rows[0] } : { status: 404, body: {} };
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const { status, body } = await answer(request);
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  } catch {
    response.writeHead(500).end();
  }
}

const server = createServer((request, response) => void serve(request, response));

server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address !== null && typeof address === "object") process.send?.(address.port);
});
process.once("disconnect", () => process.exit(0));
