const encoder = new TextEncoder();

/** SHA-256 as 64 hex digits: how secrets of full entropy are kept. */
export async function sha256(text: string | Uint8Array): Promise<string> {
  const bytes = typeof text === "string" ? encoder.encode(text) : text;
  return hex(await crypto.subtle.digest("SHA-256", bytes));
}

/** The same of what is written into `stream`, a piece at a time, once that is closed. */
export function sha256Stream(): {
  stream: WritableStream<Uint8Array>;
  digest: Promise<string>;
} {
  const stream = new crypto.DigestStream("SHA-256");
  return { stream, digest: stream.digest.then(hex) };
}

/** A secret of 256 random bits, as 43 characters of base64url (RFC 4648, section 5). */
export const randomSecret = (): string => base64url(crypto.getRandomValues(new Uint8Array(32)));

/** `length` random hex digits. */
export const randomHex = (length: number): string =>
  hex(crypto.getRandomValues(new Uint8Array(Math.ceil(length / 2)))).slice(0, length);

/**
 * HMAC-SHA-256 (RFC 2104) of `text`, as base64url. `purpose` keeps a signature made for one thing
 * from being worth anything for another.
 */
export async function sign(secret: string, purpose: string, text: string): Promise<string> {
  const key = await importKey(secret);
  return base64url(await crypto.subtle.sign("HMAC", key, encoder.encode(`${purpose}\0${text}`)));
}

/** True when `signature` is what `sign` makes of the same words. Takes the same time either way. */
export async function verify(
  secret: string,
  purpose: string,
  text: string,
  signature: string,
): Promise<boolean> {
  const expected = await sign(secret, purpose, text);
  return sameText(expected, signature);
}

/** Compares without telling by its duration where the two differ. */
export function sameText(left: string, right: string): boolean {
  const [a, b] = [encoder.encode(left), encoder.encode(right)];
  if (a.byteLength !== b.byteLength) return false;
  return crypto.subtle.timingSafeEqual(a, b);
}

/** There is one secret, and a send signs with it thousands of times. */
let imported: { readonly secret: string; readonly key: CryptoKey } | undefined;

async function importKey(secret: string): Promise<CryptoKey> {
  if (imported?.secret === secret) return imported.key;
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, [
    "sign",
  ]);
  imported = { secret, key };
  return key;
}

export const base64url = (bytes: ArrayBuffer | Uint8Array): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

/** @returns undefined when the text is not base64url. */
export function fromBase64url(text: string): string | undefined {
  if (!/^[\w-]*$/u.test(text)) return undefined;
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
      Uint8Array.from(binary, (character) => character.charCodeAt(0)),
    );
  } catch {
    return undefined;
  }
}

const digits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function hex(bytes: ArrayBuffer | Uint8Array): string {
  let text = "";
  for (const byte of new Uint8Array(bytes)) text += digits[byte];
  return text;
}
