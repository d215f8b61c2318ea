import { LocalFailure } from "#local/failure";

/** A public route, and what is asked of it. */
export interface Example {
  /** As the router has it. */
  readonly route: string;
  readonly path: string;
  /** How often the database is asked for it. */
  readonly roundTrips: 0 | 1;
}

/** What a publication that `fill` made is asked for, by route; `{key}` and the like are put in later. */
const paths: Readonly<Record<string, string>> = {
  "/v1/posts": "/v1/posts?limit=20&formats=html",
  "/v1/posts/:id": "/v1/posts/read-me-100",
  "/v1/tags": "/v1/tags?limit=20",
  "/v1/tags/:id": "/v1/tags/tag-3",
  "/v1/authors": "/v1/authors?limit=20",
  "/v1/authors/:id": "/v1/authors/nora-quay",
  "/v1/search": "/v1/search?q=read",
  "/v1/search/suggest": "/v1/search/suggest?q=rea",
  "/tag/:slug/rss.xml": "/tag/tag-3/rss.xml",
  "/tag/:slug/atom.xml": "/tag/tag-3/atom.xml",
  "/tag/:slug/feed.json": "/tag/tag-3/feed.json",
  "/author/:slug/rss.xml": "/author/nora-quay/rss.xml",
  "/author/:slug/atom.xml": "/author/nora-quay/atom.xml",
  "/author/:slug/feed.json": "/author/nora-quay/feed.json",
  "/oembed": "/oembed?url={site}/read-me-100",
  "/v1/previews/:token": "/v1/previews/{preview}",
};

/** The same of Ghost's content API, behind its prefix; a route that is not here is asked as it is. */
const ghostPaths: Readonly<Record<string, string>> = {
  "posts/": "posts/?limit=15&include=authors,tags",
  "posts/:id/": "posts/{post}/",
  "posts/slug/:slug/": "posts/slug/read-me-100/",
  "pages/:id/": "pages/{page}/",
  "pages/slug/:slug/": "pages/slug/about/",
  "authors/:id/": "authors/{author}/",
  "authors/slug/:slug/": "authors/slug/nora-quay/",
  "tags/:id/": "tags/{tag}/",
  "tags/slug/:slug/": "tags/slug/tag-3/",
};
const ghostPrefix = "/ghost/api/content/";

/** What asks nobody. */
const free = new Set(["/health", "/openapi.json", "/docs", "/errors", "/robots.txt"]);

/** Tells whether cron is alive, which the bare runtime has none of: so it is refused when two minutes are over. */
const ofCron = "/health/ready";

/** What stands for the names in braces; ids are Ghost's. */
export type Given = Readonly<
  Record<"key" | "site" | "post" | "page" | "author" | "tag" | "preview", string>
>;

/**
 * Something to ask of every public route, and of what is for everybody besides.
 *
 * @param routes as the router has them.
 * @throws LocalFailure naming the routes that nothing is known to ask of.
 */
export function examplesOf(routes: readonly string[], given: Given): Example[] {
  const all = [...new Set([...routes, ...free])].filter((route) => route !== ofCron);
  const examples = all.map((route): Example => {
    const path = pathOf(route).replaceAll(/\{(\w+)\}/gu, (_, name: keyof Given) => given[name]);
    return { route, path, roundTrips: free.has(route) ? 0 : 1 };
  });
  const unknown = examples.filter(({ path }) => path.includes("/:"));
  if (unknown.length === 0) return examples;
  throw new LocalFailure(`there is no example of ${unknown.map(({ route }) => route).join(", ")}`);
}

function pathOf(route: string): string {
  if (!route.startsWith(ghostPrefix)) return paths[route] ?? route;
  const name = route.slice(ghostPrefix.length);
  const path = ghostPaths[name] ?? name;
  return `${ghostPrefix}${path}${path.includes("?") ? "&" : "?"}key={key}`;
}
