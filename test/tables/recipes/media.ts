import { about, listed, missing, type People, type Recipe, text } from "#test/tables/recipe-parts";
import { givenMediaOf } from "#test/tables/things";

const media =
  (
    whose: keyof People,
    options: Parameters<typeof givenMediaOf>[1] = {},
    rest: Parameters<typeof about>[1] = {},
  ): Recipe =>
  async (people) =>
    about((await givenMediaOf(people[whose], options)).id, rest);

const unready = { status: "processing" } as const;
const shown = { shown: true };
const words = { body: { alt_text: "A ship", focal_point: { x: 0.5, y: 0.25 } } };

const upload =
  (type: string, content: () => string): Recipe =>
  () => ({ stream: { type, text: content() } });

/** As much of a GIF as tells its size, in bytes that are characters. */
const gif = (side: string): string => `GIF89a${side}${side}\x00\x00\x00`;

export const mediaRecipes: Readonly<Record<string, Readonly<Record<string, Recipe>>>> = {
  "POST /v1/media": {
    any: upload("image/svg+xml", () => `<svg><desc>${text()}</desc></svg>`),
    "any that is not what it says": upload("image/png", () => "<svg></svg>"),
    "any that is nothing": upload("image/png", () => "hello"),
    "any that is too wide": upload("image/gif", () => gif("\x7F\x7F")),
    "any of too many pixels": upload("image/gif", () => gif("\x7F\x3F")),
  },
  "GET /v1/media": {
    own: listed(media("holder"), {}),
    "other's": listed(media("other"), {}),
    "other's, not ready": listed(media("other", unready), {}),
  },
  "GET /v1/media/{id}": {
    own: media("holder"),
    "other's": media("other"),
    "other's, not ready": media("other", unready),
    missing: missing(),
  },
  "PATCH /v1/media/{id}": {
    own: media("holder", {}, words),
    "other's": media("other", {}, words),
    missing: missing(words),
  },
  "DELETE /v1/media/{id}": {
    own: media("holder"),
    "other's": media("other"),
    "own, shown": media("holder", shown),
    "other's, shown": media("other", shown),
    "own, not ready": media("holder", unready),
    missing: missing(),
  },
  "GET /media/{key}": {
    any: async ({ holder }) => ({ params: { key: (await givenMediaOf(holder)).key } }),
    missing: () => ({ params: { key: `${"0".repeat(64)}.png` } }),
  },
};
