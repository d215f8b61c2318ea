import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { drawPostReport } from "#domain/work/post-report";

import { type PdfFile, readPdf } from "./pdf-reader.ts";
import { fonts, givenPrintablePost } from "./report-samples.ts";

const print = async (markdown: string): Promise<PdfFile> =>
  readPdf((await drawPostReport(givenPrintablePost({ markdown }), fonts)).bytes);

const textOf = async (markdown: string): Promise<string> =>
  (await print(markdown)).texts.join("\n");

/** Text without the line breaks of the page. */
const unbroken = (text: string): string => text.replaceAll(/\s+/gu, "");

describe("a post in print", () => {
  it("is the same file, byte for byte, for the same post", async () => {
    const post = givenPrintablePost({ markdown: "# Ein *Titel*\n\n東京 — 서울\n\n`code`" });
    const first = await drawPostReport(post, fonts);
    expect((await drawPostReport(post, fonts)).bytes).toEqual(first.bytes);
  });

  it("begins with its title, authors, date and address", async () => {
    const [page] = (await print("Text.")).texts;
    expect(page?.split("\n").slice(0, 5)).toEqual([
      "A Small Journal",
      "A post",
      "Ann Example",
      "2 January 2026  ·  2 words  ·  print",
      "https://example.com/posts/a",
    ]);
  });

  it("shows its headings in the outline", async () => {
    const { outline } = await print("## One\n\ntext\n\n#### Deep `code`\n\n## Two\n");
    expect(outline).toEqual(["A post", "One", "Deep code", "Two"]);
  });

  it.each([
    ["Latin", "Zażółć gęślą jaźń, naïve café, Đường, fi ffi"],
    ["Greek", "Ξεσκεπάζω την ψυχοφθόρα, ἄνδρα μοι ἔννεπε"],
    ["Cyrillic", "Съешь же ещё этих мягких французских булок, їжак"],
    ["Chinese", "敏捷的棕色狐狸跳过了懒狗，繁體漢字也一樣。"],
    ["Japanese", "いろはにほへと、東京の図書館とカタカナ。"],
    ["Korean", "다람쥐 헌 쳇바퀴에 타고파"],
  ])("can be copied out right when it is %s", async (_, sample) => {
    const text = unbroken(await textOf(`${sample} **${sample}**\n\n\`${sample}\``));
    expect(text.split(unbroken(sample))).toHaveLength(4);
  });

  it("draws a box for what no font has, and copies as what it stands for", async () => {
    const sample = "rocket 🚀, مرحبا and \u{10FFFD} end";
    expect(await textOf(sample)).toContain(sample);
  });

  it("keeps the words of raw HTML and nothing of its tags and scripts", async () => {
    const text = await textOf(
      'a <b onclick="x">b</b> &amp; c\n\n<div><p>d</p><script>alert(1)</script><!-- e --></div>',
    );
    expect(text).toContain("a b & c");
    expect(text).toContain("d");
    expect(text).not.toMatch(/script|alert|onclick|<|e -->/u);
  });

  it("links to where a reader would go from the post's own page", async () => {
    const { links } = await print(
      "[a](/rel?x=1) [b](other) <https://example.org/é> [c](javascript:alert(1)) [d](mailto:a@b.example)",
    );
    expect(links).toEqual([
      "https://example.com/posts/a",
      "https://example.com/rel?x=1",
      "https://example.com/posts/other",
      "https://example.org/%C3%A9",
      "mailto:a@b.example",
      "https://example.com/posts/a",
    ]);
  });

  it("puts its footnotes at the end, under their numbers", async () => {
    const text = await textOf(
      "One[^a] and two[^b].\n\n[^b]: Second.\n\n[^a]: First.\n\nLast words.",
    );
    expect(text.replaceAll(/\n\d\n/gu, "\n")).toMatch(/Last words\.[^]*First\.[^]*Second\./u);
  });

  it("draws a picture it was given, and a frame with words for one it was not", async () => {
    const markdown = "![A harbour](/harbour.jpg)\n\n![A tower](tower.png)";
    const images = new Map([["/harbour.jpg", tinyJpeg]]);
    const { bytes } = await drawPostReport(givenPrintablePost({ markdown, images }), fonts);
    const pdf = await readPdf(bytes);
    expect(new TextDecoder("latin1").decode(bytes).split("/Subtype /Image")).toHaveLength(2);
    expect(pdf.texts.join("\n")).not.toContain("A harbour");
    expect(pdf.texts.join("\n")).toContain("A tower");
    expect(pdf.links).toContain("https://example.com/posts/tower.png");
  });

  it.each([
    ["not a picture", new Uint8Array([1, 2, 3])],
    ["half a JPEG", new Uint8Array([0xff, 0xd8, 0xff])],
    ["half a PNG", new Uint8Array([0x89, 0x50, 0x4e, 0x47])],
  ])("draws a frame for bytes that are %s", async (_, bytes) => {
    const images = new Map([["x", bytes]]);
    const post = givenPrintablePost({ markdown: "![Broken](x)", images });
    const pdf = await readPdf((await drawPostReport(post, fonts)).bytes);
    expect(pdf.texts.join("\n")).toContain("Broken");
  });

  it("cuts long code and tables over pages without losing a line", async () => {
    const code = Array.from({ length: 200 }, (_, i) => `const line${String(i)} = ${String(i)};`);
    const rows = Array.from({ length: 100 }, (_, i) => `| row ${String(i)} | x |`);
    const markdown = `\`\`\`\n${code.join("\n")}\n\`\`\`\n\n| Name | Value |\n|---|---|\n${rows.join("\n")}`;
    const { texts } = await print(markdown);
    const lines = texts.join("\n").split("\n");
    for (const line of code) expect(lines).toContain(line);
    for (let i = 0; i < 100; i += 1) expect(lines).toContain(`row ${String(i)}`);
    const tabled = texts.filter((text) => /^row \d+$/mu.test(text));
    expect(tabled.length).toBeGreaterThan(1);
    for (const text of tabled) expect(text).toContain("Name\nValue");
  });

  it("never fails, whatever the post says", async () => {
    const words = fc.string({ unit: "binary", maxLength: 200 });
    const pieces = fc.oneof(
      words,
      fc.constantFrom(
        "\n\n",
        "# ",
        "> ",
        "- ",
        "1. ",
        "```\n",
        "|a|b|\n|-|-|\n|c|",
        "![x](y)",
        "[^1]: ",
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 30 }), words, async (parts, title) => {
        const post = givenPrintablePost({ markdown: parts.join(""), title, authors: [title] });
        const { bytes, pages } = await drawPostReport(post, fonts);
        expect((await readPdf(bytes)).pages).toBe(pages);
      }),
      { numRuns: 8, seed: 7 },
    );
  });
});

/** A grey JPEG of 8 by 8 pixels, as far as a PDF looks into it: start, frame header, end. */
const tinyJpeg = new Uint8Array([
  0xff, 0xd8, 0xff, 0xc0, 0x00, 0x0b, 0x08, 0x00, 0x08, 0x00, 0x08, 0x01, 0x01, 0x11, 0x00, 0xff,
  0xd9,
]);
