import type { FullPostRow } from "#repository/posts";
import type { ReportRecord, selectPostsForReport } from "#repository/reports";

import { type WorkState, workStateOf } from "./job-states";
import type { PrintablePost, ReportPost } from "./reports";
import { slugify } from "./slugs";

/** A report that somebody ordered, with how it stands. */
export type Report = ReportRecord & WorkState;

export const toReport = (record: ReportRecord): Report => ({ ...record, ...workStateOf(record) });

/** What a report can be about. Days are UTC, and both ends belong to the period. */
export type ReportOrder =
  | { readonly kind: "publication"; readonly from: string | null; readonly to: string | null }
  | { readonly kind: "post"; readonly postId: string };

/** A report that was ordered just now. */
export const newReport = (
  row: Pick<
    ReportRecord,
    "id" | "createdAt" | "jobId" | "createdBy" | "kind" | "parameters" | "fileName"
  >,
): Report =>
  toReport({
    ...row,
    objectKey: null,
    size: null,
    pageCount: null,
    sha256: null,
    state: "ready",
    doneCount: 0,
    totalCount: null,
    errorCode: null,
    lastError: null,
    finishedAt: null,
  });

/** Where a report's files are kept, and nothing else. */
export const filesOf = (reportId: string): string => `reports/${reportId}/`;

/** A name that says what is in the file: `imprint-2024-01-01-to-2024-12-31.pdf`. */
export function fileNameOf(order: ReportOrder, title: string): string {
  if (order.kind === "post") return `${slugify(title)}.pdf`;
  const period = [order.from, order.to].filter((day) => day !== null).join("-to-");
  return `${[slugify(title), period === "" ? "all-years" : period].join("-")}.pdf`;
}

/** Where readers find a post. */
const addressOf = (slug: string, siteUrl: string): string => `${siteUrl}/${slug}`;

type ReportPostRow = Awaited<ReturnType<typeof selectPostsForReport>>[number];

export const toReportPost = (
  { slug, publishedAt, ...row }: ReportPostRow,
  siteUrl: string,
): ReportPost => ({
  ...row,
  url: addressOf(slug, siteUrl),
  // Only what is published is asked for, and that has a date.
  publishedAt: publishedAt ?? "",
});

export const toPrintablePost = (
  post: FullPostRow,
  siteTitle: string,
  siteUrl: string,
): Omit<PrintablePost, "generatedAt" | "language" | "images"> => ({
  title: post.title,
  url: addressOf(post.slug, siteUrl),
  siteTitle,
  authors: post.authors.map(({ name }) => name),
  tags: post.tags.map(({ name }) => name),
  publishedAt: post.publishedAt,
  wordCount: post.wordCount,
  markdown: post.content,
});
