import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { normaliseAddress } from "#core/addresses";

describe("an address", () => {
  it.each([
    ["Ada@Example.COM", "ada@example.com"],
    ["a.b+c@sub.example.org", "a.b+c@sub.example.org"],
    ["o'neil@example.ie", "o'neil@example.ie"],
    ["=cmd@example.com", "=cmd@example.com"],
    ["ada@bücher.example", "ada@xn--bcher-kva.example"],
    ["ada@例え。テスト", "ada@xn--r8jz45g.xn--zckzah"],
    [`${"a".repeat(64)}@example.com`, `${"a".repeat(64)}@example.com`],
  ])("is kept in one spelling: %s", (text, kept) => {
    expect(normaliseAddress(text)).toBe(kept);
  });

  it.each([
    "",
    "@",
    "ada",
    "ada@",
    "@example.com",
    "ada@localhost",
    "ada@example",
    "ada@@example.com",
    "a@b@example.com",
    '"ada"@example.com',
    '"a b"@example.com',
    "(c)ada@example.com",
    "ada @example.com",
    " ada@example.com",
    "ada@example.com ",
    "ada@example.com.",
    "ada@.example.com",
    "ada@-example.com",
    "ada@example-.com",
    ".ada@example.com",
    "ada.@example.com",
    "a..b@example.com",
    "ada@[127.0.0.1]",
    "ada@127.0.0.1",
    "ada@0x7f.1",
    "ada@1",
    "ada@example.com/x",
    "ada@example.com?x",
    "ada@example.com#x",
    "ada@example.com:25",
    "ada@user:pass@example.com",
    "ada@ex ample.com",
    "ada@exa\tmple.com",
    "ada@example.com\r\nBcc: eve@example.com",
    "ada\r\n@example.com",
    "ada@example.com,eve@example.com",
    "ada@example.com;eve@example.com",
    "<ada@example.com>",
    "Ada <ada@example.com>",
    "ada@exam%70le.com",
    "ada@example.com\0",
    "ädä@example.com",
    "\u212Aada@example.com",
    "ada@exa\u200bmple.com",
    `${"a".repeat(65)}@example.com`,
    `a@${"b".repeat(64)}.com`,
    `a@${"b.".repeat(130)}com`,
    "ada@xn--.example",
  ])("is refused when it is not one plain address: %j", (text) => {
    expect(normaliseAddress(text)).toBeUndefined();
  });

  it("is one recipient, in one spelling, whatever comes in", () => {
    const parts = [
      "@",
      ".",
      "a",
      "Z",
      "é",
      "例",
      ",",
      ";",
      "<",
      ">",
      '"',
      " ",
      "\r\n",
      "\t",
      "\0",
      "com",
      "example.com",
      "(",
      ")",
      ":",
      "\\",
      "[",
      "]",
      "%",
      "/",
      "xn--",
      "-",
      "+",
      "\u3002",
      "\uff20",
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 10 }), (chosen) => {
        const address = normaliseAddress(chosen.join(""));
        if (address === undefined) return;
        expect(address).toMatch(/^[^@\s,;<>"()[\]\\:]+@[a-z\d.-]+\.[a-z\d-]+$/u);
        expect(address).toBe(address.toLowerCase());
        expect(address.length).toBeLessThanOrEqual(254);
        expect(normaliseAddress(address)).toBe(address);
      }),
      { numRuns: 20_000 },
    );
  });
});
