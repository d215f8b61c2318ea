import * as fc from "fast-check";
import { Parser } from "htmlparser2";
import { describe, expect, it } from "vitest";

import { renderMarkdown } from "#domain/markdown";

import { createVectors } from "./markdown-vectors.ts";

/* Written out again on purpose: a mistake in the sanitiser's own list must not be a mistake in its test. */
const elements = new Set(
  (
    "a abbr address article aside audio b bdi bdo big blockquote br caption center cite code col colgroup " +
    "data dd del details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img input " +
    "ins kbd li mark ol p picture pre q rb rp rt rtc ruby s samp section small source span strike strong " +
    "sub summary sup table tbody td tfoot th thead time tr tt u ul var video wbr"
  ).split(" "),
);
const attributes: Record<string, RegExp> = {
  align: /^(left|center|right|justify)$/,
  alt: /^[^]*$/,
  checked: /^$/,
  cite: /^[^]*$/,
  class:
    /^((language-[\w+#.-]+|footnotes?(-[a-z]+)?|contains-task-list|task-list-item(-checkbox)?)( |$))+$/,
  colspan: /^-?\d+$/,
  controls: /^$/,
  datetime: /^[\w:.+ -]+$/,
  decoding: /^(async|sync|auto)$/,
  dir: /^(ltr|rtl|auto)$/,
  disabled: /^$/,
  height: /^\d+%?$/,
  href: /^[^]*$/,
  hreflang: /^[a-z-]+$/,
  id: /^[^\s"'<>]+$/,
  lang: /^[a-z\d-]+$/,
  loading: /^(lazy|eager)$/,
  loop: /^$/,
  media: /^[^]*$/,
  muted: /^$/,
  open: /^$/,
  playsinline: /^$/,
  poster: /^[^]*$/,
  preload: /^(none|metadata)$/,
  rel: /^[a-z ]+$/,
  reversed: /^$/,
  rowspan: /^-?\d+$/,
  scope: /^(row|col|rowgroup|colgroup)$/,
  sizes: /^[^]*$/,
  span: /^-?\d+$/,
  src: /^[^]*$/,
  srcset: /^[^]*$/,
  start: /^-?\d+$/,
  target: /^_blank$/,
  title: /^[^]*$/,
  type: /^(checkbox|[1aAiI]|[\w.+-]+\/[\w.+-]+)$/,
  value: /^[^]*$/,
  width: /^\d+%?$/,
};
const voids = new Set("br col hr img input source wbr".split(" "));

/** What a browser ends by itself when the next one starts; a paragraph inside a dropped element does that. */
const selfEnding = new Set(
  "p li dt dd h1 h2 h3 h4 h5 h6 tr td th thead tbody tfoot rb rp rt rtc".split(" "),
);

/** What a browser makes of an address: the URL standard's own parser decides, not a pattern. */
function isHarmless(url: string): boolean {
  try {
    return /^(https?|mailto|tel):$/.test(new URL(url, "https://page.test/a/").protocol);
  } catch {
    return true;
  }
}

const candidates = (srcset: string): string[] =>
  srcset.split(",").map((candidate) => candidate.trim().split(/\s+/)[0] ?? "");

/** Everything in a piece of HTML that is not on the lists above. */
function findForeign(html: string): string[] {
  const found: string[] = [];
  const ids = new Set<string>();
  const open: string[] = [];
  const parser = new Parser({
    onopentag(name, given) {
      if (!elements.has(name)) found.push(`<${name}>`);
      open.push(name);
      for (const [attribute, value] of Object.entries(given)) {
        const rule = Object.hasOwn(attributes, attribute) ? attributes[attribute] : undefined;
        if (!rule?.test(value)) found.push(`${name} ${attribute}=${value}`);
        if (["href", "src", "poster", "cite"].includes(attribute) && !isHarmless(value)) {
          found.push(`${attribute}=${value}`);
        }
        if (attribute === "srcset" && !candidates(value).every(isHarmless)) {
          found.push(`${attribute}=${value}`);
        }
      }
      if (name === "input" && (given["type"] !== "checkbox" || given["disabled"] === undefined)) {
        found.push("an input that is not a task's box");
      }
      if (given["target"] && !given["rel"]?.split(" ").includes("noopener")) found.push("opener");
      if (given["id"] !== undefined && ids.has(given["id"])) found.push(`id ${given["id"]} twice`);
      if (given["id"] !== undefined) ids.add(given["id"]);
    },
    onclosetag(name, isImplied) {
      if (open.pop() !== name) found.push(`</${name}> out of order`);
      if (isImplied && !voids.has(name) && !selfEnding.has(name)) found.push(`<${name}> left open`);
    },
    oncomment: (comment) => found.push(`<!--${comment}-->`),
    onprocessinginstruction: (_, data) => found.push(`<${data}>`),
    oncdatastart: () => found.push("CDATA"),
  });
  parser.end(html);
  if (html.includes("\0") || !html.isWellFormed()) {
    found.push("a NUL or half a character");
  }
  return found;
}

const vectors = createVectors();

describe("hostile Markdown", () => {
  it("comes in more than three hundred shapes", () => {
    expect(vectors.length).toBeGreaterThan(300);
  });

  it.each([
    "<script>alert(1)</script>",
    '<a href="java&Tab;script:alert(1)">a</a>',
    '<img srcset="/a 1x, javascript:alert(1) 2x">',
    '<p style="color:red">a</p>',
    '<p class="x">a</p>',
    "<p><b>a</p>",
    '<a href="/a" target="_blank">a</a>',
    '<input type="text">',
    '<p id="a"></p><p id="a"></p>',
    "<!--a-->",
  ])("is caught by these tests when it gets through: %s", (html) => {
    expect(findForeign(html)).not.toEqual([]);
  });

  it("leaves nothing but allowed elements, attributes and addresses", () => {
    const leaks = vectors.flatMap((vector) => {
      const foreign = findForeign(renderMarkdown(vector).html);
      return foreign.length === 0 ? [] : [{ vector, foreign }];
    });
    expect(leaks).toEqual([]);
  });

  it("leaves nothing foreign when two of them meet", () => {
    const leaks = vectors.flatMap((vector, index) => {
      const other = vectors[(index * 7919 + 13) % vectors.length] ?? "";
      const foreign = findForeign(renderMarkdown(`${vector} ${other}`).html);
      return foreign.length === 0 ? [] : [{ vector, other, foreign }];
    });
    expect(leaks).toEqual([]);
  });
});

describe("any text at all", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string(),
    fc.constantFrom(...vectors),
    fc.constantFrom(..."<>\"'`&[](){}!#*_~|-+=:/\\\n\t \u0000^@".split(""), "\n\n", "    ", "```"),
  );
  const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));

  it("renders to allowed HTML, and equal text to equal HTML", () => {
    fc.assert(
      fc.property(text, (source) => {
        const { html } = renderMarkdown(source);
        expect(findForeign(html)).toEqual([]);
        expect(renderMarkdown(source).html).toBe(html);
      }),
      { numRuns: 400 },
    );
  });

  it("keeps excerpt, word count and reading time within their bounds", () => {
    fc.assert(
      fc.property(text, (source) => {
        const { excerpt, plaintext, readingTime, wordCount } = renderMarkdown(source);
        expect(excerpt.length).toBeLessThanOrEqual(300);
        expect(excerpt.isWellFormed()).toBe(true);
        expect(plaintext.isWellFormed()).toBe(true);
        expect(readingTime > 0).toBe(wordCount > 0);
      }),
      { numRuns: 200 },
    );
  });
});

