import * as fc from "fast-check";
import { Parser } from "htmlparser2";
import { describe, expect, it } from "vitest";

import { renderMarkdown } from "#domain/markdown";
import { withAbsoluteAddresses } from "#domain/markdown/absolute";

const base = "https://site.example/a-post";
const resolve = (address: string): string | null => URL.parse(address, base)?.href ?? null;
const addresses = new Set(["href", "src", "poster", "cite", "srcset"]);

interface Reading {
  /** All that a browser finds, but for the addresses. */
  readonly rest: readonly string[];
  readonly found: readonly string[];
}

function read(html: string): Reading {
  const rest: string[] = [];
  const found: string[] = [];
  let text = "";
  const flush = () => {
    rest.push(text);
    text = "";
  };
  const parser = new Parser({
    onopentag: (name, attributes) => {
      flush();
      rest.push(`<${name}>`);
      for (const [key, value] of Object.entries(attributes)) {
        rest.push(addresses.has(key) ? key : `${key}=${value}`);
        if (addresses.has(key)) found.push(`${key} ${value}`);
      }
    },
    ontext: (more) => (text += more),
    onclosetag: (name) => {
      flush();
      rest.push(`</${name}>`);
    },
  });
  parser.end(html);
  flush();
  return { rest, found };
}

const address = fc.oneof(
  fc.constantFrom(
    "/a",
    "a/b",
    "#c",
    "?d=e&f=g",
    "//h.example/i",
    "https://j.example/",
    "mailto:k@l",
    "",
  ),
  fc.string({ maxLength: 12 }),
);
const piece = fc.oneof(
  fc.string({ maxLength: 20 }),
  address.map((url) => `[x](<${url}>)`),
  address.map((url) => `![y](${url})`),
  address.map((url) => `<a href="${url}" title=' src="z" '>`),
  address.map((url) => `<img src='${url}' alt="a > b href='c'" srcset="${url} 1x, ${url} 2x">`),
  fc.constantFrom(
    '`<a href="/x">`',
    "<q cite=/a>",
    "</a>",
    "<video poster=/b src=c>",
    '"',
    ' href="/d" ',
  ),
);
const markdown = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join("\n"));

describe("addresses made complete", () => {
  it("are all that is other, whatever was written", () => {
    fc.assert(
      fc.property(markdown, (source) => {
        const { html } = renderMarkdown(source);
        const [before, after] = [read(html), read(withAbsoluteAddresses(html, resolve))];
        expect(after.rest).toEqual(before.rest);
        expect(after.found).toHaveLength(before.found.length);
      }),
      { numRuns: 500 },
    );
  });

  it("stay as they are when they are made complete again", () => {
    fc.assert(
      fc.property(markdown, (source) => {
        const once = withAbsoluteAddresses(renderMarkdown(source).html, resolve);
        expect(withAbsoluteAddresses(once, resolve)).toBe(once);
      }),
      { numRuns: 200 },
    );
  });

  it("are those that a browser goes to from the page itself", () => {
    const source =
      '[a](/b?c=d&e=%20 "f") <img src="g/../h.png" srcset="i.png 1x,/j.png 2x"> <q cite="k">l</q>';
    expect(read(withAbsoluteAddresses(renderMarkdown(source).html, resolve)).found).toEqual([
      "href https://site.example/b?c=d&e=%20",
      "src https://site.example/h.png",
      "srcset https://site.example/i.png 1x, https://site.example/j.png 2x",
      "cite https://site.example/k",
    ]);
  });

  it("are left alone where they cannot be read", () => {
    const html = '<p><a href="//[">x</a></p>';
    expect(withAbsoluteAddresses(html, resolve)).toBe(html);
  });
});
