import * as fc from "fast-check";
import { SaxesParser } from "saxes";
import { describe, expect, it } from "vitest";

import { cdata, documentOf, element } from "#api/feeds/xml";

/** A document with one element, read by a parser that forgives nothing. */
function read(document: string): { text: string; attribute: string } {
  const parser = new SaxesParser({ xmlns: true });
  const found = { text: "", attribute: "" };
  let isInside = false;
  const keep = (text: string): void => {
    if (isInside) found.text += text;
  };
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ attributes }) => {
    isInside = true;
    found.attribute = attributes["a"]?.value ?? "";
  });
  parser.on("closetag", () => (isInside = false));
  parser.on("text", keep);
  parser.on("cdata", keep);
  parser.write(document).close();
  return found;
}

/** Whether XML 1.0 has a way to say it (section 2.2). */
function isSpeakable(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return [0x09, 0x0a, 0x0d].includes(code);
  return !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff;
}

const text = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary", maxLength: 8 }),
      fc.constantFrom(
        "]]>",
        "]]]]>",
        "<![CDATA[",
        "&amp;",
        "<!--",
        "\r\n",
        "\t",
        "\0",
        "\uFFFE",
        '"',
      ),
      fc.constantFrom("\uD800", "\uDC00", "\u{1F600}", "\u0085", "\u2028", "\u007F"),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

describe("XML", () => {
  it("says any text as it was, but for what it has no way to say", () => {
    fc.assert(
      fc.property(text, (value) => {
        const spoken = [...value].filter(isSpeakable).join("");
        const found = read(documentOf(element("x", { a: value }, value)));
        expect(found).toEqual({ text: spoken, attribute: spoken });
      }),
      { numRuns: 2000 },
    );
  });

  it("says any HTML as it was, but for ends of lines", () => {
    fc.assert(
      fc.property(text, (value) => {
        const spoken = [...value].filter(isSpeakable).join("");
        const found = read(documentOf(element("x", {}, cdata(value))));
        expect(found.text).toBe(spoken.replaceAll(/\r\n?/gu, "\n"));
      }),
      { numRuns: 2000 },
    );
  });

  it("leaves out attributes that are null, and closes what is empty", () => {
    const document = documentOf(element("x", { a: null, b: 1 }, ["", null]));
    expect(document).toBe('<?xml version="1.0" encoding="utf-8"?>\n<x b="1"/>\n');
  });
});
