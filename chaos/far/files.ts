import { createHash, randomUUID } from "node:crypto";

/** An object as the worker is told of it. */
export interface Stored {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly uploaded: string;
  readonly httpMetadata: Record<string, unknown>;
  readonly customMetadata: Record<string, string>;
  /** Only of what was put with one, as R2 has it. */
  readonly sha256: string | null;
}

export interface Kept extends Stored {
  readonly bytes: Buffer;
  /** Of the bytes, whatever was said of them. */
  readonly digest: string;
}

interface Upload {
  readonly key: string;
  readonly parts: Map<number, Buffer>;
  readonly httpMetadata: Record<string, unknown>;
  readonly customMetadata: Record<string, string>;
}

interface Asked {
  readonly key?: string;
  readonly keys?: readonly string[];
  readonly httpMetadata?: Record<string, unknown>;
  readonly customMetadata?: Record<string, string>;
  readonly sha256?: string | null;
  readonly range?: { offset?: number; length?: number; suffix?: number };
  readonly prefix?: string;
  readonly limit?: number;
  readonly cursor?: string;
  readonly uploadId?: string;
  readonly partNumber?: number;
  readonly parts?: readonly { partNumber: number }[];
}

export interface FilesAnswer {
  readonly status: number;
  readonly json?: unknown;
  readonly stored?: Stored;
  readonly bytes?: Buffer;
}

const hash = (name: "sha256" | "md5", bytes: Buffer): string =>
  createHash(name).update(bytes).digest("hex");

const told = ({ bytes: _bytes, digest: _digest, ...stored }: Kept): Stored => stored;

/** A bucket in memory. */
export class Files {
  readonly objects = new Map<string, Kept>();
  readonly #uploads = new Map<string, Upload>();

  answer(what: string, asked: Asked, body: Buffer): FilesAnswer {
    const { key = "", uploadId = "" } = asked;
    switch (what) {
      case "put":
        return this.#put(key, body, asked);
      case "get":
        return this.#get(key, asked.range);
      case "head": {
        const kept = this.objects.get(key);
        return kept ? { status: 200, json: told(kept) } : { status: 404, json: {} };
      }
      case "list":
        return this.#list(asked);
      case "delete":
        for (const one of asked.keys ?? []) this.objects.delete(one);
        return { status: 200, json: {} };
      case "begin": {
        const id = randomUUID();
        const { httpMetadata = {}, customMetadata = {} } = asked;
        this.#uploads.set(id, { key, parts: new Map(), httpMetadata, customMetadata });
        return { status: 200, json: { uploadId: id } };
      }
      case "part":
        this.#uploads.get(uploadId)?.parts.set(asked.partNumber ?? 0, body);
        return { status: 200, json: { partNumber: asked.partNumber, etag: hash("md5", body) } };
      case "abort":
        this.#uploads.delete(uploadId);
        return { status: 200, json: {} };
      case "complete":
        return this.#complete(uploadId, asked.parts ?? []);
      default:
        return { status: 400, json: { message: `unknown: ${what}` } };
    }
  }

  #put(key: string, bytes: Buffer, asked: Asked): FilesAnswer {
    const { httpMetadata = {}, customMetadata = {}, sha256 = null } = asked;
    const digest = hash("sha256", bytes);
    if (sha256 !== null && sha256 !== digest) return { status: 400, json: { message: "digest" } };
    const kept: Kept = {
      key,
      size: bytes.byteLength,
      etag: hash("md5", bytes),
      uploaded: new Date().toISOString(),
      httpMetadata,
      customMetadata,
      sha256,
      bytes,
      digest,
    };
    this.objects.set(key, kept);
    return { status: 200, json: told(kept) };
  }

  #get(key: string, range?: Asked["range"]): FilesAnswer {
    const kept = this.objects.get(key);
    if (!kept) return { status: 404 };
    const { offset = 0, length = kept.size, suffix } = range ?? {};
    const from = suffix === undefined ? offset : Math.max(0, kept.size - suffix);
    return { status: 200, stored: told(kept), bytes: kept.bytes.subarray(from, from + length) };
  }

  #list({ prefix = "", limit = 1000, cursor = "" }: Asked): FilesAnswer {
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix) && key > cursor);
    const page = keys.toSorted().slice(0, limit);
    const objects = page.flatMap((key) => this.objects.get(key) ?? []).map(told);
    return { status: 200, json: { objects, cursor: keys.length > limit ? page.at(-1) : null } };
  }

  #complete(uploadId: string, parts: readonly { partNumber: number }[]): FilesAnswer {
    const upload = this.#uploads.get(uploadId);
    if (!upload) return { status: 400, json: { message: "no such upload" } };
    const pieces = parts.map(({ partNumber }) => upload.parts.get(partNumber) ?? Buffer.alloc(0));
    this.#uploads.delete(uploadId);
    const { key, httpMetadata, customMetadata } = upload;
    return this.#put(key, Buffer.concat(pieces), { httpMetadata, customMetadata });
  }
}
