import { connect } from "node:net";
import type { Socket } from "node:net";
import { connect as connectSecurely } from "node:tls";

const nothing = Buffer.alloc(0);
const headEnd = Buffer.from("\r\n\r\n");
const lastChunk = Buffer.from("\r\n0\r\n\r\n");

/**
 * One kept-alive HTTP/1.1 connection that does nothing but send bytes made before and find the end of the
 * answer: a client that costs little leaves the machine to the server that is measured.
 */
export class Connection {
  readonly #socket: Socket;
  #wait: PromiseWithResolvers<number> | null = null;
  /** The head as far as it is there, then the end of what came last. */
  #seen: Buffer = nothing;
  #status = 0;
  /** Bytes of the body that are still to come; Infinity when the body says itself where it ends. */
  #left = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk) => (this.#status === 0 ? this.#takeHead(chunk) : this.#take(chunk)));
    socket.on("error", (error) => this.#wait?.reject(error));
    socket.on("close", () => this.#wait?.reject(new Error("the server closed the connection")));
  }

  /** @param origin of the server, `http:` or `https:`. */
  static open(origin: string): Promise<Connection> {
    const { protocol, hostname, port } = new URL(origin);
    const isSecure = protocol === "https:";
    const target = { host: hostname, port: Number(port) || (isSecure ? 443 : 80) };
    return new Promise((resolve, reject) => {
      const ready = (): void => resolve(new Connection(socket));
      const socket = isSecure
        ? connectSecurely({ ...target, servername: hostname }, ready)
        : connect(target, ready);
      socket.once("error", reject);
    });
  }

  /** Sends one request and answers with the status when the whole answer is there. */
  send(request: Buffer): Promise<number> {
    this.#wait = Promise.withResolvers<number>();
    this.#seen = nothing;
    this.#status = 0;
    this.#socket.write(request);
    return this.#wait.promise;
  }

  close(): void {
    this.#wait = null;
    this.#socket.destroy();
  }

  #takeHead(chunk: Buffer): void {
    const seen = this.#seen.length === 0 ? chunk : Buffer.concat([this.#seen, chunk]);
    const end = seen.indexOf(headEnd);
    if (end === -1) {
      this.#seen = seen;
      return;
    }
    const head = seen.toString("latin1", 0, end);
    const length = /\r\ncontent-length: *(\d+)/iu.exec(head)?.[1];
    this.#status = Number(head.slice(9, 12));
    this.#left = length === undefined ? Infinity : Number(length);
    this.#seen = nothing;
    // With the line break that ends the head: a body of nothing is its last chunk at once.
    this.#take(seen.subarray(end + (length === undefined ? 2 : headEnd.length)));
  }

  #take(chunk: Buffer): void {
    if (this.#left === Infinity) {
      const end = chunk.subarray(-lastChunk.length);
      const seen = end.length < lastChunk.length ? Buffer.concat([this.#seen, end]) : end;
      this.#seen = seen.subarray(-lastChunk.length);
      if (!this.#seen.equals(lastChunk)) return;
    } else {
      this.#left -= chunk.length;
      if (this.#left > 0) return;
    }
    this.#wait?.resolve(this.#status);
  }
}

/** A request as bytes. */
export function toRequest(
  origin: string,
  {
    method,
    path,
    headers,
    body,
  }: {
    method: string;
    path: string;
    headers: Readonly<Record<string, string>>;
    body: string | null;
  },
): Buffer {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `host: ${new URL(origin).host}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(body === null ? [] : [`content-length: ${Buffer.byteLength(body)}`]),
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${body ?? ""}`);
}
