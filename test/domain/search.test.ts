import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { piecesOf } from "#domain/search/folding";
import { highlight, highlightPassage } from "#domain/search/highlights";
import { placesOf, termsOf, withoutFirstLetter } from "#domain/search/terms";

const wordsOf = (text: string): string[] => piecesOf(text).map((piece) => piece.text);

describe("what somebody typed", () => {
  const word = (text: string, rest = {}) => ({
    text,
    isExcluded: false,
    isBegun: false,
    isForgiven: false,
    ...rest,
  });
  const begun = { isBegun: true };
  const excluded = { isExcluded: true };
  const forgiven = { isForgiven: true };

  it.each([
    ["one", [word("one", begun)]],
    ["one ", [word("one")]],
    ["one two", [word("one"), word("two", begun)]],
    ['"one two" three', [word("one two"), word("three", { ...begun, ...forgiven })]],
    ['one "two', [word("one"), word("two")]],
    ['one"two three"', [word("one"), word("two three", forgiven)]],
    ["“one two”", [word("one two")]],
    ["„one two“", [word("one two")]],
    ["「東京 都」", [word("東京 都")]],
    ["one -two", [word("one"), word("two", excluded)]],
    ['-"one two" three', [word("one two", excluded), word("three", { ...begun, ...forgiven })]],
    ["one - two", [word("one"), word("two", begun)]],
    ["well-known", [word("well-known", { ...begun, ...forgiven })]],
    ["& | ! ( ) <-> :* ++ ''", []],
    ['"" "', []],
    ["", []],
  ])("%j is read as it is meant", (text, terms) => {
    expect(termsOf(text)).toEqual(terms);
  });

  it.each([
    ["one t", [word("one")]],
    ["one 2", [word("one")]],
    ["one É", [word("one")]],
    ["one two t", [word("one"), word("two")]],
    ["-one two t", [word("one", excluded), word("two")]],
    ["one t ", [word("one"), word("t")]],
    ['one "t"', [word("one"), word("t")]],
    ["one -t", [word("one"), word("t", excluded)]],
    ["one ж", [word("one"), word("ж", begun)]],
    ["one 東", [word("one"), word("東", begun)]],
    ["t", [word("t", begun)]],
    ["-one t", [word("one", excluded), word("t", begun)]],
    ["one.t", [word("one.")]],
    ["one twenty-t", [word("one"), word("twenty-", forgiven)]],
    ["v18.4", [word("v18.4", begun)]],
    ["one a.m", [word("one"), word("a.m", begun)]],
  ])("is as much as can be looked for while it is typed: %s", (text, terms) => {
    expect(withoutFirstLetter(termsOf(text))).toEqual(terms);
  });

  it("is read to its end, whatever it is, and nothing is read twice", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        const terms = termsOf(text);
        const length = terms.reduce((sum, term) => sum + term.text.length, 0);
        expect(length).toBeLessThanOrEqual(text.length);
        for (const term of terms) expect(text).toContain(term.text);
      }),
    );
  });

  it("names places in letters and digits alone", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        const literal = placesOf(termsOf(text))
          .replaceAll("[^[:alnum:]]*", "")
          .replaceAll("\\m", "");
        expect(literal.replaceAll("|", "")).toMatch(/^[a-z0-9\u0080-\u{10FFFF}]*$/u);
      }),
    );
  });
});

describe("words", () => {
  it.each([
    ["Éclair, CRÈME brûlée!", ["eclair", "creme", "brulee"]],
    ["Straße Øre Łódź ﬁne", ["strasse", "ore", "lodz", "fine"]],
    ["Ένα γράμμα", ["ενα", "γραμμα"]],
    ["ё Й", ["е", "и"]],
    ["Node.js v18.4", ["node", "js", "v18", "4"]],
    ["紙の手ざわりabc", ["紙の手ざわり", "abc"]],
    ["ﾊﾞｽ 한국어", ["バス", "한국어"]],
  ])("%j are compared without case and accents", (text, words) => {
    expect(wordsOf(text.normalize("NFC")).map((word) => word.normalize("NFC"))).toEqual(words);
  });

  it("keep the place they have in the text, marks and all", () => {
    const text = "a cafe\u0301 b";
    const [, cafe] = piecesOf(text);
    expect(text.slice(cafe?.start, cafe?.end)).toBe("cafe\u0301");
  });
});

describe("a highlight", () => {
  const shown = (text: string, search: string) => highlight(text, termsOf(search));

  it.each([
    ["The Éclair of Paris", "eclair ", "The <mark>Éclair</mark> of Paris"],
    ["Release notes", "rele", "<mark>Release</mark> notes"],
    ["Release notes", "rele ", "Release notes"],
    ["one two one", '"two one"', "one <mark>two one</mark>"],
    ["one two one", '"one, two" one ', "<mark>one two</mark> <mark>one</mark>"],
    ["one two", "one -two", "<mark>one</mark> two"],
    ["新しい東京都の東京", "東京", "新しい<mark>東京</mark>都の<mark>東京</mark>"],
    ["straße", "strasse ", "<mark>straße</mark>"],
    ['<b onclick="x">&</b>', "b ", "&lt;<mark>b</mark> onclick=&quot;x&quot;&gt;&amp;&lt;/<mark>b</mark>&gt;"], // prettier-ignore
  ])("of %j for %j marks what was found", (text, search, html) => {
    expect(shown(text, search)).toBe(html);
  });

  it("is text with marks and nothing else, whatever text and search are", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(..."<>&\"'/= ab東京é\u0301") }),
        fc.string({ unit: fc.constantFrom(..."<>&\"'- ab東京e") }),
        (text, search) => {
          const html = shown(text, search);
          const bare = html.replaceAll(/<\/?mark>/gu, "");
          expect(bare).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/u);
          const plain = bare
            .replaceAll("&lt;", "<")
            .replaceAll("&gt;", ">")
            .replaceAll("&quot;", '"')
            .replaceAll("&#39;", "'")
            .replaceAll("&amp;", "&");
          expect(plain).toBe(text);
          expect(html.split("<mark>").length).toBe(html.split("</mark>").length);
        },
      ),
    );
  });

  it("of a passage begins and ends with whole words and says where it was cut", () => {
    const passage = { text: "tting one\n\n two thr", isCutBefore: true, isCutAfter: true };
    expect(highlightPassage(passage, termsOf("two "))).toBe("…one <mark>two</mark>…");
    const whole = { text: "one two", isCutBefore: false, isCutAfter: false };
    expect(highlightPassage(whole, termsOf("two "))).toBe("one <mark>two</mark>");
  });
});
