import { parser } from "#domain/markdown";
import { type OutboundRules, refusalOfAddress } from "#domain/outbound";

import { readUpTo, safeFetch } from "./safe-fetch";

/** Pictures a document may bring in, and what they may weigh: all of them are in memory at once. */
const MOST_PICTURES = 40;
const PICTURE_BYTES = 5 * 1024 * 1024;
const ALL_BYTES = 20 * 1024 * 1024;
const AT_ONCE = 4;
const PATIENCE_MS = 10_000;
/** For all of them together: much less than the lease of the job that draws them. */
const ALL_PATIENCE_MS = 60_000;

/**
 * Fetches the JPEG and PNG files that a Markdown document shows, as far as they can be had within a
 * minute: what is not public, too large, slow or something else is left out.
 *
 * Addresses come from whoever wrote the document, so each is asked with {@link safeFetch}'s caution.
 *
 * @param onProgress called every few pictures, at least every ten seconds.
 * @returns the bytes by the address that the document uses.
 * @throws whatever `onProgress` throws, and nothing else.
 */
export async function fetchPictures(
  markdown: string,
  rules: OutboundRules,
  onProgress?: () => Promise<void>,
): Promise<Map<string, Uint8Array>> {
  const pictures = new Map<string, Uint8Array>();
  const end = AbortSignal.timeout(ALL_PATIENCE_MS);
  const addresses = addressesIn(markdown)
    .filter((address) => refusalOfAddress(address, rules) === undefined)
    .slice(0, MOST_PICTURES);
  let left = ALL_BYTES;
  for (let from = 0; from < addresses.length && !end.aborted; from += AT_ONCE) {
    const some = addresses.slice(from, from + AT_ONCE);
    const limit = Math.min(left, PICTURE_BYTES);
    const fetched = await Promise.all(
      some.map((address) => fetchPicture(address, rules, limit, end)),
    );
    for (const [index, address] of some.entries()) {
      const bytes = fetched[index];
      if (!bytes || bytes.byteLength > left) continue;
      pictures.set(address, bytes);
      left -= bytes.byteLength;
    }
    await onProgress?.();
  }
  return pictures;
}

function addressesIn(markdown: string): string[] {
  const images = parser
    .parse(markdown, {})
    .flatMap(({ children }) => children ?? [])
    .filter(({ type }) => type === "image");
  return [...new Set(images.map((image) => String(image.attrGet("src") ?? "")))];
}

async function fetchPicture(
  address: string,
  rules: OutboundRules,
  limit: number,
  end: AbortSignal,
): Promise<Uint8Array | undefined> {
  try {
    const response = await safeFetch(address, rules, {
      headers: { Accept: "image/jpeg, image/png" },
      signal: AbortSignal.any([end, AbortSignal.timeout(PATIENCE_MS)]),
    });
    const { bytes, isWhole } = await readUpTo(response, response.ok ? limit : 0);
    return response.ok && isWhole && isPicture(bytes) ? bytes : undefined;
  } catch {
    return undefined;
  }
}

const signatures = [
  [0xff, 0xd8, 0xff],
  [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
];

/** By what it is, not by what it is called. */
const isPicture = (bytes: Uint8Array): boolean =>
  signatures.some((signature) => signature.every((byte, at) => bytes[at] === byte));
