import { connect } from "node:net";
import type { Socket } from "node:net";

const headEnd = Buffer.from("\r\n\r\n");
const lastChunk = Buffer.from("0\r\n\r\n");

/**
 * One kept-alive HTTP/1.1 connection that does nothing but send bytes made before and find the end of the
 * answer: a client that costs little leaves the machine to the server that is measured.
 */
export class Connection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #wait: PromiseWithResolvers<number> | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk) => this.#take(chunk));
    socket.on("error", (error) => this.#wait?.reject(error));
    socket.on("close", () => this.#wait?.reject(new Error("the server closed the connection")));
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1" });
      socket.once("error", reject);
      socket.once("connect", () => resolve(new Connection(socket)));
    });
  }

  /** Sends one request and answers with the status when the whole answer is there. */
  send(request: Buffer): Promise<number> {
    this.#wait = Promise.withResolvers<number>();
    this.#received = Buffer.alloc(0);
    this.#socket.write(request);
    return this.#wait.promise;
  }

  close(): void {
    this.#wait = null;
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const end = this.#received.indexOf(headEnd);
    if (end === -1) return;
    const head = this.#received.toString("latin1", 0, end);
    const length = /\r\ncontent-length: *(\d+)/iu.exec(head)?.[1];
    const isWhole =
      length === undefined
        ? this.#received.subarray(-lastChunk.length).equals(lastChunk)
        : this.#received.length >= end + headEnd.length + Number(length);
    if (isWhole) this.#wait?.resolve(Number(head.slice(9, 12)));
  }
}

/** A request as bytes. */
export function toRequest(
  port: number,
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
    `host: 127.0.0.1:${port}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(body === null ? [] : [`content-length: ${Buffer.byteLength(body)}`]),
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${body ?? ""}`);
}
