import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { isSlug, markSlug, nextSlug, slugify } from "#domain/slugs";

describe("a slug", () => {
  it.each([
    ["Hello, World!", "hello-world"],
    ["  What's new in v10.0.0?  ", "whats-new-in-v10-0-0"],
    ["Don’t -- panic", "dont-panic"],
    ["Café Crème", "cafe-creme"],
    ["Straße & Øl", "strasse-ol"],
    ["Καλημέρα κόσμε", "kalimera-kosme"],
    ["Привет, мир", "privet-mir"],
    ["北京欢迎你", "bei-jing-huan-ying-ni"],
    ["ひらがな カタカナ", "hiragana-katakana"],
    ["안녕하세요 세계", "annyeonghaseyo-segye"],
    ["مرحبا بالعالم", "mrhb-bllm"],
    ["שלום עולם", "slvm-vlm"],
    ["🚀", "rocket"],
    ["١٢٣", "123"],
    ["", "untitled"],
    [" \u0000\u200B!?… ", "untitled"],
    ["\uD800", "untitled"],
    ["New", "new-1"],
    ["RSS", "rss-1"],
    ["0190A5B0-1111-7222-8333-444455556666", "0190a5b0-1111-7222-8333-444455556666-1"],
  ])("of %j is %s", (title, slug) => {
    expect(slugify(title)).toBe(slug);
  });

  it("is the same for composed and decomposed titles", () => {
    for (const title of ["Crème brûlée", "Ἀθῆναι", "Йод", "한국어", "Tiếng Việt", "が ぎ"]) {
      expect(slugify(title.normalize("NFD"))).toBe(slugify(title.normalize("NFC")));
    }
  });

  it("ends with a whole word when it has to be cut", () => {
    expect(slugify("word ".repeat(40))).toBe("word-".repeat(19).slice(0, -1));
    expect(slugify(`${"a".repeat(95)} b`)).toBe("a".repeat(95));
    expect(slugify(`a ${"b".repeat(200)}`)).toBe(`a-${"b".repeat(94)}`);
    expect(slugify("字".repeat(500)).endsWith("-zi")).toBe(true);
  });

  it("is one whatever the title, and its own slug", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: "binary" }), fc.string({ maxLength: 300 })),
        (title) => {
          const slug = slugify(title);
          expect(isSlug(slug)).toBe(true);
          expect(slugify(slug)).toBe(slug);
        },
      ),
    );
  });
});

describe("the next free slug", () => {
  it.each([
    ["a", [], "a"],
    ["a", ["b", "a-2"], "a"],
    ["a", ["a"], "a-2"],
    ["a", ["a", "a-2", "a-4"], "a-3"],
    ["a-2", ["a-2"], "a-2-2"],
  ])("after %s with %j taken is %s", (base, taken, slug) => {
    expect(nextSlug(base, taken)).toBe(slug);
  });

  it("is a slug that is free, however long the base", () => {
    const word = fc.constantFrom("a", "a".repeat(96), `${"a".repeat(90)}-bcdef`, "new-1");
    fc.assert(
      fc.property(word, fc.integer({ min: 0, max: 120 }), (base, count) => {
        const taken: string[] = [];
        for (let index = 0; index < count; index += 1) taken.push(nextSlug(base, taken));
        expect(new Set(taken).size).toBe(count);
        expect(taken.every(isSlug)).toBe(true);
      }),
    );
  });
});

describe("a marked slug", () => {
  it.each([
    ["a", "a-0af3c1"],
    ["a".repeat(96), `${"a".repeat(89)}-0af3c1`],
    [`${"a".repeat(80)}-${"b".repeat(15)}`, `${"a".repeat(80)}-0af3c1`],
  ])("of %s is one: %s", (slug, marked) => {
    expect(markSlug(slug, "0af3c1")).toBe(marked);
    expect(isSlug(marked)).toBe(true);
  });
});

describe("what is no slug", () => {
  it.each([
    "",
    "-a",
    "a-",
    "a--b",
    "A",
    "ä",
    "a b",
    "a/b",
    "a\n",
    "new",
    "0190a5b0-1111-7222-8333-444455556666",
    "a".repeat(97),
  ])("%j", (text) => {
    expect(isSlug(text)).toBe(false);
  });
});
