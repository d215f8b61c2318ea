import { newId } from "#core/ids";
import { base64url, sign } from "#core/tokens";
import { plain, type Recipe } from "#test/tables/recipe-parts";
import { appSecret } from "#test/tables/things";

/** As it was given before a backup was brought back, or by another database under the same secret. */
const sinceElsewhere: Recipe = async () => {
  const position = ["1", newId(), ["post", newId(), "1"]];
  const payload = base64url(new TextEncoder().encode(JSON.stringify(position)));
  return {
    query: { since: `${payload}.${await sign(appSecret, "cursor", `sync\n${payload}`)}` },
  };
};

export const syncRecipes: Readonly<Record<string, Readonly<Record<string, Recipe>>>> = {
  "GET /v1/sync": {
    any: plain,
    "as much as a page has": () => ({ query: { limit: "100" } }),
    "since what this database has never told": sinceElsewhere,
  },
};
