/**
 * Which addresses the worker may ask on somebody's behalf. Pure, so that an address can be refused when
 * it is given and again when it is used; what a name resolves to is looked up in `work/safe-fetch.ts`.
 */
import { BlockList, isIPv4 } from "node:net";

import { apiUrlOf, type Settings } from "#core/settings";

/** Why an address is refused, for programs. */
export type AddressRefusal =
  | "address_malformed"
  | "address_not_https"
  | "address_has_port"
  | "address_has_credentials"
  | "address_is_number"
  | "address_not_public"
  | "address_is_ours";

/** What the operator's settings say about addresses. */
export interface OutboundRules {
  /** Hosts, with their ports, that this worker answers itself. */
  readonly own: readonly string[];
  /** Whether this very machine may be asked, over plain HTTP and on any port: for development. */
  readonly toLoopback: boolean;
}

export const outboundRulesOf = (settings: Settings): OutboundRules => ({
  own: [settings.SITE_URL, apiUrlOf(settings)].map((url) => new URL(url).host),
  toLoopback: settings.WEBHOOKS_TO_LOOPBACK === "allow",
});

const MOST_CHARACTERS = 2000;

/**
 * Judges an address by how it is written, after the parser of the URL standard, which turns every notation
 * of an IPv4 address into four numbers and undoes every disguise of a name.
 *
 * @returns undefined when it may be asked.
 * @see https://url.spec.whatwg.org/#concept-host-parser
 */
export function refusalOfAddress(
  address: string,
  { own, toLoopback }: OutboundRules,
): AddressRefusal | undefined {
  // The parser would drop tabs and line ends and turn backslashes: whoever writes them means to mislead.
  if (address.length > MOST_CHARACTERS || /[\s\p{C}\\]/u.test(address)) return "address_malformed";
  if (!/^https?:\/\/[^/]/iu.test(address)) {
    return URL.canParse(address) ? "address_not_https" : "address_malformed";
  }
  if (!URL.canParse(address)) return "address_malformed";
  const { protocol, host, hostname, port, username, password } = new URL(address);
  if (username !== "" || password !== "" || /^[^/?#]*@/u.test(address.replace(/^\w+:\/\//u, ""))) {
    return "address_has_credentials";
  }
  if (own.includes(host)) return "address_is_ours";
  if (toLoopback && isLoopback(hostname)) return undefined;
  if (protocol !== "https:") return "address_not_https";
  if (port !== "") return "address_has_port";
  if (hostname.startsWith("[") || isIPv4(hostname)) return "address_is_number";
  return isPublicName(hostname) ? undefined : "address_not_public";
}

/** True when an address is of this very machine, which nobody needs to look up. */
export const isLoopback = (hostname: string): boolean =>
  hostname === "[::1]" ||
  /^(?:.+\.)?localhost$/u.test(hostname) ||
  (isIPv4(hostname) && hostname.startsWith("127."));

const publicName =
  /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,57}[a-z0-9])$/u;

/**
 * Endings that no public name has, or that must not be asked for: RFC 6761, RFC 6762, RFC 7686, RFC 8375,
 * RFC 9476, ICANN's list of names that are never delegated, and what routers and clusters make up.
 */
const privateEndings = new Set([
  "alt", "arpa", "bit", "box", "cluster", "consul", "corp", "docker", "domain", "eth", "example", "fritz", "gateway",
  "home", "host-local", "i2p", "internal", "intra", "intranet", "invalid", "kube", "lan", "local", "localdomain",
  "localhost", "mail", "node", "onion", "pod", "priv", "private", "router", "server", "svc", "test", "vagrant", "workgroup",
]); // prettier-ignore

/** Names whose owners let them point at whatever address the name says, or at this machine. */
const pointingNames = [
  "1u.ms", "backname.io", "feacluster.com", "fuf.me", "ip6.name", "lacolhost.com", "lcl.host", "local-ip.co", "local-ip.sh",
  "local.gd", "localho.st", "localhost.direct", "localhost.me", "localtest.me", "localtls.com", "lvh.me", "metadata.goog",
  "metadata.tencentyun.com", "nip.io", "plex.direct", "rbndr.us", "rebind.it", "rebind.network", "sslip.io", "traefik.me",
  "vcap.me", "xip.io", "xip.name", "yoogle.com",
]; // prettier-ignore

/** An IPv4 address written into a name, in digits between dots or hyphens. */
const numbersInName = /(?:^|[.-])(?:\d{1,3}[.-]){3}\d{1,3}(?=[.-])/u;

function isPublicName(name: string): boolean {
  if (!publicName.test(name) || numbersInName.test(name)) return false;
  if (privateEndings.has(name.slice(name.lastIndexOf(".") + 1))) return false;
  return !pointingNames.some((owner) => name === owner || name.endsWith(`.${owner}`));
}

/** What is not for the public internet: the special-purpose registries of IANA (RFC 6890), and multicast. */
const special = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const) {
  special.addSubnet(network, prefix, "ipv4");
}
for (const [network, prefix] of [
  // Teredo, benchmarking, ORCHID and the other protocol assignments.
  ["2001::", 23],
  ["2001:db8::", 32],
  // 6to4: an IPv4 address inside.
  ["2002::", 16],
  ["3ffe::", 16],
  ["3fff::", 20],
] as const) {
  special.addSubnet(network, prefix, "ipv6");
}

/** All that is given out for the public internet. Mapped addresses, NAT64, link-local and the like are outside. */
const global = new BlockList();
global.addSubnet("2000::", 3, "ipv6");

/** True for an IP address that anybody on the internet can be asked under. */
export function isGlobalAddress(address: string): boolean {
  if (isIPv4(address)) return !special.check(address, "ipv4");
  return global.check(address, "ipv6") && !special.check(address, "ipv6");
}
