import { sha256Stream } from "#core/tokens";

/** Parts of a multipart upload are all of one size, and at least 5 MiB: R2 wants it so. */
const PART_BYTES = 8 * 1024 * 1024;

/** More came than may be stored. What had been stored of it is gone. */
export type Stored =
  | { readonly size: number; readonly sha256: string }
  | { readonly tooLarge: true };

/**
 * Stores a stream of any length, holding one part of it in memory.
 *
 * @param limit in bytes.
 */
export async function storeStream(
  files: R2Bucket,
  key: string,
  stream: ReadableStream<Uint8Array>,
  limit: number,
): Promise<Stored> {
  const upload = await files.createMultipartUpload(key);
  const { stream: hash, digest } = sha256Stream();
  const hashing = hash.getWriter();
  try {
    const parts: R2UploadedPart[] = [];
    let size = 0;
    for await (const part of partsOf(stream)) {
      size += part.byteLength;
      if (size > limit) {
        await upload.abort();
        return { tooLarge: true };
      }
      await hashing.write(part);
      parts.push(await upload.uploadPart(parts.length + 1, part));
    }
    await hashing.close();
    await upload.complete(parts);
    return { size, sha256: await digest };
  } catch (error) {
    await upload.abort().catch(() => undefined);
    throw error;
  }
}

/** The stream in parts of equal size; only the last is shorter. An empty stream is one empty part. */
async function* partsOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  let part = new Uint8Array(PART_BYTES);
  let filled = 0;
  let isFirst = true;
  for await (const chunk of stream) {
    let rest = chunk;
    while (rest.byteLength > 0) {
      const taken = rest.subarray(0, PART_BYTES - filled);
      part.set(taken, filled);
      filled += taken.byteLength;
      rest = rest.subarray(taken.byteLength);
      if (filled === PART_BYTES) {
        yield part;
        part = new Uint8Array(PART_BYTES);
        filled = 0;
        isFirst = false;
      }
    }
  }
  if (filled > 0 || isFirst) yield part.subarray(0, filled);
}

/** Deletes everything whose key begins with `prefix`. */
export async function deleteFiles(files: R2Bucket, prefix: string): Promise<void> {
  for (let isMore = true; isMore;) {
    const { objects, truncated } = await files.list({ prefix });
    if (objects.length > 0) await files.delete(objects.map(({ key }) => key));
    isMore = truncated;
  }
}
