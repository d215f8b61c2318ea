import { env } from "cloudflare:workers";

import type { PrintablePost, PublicationReport, ReportPost } from "#domain/reports";
import { fontsIn } from "#domain/work/font-files";

export const fonts = fontsIn(env.ASSETS);

const DAY = 86_400_000;

export function givenReportPost(index: number, changes: Partial<ReportPost> = {}): ReportPost {
  return {
    id: String(index).padStart(6, "0"),
    title: `Post number ${String(index)}`,
    url: `https://example.com/posts/${String(index)}`,
    publishedAt: new Date(Date.UTC(2011, 2, 18) + index * 5 * DAY).toISOString(),
    authors: [`Author ${String(index % 7)}`],
    tags: [`tag-${String(index % 5)}`],
    wordCount: 40 + ((index * 137) % 3000),
    ...changes,
  };
}

export const givenReport = (changes: Partial<PublicationReport> = {}): PublicationReport => ({
  title: "A Small Journal",
  siteUrl: "https://example.com",
  from: null,
  to: null,
  asOf: "2026-11-23T02:22:00.123Z",
  language: "en",
  posts: Array.from({ length: 30 }, (_, i) => givenReportPost(i)),
  ...changes,
});

export const givenPrintablePost = (changes: Partial<PrintablePost> = {}): PrintablePost => ({
  title: "A post",
  url: "https://example.com/posts/a",
  siteTitle: "A Small Journal",
  language: "en",
  authors: ["Ann Example"],
  tags: ["print"],
  publishedAt: "2026-01-02T03:04:05.000Z",
  asOf: "2026-11-23T02:22:00.123Z",
  wordCount: 2,
  markdown: "Hello, world.",
  images: new Map(),
  ...changes,
});
