import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";

import { createContext } from "#core/context";
import { placesOf, termsOf, wantedOf } from "#domain/search/terms";
import { givenUser } from "#test/support/people";
import { givenPost } from "#test/support/posts";
import { codeOf, send } from "#test/support/requests";

const { db } = createContext(env, { waitUntil: () => undefined }, "test");
/** What a search may have of UTF-16 code units, and of words and phrases. */
const [LONGEST, MOST_TERMS] = [200, 12];

const paths = ["/v1/search", "/v1/search/suggest"] as const;

const many = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => make(index)).join(" ");

/** Texts as people could type or paste them, or programs send them, by what they try. */
// prettier-ignore
const hostile = {
  "quotes and parentheses that do not match": [
    '"', '""', '"""', '"a', 'a"', '"a" "', '"a "b" c"', "“a", "„a”", "«a»»", "「a", "『「a』」", "'a", "((a", "a))", "(a", ")(", "({[<a>]})", '"(a"', "-\"a", "--a", '-"', '"-"', "(".repeat(LONGEST), '"a '.repeat(50), '"a"'.repeat(60), "'".repeat(LONGEST),
  ],
  "operators of tsquery": [
    "a & b", "a | b", "a && b || c", "!a", "!!!a", "! ( a )", "a <-> b", "a <0> b", "a <2> b", "a <99999> b", "a <-1> b", "<->", "a <->", ":*", "a:*", "a:*ABCD", "a:ABCD", "'a':*", "'a' <-> 'b':*A", "a\\:*", "a & !a", "!a & !b", "a <-> (b | c)", "a::tsquery", "'", "''a''", "\\'a", "@@", "a @@ b", "#", "'#'", "@0198c5a4-6f70-7cc1-b6f4-0c1f5a2e9d11", "#0198c5a4-6f70-7cc1-b6f4-0c1f5a2e9d11",
  ],
  "words that searches leave out": [
    "the", "the of and", '"the of"', "the the the", "-the", "a", "I", "der die das", "NOT", "a AND b OR c", "a NEAR b", "title:a", "*", "?", "a*", "*a", "a?b", "a~2", "a^9", "+a -b", "a..b", "[a TO b]",
  ],
  "characters that end or break texts": [
    "\u0000", "a\u0000b", "\u0000".repeat(LONGEST), "a\u0000", "\u0001\u0002a", "a\u001Ab", "a\u007Fb", "a\u0085b", "\ud800", "\udc00", "a\ud800b", "\udc00\ud800", "\ud83d", "\ud800".repeat(LONGEST), "\uFFFD", "\uFFFE", "\uFFFF", "\u{10FFFF}", "\uE000a", "a\r\nSet-Cookie: a=b",
  ],
  "regular expressions": [
    "(a+)+$", "(a|a)*$", "(a|aa)+$", "(.*)*", "(.*a){20}", "^(a?){50}a{50}$", "a{1,32767}", "[[:alpha:]]*", "[[:alpha:]]*[[:alpha:]]*[[:alpha:]]*b", "[^a", "[a-", "a**", "\\", "\\\\", "a\\", "\\1", "(a)\\1", "\\m\\M", "\\y", "(?:a)", "(?<=a)b", "(?!a)", "***=a", "***:(?x)a", "(?n)^a", ".*.*.*.*.*.*=.*",
  ],
  "wildcards and languages of databases": [
    "%", "_", "%%%", "a%b_c", "\\%", "%' --", "'; drop table posts; --", "' or 1=1 --", "1; select pg_sleep(60)", "a' || pg_sleep(60) || 'b", "'||(select password from users)||'", "$1", "$1::int", ":a", "$$", "$tag$a$tag$", "/*", "*/ a /*", "-- a", "a -- b", "E'\\x00'", "U&'\\0000'", "0x00", "1e309", "-0", "NaN", "${a}", "{{a}}", "<script>a</script>", "]]>",
  ],
  "ten kilobytes of one thing": [
    "a", " ", '"', "-", "'", "\\", "(", "é", "東", "💥", "\u0301", "\u200B", "%", "&", "<->", "a ", "-a ", '"a" ', "a-", ".", "\u0000", "\n",
  ].map((what) => what.repeat(Math.ceil(10_240 / what.length))),
  "as much as there may be of one thing": [
    "a", "z", "-", "\\", "é", "ß", "ﷺ", "㍿", "東", "ก", "한", "𠮷", "💥", "\u0301", "a\u0301", "\u200B", "\u200Ba", "a-", "a.", "a_", "-a", "'a", "東a", "ａ", "ﬃ", "İ", "0", "-\"", "½",
  ].map((what) => what.repeat(LONGEST / what.length)),
  "too many terms": [
    many(MOST_TERMS, (index) => `w${index}`), many(MOST_TERMS + 1, (index) => `w${index}`), many(66, () => "ab"), many(500, (index) => `w${index}`), many(500, (index) => `-w${index}`), many(500, (index) => `"w${index} x"`), `a ${many(500, () => "-b")}`, many(MOST_TERMS, () => "東"), many(40, () => '-"a"'), `a ${many(MOST_TERMS - 1, () => "-a")}`, many(MOST_TERMS, () => "a"), many(MOST_TERMS, () => '"a a a a a"'),
  ],
  "scripts and marks": [
    "👨‍👩‍👧‍👦", "👩🏽‍🚀👩🏽‍🚀", "🏳️‍🌈", "🇩🇪🇫", "a\u0301\u0302\u0303", `a${"\u0301".repeat(3_000)}`, `Z${"\u0327\u0315".repeat(80)}`, "\u202Eabc\u202C", "\u2066a\u2069", "\u200F\u200E", "שלום\u200F", "\u061Ca", "東".repeat(3_000), "中文".repeat(90), "ไทย".repeat(60), "ﷺﷺﷺ", "Ǆ ǆ ǅ", "ŉ", "ẞ", "ΐ", "K Å Ω", "𝒜𝓫𝔠", "①②③", "a\u034Fb", "\u115F", "\u3164", "\uFFA0", "\u180E",
  ],
  "spaces of every kind": [
    "\t\n\v\f\r", "\u00A0", "\u1680\u2000\u2001\u2009\u200A", "\u2028\u2029", "\u202F\u205F\u3000", "\uFEFF", "a\u3000b", "a\u00A0-b", "-\u3000a", "\"\u3000\"", "\u200B\u200C\u200D\u2060", "a\u200Bb", "\u00AD", "a\u00ADb", "\u2800",
  ],
  "words of great length": [
    "a".repeat(LONGEST - 1), "ab".repeat(LONGEST / 2), `-${"a".repeat(LONGEST - 1)}`, `"${"a".repeat(LONGEST - 2)}"`, "a".repeat(LONGEST + 1), "a".repeat(2_047), "a".repeat(2_048), `${"a".repeat(190)} b`, "1".repeat(LONGEST), `${"a".repeat(63)}.${"b".repeat(63)}.example`, `https://${"a".repeat(150)}.example/${"b".repeat(30)}?c=d`,
  ],
} as const;

