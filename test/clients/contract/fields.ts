import assert from "node:assert/strict";

import { absent, get, otherwise, type Part, type Row, same, type Thing, thingOf } from "./row.ts";

/** What is said of a field, and what is true of its value. */
type Field = readonly [names: string, is: (value: unknown) => boolean, note?: string];

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
const isNull = (value: unknown): boolean => value === null;
const isTextOrNull = (value: unknown): boolean => value === null || isText(value);
const isId = (value: unknown): boolean => /^[0-9a-f]{24}$/u.test(String(value));
const isBoolean = (value: unknown): boolean => typeof value === "boolean";
const isNumber = (value: unknown): boolean => Number.isInteger(value);
const isLink = (value: unknown): boolean =>
  /^https:\/\/reader\.example\/(?:.+\/)?$/u.test(String(value));
const isDate = (value: unknown): boolean =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000[+-]\d\d:\d\d$/u.test(String(value));
const isUtc = (value: unknown): boolean =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/u.test(String(value));
const isOneOf =
  (...values: readonly unknown[]) =>
  (value: unknown): boolean =>
    values.includes(value);

const nothingKept = "Always null: nothing is kept of it.";

const ofPosts: readonly Field[] = [
  ["id comment_id", isId],
  ["uuid", isText, "A UUIDv7, where Ghost has a v4; the same thing has it under `/v1`."],
  ["title slug html", isText],
  ["feature_image feature_image_alt feature_image_caption", isTextOrNull],
  ["featured access", isBoolean],
  ["comments", isOneOf(false), "Always false: there are no comments."],
  [
    "visibility",
    isOneOf("public", "members", "paid"),
    "`public`, `members`, `paid`; never `tiers`.",
  ],
  ["created_at updated_at published_at", isDate],
  ["custom_excerpt canonical_url", isTextOrNull],
  ["codeinjection_head codeinjection_foot custom_template frontmatter", isNull, nothingKept],
  ["url", isLink],
  [
    "excerpt",
    isText,
    "The custom one, or else the first paragraph, at most 300 characters. Ghost takes 500 of the whole text.",
  ],
  [
    "reading_time",
    isNumber,
    "Minutes at 238 words each, at least 1. Ghost reads 275, and looks at pictures for some seconds.",
  ],
  ["og_image og_title og_description meta_title meta_description", isTextOrNull],
  ["twitter_image twitter_title twitter_description", isNull, nothingKept],
];

const ofTags: readonly Field[] = [
  ["id", isId],
  ["name slug", isText],
  ["description", isTextOrNull],
  ["visibility", isOneOf("public", "internal")],
  ["url", isLink],
  ["feature_image accent_color canonical_url", isNull, nothingKept],
  ["og_image og_title og_description twitter_image twitter_title", isNull, nothingKept],
  ["twitter_description meta_title meta_description", isNull, nothingKept],
  ["codeinjection_head codeinjection_foot", isNull, nothingKept],
];

const ofAuthors: readonly Field[] = [
  ["id", isId],
  ["name slug", isText],
  ["profile_image bio website", isTextOrNull],
  ["url", isLink],
  ["cover_image location meta_title meta_description", isNull, nothingKept],
  ["facebook twitter threads bluesky mastodon", isNull, nothingKept],
  ["tiktok youtube instagram linkedin", isNull, nothingKept],
];

const ofTiers: readonly Field[] = [
  ["id", isId],
  ["name slug", isText],
  ["description welcome_page_url", isNull, nothingKept],
  ["active", isOneOf(true)],
  ["type", isOneOf("free"), "Always `free`."],
  ["visibility", isOneOf("public")],
  ["trial_days", isNumber, "Always 0."],
  ["benefits", Array.isArray, "Always empty."],
  ["created_at updated_at", isUtc],
];

const ofNewsletters: readonly Field[] = [
  ["id", isId],
  ["uuid name slug", isText],
  ["description sender_email", isTextOrNull],
  ["visibility", isOneOf("members"), "Always `members`."],
  ["subscribe_on_signup", isBoolean],
  ["sort_order", isNumber, "By age: there is no other order to keep."],
  ["created_at updated_at", isUtc],
];

