import { env } from "cloudflare:workers";

import { newId } from "#core/ids";
import { givenAuthor } from "#test/support/people";
import { plain, type Recipe } from "#test/tables/recipe-parts";
import { givenBorneTag, givenPostOf, givenTag } from "#test/tables/things";

const published = { status: "published" } as const;

const tag: Record<string, Recipe> = {
  "any that something published bears": async () => ({
    params: { slug: (await givenBorneTag()).slug },
  }),
  "any that nothing published bears": async () => ({ params: { slug: (await givenTag()).slug } }),
  missing: () => ({ params: { slug: `nothing-${newId()}` } }),
};

const author: Record<string, Recipe> = {
  "any who has published": async ({ other }) => {
    await givenPostOf(other, published);
    return { params: { slug: other.slug } };
  },
  "any who has not": async () => ({ params: { slug: (await givenAuthor()).slug } }),
  missing: () => ({ params: { slug: `nobody-${newId()}` } }),
};

const pageOf = (slug: string) => ({ query: { url: `${env.SITE_URL}/${slug}` } });

export const feedsRecipes: Readonly<Record<string, Readonly<Record<string, Recipe>>>> = {
  ...Object.fromEntries(
    ["rss.xml", "atom.xml", "feed.json"].flatMap((feed) => [
      [`GET /${feed}`, { any: plain }],
      [`GET /tag/{slug}/${feed}`, tag],
      [`GET /author/{slug}/${feed}`, author],
    ]),
  ),
  ...Object.fromEntries(
    ["sitemap", "sitemap-posts", "sitemap-pages", "sitemap-tags", "sitemap-authors"].map((name) => [
      `GET /${name}.xml`,
      { any: plain },
    ]),
  ),
  "GET /robots.txt": { any: plain },
  "GET /oembed": {
    "any published": async ({ other }) => pageOf((await givenPostOf(other, published)).slug),
    "any draft": async ({ other }) => pageOf((await givenPostOf(other)).slug),
    missing: () => pageOf(`nothing-${newId()}`),
  },
};
