/** What can be uploaded, told apart by its bytes: names and headers are what somebody says about them. */

export type Family = "picture" | "audio" | "video" | "document";

export interface FileKind {
  readonly name: "png" | "jpeg" | "gif" | "webp" | "avif" | "svg" | "pdf" | "mp3" | "mp4";
  readonly contentType: string;
  readonly extension: string;
  readonly family: Family;
}

const kind = (
  name: FileKind["name"],
  contentType: string,
  family: Family,
  extension: string = name,
): FileKind => ({ name, contentType, family, extension });

export const fileKinds = {
  png: kind("png", "image/png", "picture"),
  jpeg: kind("jpeg", "image/jpeg", "picture", "jpg"),
  gif: kind("gif", "image/gif", "picture"),
  webp: kind("webp", "image/webp", "picture"),
  avif: kind("avif", "image/avif", "picture"),
  svg: kind("svg", "image/svg+xml", "picture"),
  pdf: kind("pdf", "application/pdf", "document"),
  mp3: kind("mp3", "audio/mpeg", "audio"),
  mp4: kind("mp4", "video/mp4", "video"),
} as const satisfies Record<FileKind["name"], FileKind>;

const all: readonly FileKind[] = Object.values(fileKinds);

export const extensions: readonly string[] = all.map(({ extension }) => extension);

/** The media types of a family. */
export const contentTypesOf = (family: Family): string[] =>
  all.filter((each) => each.family === family).map(({ contentType }) => contentType);

export const kindOfContentType = (contentType: string): FileKind | undefined =>
  all.find((each) => each.contentType === contentType);

export const kindOfExtension = (extension: string): FileKind | undefined =>
  all.find((each) => each.extension === extension);

/**
 * The kind of file that begins like this, by its magic bytes.
 *
 * @param head the first bytes: 4 KiB are enough for every kind.
 * @see https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern
 */
export function kindOf(head: Uint8Array): FileKind | undefined {
  // Below 0x80 and from 0xA0 on a byte is the character of its number.
  const text = new TextDecoder("latin1").decode(head.subarray(0, 4096));
  if (head[0] === 0x89 && text.startsWith("PNG\r\n\x1A\n", 1)) return fileKinds.png;
  if (text.startsWith("\xFF\xD8\xFF")) return fileKinds.jpeg;
  if (/^GIF8[79]a/u.test(text)) return fileKinds.gif;
  if (/^RIFF[^]{4}WEBPVP8/u.test(text)) return fileKinds.webp;
  if (text.startsWith("%PDF-")) return fileKinds.pdf;
  if (text.slice(4, 8) === "ftyp") return kindOfBrands(head);
  if (text.startsWith("ID3") || isFrameHeader(head)) return fileKinds.mp3;
  return isSvg(text) ? fileKinds.svg : undefined;
}

const films = /^(?:isom|iso[2-9a-z]|mp4[12]|avc1|M4V |M4A |MSNV|dash|f4v )$/u;

/** The brands of an ISO base media file (ISO/IEC 14496-12, section 4.3): the major one, then those it fits. */
function kindOfBrands(head: Uint8Array): FileKind | undefined {
  const size = new DataView(head.buffer, head.byteOffset, head.byteLength).getUint32(0);
  const box = head.subarray(0, Math.min(size, head.byteLength, 256));
  const brands: string[] = [];
  for (let at = 8; at + 4 <= box.byteLength; at += 4) {
    if (at !== 12) brands.push(String.fromCharCode(...box.subarray(at, at + 4)));
  }
  const [major = ""] = brands;
  if (/^avi[fs]$/u.test(major)) return fileKinds.avif;
  if (/^(?:mif1|msf1)$/u.test(major) && brands.includes("avif")) return fileKinds.avif;
  return films.test(major) ? fileKinds.mp4 : undefined;
}

/** The header of an MPEG audio frame of layer III (ISO/IEC 11172-3, section 2.4.1.3). */
export function isFrameHeader(bytes: Uint8Array, at = 0): boolean {
  const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3);
  const [version, layer] = [(second >> 3) & 3, (second >> 1) & 3];
  const [bitrate, rate] = [third >> 4, (third >> 2) & 3];
  const isSync = first === 0xff && (second & 0xe0) === 0xe0;
  return isSync && version !== 1 && layer === 1 && bitrate !== 0 && bitrate !== 15 && rate !== 3;
}

/** An XML document whose first element is `svg`, whatever declaration, doctype or comment comes before it. */
const isSvg = (text: string): boolean =>
  /^(?:\xEF\xBB\xBF)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->)[^])*-->\s*|<!DOCTYPE\s+svg[^>[]*(?:\[[^\]]*\]\s*)?>\s*)*<svg[\s>/]/iu.test(
    text,
  );
