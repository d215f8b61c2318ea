/** What of `@tryghost/content-api` 1.12 is used here; the package has no types of its own. */
declare module "@tryghost/content-api" {
  export interface Pagination {
    readonly page: number;
    readonly limit: number;
    readonly pages: number;
    readonly total: number;
    readonly next: number | null;
    readonly prev: number | null;
  }
  export type Thing = Readonly<Record<string, unknown>>;
  export type Things = readonly Thing[] & { readonly meta: { readonly pagination: Pagination } };
  export type Options = Readonly<Record<string, string | number | readonly string[]>>;

  export interface Asked {
    readonly url: string;
    readonly method: "get";
    readonly params: Options;
    readonly headers: Readonly<Record<string, string>>;
  }

  export interface Resource {
    browse(options?: Options): Promise<Things>;
    read(data: { id: string } | { slug: string }, options?: Options): Promise<Thing>;
  }

  export interface GhostClient {
    readonly posts: Resource;
    readonly pages: Resource;
    readonly tags: Resource;
    readonly authors: Resource;
    readonly tiers: Pick<Resource, "browse">;
    readonly newsletters: Pick<Resource, "browse">;
    readonly settings: { browse(): Promise<Thing> };
    readonly offers: Pick<Resource, "read">;
  }

  export default class GhostContentAPI implements GhostClient {
    constructor(options: {
      readonly url: string;
      readonly key: string;
      readonly version: string | boolean;
      readonly makeRequest?: (asked: Asked) => Promise<{ readonly data: unknown }>;
    });
    readonly posts: Resource;
    readonly pages: Resource;
    readonly tags: Resource;
    readonly authors: Resource;
    readonly tiers: Pick<Resource, "browse">;
    readonly newsletters: Pick<Resource, "browse">;
    readonly settings: { browse(): Promise<Thing> };
    readonly offers: Pick<Resource, "read">;
  }
}
