import { type Recipe, text } from "#test/tables/recipe-parts";

const asking =
  (q: string, query: Readonly<Record<string, string>> = {}): Recipe =>
  () => ({ query: { q, ...query } });

export const searchRecipes: Readonly<Record<string, Readonly<Record<string, Recipe>>>> = {
  "GET /v1/search": {
    any: () => ({ query: { q: text() } }),
    "with every filter": asking('"some words" -nothing hel', {
      type: "post",
      tag: "news",
      year: "2026",
      limit: "5",
    }),
  },
  "GET /v1/search/suggest": {
    any: asking("pos", { limit: "3" }),
  },
};
