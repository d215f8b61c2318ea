import { type PublicRoute, publicRoutes } from "./routes";

/** What an address means, however it is written. */
export interface Address {
  /** In its normal form: parameters that the route knows, in the order of their names. */
  readonly url: string;
  readonly route: PublicRoute;
  /** A publishable key that stands in the query. */
  readonly key: string | null;
}

const LONGEST_URL = 2048;

/**
 * Reads an address as the router and its handlers do: percent-encoded or not, a path is the same path, and
 * parameters have no order (RFC 3986, section 6.2.2).
 *
 * @returns null for whatever is not plainly one of the public routes: what no router should have to guess
 *   about (an encoded slash, a parameter given twice), and parameters that the route would refuse.
 */
export function readAddress(url: string): Address | null {
  if (url.length > LONGEST_URL || url.includes("#")) return null;
  const start = url.indexOf("/", 8);
  const mark = url.indexOf("?");
  if (start === -1 || (mark !== -1 && mark < start)) return null;
  const segments = readPath(url.slice(start, mark === -1 ? url.length : mark));
  const route = segments && routeOf(segments);
  if (!route) return null;
  const query = readQuery(mark === -1 ? "" : url.slice(mark + 1), route);
  if (!query) return null;
  const path = segments.map(encodeURIComponent).join("/");
  return {
    url: `${url.slice(0, start)}/${path}${query.text}`,
    route,
    key: route.keyParameter === undefined ? null : (query.values.get(route.keyParameter) ?? null),
  };
}

/** What no name has, and some router, proxy or file system takes for something else. */
// oxlint-disable-next-line no-control-regex
const odd = /[\u0000-\u001F\u007F%/\\]/u;

function readPath(path: string): string[] | null {
  const segments: string[] = [];
  const written = path.slice(1).split("/");
  for (const [index, raw] of written.entries()) {
    const segment = decode(raw);
    if (segment === null || segment === "." || segment === "..") return null;
    // Behind a slash at the end; routes that have one say so.
    if (segment === "" && (index === 0 || index < written.length - 1)) return null;
    if (odd.test(segment)) return null;
    segments.push(segment);
  }
  return segments;
}

function decode(text: string): string | null {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

interface Pattern {
  readonly route: PublicRoute;
  /** Null where anything may stand. */
  readonly segments: readonly (string | null)[];
}

/** By their number of segments; what is written out goes before what is left open. */
const patterns: ReadonlyMap<number, readonly Pattern[]> = Map.groupBy(
  publicRoutes
    .map((route) => ({
      route,
      segments: route.path
        .slice(1)
        .split("/")
        .map((segment) => (segment.startsWith(":") ? null : segment)),
    }))
    .toSorted((one, other) => holesOf(one) - holesOf(other)),
  ({ segments }) => segments.length,
);

function holesOf({ segments }: Pattern): number {
  return segments.filter((segment) => segment === null).length;
}

const routeOf = (segments: readonly string[]): PublicRoute | undefined =>
  patterns
    .get(segments.length)
    ?.find((pattern) =>
      pattern.segments.every((segment, index) =>
        segment === null ? segments[index] !== "" : segment === segments[index],
      ),
    )?.route;

/** What a page may be given on top without a look at it: names as trackers give them. */
const harmless = /^(?!constructor$|prototype$)[a-z][a-z0-9_]{0,63}$/u;
// oxlint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u001F\u007F]/u;

interface Query {
  /** With its question mark; empty when there are none. */
  readonly text: string;
  readonly values: ReadonlyMap<string, string>;
}

function readQuery(query: string, route: PublicRoute): Query | null {
  const values = new Map<string, string>();
  const seen = new Set<string>();
  for (const piece of query.split("&")) {
    if (piece === "") continue;
    const mark = piece.indexOf("=");
    const name = decode((mark === -1 ? piece : piece.slice(0, mark)).replaceAll("+", " "));
    const value = decode(mark === -1 ? "" : piece.slice(mark + 1).replaceAll("+", " "));
    if (name === null || value === null || seen.has(name) || unprintable.test(value)) return null;
    seen.add(name);
    if (route.parameters.includes(name)) values.set(name, value);
    else if (route.ignoresOthers !== true || !harmless.test(name)) return null;
  }
  const pairs = [...values]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return { text: pairs.length === 0 ? "" : `?${pairs.join("&")}`, values };
}
