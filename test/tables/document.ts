import { app } from "#api/app";

import { exchange } from "./exchange";

/** As much of JSON Schema as the document uses; `conformance.ts` refuses to read anything else. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
}

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required?: boolean;
  readonly schema: Schema;
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>;

export interface Operation {
  readonly operationId?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<
    Record<
      string,
      { readonly content?: Content; readonly headers?: Readonly<Record<string, unknown>> }
    >
  >;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const served = await exchange({ method: "GET", path: "/openapi.json", headers: {} });

/** The document as everybody can read it. */
export const openApi = JSON.parse(served.text) as Document;

/** What is published as others than clients of the API read it. */
export const publishedPages: readonly string[] = [
  ...["", "/tag/{slug}", "/author/{slug}"].flatMap((channel) =>
    ["rss.xml", "atom.xml", "feed.json"].map((feed) => `GET ${channel}/${feed}`),
  ),
  "GET /sitemap.xml",
  ...["posts", "pages", "tags", "authors"].map((kind) => `GET /sitemap-${kind}.xml`),
  "GET /oembed",
  "GET /llms.txt",
  "GET /llms-full.txt",
];

/** Where links in mails lead. What the link says is all that counts: no session, no key, no other site. */
export const readerPages: readonly string[] = [
  "GET /subscribe/confirm",
  "POST /subscribe/confirm",
  "GET /unsubscribe",
  "POST /unsubscribe",
  "GET /preferences",
  "POST /preferences",
  "GET /preferences/export",
];

/** What Ghost's clients ask. Its answers, refusals and manners are Ghost's; `test/api/ghost` is about those. */
export const ghostRoutes: readonly string[] = [
  ...["posts", "pages", "authors", "tags"].flatMap((resource) =>
    ["", "{id}/", "slug/{slug}/"].map((rest) => `GET /ghost/api/content/${resource}/${rest}`),
  ),
  ...["tiers", "newsletters", "settings", "recommendations"].map(
    (resource) => `GET /ghost/api/content/${resource}/`,
  ),
  ...["posts", "authors", "tags"].map((kind) => `GET /ghost/api/content/search-index/${kind}/`),
  "GET /ghost/api/content/offers/{id}/",
  "GET /ghost/api/admin/site/",
];

/** What tells about the API, or of it, and is not of it. The document does not have these. */
export const pages: readonly string[] = [
  "GET /",
  "GET /docs",
  "GET /errors",
  "GET /openapi.json",
  "GET /robots.txt",
  "GET /media/{key}",
  ...publishedPages,
  ...readerPages,
  ...ghostRoutes,
];

/** What the document says of each route: `GET /v1/posts/{id}` and so on. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  Object.entries(openApi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const,
    ),
  ),
);

/** What the app answers to, written like the document. Preflights and middleware are no routes. */
export const servedRoutes: readonly string[] = [
  ...new Set(
    app.routes
      .filter(({ method }) => method !== "ALL" && method !== "OPTIONS")
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)(?:\{[^}]*\})?/gu, "{$1}")}`),
  ),
];

export const methodOf = (route: string): string => route.slice(0, route.indexOf(" "));
export const pathOf = (route: string): string => route.slice(route.indexOf(" ") + 1);

export const parametersOf = (route: string, place: Parameter["in"]): readonly Parameter[] =>
  (operations.get(route)?.parameters ?? []).filter((parameter) => parameter.in === place);

/** The codes of the problems that a route can answer with, as the document has it. */
export const codesOf = (route: string): readonly number[] =>
  Object.values(operations.get(route)?.responses ?? {}).flatMap(({ content }) =>
    (content?.["application/problem+json"]?.schema.allOf ?? []).flatMap(
      ({ properties }) => (properties?.["internal_code"]?.enum ?? []) as readonly number[],
    ),
  );

/** What the body has to be, when it is JSON. */
export const bodySchemaOf = (route: string): Schema | undefined =>
  operations.get(route)?.requestBody?.content["application/json"]?.schema;

/** Whether a request without a body says too little. */
export const needsBody = (route: string): boolean =>
  operations.get(route)?.requestBody?.required === true;

export const isVersioned = (route: string): boolean =>
  parametersOf(route, "header").some(({ name }) => name.toLowerCase() === "if-match");
