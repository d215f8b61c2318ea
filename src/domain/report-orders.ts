import type { FullPostRow } from "#repository/posts";
import type { ReportRecord, selectPostsForReport } from "#repository/reports";

import { newEvent, type NewEvent } from "./events";
import { type WorkState, workStateOf } from "./job-states";
import { languageOf } from "./languages";
import type { PrintablePost, ReportPost } from "./reports";

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
    mailTo: [],
    state: "ready",
    doneCount: 0,
    totalCount: null,
    errorCode: null,
    lastError: null,
    finishedAt: null,
  });

/** Tells that a report is drawn, once for the job that drew it. */
export const reportFinished = (
  report: ReportRecord,
  file: { readonly size: number; readonly sha256: string; readonly pageCount: number },
  jobId: string,
): NewEvent =>
  newEvent(
    "report.finished",
    {
      id: report.id,
      kind: report.kind,
      from: report.parameters["from"] ?? null,
      to: report.parameters["to"] ?? null,
      post_id: report.parameters["postId"] ?? null,
      file_name: report.fileName,
      file_url: `/v1/reports/${report.id}/file`,
      size: file.size,
      pages: file.pageCount,
      sha256: file.sha256,
      created_by: report.createdBy,
      created_at: report.createdAt,
    },
    jobId,
  );

/** Where a report's files are kept, and nothing else. */
export const filesOf = (reportId: string): string => `reports/${reportId}/`;

/**
 * A name that says what is in the file: `imprint-2024-01-01-to-2024-12-31.pdf`.
 *
 * @param slug of the post, or of the publication.
 */
export function fileNameOf(order: ReportOrder, slug: string): string {
  if (order.kind === "post") return `${slug}.pdf`;
  const period = [order.from, order.to].filter((day) => day !== null).join("-to-");
  return `${[slug, period === "" ? "all-years" : period].join("-")}.pdf`;
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
): Omit<PrintablePost, "images"> => ({
  title: post.title,
  url: addressOf(post.slug, siteUrl),
  siteTitle,
  language: languageOf(post.metadata["lang"], `${post.title}\n${post.content}`),
  asOf: post.updatedAt,
  authors: post.authors.map(({ name }) => name),
  tags: post.tags.map(({ name }) => name),
  publishedAt: post.publishedAt,
  wordCount: post.wordCount,
  markdown: post.content,
});
