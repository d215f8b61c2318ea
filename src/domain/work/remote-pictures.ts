import { parser } from "#domain/markdown";

/** Pictures a document may bring in, and what they may weigh: all of them are in memory at once. */
const MOST_PICTURES = 40;
const PICTURE_BYTES = 5 * 1024 * 1024;
const ALL_BYTES = 20 * 1024 * 1024;
const PATIENCE_MS = 10_000;

/**
 * Fetches the JPEG and PNG files that a Markdown document shows, as far as they can be had: what is not
 * public, too large, slow or something else is left out. Never throws.
 *
 * Addresses come from whoever wrote the document, so only HTTPS on its own port is asked, no IP address
 * and no name that means a private network, and no redirect is followed. A name that resolves to a private
 * address cannot be told from here; Cloudflare's network has nothing behind those.
 *
 * @returns the bytes by the address that the document uses.
 */
export async function fetchPictures(markdown: string): Promise<Map<string, Uint8Array>> {
  const pictures = new Map<string, Uint8Array>();
  let left = ALL_BYTES;
  for (const address of addressesIn(markdown).slice(0, MOST_PICTURES)) {
    const bytes = await fetchPicture(address, Math.min(left, PICTURE_BYTES));
    if (!bytes) continue;
    pictures.set(address, bytes);
    left -= bytes.byteLength;
  }
  return pictures;
}

function addressesIn(markdown: string): string[] {
  const images = parser
    .parse(markdown, {})
    .flatMap(({ children }) => children ?? [])
    .filter(({ type }) => type === "image");
  return [...new Set(images.map((image) => String(image.attrGet("src") ?? "")))].filter(isPublic);
}

const privateName = /(?:^|\.)(?:localhost|local|internal|intranet|lan|home\.arpa|onion)$/u;

/** The parser of addresses turns every way to write an IPv4 address into four numbers. */
function isPublic(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, port, username, password, hostname } = new URL(address);
  const isName = /^[a-z0-9.-]+\.[a-z][a-z0-9-]*$/u.test(hostname);
  const isPlain = protocol === "https:" && port === "" && username === "" && password === "";
  return isPlain && isName && !privateName.test(hostname);
}

async function fetchPicture(address: string, limit: number): Promise<Uint8Array | undefined> {
  try {
    const response = await fetch(address, {
      redirect: "manual",
      headers: { Accept: "image/jpeg, image/png" },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const bytes = response.ok ? await readUpTo(response, limit) : undefined;
    return bytes && isPicture(bytes) ? bytes : undefined;
  } catch {
    return undefined;
  }
}

/** @returns undefined when there is more than `limit` bytes. */
async function readUpTo(response: Response, limit: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > limit) return undefined;
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

const signatures = [
  [0xff, 0xd8, 0xff],
  [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
];

/** By what it is, not by what it is called. */
const isPicture = (bytes: Uint8Array): boolean =>
  signatures.some((signature) => signature.every((byte, at) => bytes[at] === byte));
