import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { z } from "zod";

import type { ImportedDocument } from "#domain/front-matter";
import { codeOf, LocalFailure, oneLine } from "#local/failure";

import { type Failure, leadsOut, readDocument, toPath } from "./documents.ts";
import { explainStatus, send, type Target } from "./server.ts";

/** The addresses of pictures, by the files that they were. */
export type Addresses = ReadonlyMap<string, string>;

/** Where a document shows a picture: `![…](HERE)`, `[…]: HERE`, `<img src="HERE">`. */
const places =
  /(!\[[^\]\n]*\]\(\s*<?|^ {0,3}\[[^\]\n]+\]:[ \t]*<?|<img\b[^>]*?\ssrc=["'])([^\s"'()<>]+)/gimu;
const picture = /^(?![a-z][a-z\d+.-]*:|[/#?]).+\.(?:png|jpe?g|gif|webp|avif|svg)$/iu;
/** Code that shows how a picture is shown shows none. */
const code = /(^ {0,3}(?:```|~~~)[^]*?^ {0,3}(?:```|~~~)[^\n]*$|`[^`\n]+`)/gmu;

/** The document with `replace` done to each relative address of a picture in its text. */
const withPictures = (markdown: string, replace: (address: string) => string): string =>
  markdown
    .split(code)
    .map((part, index) =>
      index % 2 === 1
        ? part
        : part.replaceAll(places, (whole, before: string, address: string) =>
            picture.test(address) ? before + replace(address) : whole,
          ),
    )
    .join("");

function fileAt(folder: string, document: string, address: string): string {
  let path = address;
  try {
    path = decodeURI(address);
  } catch {
    // It is a name with a percent sign.
  }
  return resolve(dirname(join(folder, document)), path);
}

/** The document with the addresses that its pictures have now. */
export const withAddresses = (
  document: ImportedDocument,
  folder: string,
  addresses: Addresses,
): ImportedDocument => ({
  ...document,
  markdown: withPictures(
    document.markdown,
    (address) => addresses.get(fileAt(folder, document.path, address)) ?? address,
  ),
});

/**
 * Uploads the pictures that documents show from beside them, each once, and waits until they are ready. What
 * is not there stays as it is written.
 *
 * @param tell how much of them is ready, from 0 to 1.
 * @throws LocalFailure if nobody answers there or uploads are not allowed.
 */
export async function uploadPictures(
  target: Target,
  folder: string,
  files: readonly string[],
  tell: (fraction: number) => void,
): Promise<{ readonly addresses: Addresses; readonly failures: Failure[] }> {
  const addresses = new Map<string, string>();
  const failures: Failure[] = [];
  const uploads = new Map<string, Upload>();
  for (const file of await picturesIn(folder, files)) {
    const path = toPath(resolve(folder), file);
    const bytes = await readInside(folder, file);
    const upload = bytes instanceof Uint8Array ? await start(target, file, bytes) : bytes;
    if (upload && "code" in upload) failures.push({ path, ...upload });
    else if (upload) uploads.set(file, upload);
  }
  for (const [index, [file, { id }]] of [...uploads].entries()) {
    tell(index / uploads.size);
    const { url, error } = await untilSettled(target, id);
    const path = toPath(resolve(folder), file);
    if (url !== null) addresses.set(file, url);
    else {
      const { code: reason = "not_taken", message = "It was not taken in." } = error ?? {};
      failures.push({ path, code: reason, reason: message });
    }
  }
  return { addresses, failures };
}

async function picturesIn(folder: string, files: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (const file of files) {
    const read = await readDocument(folder, file);
    if (!read.ok) continue;
    const { markdown, path } = read.document;
    withPictures(markdown, (address) => {
      found.add(fileAt(folder, path, address));
      return address;
    });
  }
  return found;
}

type Refused = Pick<Failure, "code" | "reason">;

/** Null for what is not there. */
async function readInside(folder: string, file: string): Promise<Uint8Array | Refused | null> {
  if (await leadsOut(folder, file)) {
    return { code: "outside_folder", reason: "It is outside the folder." };
  }
  try {
    return await readFile(file);
  } catch (thrown) {
    return codeOf(thrown) === "ENOENT" ? null : { code: "unreadable", reason: oneLine(thrown) };
  }
}

const Upload = z.object({
  id: z.string(),
  status: z.enum(["processing", "ready", "failed"]),
  url: z.string().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});
type Upload = z.infer<typeof Upload>;

/** The key is the content's and the name's: sent again it is the same upload. */
async function start(target: Target, file: string, bytes: Uint8Array): Promise<Upload | Refused> {
  const name = basename(file);
  const key = createHash("sha256").update(name).update("\0").update(bytes).digest("hex");
  const form = new FormData();
  form.append("file", new Blob([new Uint8Array(bytes)]), name);
  const response = await send(target, new URL("v1/media", target.url), {
    method: "POST",
    headers: { "idempotency-key": `picture-${key}` },
    body: form,
    signal: () => AbortSignal.timeout(120_000),
  });
  const body: unknown = await response.json().catch(() => null);
  if (response.status === 403) {
    throw new LocalFailure("IMPRINT_TOKEN belongs to somebody who may not upload pictures (403)");
  }
  if ([413, 415, 422].includes(response.status)) {
    return { code: "picture_refused", reason: explainStatus(target, response, body) };
  }
  return expectUpload(target, response, body);
}

async function untilSettled(target: Target, id: string): Promise<Upload> {
  const url = new URL(`v1/media/${encodeURIComponent(id)}`, target.url);
  for (;;) {
    const response = await send(target, url, { signal: () => AbortSignal.timeout(30_000) });
    const body: unknown = await response.json().catch(() => null);
    const upload = expectUpload(target, response, body);
    if (upload.status !== "processing") return upload;
    await (target.pause ?? sleep)(500);
  }
}

function expectUpload(target: Target, response: Response, body: unknown): Upload {
  const upload = Upload.safeParse(body);
  if (response.ok && upload.success) return upload.data;
  throw new LocalFailure(explainStatus(target, response, body));
}
