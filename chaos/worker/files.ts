/** An object as the harness tells of it. */
interface Stored {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly uploaded: string;
  readonly httpMetadata: R2HTTPMetadata;
  readonly customMetadata: Record<string, string>;
  readonly sha256: string | null;
}

type Value = ReadableStream | ArrayBuffer | ArrayBufferView | string | null | Blob;

const bytesOf = (value: Value): Promise<ArrayBuffer> =>
  new Response(value as BodyInit).arrayBuffer();

const hexOf = (digest: ArrayBuffer | string): string =>
  typeof digest === "string" ? digest : new Uint8Array(digest).toHex();

function toObject(stored: Stored) {
  const { key, size, etag, httpMetadata, customMetadata, sha256 } = stored;
  const checksums = sha256 === null ? {} : { sha256: Uint8Array.fromHex(sha256).buffer };
  return {
    key,
    size,
    etag,
    version: etag,
    httpEtag: `"${etag}"`,
    uploaded: new Date(stored.uploaded),
    httpMetadata,
    customMetadata,
    storageClass: "Standard",
    checksums: { ...checksums, toJSON: () => ({ sha256 }) },
    writeHttpMetadata(headers: Headers) {
      if (httpMetadata.contentType) headers.set("content-type", httpMetadata.contentType);
    },
  };
}

type Ask = (what: string, asked: unknown, body?: ArrayBuffer) => Promise<Response>;

const asking =
  (origin: string): Ask =>
  async (what, asked, body) => {
    const response = await fetch(`${origin}/files/${what}`, {
      method: "POST",
      headers: { "x-asked": encodeURIComponent(JSON.stringify(asked)) },
      ...(body ? { body } : {}),
    });
    if (response.ok || response.status === 404) return response;
    // As the binding says that R2 could not serve.
    throw new Error(`${what}: ${await response.text()} (10001)`);
  };

/** A bucket that the harness keeps: what of R2's binding the worker uses, over HTTP. */
export function createFiles(origin: string): R2Bucket {
  const ask = asking(origin);
  const bucket = { ...readingWith(ask), ...writingWith(ask), ...uploadingWith(ask) };
  return bucket as unknown as R2Bucket;
}

function readingWith(ask: Ask) {
  return {
    async get(key: string, options: { range?: R2Range } = {}) {
      const response = await ask("get", { key, range: options.range });
      if (response.status === 404) {
        await response.body?.cancel();
        return null;
      }
      const told = decodeURIComponent(response.headers.get("x-stored") ?? "");
      return {
        ...toObject(JSON.parse(told) as Stored),
        body: response.body,
        get bodyUsed() {
          return response.bodyUsed;
        },
        arrayBuffer: () => response.arrayBuffer(),
        bytes: () => response.bytes(),
        text: () => response.text(),
        json: () => response.json(),
        blob: () => response.blob(),
      };
    },
    async head(key: string) {
      const response = await ask("head", { key });
      const found = await response.json<Stored>();
      return response.status === 404 ? null : toObject(found);
    },
    async list(options: R2ListOptions = {}) {
      const response = await ask("list", options);
      const { objects, cursor } = await response.json<{
        objects: Stored[];
        cursor: string | null;
      }>();
      const more = cursor === null ? { truncated: false } : { truncated: true, cursor };
      return { objects: objects.map(toObject), delimitedPrefixes: [], ...more };
    },
  };
}

function writingWith(ask: Ask) {
  return {
    async put(key: string, value: Value, options: R2PutOptions = {}) {
      const { httpMetadata, customMetadata, sha256 } = options;
      const digest = sha256 === undefined ? null : hexOf(sha256 as ArrayBuffer | string);
      const asked = { key, httpMetadata, customMetadata, sha256: digest };
      const response = await ask("put", asked, await bytesOf(value));
      return toObject(await response.json<Stored>());
    },
    async delete(keys: string | string[]): Promise<void> {
      const response = await ask("delete", { keys: [keys].flat() });
      await response.body?.cancel();
    },
  };
}

function uploadingWith(ask: Ask) {
  const resumeMultipartUpload = (key: string, uploadId: string) => ({
    key,
    uploadId,
    async uploadPart(partNumber: number, value: Value) {
      const response = await ask("part", { uploadId, partNumber }, await bytesOf(value));
      return response.json<R2UploadedPart>();
    },
    async abort(): Promise<void> {
      const response = await ask("abort", { uploadId });
      await response.body?.cancel();
    },
    async complete(parts: readonly R2UploadedPart[]) {
      return toObject(await (await ask("complete", { uploadId, parts })).json<Stored>());
    },
  });
  return {
    resumeMultipartUpload,
    async createMultipartUpload(key: string, options: R2MultipartOptions = {}) {
      const begun = await (await ask("begin", { key, ...options })).json<{ uploadId: string }>();
      return resumeMultipartUpload(key, begun.uploadId);
    },
  };
}
