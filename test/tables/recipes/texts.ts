import { newId, secondsFromNow } from "#core/ids";
import { previewTokenOf } from "#domain/previews";
import { missing, type People, plain, post, type Recipe } from "#test/tables/recipe-parts";
import { appSecret, givenPostOf } from "#test/tables/things";

const published = { status: "published" } as const;
const trashed = { trashed: true } as const;
const hour = { body: { expires_in: 3600 } } as const;

/** A link that has not expired, whatever it leads to. */
const linkTo =
  (idOf: (people: People) => Promise<string> | string): Recipe =>
  async (people) => {
    const grant = { postId: await idOf(people), expiresAt: secondsFromNow(3600) };
    return { params: { token: await previewTokenOf(appSecret, grant) } };
  };

const linkToPost = (options: Parameters<typeof givenPostOf>[1]): Recipe =>
  linkTo(async ({ other }) => (await givenPostOf(other, options)).id);

export const textsRecipes: Readonly<Record<string, Readonly<Record<string, Recipe>>>> = {
  "GET /llms.txt": { any: plain },
  "GET /llms-full.txt": { any: plain },
  "POST /v1/posts/{id}/preview-links": {
    "own draft": post("holder", {}, hour),
    "other's draft": post("other", {}, hour),
    "own published": post("holder", published, hour),
    "other's published": post("other", published, hour),
    "own in the trash": post("holder", trashed, hour),
    missing: missing(hour),
  },
  "GET /v1/previews/{token}": {
    "any draft": linkToPost({}),
    "any published": linkToPost(published),
    "any in the trash": linkToPost(trashed),
    missing: linkTo(() => newId()),
  },
};
