/** What is wrong with a file for good: `code` is what its owner is told. */
export class BadFile extends Error {
  override readonly name = "BadFile";
  readonly code: BadFileCode;

  constructor(code: BadFileCode, message: string) {
    super(message);
    this.code = code;
  }
}

export const badFileCodes = [
  "type_unknown",
  "too_large",
  "too_many_pixels",
  "side_too_long",
  "too_many_frames",
  "file_truncated",
  "file_corrupt",
  "file_polyglot",
  "file_bomb",
  "file_undecodable",
  "upload_gone",
] as const;
export type BadFileCode = (typeof badFileCodes)[number];

export const truncated = (what: string): BadFile =>
  new BadFile("file_truncated", `The file ends inside ${what}.`);
export const corrupt = (message: string): BadFile => new BadFile("file_corrupt", message);
export const bomb = (message: string): BadFile => new BadFile("file_bomb", message);

/** `length` bytes at `offset` make way for `bytes`. */
export interface Splice {
  readonly offset: number;
  readonly length: number;
  readonly bytes: Uint8Array;
}

const nothing = new Uint8Array();

export const cut = (offset: number, end: number): Splice => ({
  offset,
  length: end - offset,
  bytes: nothing,
});

/** What a file is made of, and what has to go so that it tells nothing about who made it where. */
export interface Anatomy {
  /** As it is stored, before any orientation; null for what is no picture and no film. */
  readonly width: number | null;
  readonly height: number | null;
  /** More than one for what moves. */
  readonly frames: number;
  /** In order, none over another. */
  readonly splices: readonly Splice[];
}

/** A file of any length, of which any part can be had. */
export interface Source {
  readonly size: number;
  /** Shorter than `length` only where the file ends. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** The same for what is in memory. */
export const sourceOf = (bytes: Uint8Array): Source => ({
  size: bytes.byteLength,
  read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
});

export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A part of a file as text, a character a byte; what is in 0x80 to 0x9F comes out as something else (Windows-1252). */
export const latin1 = (bytes: Uint8Array, from = 0, to = bytes.byteLength): string =>
  new TextDecoder("latin1").decode(bytes.subarray(from, to));

/** The size of a file after its splices. */
export const sizeAfter = (size: number, splices: readonly Splice[]): number =>
  splices.reduce((sum, { length, bytes }) => sum + bytes.byteLength - length, size);

/** Applies splices to a stream as it passes, holding no more than a chunk of it. */
export function splicing(splices: readonly Splice[]): TransformStream<Uint8Array, Uint8Array> {
  const waiting = [...splices];
  let at = 0;
  let skip = 0;
  return new TransformStream({
    transform(chunk, controller) {
      let rest = chunk;
      while (rest.byteLength > 0) {
        const skipped = Math.min(skip, rest.byteLength);
        skip -= skipped;
        at += skipped;
        rest = rest.subarray(skipped);
        const [next] = waiting;
        if (skip > 0 || rest.byteLength === 0) continue;
        const kept = next ? Math.min(next.offset - at, rest.byteLength) : rest.byteLength;
        if (kept > 0) controller.enqueue(rest.subarray(0, kept));
        at += kept;
        rest = rest.subarray(kept);
        if (!next || at < next.offset) continue;
        waiting.shift();
        if (next.bytes.byteLength > 0) controller.enqueue(next.bytes);
        skip = next.length;
      }
    },
    flush(controller) {
      for (const { bytes } of waiting) if (bytes.byteLength > 0) controller.enqueue(bytes);
    },
  });
}
