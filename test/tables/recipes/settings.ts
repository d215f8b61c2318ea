import { plain, type Recipe } from "#test/tables/recipe-parts";

export const settingsRecipes: Readonly<Record<string, Readonly<Record<string, Recipe>>>> = {
  "GET /v1/settings": { any: plain },
  // There is one of it, and everybody asks at once: this says what it says already, so it stays at its version.
  "PATCH /v1/settings": { any: () => ({ body: { description: null } }) },
};
