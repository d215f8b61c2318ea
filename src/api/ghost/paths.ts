/** Everything that is for Ghost's clients. */
export const GHOST_PATHS = "/ghost/api/*";

const versioned = /^(\/ghost\/api)\/(v[234]|canary)(?=\/content\/|\/admin\/)/u;

/** What a path means since Ghost 5: a version in it says nothing any more. */
export const withoutGhostVersion = (path: string): string =>
  path.startsWith("/ghost/api/") ? path.replace(versioned, "$1") : path;

/** Whether an address is for Ghost's clients, as far as its text tells without reading it. */
export const isGhostAddress = (url: string): boolean => url.includes("/ghost/api/");

/** The version that an address still names, as Ghost numbers it; undefined when it names none. */
export function ghostVersionIn(url: string): string | undefined {
  const named = versioned.exec(new URL(url).pathname)?.[2];
  return named === "canary" ? "v4" : named;
}

/** What somebody was about to do, in the words of Ghost's messages; null where it has none. */
export function ghostActionIn(path: string): { what: string; action: string } | null {
  const found = /^\/ghost\/api\/content\/([a-z]+)\/(.*)$/u.exec(path);
  const [, resource = "", rest] = found ?? [];
  const what = singular.get(resource);
  if (what === undefined) return null;
  const action = rest === "" ? `list ${resource}` : `read ${what}`;
  return { what, action };
}

const singular: ReadonlyMap<string, string> = new Map([
  ["posts", "post"],
  ["pages", "page"],
  ["authors", "author"],
  ["tags", "tag"],
  ["tiers", "tier"],
  ["newsletters", "newsletter"],
  ["offers", "offer"],
  ["recommendations", "recommendation"],
  ["settings", "settings"],
]);
