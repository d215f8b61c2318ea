import type { z } from "@hono/zod-openapi";
import type { Context as HonoContext } from "hono";

import type { Notes, Opened, Upload } from "#service/media/upload";

import type { AppEnv } from "./dependencies";
import { MalformedRequest, UnsupportedMediaType, ValidationFailed } from "./exceptions";
import { boundaryOf, type Part, partsOf } from "./multipart";
import { pointerTo } from "./pointers";
import { detailsOf } from "./router";
import { UploadNotes } from "./schemas/media";

type Said = z.infer<typeof UploadNotes>;

const taken: ReadonlySet<string> = new Set([
  "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/svg+xml", "application/pdf",
  "audio/mpeg", "video/mp4",
]); // prettier-ignore

/**
 * The file of a request: its body, or the part `file` of a form. Nothing of it is read before it is opened.
 *
 * @param said in the query; the fields of a form go before it.
 * @throws {UnsupportedMediaType} 41500
 */
export function readUpload(c: HonoContext<AppEnv>, said: Said): Upload {
  const contentType = c.req.header("content-type");
  const stream = c.req.raw.body;
  const boundary = boundaryOf(contentType);
  if (stream && boundary !== undefined) return formUpload(partsOf(stream, boundary), said);
  const type = contentType?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (!stream || !taken.has(type)) {
    throw new UnsupportedMediaType("multipart/form-data, or as the media type of the file");
  }
  const fileName = said.file_name ?? nameIn(c.req.header("content-disposition"));
  const opened: Opened = { fileName, contentType: type, size: lengthOf(c), stream };
  return {
    open: () => Promise.resolve(opened),
    notes: () => Promise.resolve(toNotes(said)),
  };
}

const toNotes = ({ alt_text, caption }: Omit<Said, "file_name">): Notes => ({
  altText: alt_text ?? null,
  caption: caption ?? null,
});

function lengthOf(c: HonoContext<AppEnv>): number | null {
  const length = c.req.header("content-length");
  return length === undefined ? null : Number(length);
}

/** `filename*` (RFC 8187) or `filename` of a Content-Disposition header (RFC 6266). */
function nameIn(header = ""): string | null {
  const extended = /;\s*filename\*=utf-8'[^']*'([^;\s]+)/iu.exec(header)?.[1];
  if (extended !== undefined) {
    try {
      return decodeURIComponent(extended);
    } catch (error) {
      throw new MalformedRequest(error);
    }
  }
  const [, quoted, bare] = /;\s*filename=(?:"((?:[^"\\]|\\.)*)"|([^;\s"]+))/iu.exec(header) ?? [];
  return quoted?.replaceAll(/\\(.)/gu, "$1") ?? bare ?? null;
}

/** The most that a field of a form may hold, in bytes, and how many parts it may have. */
const FIELD_LIMIT = 16_384;
const MOST_PARTS = 10;

function formUpload(parts: AsyncGenerator<Part>, said: Said): Upload {
  const fields: Record<string, string> = {};
  let count = 0;
  /** Reads fields up to the file, or to the end. */
  const readOn = async (): Promise<Part | null> => {
    for (let next = await parts.next(); !next.done; next = await parts.next()) {
      count += 1;
      const { value: part } = next;
      if (part.name === "file") return part;
      if (count > MOST_PARTS || part.name in fields) throw refused(part.name, "Once is enough.");
      fields[part.name] = await textOf(part);
    }
    return null;
  };
  return {
    async open() {
      const file = await readOn();
      if (!file) throw refused("file", "The form has no part `file`.");
      const { fileName, stream } = file;
      return { fileName: said.file_name ?? fileName, contentType: null, size: null, stream };
    },
    async notes() {
      if (await readOn()) throw refused("file", "One file at a time.");
      const { file_name: _, ...shown } = said;
      const read = UploadNotes.omit({ file_name: true }).safeParse({ ...shown, ...filled(fields) });
      if (read.success) return toNotes(read.data);
      throw new ValidationFailed(detailsOf(read.error, "json"));
    },
  };
}

/** Browsers send fields that nobody filled in. */
const filled = (fields: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value.trim() !== ""));

const refused = (field: string, message: string): ValidationFailed =>
  new ValidationFailed([{ pointer: pointerTo([field]), code: "form_invalid", message }]);

async function textOf({ name, stream }: Part): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.byteLength;
    if (size > FIELD_LIMIT) throw refused(name, `A field may have ${FIELD_LIMIT} bytes.`);
    chunks.push(chunk);
  }
  const text = new TextDecoder().decode(await new Blob(chunks).arrayBuffer());
  if (text.includes("\0")) throw refused(name, "NUL cannot be stored.");
  return text;
}
