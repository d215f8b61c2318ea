import { z } from "zod";

import { HOP_HEADER } from "#core/hops";
import {
  type AddressRefusal,
  isGlobalAddress,
  isLoopback,
  type OutboundRules,
  refusalOfAddress,
} from "#domain/outbound";

/** An address that must not be asked, or that cannot be asked now. */
export class AddressRefused extends Error {
  override readonly name = "AddressRefused";
  /** Why, for programs. */
  readonly code: AddressRefusal | "name_not_public" | "name_unknown" | "lookup_failed";

  constructor(code: AddressRefused["code"]) {
    super(`The address was not asked: ${code}.`);
    this.code = code;
  }
}

export interface OutboundRequest {
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends the request and the reading of its answer. */
  readonly signal: AbortSignal;
}

/**
 * The one way to ask an address that somebody else chose. The address is judged by how it is written and
 * by every IP address its name has now; no redirect is followed, and no cookie or credential is sent.
 *
 * The name is looked up once more for the request itself, so an owner who is quick can have it point
 * elsewhere by then: a worker cannot choose the address it connects to. On Cloudflare's network nothing
 * private is within reach.
 *
 * @param rules `hopMark` lets our own API know, and refuse, a request that comes back to it.
 * @returns the answer, whatever its status. Read it with {@link readUpTo}, or cancel its body.
 * @throws {AddressRefused} when it was not asked.
 * @throws what `fetch` throws when there is no answer.
 */
export async function safeFetch(
  address: string,
  rules: OutboundRules & { readonly hopMark?: string },
  { method = "GET", headers, body, signal }: OutboundRequest,
): Promise<Response> {
  const refusal = refusalOfAddress(address, rules);
  if (refusal) throw new AddressRefused(refusal);
  const { hostname } = new URL(address);
  if (!isLoopback(hostname)) await requireGlobal(hostname, signal);
  return fetch(address, {
    method,
    redirect: "manual",
    headers: {
      ...headers,
      ...(rules.hopMark === undefined ? {} : { [HOP_HEADER]: rules.hopMark }),
    },
    ...(body === undefined ? {} : { body }),
    signal,
  });
}

/**
 * The beginning of an answer's body. The rest is not read.
 *
 * @param limit in bytes.
 */
export async function readUpTo(
  response: Response,
  limit: number,
): Promise<{ readonly bytes: Uint8Array; readonly isWhole: boolean }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop cancels the stream.
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk.subarray(0, limit - size));
    size += chunk.byteLength;
    if (size > limit) break;
  }
  const bytes = new Uint8Array(await new Blob(chunks).arrayBuffer());
  return { bytes, isWhole: size <= limit };
}

/** DNS over HTTPS as JSON: https://developers.cloudflare.com/1.1.1.1/encryption/dns-over-https/make-api-requests/dns-json/ */
const RESOLVER = "https://cloudflare-dns.com/dns-query";

const Resolved = z.object({
  Status: z.int(),
  Answer: z.array(z.object({ type: z.int(), data: z.string() })).default([]),
});

const recordTypes = { A: 1, AAAA: 28 } as const;

/** @throws {AddressRefused} unless a name has addresses, and only ones that are everybody's. */
async function requireGlobal(name: string, signal: AbortSignal): Promise<void> {
  const found = await Promise.all([lookUp(name, "A", signal), lookUp(name, "AAAA", signal)]);
  const addresses = found.flat();
  if (addresses.length === 0) throw new AddressRefused("name_unknown");
  if (!addresses.every(isGlobalAddress)) throw new AddressRefused("name_not_public");
}

async function lookUp(
  name: string,
  type: keyof typeof recordTypes,
  signal: AbortSignal,
): Promise<string[]> {
  const response = await fetch(`${RESOLVER}?name=${encodeURIComponent(name)}&type=${type}`, {
    headers: { Accept: "application/dns-json" },
    redirect: "manual",
    signal,
  }).catch(() => undefined);
  if (!response?.ok) throw new AddressRefused("lookup_failed");
  const { success, data } = Resolved.safeParse(await response.json().catch(() => null));
  // 0 is an answer and 3 says that there is no such name (RFC 1035, section 4.1.1).
  if (!success || ![0, 3].includes(data.Status)) throw new AddressRefused("lookup_failed");
  return data.Answer.filter((record) => record.type === recordTypes[type]).map(
    (record) => record.data,
  );
}
