import type { Result } from "hono/router";
import { TrieRouter } from "hono/router/trie-router";
import { expect, it } from "vitest";

import { app } from "#api/app";
import { BranchRouter } from "#api/branches";
import { seeded } from "#test/support/jobs";

const random = seeded(Math.floor(Math.random() * 2 ** 31));
const pick = <Item>(items: readonly Item[]): Item =>
  items[Math.floor(random() * items.length)] as Item;

/** Beside those of the app, what it has none of: paths that end in what may be missing, or in anything. */
const routes: readonly (readonly [method: string, path: string])[] = [
  ...app.routes.map(({ method, path }) => [method, path] as const),
  ["GET", "/v1/posts/*"],
  ["GET", "/v1/:anything"],
  ["GET", "/v1/posts/:id?"],
  ["GET", "/:page{[a-z]+\\.html}"],
];

const ours = new BranchRouter<number>();
const theirs = new TrieRouter<number>();
for (const [index, [method, path]] of routes.entries()) {
  ours.add(method, path, index);
  theirs.add(method, path, index);
}

/** Which routes match, in their order, each with its parameters. */
function meaningOf([matches, stash]: Result<number>): unknown {
  return matches.map(([index, parameters]) => {
    const named = Object.entries(parameters).map(([name, value]) => [
      name,
      typeof value === "number" ? stash?.[value] : value,
    ]);
    return [index, Object.fromEntries(named.filter(([, value]) => value !== undefined))];
  });
}

const odd = ["", ".", "..", "%2F", "*", ":id", "V1", "é", "a b", "index.html", "constructor"];
const words = [...new Set([...routes.flatMap(([, path]) => path.split("/")), ...odd])];

function oddPath(): string {
  if (random() < 0.3) {
    return `/${Array.from({ length: Math.floor(random() * 6) }, () => pick(words)).join("/")}`;
  }
  const [, route] = pick(routes);
  const path = route
    .split("/")
    .map((part) => (/^[:*]/u.test(part) || random() < 0.05 ? pick(words) : part))
    .join("/");
  const changed = pick([path, path, `${path}/`, `/${path}`, path.replace(/\/[^/]*$/u, "")]);
  return changed.startsWith("/") ? changed : `/${changed}`;
}

it("leads every path, however odd, to the routes that a router without branches leads to", () => {
  for (let count = 0; count < 20_000; count += 1) {
    const [method, path] = [pick(["GET", "POST", "PATCH", "DELETE", "OPTIONS"]), oddPath()];
    const found = meaningOf(ours.match(method, path));
    expect({ method, path, found }).toEqual({
      method,
      path,
      found: meaningOf(theirs.match(method, path)),
    });
  }
});