const ofSettings: readonly Field[] = [
  ["title lang locale timezone url version", isText],
  ["description", (value) => typeof value === "string"],
  ["logo icon accent_color cover_image facebook twitter", isTextOrNull],
  ["meta_title meta_description og_image og_title og_description", isTextOrNull],
  ["twitter_image twitter_title twitter_description", isTextOrNull],
  ["navigation secondary_navigation", Array.isArray],
  ["codeinjection_head codeinjection_foot", isNull, nothingKept],
  [
    "members_support_address default_email_address support_email_address",
    isText,
    "The sender of our mails.",
  ],
  [
    "members_enabled members_invite_only allow_self_signup paid_members_enabled",
    isOneOf(false),
    "Always false: readers have no accounts.",
  ],
  ["members_signup_access", isOneOf("none"), "Always `none`."],
  [
    "donations_enabled recommendations_enabled outbound_link_tagging",
    isOneOf(false),
    "Always false.",
  ],
  ["comments_enabled", isOneOf("off"), "Always `off`."],
  ["portal_button portal_name portal_signup_checkbox_required", isOneOf(false), "No portal."],
  ["portal_button_style portal_button_signup_text portal_button_icon", isNull, "No portal."],
  ["portal_default_plan portal_signup_terms_html", isNull, "No portal."],
  ["portal_plans", Array.isArray, "No portal."],
  ["editor_default_email_recipients", isOneOf("disabled"), "Always `disabled`."],
  ["labs", (value) => JSON.stringify(value) === "{}", "Always empty."],
  ["firstpromoter_account site_uuid", isNull, nothingKept],
];

const namesOf = (fields: readonly Field[]): string[] =>
  fields.flatMap(([names]) => names.split(" ")).toSorted();

/** The rows of a resource's fields, and that it has no others. */
function partOf(
  title: string,
  path: string,
  fields: readonly Field[],
  more: readonly Row[] = [],
): Part {
  const read = async (site: Parameters<Row["check"]>[0]): Promise<readonly Thing[]> => {
    const { body } = await get(
      site,
      path,
      path === "posts/" ? { filter: "visibility:public" } : {},
    );
    const [things] = Object.values(body);
    return (Array.isArray(things) ? things : [things]) as readonly Thing[];
  };
  const rows = fields.map(([names, is, note]): Row => {
    const what = names
      .split(" ")
      .map((name) => `\`${name}\``)
      .join(", ");
    const check: Row["check"] = async (site) => {
      for (const thing of await read(site)) {
        for (const name of names.split(" ")) {
          assert(name in thing, `${name} is not there`);
          assert(is(thing[name]), `${name} is ${JSON.stringify(thing[name])}`);
        }
      }
    };
    return note === undefined ? same(what, check) : otherwise(what, note, check);
  });
  const none = same("No other fields", async (site) => {
    for (const thing of await read(site)) {
      assert.deepEqual(Object.keys(thing).toSorted(), namesOf(fields));
    }
  });
  return { title, rows: [...rows, ...more, none] };
}

export const fields: readonly Part[] = [
  partOf(
    "Fields of posts",
    "posts/",
    [...ofPosts, ["email_subject", isNull, nothingKept]],
    [
      absent("`sentiment`", "Nobody votes here.", async (site) => {
        const post = thingOf(await get(site, "posts/", { include: "sentiment", limit: 1 }));
        assert(!("sentiment" in post));
      }),
    ],
  ),
  partOf("Fields of pages", "pages/", [
    ...ofPosts,
    ["show_title_and_feature_image", isOneOf(true), "Always true."],
  ]),
  partOf("Fields of tags", "tags/", ofTags),
  partOf("Fields of authors", "authors/", ofAuthors),
  partOf("Fields of tiers", "tiers/", ofTiers),
  partOf("Fields of newsletters", "newsletters/", ofNewsletters),
  partOf("Settings", "settings/", ofSettings),
];