const texts = Object.entries(hostile).flatMap(([kind, some]) =>
  some.map((q) => ({ kind, q, name: `${JSON.stringify(q.slice(0, 24))} (${q.length})` })),
);

/** What stands in the address as it is. */
// prettier-ignore
const addresses = [
  "", "q", "q=", "q=+", "q=%20", "q=%00", "q=a%00b", "q=%", "q=%%%", "q=a%", "q=%2", "q=%zz", "q=%u0041", "q=%25%30%30", "q=%2500",
  "q=%ED%A0%80", "q=%ED%B0%80", "q=%ED%A0%BD%ED%B2%A5", "q=%FF%FE", "q=%C0%80", "q=%C0%AF", "q=%E2%82", "q=%F4%90%80%80", "q=%F8%88%80%80%80", "q=%80", "q=a%80b", "q=%EF%BB%BFa", "q=%EF%BF%BF",
  "q=a&q=b", "q=a&q=", "q[]=a", "q[a]=b", "q=a;q=b", "Q=a", "q=a%26q=b", "q=a#b", "q=a?b", "q=a&limit=0", "q=a&limit=-1", "q=a&limit=1e9", "q=a&limit=%00", "q=a&cursor=%00", "q=a&cursor=.", "q=a&cursor=a.b", "q=a&tag=%00", "q=a&year=0000", "q=a&year=9999", "q=a&type='", "q=a&__proto__=b", "q=__proto__", "q=constructor",
  "q=a%0D%0ALink:%20b", "q=%22%00%22", "q=-%00", `q=${"%20".repeat(3_000)}a`, `q=${"%61".repeat(3_000)}`, `q=${"%F0%9F%92%A5".repeat(1_000)}`, `q=a${"&q=a".repeat(500)}`, `q=a${"&x=a".repeat(500)}`,
];

