import { corrupt } from "./anatomy";

/**
 * How many bytes zlib data (RFC 1950) inflates to. Nothing of it is kept, and counting stops beyond `limit`:
 * more than that is answered, but not how much more.
 *
 * @throws {BadFile} when it is no such data or breaks off.
 */
export async function inflatedSize(pieces: readonly Uint8Array[], limit: number): Promise<number> {
  let size = 0;
  try {
    for await (const chunk of inflated(pieces)) {
      size += chunk.byteLength;
      if (size > limit) return size;
    }
  } catch (error) {
    throw error instanceof TypeError ? corrupt("The compressed data cannot be read.") : error;
  }
  return size;
}

/** @throws {TypeError} when the data is no zlib data or breaks off. */
export function inflated(pieces: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new Blob(pieces.map((piece) => new Uint8Array(piece)))
    .stream()
    .pipeThrough(new DecompressionStream("deflate"));
}
