import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { segmentsOf } from "#domain/work/line-breaking";
import { createDocument } from "#domain/work/press";
import { styled } from "#domain/work/styles";
import { TypeCase } from "#domain/work/type-case";
import { breakLines, fitLine, type Line } from "#domain/work/typesetting";

import { fonts } from "./report-samples.ts";

const imprint = { title: "", author: "", subject: "", language: "en" };
const document = createDocument({ ...imprint, asOf: "2026-01-01T00:00:00.000Z" });
const typeCase = await TypeCase.open(document, fonts, {
  families: ["serif"],
  texts: ["東京の道、이것은"],
  language: "en",
});
const style = styled("serif", 10);
const textOf = (line: Line): string => line.pieces.map((piece) => piece.text).join("");
const lines = (text: string, width: number): string[] =>
  breakLines(typeCase, [{ text, style }], { width }).map(textOf);

const scripts = fc.constantFrom(
  "a",
  "W",
  "é",
  "я",
  "東",
  "の",
  "、",
  "한",
  "-",
  "/",
  " ",
  "\n",
  "🚀",
  "\u0301",
);

const solid = (text: string): string => text.replaceAll(/\s/gu, "");

describe("breaking lines", () => {
  it("never sets a line wider than its measure", () => {
    fc.assert(
      fc.property(
        fc.array(scripts, { maxLength: 120 }),
        fc.integer({ min: 20, max: 300 }),
        (parts, width) => {
          const set = breakLines(typeCase, [{ text: parts.join(""), style }], { width });
          for (const line of set) expect(line.width).toBeLessThanOrEqual(width + 0.02);
        },
      ),
    );
  });

  it("loses nothing but the spaces at which it breaks", () => {
    fc.assert(
      fc.property(fc.array(scripts, { maxLength: 120 }), (parts) => {
        const text = parts.join("").normalize("NFC");
        expect(solid(lines(text, 80).join(""))).toBe(solid(text));
      }),
    );
  });

  it("keeps words whole where they fit, and line breaks that the text has", () => {
    expect(lines("one two three\nfour", 45)).toEqual(["one two", "three", "four"]);
  });

  it("cuts what is too long for a line, after a sign that parts words if there is one", () => {
    const set = lines("https://example.com/a/long/path/of/words", 90);
    expect(set.length).toBeGreaterThan(1);
    for (const line of set.slice(0, -1)) expect(line).toMatch(/[/.]$/u);
    expect(lines("m".repeat(40), 60).every((line) => line.length > 1)).toBe(true);
  });

  it("does not begin a line with a full stop or end one with an opening bracket", () => {
    for (let width = 40; width < 120; width += 5) {
      for (const line of lines("東京、大阪。「京都」（日本）ーの、道。", width)) {
        expect(line).not.toMatch(/^[、。」）ー]|[「（]$/u);
      }
    }
  });

  it("does not part a letter from the accent on it", () => {
    for (const line of lines("x\u0323\u0301".repeat(40), 50)) expect(line).not.toMatch(/^\p{M}/u);
  });

  it("ends text that has no room in an ellipsis", () => {
    const line = fitLine(typeCase, { text: "A title far too long for its place", style }, 80);
    expect(textOf(line)).toMatch(/^A title.*…$/u);
    expect(line.width).toBeLessThanOrEqual(80);
    expect(textOf(fitLine(typeCase, { text: "Short", style }, 80))).toBe("Short");
  });
});

const parts = (text: string): string[] =>
  segmentsOf(text).map((segment) => text.slice(segment.start, segment.end));

describe("places where a line may end", () => {
  it.each([
    ["after spaces, which stay with the word before", "a  b c", ["a  ", "b ", "c"]],
    ["never at a space that may not break", "10\u00A0km on", ["10\u00A0km ", "on"]],
    [
      "after a hyphen inside a word, not before a number or after a space",
      "well-known -x 1-2",
      ["well-", "known ", "-x ", "1-2"],
    ],
    ["after slashes between words", "and/or //x", ["and/", "or ", "//x"]],
    ["between ideographs, not before their punctuation", "東京、大阪", ["東", "京、", "大", "阪"]],
    ["at spaces only in Korean", "한국어 문장", ["한국어 ", "문장"]],
    ["where a space of no width says so", "ab\u200Bcd", ["ab\u200B", "cd"]],
  ])("are %s", (_, text, expected) => {
    expect(parts(text)).toEqual(expected);
  });
});