/** What the hardest of them find, so that ranking and showing them is work. */
const found = [
  "a ".repeat(200_000), "東".repeat(200_000), "ﷺ ".repeat(30_000), `a${"\u0301".repeat(100_000)}`, "a-".repeat(200_000), "z".repeat(400_000), "ab w0 x a. a_ ".repeat(20_000),
]; // prettier-ignore

/** What is answered. The character U+0000 cannot be in the texts of the database. */
const isBounded = (q: string): boolean =>
  q.length <= LONGEST && !q.includes("\0") && termsOf(q).length <= MOST_TERMS;

/** What may reach the database. */
const isAsked = (q: string): boolean => isBounded(q) && wantedOf(termsOf(q)).length > 0;

describe("a search that means no good", () => {
  beforeAll(async () => {
    const editor = await givenUser({ role: "editor" });
    for (const content of found) {
      const title = content.slice(0, 200).trim();
      await givenPost(editor, { title, content, status: "published" });
    }
  });

  it("is one of two hundred, of many kinds", () => {
    expect(texts.length + addresses.length).toBeGreaterThan(200);
    expect(new Set(texts.map(({ kind }) => kind)).size).toBeGreaterThan(10);
  });

  it.each(texts)("by $kind is answered or refused: $name", async ({ q }) => {
    for (const path of paths) {
      const answer = await send("GET", `${path}?q=${encodeURIComponent(q.toWellFormed())}`);
      const isAnswered = answer.status === 200;
      if (!isAnswered) expect([answer.status, codeOf(answer)]).toEqual([422, 42_200]);
      expect(isAnswered).toBe(isBounded(q.toWellFormed()));
      expect(answer.roundTrips || 0).toBe(isAsked(q.toWellFormed()) ? 1 : 0);
    }
  });

  it.each(addresses)("by its address is answered or refused: %j", async (query) => {
    for (const path of paths) {
      const answer = await send("GET", `${path}?${query}`);
      if (answer.status !== 200) {
        expect([400, 422]).toContain(answer.status);
        expect(Math.floor((codeOf(answer) ?? 0) / 100)).toBe(answer.status);
      }
      expect(answer.roundTrips || 0).toBeLessThanOrEqual(answer.status === 200 ? 1 : 0);
    }
  });

  it("has nothing but words in what PostgreSQL is asked, and no more of them than it has room for", async () => {
    const bounded = texts.filter(({ q }) => isAsked(q.toWellFormed()));
    expect(bounded.length).toBeGreaterThan(100);
    // U+FDFA alone becomes as many characters when it is taken apart.
    const most = 18 * LONGEST;
    for (const { q } of bounded) {
      const terms = termsOf(q.toWellFormed());
      const places = placesOf(terms)
        .replaceAll("[^[:alnum:]]*", "")
        .replaceAll(String.raw`\m`, "");
      expect(places).toMatch(/^[\p{L}\p{N}\p{M}|]*$/u);
      expect(places.length).toBeLessThanOrEqual(most);
    }
    const asked = bounded.flatMap(({ q }) => termsOf(q.toWellFormed()));
    const given = JSON.stringify(asked.map(({ text, isBegun }) => ({ text, isBegun })));
    const { rows } = await db.execute<{ nodes: number }>(sql`
      select max(numnode(search_term(term.text, term."isBegun"))) as nodes
      from json_to_recordset(${given}::json) as term (text text, "isBegun" boolean)`);
    expect(rows[0]?.nodes).toBeLessThanOrEqual(2 * most);
  });
});
