import assert from "node:assert/strict";

import { assertError, filtered, get, otherwise, type Part, type Row, same } from "./row.ts";

/** That filters keep these posts, by slug in the order of the alphabet. */
const keeps =
  (...cases: readonly (readonly [filter: string, slugs: string])[]): Row["check"] =>
  async (site) => {
    for (const [filter, slugs] of cases) assert.equal(await filtered(site, filter), slugs, filter);
  };

const misunderstood = {
  message: "Request not understood error, cannot list posts.",
  type: "BadRequestError",
} as const;

/** That filters are refused. */
const refuses =
  (...filters: readonly string[]): Row["check"] =>
  async (site) => {
    for (const filter of filters) {
      assertError(await get(site, "posts/", { filter }), 400, misunderstood);
    }
  };

export const filters: Part = {
  title: "Filters (NQL)",
  rows: [
    same(
      "`:` is, `:-` is not",
      keeps(["slug:alpha", "alpha"], ["visibility:-public", "delta echo"]),
    ),
    same(
      "`>` `>=` `<` `<=`",
      keeps(["published_at:>2022-03-01+published_at:<2024-01-01", "2020-in-review india"]),
    ),
    same(
      "`[a,b]` one of, `-[a,b]` none of, `[a+b]` all of",
      keeps(
        ["slug:[alpha,bravo]", "alpha bravo"],
        ["tag:-[news,tech,many]", "charlie golf hotel"],
        ["tag:[news+tech]", "2020-in-review delta foxtrot"],
      ),
    ),
    same(
      "`~'…'` has, `~^'…'` begins with, `~$'…'` ends with, and their denials; case does not matter",
      keeps(
        ["title:~'BLUES'", "delta"],
        ["title:~^'delta'", "delta"],
        ["title:~$'proof'", "bravo"],
        ["title:-~'a'+tag:-many", "2020-in-review foxtrot hotel kilo"],
      ),
    ),
    same(
      "`%` and `_` in a search are only themselves",
      keeps(["title:~'0%'", "bravo echo"], ["title:~'snake_case'", "echo"]),
    ),
    same(
      "`+` and, `,` or, parentheses; `+` binds more tightly",
      keeps(
        ["featured:true+visibility:members,slug:echo", "delta echo"],
        ["featured:true+(visibility:members,slug:alpha)", "alpha delta"],
      ),
    ),
    same(
      "Texts in quotes with `\\'` and `\\\"`",
      keeps([String.raw`title:'Charlie\'s \"quoted\" tale'`, "charlie"]),
    ),
    same(
      "`null`, `-null`; what is null is neither like nor unlike a text",
      keeps(
        ["custom_excerpt:-null", "alpha kilo"],
        ["custom_excerpt:-'In short'", "kilo"],
        ["feature_image:-null", "bravo golf"],
      ),
    ),
    same(
      "What Ghost keeps in `posts_meta` and is missing is not a text either: `-x` keeps it",
      keeps([
        "meta_title:-'Meta of Bravo'+featured:true",
        "2020-in-review alpha charlie delta foxtrot",
      ]),
    ),
    same(
      "`true`, `false`, numbers",
      keeps(["featured:false+tag:news", "echo india"], ["title:2020", "2020-in-review"]),
    ),
    same(
      "Dates in any form, UTC unless they say otherwise; whole seconds",
      keeps(
        ["published_at:'2020-02-01 10:30:00'", "bravo"],
        ["published_at:'2020-02-01T11:30:01.000+01:00'", "charlie"],
        ["published_at:>=2020-01-01+published_at:<2020-02", "alpha"],
      ),
    ),
    same(
      "`now-30d`, `now+1y`: d, w, M, y, h, m, s",
      keeps(["published_at:>now-30d", "kilo"], ["published_at:>now+1000y", ""]),
    ),
    same(
      "`tag`, `tags`, `tags.slug`; `author`, `authors`, `authors.slug`",
      keeps(["tag:opinion", "2020-in-review charlie"], ["authors:ben", "bravo delta hotel"]),
    ),
    same(
      "`tag:-x`: no tag is x",
      keeps(
        ["tag:-news+tag:-many", "bravo charlie golf hotel kilo"],
        ["tag:opinion+tag:-news", "charlie"],
      ),
    ),
    same(
      "`tag:a+tag:b` may be two tags; two columns, or a range of one, are of one tag",
      keeps(
        ["tag:news+tag:tech", "2020-in-review delta foxtrot"],
        ["tag:news+tags.visibility:internal", ""],
        ["tags.created_at:>2015-01-01+tags.created_at:<2015-01-02", ""],
      ),
    ),
    same(
      "`primary_tag`, `primary_author`: the first one, if everybody may see it",
      keeps(
        ["primary_tag:news", "alpha delta echo"],
        ["primary_tag:hash-secret", ""],
        ["primary_author:cyd", "2020-in-review golf kilo"],
      ),
    ),
    same(
      "`id` by Ghost's 24 digits, also of tags and authors",
      keeps(
        ["id:[01900001000070008000abcd,01900003000070008000abcd]", "alpha charlie"],
        ["authors.id:01900002000070008000eeee", "bravo delta hotel"],
      ),
    ),
    same(
      "Statements about `status` have no effect: drafts are never found",
      keeps(["status:draft+slug:[alpha,the-draft,the-deleted]", "alpha"]),
    ),
    same(
      "Statements about `email` and `password` have no effect",
      keeps(
        ["authors.email:~'a'+slug:alpha", "alpha"],
        ["authors.password:~^'x',slug:bravo", "bravo"],
      ),
    ),
    same("`type:page` finds no posts, and `type:post` no pages", async (site) => {
      assert.equal(await filtered(site, "type:page"), "");
      const pages = await get(site, "pages/", { filter: "type:post" });
      assert.deepEqual(pages.body["pages"], []);
    }),
    same("Not NQL: 400", async (site) => {
      for (const filter of ["featured:", "featured:true+", "slug:[alpha", "title:~bare"]) {
        assertError(await get(site, "posts/", { filter }), 400, {
          ...misunderstood,
          context: "Error parsing filter",
        });
      }
    }),
    same("A column that there is not: 400", async (site) => {
      assertError(await get(site, "posts/", { filter: "nonsense:true" }), 400, {
        ...misunderstood,
        context: "Could not understand request.",
      });
    }),
    same("A date that is none: 422", async (site) => {
      const answer = await get(site, "posts/", { filter: "published_at:>soon" });
      assertError(answer, 422, { type: "ValidationError" });
    }),
    otherwise(
      "Filters by `html`, `plaintext`, `lexical`, `mobiledoc`",
      "400: one could find out by trying what stands in a text that is not for everybody.",
      refuses("html:~'secret'", "plaintext:~'secret'", "lexical:~'secret'"),
    ),
    otherwise(
      "Parentheses around a whole filter",
      "They change nothing. Ghost loses what stands in them and keeps everything.",
      keeps(["(slug:alpha)", "alpha"], ["((slug:alpha))", "alpha"]),
    ),
    otherwise(
      "`x:-null+x:-a`",
      "Neither null nor `a`. Ghost makes a list of the two, which SQL takes for something else.",
      keeps(["custom_excerpt:-null+custom_excerpt:-'In short'", "kilo"]),
    ),
    otherwise(
      "Whether `slug:Alpha` finds `alpha`",
      "No, as with Ghost on SQLite; on MySQL case does not matter. `~` is for that.",
      keeps(["slug:Alpha", ""]),
    ),
    otherwise(
      "Filters by `feature_image_alt`, `feature_image_caption`",
      "As if they were null everywhere: they belong to the picture.",
      keeps(["feature_image_alt:-null", ""], ["feature_image_caption:null+slug:alpha", "alpha"]),
    ),
    otherwise(
      "How long a filter may be",
      "4,000 characters, 200 values, groups 16 deep, 25 searches or statements about tags and authors; beyond that 400.",
      refuses(
        `slug:'${"a".repeat(4_000)}'`,
        Array.from({ length: 201 }, (_, index) => `slug:s${index}`).join(","),
        Array.from({ length: 26 }, (_, index) => `tag:t${index}`).join(","),
      ),
    ),
  ],
};
