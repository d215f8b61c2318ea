import { crc32 } from "node:zlib";

import { randomHex, randomSecret } from "#core/tokens";
import type { ApiKeyRecord } from "#repository/api-keys";

import type { Role } from "./actors";
import { type Permission, reachOf } from "./permissions";

/** A key as it may be shown. */
export type ApiKey = ApiKeyRecord;
export type KeyKind = ApiKey["kind"];

/** How many working keys one person may have. */
export const KEY_LIMIT = 20;

/** For how long a secret key works unless its maker says otherwise: a year, in seconds. */
export const SECRET_KEY_SECONDS = 365 * 24 * 60 * 60;

/**
 * A new key. Publishable: 26 hex digits, as content APIs have them. Secret: `sk_`, 256 random bits as
 * base64url, and a checksum by which scanners know a leaked key from a string that looks like one.
 */
export function newKey(kind: KeyKind): string {
  if (kind === "publishable") return randomHex(26);
  const secret = randomSecret();
  return `sk_${secret}${checksum(secret)}`;
}

const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** CRC-32 in base 62, six digits. */
function checksum(text: string): string {
  let rest = crc32(text);
  let written = "";
  for (let place = 0; place < 6; place += 1) {
    written = (digits[rest % 62] ?? "") + written;
    rest = Math.floor(rest / 62);
  }
  return written;
}

/** The part of a key that may be shown again, to tell it from others. */
export const hintOf = (key: string): string => key.slice(-4);

/** The first scope that somebody of this role has not got to give. */
export const scopeBeyond = (role: Role, scopes: readonly Permission[]): Permission | undefined =>
  scopes.find((scope) => reachOf(role, scope) === "none");