describe("a tag that nothing closes", () => {
  const discarded =
    "script style noscript template svg textarea select option xmp title noembed noframes plaintext".split(
      " ",
    );
  const anyCase = (name: string) =>
    fc
      .array(fc.boolean(), { minLength: name.length, maxLength: name.length })
      .map((flags) =>
        [...name].map((letter, index) => (flags[index] ? letter.toUpperCase() : letter)).join(""),
      );
  const attribute = fc.constantFrom(
    "",
    " ",
    " a",
    ' class="x"',
    " id='</x>'",
    "\n  b=c",
    ' t=">"',
    "/",
    " /",
  );
  const tag = fc
    .tuple(fc.constantFrom(...discarded, "iframe").chain(anyCase), attribute)
    .map(([name, rest]) => `<${name}${rest}>`);
  const before = fc.constantFrom(
    "", "Vec", "A word ", "- ", "> ", "# ", "1. ", "**", "| a |\n| - |\n| ", "<b>", "<svg>x</svg>\n\n",
  ); // prettier-ignore
  const after = fc.constantFrom(" ", "\n", "\n\n", "\n\n# ", "\n\n<svg>x</svg>", "\n\n<div>");

  it("leaves the text behind it, whatever stands around", () => {
    fc.assert(
      fc.property(
        before,
        fc.array(tag, { minLength: 1, maxLength: 3 }),
        after,
        (lead, tags, gap) => {
          const { html, plaintext } = renderMarkdown(`${lead}${tags.join(" and ")}${gap}survivor`);
          expect(plaintext).toContain("survivor");
          expect(findForeign(html)).toEqual([]);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it.each(discarded.filter((name) => name !== "plaintext"))(
    "is text, while a <%s> that is closed goes with what is in it",
    (name) => {
      const { plaintext } = renderMarkdown(
        `<div><${name}>gone</${name}></div>\n\nA <${name}> is told.`,
      );
      expect(plaintext).toBe(`A <${name}> is told.`);
    },
  );

  it.each(discarded)("costs no text where there are thousands: <%s>", (name) => {
    const { plaintext } = renderMarkdown(`Word <${name}> `.repeat(5000));
    expect(plaintext.split("Word")).toHaveLength(5001);
  });

  it("is text also when a paragraph ends before what would close it", () => {
    expect(renderMarkdown("A <svg> here.\n\n<svg><p>gone</svg>\n\nEnd.").plaintext).toBe(
      "A <svg> here.\n\nEnd.",
    );
  });
});
