/** A stream with its beginning read. */
export interface Begun {
  /** The first bytes: as many as were asked for, or all there are. */
  readonly head: Uint8Array;
  /** All of it, beginning included. */
  readonly stream: ReadableStream<Uint8Array>;
}

/** Reads the beginning of a stream without taking it away from whoever reads the stream afterwards. */
export async function readBeginning(
  source: ReadableStream<Uint8Array>,
  length: number,
): Promise<Begun> {
  const reader = source.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  while (size < length) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    size += value.byteLength;
  }
  const head = new Uint8Array(await new Blob(chunks).arrayBuffer());
  let isBegun = false;
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (!isBegun) {
        isBegun = true;
        if (head.byteLength > 0) return controller.enqueue(head);
      }
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return { head: head.subarray(0, length), stream };
}
