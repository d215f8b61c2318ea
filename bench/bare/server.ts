/**
 * The same statement without a worker: Node's own HTTP server and PostgreSQL's own protocol. Takes the
 * connection string as its argument and tells its parent which port it has.
 */
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { argv } from "node:process";

import { Pool } from "pg";

import { write } from "./statements.ts";

const pool = new Pool({ connectionString: argv[2], max: 10 });
pool.on("error", () => {});

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { title, content } = JSON.parse(Buffer.concat(chunks).toString()) as {
      title: string;
      content: string;
    };
    const { rows } = await pool.query(write, [title, content]);
    response.writeHead(201, { "content-type": "application/json" });
    response.end(JSON.stringify(rows[0]));
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
