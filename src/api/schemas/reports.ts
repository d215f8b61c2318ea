import { z } from "@hono/zod-openapi";

import { page } from "#api/openapi";
import type { Report, ReportOrder } from "#domain/report-orders";

import { DayInput, Id, Moment } from "./fields";
import { workFields } from "./work";

export const ReportOrderBody = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("publication"),
      from: z.union([DayInput, z.null()]).optional().openapi({ description: "First day, UTC." }),
      to: z.union([DayInput, z.null()]).optional().openapi({ description: "Last day, UTC." }),
    }),
    z.strictObject({ kind: z.literal("post"), post_id: Id }),
  ])
  .refine((order) => order.kind === "post" || !order.from || !order.to || order.from <= order.to, {
    path: ["to"],
    message: "The last day comes before the first.",
  })
  .openapi("ReportOrder", {
    example: { kind: "publication", from: "2026-01-01", to: "2026-12-31" },
  });

export const toReportOrder = (body: z.infer<typeof ReportOrderBody>): ReportOrder =>
  body.kind === "post"
    ? { kind: "post", postId: body.post_id }
    : { kind: "publication", from: body.from ?? null, to: body.to ?? null };

export const ReportBody = z
  .object({
    id: Id,
    job_id: Id,
    kind: z.enum(["publication", "post"]),
    from: z.string().nullable(),
    to: z.string().nullable(),
    post_id: Id.nullable(),
    ...workFields,
    file_name: z.string(),
    file_url: z.string().nullable().openapi({ description: "Null until the report is done." }),
    size: z.int().nullable().openapi({ description: "Bytes." }),
    pages: z.int().nullable(),
    sha256: z.string().nullable(),
    created_by: Id.nullable(),
    created_at: Moment,
    finished_at: Moment.nullable(),
  })
  .openapi("Report");

export const ReportPage = page(ReportBody, "ReportPage");

const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);

export const toReportBody = (report: Report): z.infer<typeof ReportBody> => ({
  id: report.id,
  job_id: report.jobId,
  kind: report.kind,
  from: textOf(report.parameters["from"]),
  to: textOf(report.parameters["to"]),
  post_id: textOf(report.parameters["postId"]),
  status: report.status,
  progress: report.progress,
  error: report.error === null ? null : { ...report.error },
  file_name: report.fileName,
  file_url: report.objectKey === null ? null : `/v1/reports/${report.id}/file`,
  size: report.size,
  pages: report.pageCount,
  sha256: report.sha256,
  created_by: report.createdBy,
  created_at: report.createdAt,
  finished_at: report.finishedAt,
});
