import { base64url } from "./tokens";

const encoder = new TextEncoder();

/**
 * Encrypts what has to be read again, for a column: AES-256-GCM under a key that HKDF (RFC 5869) makes of
 * `secret` for this purpose alone.
 *
 * @param owner what the text belongs to: sealed for one row, it opens in no other.
 */
export async function seal(secret: string, purpose: string, owner: string, text: string) {
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv: nonce, additionalData: encoder.encode(owner) },
    await keyOf(secret, purpose),
    encoder.encode(text),
  );
  return `v1.${base64url(nonce)}.${base64url(sealed)}`;
}

/** @returns undefined when it was sealed with another secret, for another purpose or owner, or was changed. */
export async function unseal(secret: string, purpose: string, owner: string, sealed: string) {
  const [version, nonce = "", content = ""] = sealed.split(".");
  if (version !== "v1") return undefined;
  try {
    const text = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv: bytesOf(nonce), additionalData: encoder.encode(owner) },
      await keyOf(secret, purpose),
      bytesOf(content),
    );
    return new TextDecoder().decode(text);
  } catch {
    return undefined;
  }
}

async function keyOf(secret: string, purpose: string): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey("raw", encoder.encode(secret), "HKDF", false, [
    "deriveKey",
  ]);
  return crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: encoder.encode(purpose) },
    material,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}

const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) =>
    character.charCodeAt(0),
  );
