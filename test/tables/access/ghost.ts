import { type Access, asksNothing, blind } from "#test/tables/access-cells";

const found = { any: blind("200") };
const named = { any: blind("200"), missing: blind("404") };
const base = "GET /ghost/api/content";

/** The key stands in the address: what else somebody shows is not looked at. */
export const ghostAccess: Readonly<Record<string, Access>> = {
  ...Object.fromEntries(
    ["posts", "pages", "authors", "tags"].flatMap((resource) => [
      [`${base}/${resource}/`, asksNothing(found)],
      [`${base}/${resource}/{id}/`, asksNothing(named)],
      [`${base}/${resource}/slug/{slug}/`, asksNothing(named)],
    ]),
  ),
  ...Object.fromEntries(
    ["tiers", "newsletters", "settings", "recommendations"].map((resource) => [
      `${base}/${resource}/`,
      asksNothing(found),
    ]),
  ),
  ...Object.fromEntries(
    ["posts", "authors", "tags"].map((kind) => [
      `${base}/search-index/${kind}/`,
      asksNothing(found),
    ]),
  ),
  [`${base}/offers/{id}/`]: asksNothing({
    "any, of which there are none": blind("404"),
    missing: blind("404"),
  }),
  "GET /ghost/api/admin/site/": asksNothing(found),
};
