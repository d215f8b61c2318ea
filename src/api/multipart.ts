import { MalformedRequest } from "./exceptions";

/** One part of a form (RFC 7578). */
export interface Part {
  readonly name: string;
  /** Null for a part that is no file. */
  readonly fileName: string | null;
  /** To be read to its end, or cancelled, before the next part is asked for. */
  readonly stream: ReadableStream<Uint8Array>;
}

const HEADERS_LIMIT = 8192;
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The boundary that a Content-Type header names; undefined when it is not a form's. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  const [type = ""] = (contentType ?? "").split(";");
  if (type.trim().toLowerCase() !== "multipart/form-data") return undefined;
  const [, quoted, bare] =
    /;\s*boundary=(?:"([^"]{1,70})"|([\w'()+,./:=?-]{1,70}))/iu.exec(contentType ?? "") ?? [];
  return quoted ?? bare;
}

/**
 * The parts of a form as they come, holding no more than a chunk of any.
 *
 * @throws {MalformedRequest} 40000
 */
export async function* partsOf(
  body: ReadableStream<Uint8Array>,
  boundary: string,
): AsyncGenerator<Part> {
  const scanner = new Scanner(body, encode(`\r\n--${boundary}`));
  await drain(scanner.untilBoundary());
  while (await scanner.hasPart()) {
    const headers = await scanner.headers();
    const disposition = /^content-disposition:\s*form-data\s*(;.*)$/imu.exec(headers)?.[1] ?? "";
    const name = parameterIn(disposition, "name");
    if (name === null) throw new MalformedRequest();
    const content = scanner.untilBoundary();
    yield { name, fileName: parameterIn(disposition, "filename"), stream: toStream(content) };
    await drain(content);
  }
}

/** Browsers write names in UTF-8 with `"` as `%22` (HTML, section 4.10.21.8). */
const parameterIn = (disposition: string, name: string): string | null =>
  new RegExp(`;\\s*${name}="([^"]*)"`, "iu").exec(disposition)?.[1]?.replaceAll("%22", '"') ?? null;

async function drain(content: AsyncGenerator<Uint8Array>): Promise<void> {
  while (!(await content.next()).done);
}

const toStream = (content: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> =>
  new ReadableStream({
    async pull(controller) {
      const { done, value } = await content.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });

class Scanner {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #delimiter: Uint8Array;
  /** The line break that belongs to the first boundary stands at no body's beginning. */
  #held: Uint8Array = encode("\r\n");

  constructor(body: ReadableStream<Uint8Array>, delimiter: Uint8Array) {
    this.#reader = body.getReader();
    this.#delimiter = delimiter;
  }

  async #fill(): Promise<void> {
    const { done, value } = await this.#reader.read();
    if (done) throw new MalformedRequest();
    const joined = new Uint8Array(this.#held.byteLength + value.byteLength);
    joined.set(this.#held);
    joined.set(value, this.#held.byteLength);
    this.#held = joined;
  }

  /** What comes before the next boundary, which is read over. */
  async *untilBoundary(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const at = indexOf(this.#held, this.#delimiter);
      if (at !== -1) {
        const content = this.#held.subarray(0, at);
        this.#held = this.#held.subarray(at + this.#delimiter.byteLength);
        if (content.byteLength > 0) yield content;
        return;
      }
      // The boundary may have begun.
      const safe = this.#held.byteLength - this.#delimiter.byteLength + 1;
      if (safe > 0) {
        const content = this.#held.subarray(0, safe);
        this.#held = this.#held.subarray(safe);
        yield content;
      }
      await this.#fill();
    }
  }

  /** Whether another part follows a boundary, and not the end. */
  async hasPart(): Promise<boolean> {
    while (this.#held.byteLength < 2) await this.#fill();
    const next = new TextDecoder().decode(this.#held.subarray(0, 2));
    if (next === "--") return false;
    if (next !== "\r\n") throw new MalformedRequest();
    return true;
  }

  async headers(): Promise<string> {
    for (;;) {
      const at = indexOf(this.#held, encode("\r\n\r\n"));
      if (at > HEADERS_LIMIT || (at === -1 && this.#held.byteLength > HEADERS_LIMIT)) {
        throw new MalformedRequest();
      }
      if (at !== -1) {
        const headers = new TextDecoder().decode(this.#held.subarray(0, at));
        // The boundary that comes next may follow at once, with the line break that ends the headers.
        this.#held = this.#held.subarray(at + 4);
        return headers;
      }
      await this.#fill();
    }
  }
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array): number {
  const [first = 0] = wanted;
  for (let at = bytes.indexOf(first); at !== -1; at = bytes.indexOf(first, at + 1)) {
    if (at + wanted.byteLength > bytes.byteLength) return -1;
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return -1;
}
