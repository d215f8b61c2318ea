import { describe, expect, it } from "vitest";

import { drawPublicationReport } from "#domain/work/publication-report";

import { readPdf } from "./pdf-reader.ts";
import { fonts, givenReport, givenReportPost } from "./report-samples.ts";

describe("the publication report", () => {
  it("is the same file, byte for byte, for the same report", async () => {
    const first = await drawPublicationReport(givenReport(), fonts);
    const second = await drawPublicationReport(givenReport(), fonts);
    expect(second.bytes).toEqual(first.bytes);
  });

  it("does not depend on the order its posts come in", async () => {
    const report = givenReport();
    const first = await drawPublicationReport(report, fonts);
    const turned = { ...report, posts: report.posts.toReversed() };
    expect((await drawPublicationReport(turned, fonts)).bytes).toEqual(first.bytes);
  });

  it("says what it is: title, author, language and date", async () => {
    const { bytes } = await drawPublicationReport(givenReport({ language: "de" }), fonts);
    const pdf = await readPdf(bytes);
    expect(pdf.value("Title")).toBe("A Small Journal: publication report");
    expect(pdf.value("Author")).toBe("A Small Journal");
    expect(pdf.value("Lang")).toBe("de");
    expect(pdf.value("CreationDate")).toBe("D:20261123022200Z");
  });

  it("has well-formed metadata whatever its title", async () => {
    const title = "Q&A <daily> 日々";
    const { bytes } = await drawPublicationReport(givenReport({ title, posts: [] }), fonts);
    const pdf = await readPdf(bytes);
    expect(pdf.value("Title")).toBe(`${title}: publication report`);
    expect(pdf.metadata).toContain("Q&amp;A &lt;daily&gt; ");
  });

  it("has an outline of its parts and of the years of its posts", async () => {
    const { bytes } = await drawPublicationReport(givenReport(), fonts);
    expect((await readPdf(bytes)).outline).toEqual([
      "A Small Journal",
      "At a glance",
      "Posts over time",
      "Publishing days",
      "Authors",
      "Tags",
      "Length of posts",
      "Longest gaps",
      "All posts",
      "2011",
    ]);
  });

  it("numbers its pages, and counts them right", async () => {
    const posts = Array.from({ length: 200 }, (_, i) => givenReportPost(i));
    const { bytes, pages } = await drawPublicationReport(givenReport({ posts }), fonts);
    const { texts } = await readPdf(bytes);
    expect(texts).toHaveLength(pages);
    expect(pages).toBeGreaterThan(5);
    texts.slice(1).forEach((text, i) => {
      expect(text).toContain(`Page ${String(i + 2)} of ${String(pages)}`);
    });
  });

  it("tells in its contents the page that each part is on", async () => {
    const { bytes } = await drawPublicationReport(givenReport(), fonts);
    const { texts } = await readPdf(bytes);
    const lines = texts[0]?.split("\n") ?? [];
    const pageOf = (title: string): number => Number(lines[lines.indexOf(title) + 1]);
    for (const title of ["At a glance", "Authors", "All posts"]) {
      expect(texts[pageOf(title) - 1]?.split("\n")).toContain(title);
    }
  });

  it("lists every post with a link to it, under a head on every page", async () => {
    const posts = Array.from({ length: 200 }, (_, i) => givenReportPost(i));
    const { bytes } = await drawPublicationReport(givenReport({ posts }), fonts);
    const pdf = await readPdf(bytes);
    const lines = pdf.texts.join("\n").split("\n");
    for (const post of posts) {
      expect(pdf.links).toContain(post.url);
      expect(lines).toContain(post.title);
    }
    const listing = pdf.texts.filter((text) => /^Post number \d+$/mu.test(text)).slice(1);
    for (const text of listing.slice(1)) expect(text).toContain("Published\nTitle\nAuthors\nTags");
  });

  it("says so when nothing was published in its period", async () => {
    const empty = givenReport({ posts: [], from: "2026-01-01", to: "2026-03-31" });
    const { bytes, pages } = await drawPublicationReport(empty, fonts);
    const { texts } = await readPdf(bytes);
    expect(pages).toBe(2);
    expect(texts[1]).toContain("No post was published from 1 January 2026 to 31 March 2026.");
  });

  it("is drawn from one post, without tags or authors", async () => {
    const posts = [givenReportPost(1, { authors: [], tags: [], title: " " })];
    const { bytes } = await drawPublicationReport(givenReport({ posts }), fonts);
    const pdf = await readPdf(bytes);
    expect(pdf.outline).not.toContain("Authors");
    expect(pdf.texts.join("\n")).toContain("Untitled");
  });

  it("survives names that are made to hurt", async () => {
    const evil = "\u0000\uD800\u202E(a)\\ <b>&amp; ]]> %PDF ";
    const posts = [
      givenReportPost(1, { title: "x".repeat(3000), authors: [evil.repeat(30)], tags: ["", evil] }),
      givenReportPost(2, { title: evil, url: "https://example.com/ü?a=(b)\\", wordCount: 1e9 }),
    ];
    const { bytes } = await drawPublicationReport(givenReport({ title: evil, posts }), fonts);
    const pdf = await readPdf(bytes);
    expect(pdf.links).toContain("https://example.com/%C3%BC?a=(b)\\");
    expect(pdf.texts.join("\n")).toContain("(a)\\ <b>&amp; ]]> %PDF");
  });

  it("tells how far it is, and stops with what it is told to stop with", async () => {
    const seen: number[] = [];
    await drawPublicationReport(givenReport(), fonts, async (fraction) => {
      seen.push(fraction);
    });
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBe(1);
    const stop = new Error("cancelled");
    const drawing = drawPublicationReport(givenReport(), fonts, () => Promise.reject(stop));
    await expect(drawing).rejects.toBe(stop);
  });
});
