import { newId } from "#core/ids";
import { givenPublished, givenTagNamed, shortId } from "#test/support/ghost";
import { givenPublishableKey } from "#test/support/people";
import type { People, Recipe } from "#test/tables/recipe-parts";

const base = "GET /ghost/api/content";

interface Named {
  readonly id: string;
  readonly slug: string;
}

const withKey = async ({ holder }: People) => ({
  query: { key: (await givenPublishableKey(holder)).key },
});

/** Something of each kind that anybody may read. */
const kinds: Readonly<Record<string, (people: People) => Promise<Named>>> = {
  posts: () => givenPublished(),
  pages: () => givenPublished({ type: "page" }),
  authors: async ({ other }) => {
    await givenPublished({ authors: [other] });
    return other;
  },
  tags: async () => {
    const tag = await givenTagNamed("Tag", `tag-${newId()}`);
    await givenPublished({ tags: [tag] });
    return tag;
  },
};

const nothing: Named = { id: "f".repeat(24), slug: "there-is-no-such-thing" };

const about =
  (given: (people: People) => Promise<Named>, part: "id" | "slug"): Recipe =>
  async (people) => {
    const { id, slug } = await given(people);
    return { ...(await withKey(people)), params: part === "id" ? { id: shortId(id) } : { slug } };
  };

export const ghostRecipes: Readonly<Record<string, Readonly<Record<string, Recipe>>>> = {
  ...Object.fromEntries(
    Object.entries(kinds).flatMap(([kind, given]) => [
      [`${base}/${kind}/`, { any: withKey }],
      ...(["id", "slug"] as const).map((part) => [
        `${base}/${kind}/${part === "id" ? "{id}" : "slug/{slug}"}/`,
        { any: about(given, part), missing: about(async () => nothing, part) },
      ]),
    ]),
  ),
  ...Object.fromEntries(
    ["tiers", "newsletters", "settings", "recommendations"].map((resource) => [
      `${base}/${resource}/`,
      { any: withKey },
    ]),
  ),
  ...Object.fromEntries(
    ["posts", "authors", "tags"].map((kind) => [`${base}/search-index/${kind}/`, { any: withKey }]),
  ),
  [`${base}/offers/{id}/`]: {
    "any, of which there are none": about(async () => nothing, "id"),
    missing: about(async () => nothing, "id"),
  },
  "GET /ghost/api/admin/site/": { any: () => ({}) },
};
