/** The longest path that mail servers take (RFC 5321, section 4.5.3.1.3, less its brackets). */
export const ADDRESS_LIMIT = 254;
const LOCAL_LIMIT = 64;

/** `dot-atom-text` (RFC 5322, section 3.2.3): no quotes, comments or spaces. */
const dotAtom = /^[A-Za-z\d!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z\d!#$%&'*+/=?^_`{|}~-]+)*$/;

/** What could end the host of a URL, or stand in for somebody else's address in a header. */
const notInDomain = /[\s\p{Cc}\p{Cf}/\\?#@:%[\]<>()"',;]/u;

/** Names of two labels and more (RFC 1123, section 2.1), the last of which is no number. */
const hostName = /^(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+[a-z](?:[a-z\d-]{0,61}[a-z\d])$/;

/**
 * A mail address as it is kept and compared: one recipient, `local@domain`, in lower case, the domain in
 * ASCII (UTS #46, as URLs have it). The same address gives the same text, however often this is done.
 *
 * @returns undefined for whatever is not one plain address.
 */
export function normaliseAddress(text: string): string | undefined {
  const at = text.lastIndexOf("@");
  const [local, domain] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  if (local.length > LOCAL_LIMIT || !dotAtom.test(local)) return undefined;
  const host = asciiOf(domain);
  if (host === undefined || !hostName.test(host)) return undefined;
  const address = `${local.toLowerCase()}@${host}`;
  return address.length > ADDRESS_LIMIT ? undefined : address;
}

function asciiOf(domain: string): string | undefined {
  if (domain.length > ADDRESS_LIMIT || notInDomain.test(domain)) return undefined;
  try {
    return new URL(`http://${domain}/`).hostname;
  } catch {
    return undefined;
  }
}
