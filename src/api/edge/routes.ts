/** A route whose answers may be kept, and all that they depend on besides the credential. */
export interface PublicRoute {
  /** As the router has it: `/v1/posts/:id`. */
  readonly path: string;
  /** Parameters of the query that it reads. */
  readonly parameters: readonly string[];
  /** A route of the API refuses parameters that it does not know; a page is the same whatever readers add. */
  readonly ignoresOthers?: boolean;
  /** Media types that it chooses from by `Accept`, the one for everybody else first. */
  readonly types?: readonly [string, ...string[]];
  /** The parameter that holds a publishable key. */
  readonly keyParameter?: string;
}

const page = ["limit", "cursor"];
const filters = ["status", "type", "featured", "tag", "author", "from", "to", "order"];
const shape = ["fields", "include", "formats"];

const feeds = ["", "/tag/:slug", "/author/:slug"].flatMap((channel) =>
  ["rss.xml", "atom.xml", "feed.json"].map((name) => ({
    path: `${channel}/${name}`,
    parameters: [],
    ignoresOthers: true,
  })),
);

const ghostParameters = ["include", "fields", "formats", "filter", "limit", "page", "order"];

/** What Ghost's clients ask; a key in the address is as good as one in a header. */
const ghost: readonly PublicRoute[] = [
  ...["posts", "pages", "authors", "tags"].flatMap((name) => [
    `${name}/`,
    `${name}/:id/`,
    `${name}/slug/:slug/`,
  ]),
  "tiers/",
  "newsletters/",
  "recommendations/",
  "settings/",
  "search-index/posts/",
  "search-index/authors/",
  "search-index/tags/",
].map((path) => ({
  path: `/ghost/api/content/${path}`,
  parameters: ["key", ...ghostParameters],
  ignoresOthers: true,
  keyParameter: "key",
}));

/**
 * Every route that says `public` with `s-maxage`. What is not here is never looked up and never kept; what
 * is here and says `private` is not kept either.
 */
export const publicRoutes: readonly PublicRoute[] = [
  {
    path: "/v1/posts",
    parameters: [...page, ...filters, ...shape],
  },
  {
    path: "/v1/posts/:id",
    parameters: shape,
    types: ["application/json", "text/markdown", "text/plain"],
  },
  { path: "/v1/tags", parameters: [...page, "order", "fields", "include"] },
  { path: "/v1/tags/:id", parameters: ["fields", "include"] },
  { path: "/v1/authors", parameters: [...page, "order", "fields", "include"] },
  { path: "/v1/authors/:id", parameters: ["fields", "include"] },
  { path: "/v1/settings", parameters: [] },
  { path: "/v1/search", parameters: [...page, "q", "type", "tag", "year"] },
  { path: "/v1/search/suggest", parameters: ["q", "limit"] },
  ...feeds,
  { path: "/sitemap.xml", parameters: [], ignoresOthers: true },
  ...["posts", "pages", "tags", "authors"].map((kind) => ({
    path: `/sitemap-${kind}.xml`,
    parameters: kind === "posts" ? ["month", "page"] : ["page"],
    ignoresOthers: true,
  })),
  { path: "/oembed", parameters: ["url", "format", "maxwidth", "maxheight"], ignoresOthers: true },
  ...ghost,
  { path: "/ghost/api/admin/site/", parameters: [], ignoresOthers: true },
  { path: "/llms.txt", parameters: [], ignoresOthers: true },
  { path: "/llms-full.txt", parameters: ["cursor"], ignoresOthers: true },
];
