import { HEAD_BYTES, inspectHead, PICTURE_LIMIT } from "#domain/media/heads";
import type { FileKind } from "#domain/media/kinds";
import { type OutboundRules, refusalOfAddress } from "#domain/outbound";
import { AddressRefused, readUpTo, safeFetch } from "#domain/work/safe-fetch";

const PATIENCE_MS = 20_000;
const ATTEMPTS = 2;

export type Fetched =
  | { readonly ok: true; readonly kind: FileKind; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly code: string };

/**
 * Fetches a picture from an address that somebody else wrote, with {@link safeFetch}'s caution. What cannot be
 * had now is asked for once more; what is no picture, or too large, is not taken.
 */
export async function fetchPicture(address: string, rules: OutboundRules): Promise<Fetched> {
  const refusal = refusalOfAddress(address, rules);
  if (refusal) return { ok: false, code: refusal };
  let code = "fetch_failed";
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    try {
      const response = await safeFetch(address, rules, {
        headers: {
          Accept: "image/avif, image/webp, image/png, image/jpeg, image/gif, image/svg+xml",
        },
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const { bytes, isWhole } = await readUpTo(response, response.ok ? PICTURE_LIMIT : 0);
      if (response.ok) return isWhole ? judged(bytes) : { ok: false, code: "too_large" };
      code = `http_${response.status}`;
      if (response.status < 500 && response.status !== 429) break;
    } catch (error) {
      if (error instanceof AddressRefused) code = error.code;
    }
  }
  return { ok: false, code };
}

function judged(bytes: Uint8Array): Fetched {
  const head = inspectHead(bytes.subarray(0, HEAD_BYTES));
  if (!head.ok) return { ok: false, code: head.refusal };
  if (head.kind.family !== "picture") return { ok: false, code: "type_unknown" };
  return { ok: true, kind: head.kind, bytes };
}
