import { z } from "@hono/zod-openapi";

import { page } from "#api/openapi";
import type { ReportSchedule } from "#domain/report-schedules";

import { Id, Moment, MomentInput } from "./fields";

const Frequency = z.enum(["weekly", "monthly"]);

export const ReportScheduleBody = z
  .object({
    id: Id,
    frequency: Frequency,
    recipients: z.array(Id).openapi({ description: "Ids of users." }),
    next_at: Moment.openapi({
      description:
        "When the next report is drawn, about the period that ends then: a Monday or the first of a month, at midnight in UTC.",
    }),
    last_report_id: Id.nullable(),
    created_by: Id.nullable(),
    created_at: Moment,
    updated_at: Moment,
    version: z.int(),
  })
  .openapi("ReportSchedule");

export const ReportSchedulePage = page(ReportScheduleBody, "ReportSchedulePage");

export const toReportScheduleBody = (
  schedule: ReportSchedule,
): z.infer<typeof ReportScheduleBody> => ({
  id: schedule.id,
  frequency: schedule.frequency,
  recipients: [...schedule.recipients],
  next_at: schedule.nextAt,
  last_report_id: schedule.lastReportId,
  created_by: schedule.createdBy,
  created_at: schedule.createdAt,
  updated_at: schedule.updatedAt,
  version: schedule.version,
});

const Recipients = z.array(Id).min(1).max(50).openapi({
  description: "Ids of users with an account. Whoever is suspended later gets none.",
});

const Start = MomentInput.openapi({
  description: "No report before this moment. Left out or past: from now on.",
});

export const NewReportScheduleBody = z
  .strictObject({ frequency: Frequency, recipients: Recipients, start: Start.optional() })
  .openapi("NewReportSchedule");

export const ReportScheduleChangesBody = z
  .strictObject({
    frequency: Frequency.optional(),
    recipients: Recipients.optional(),
    start: Start.optional(),
  })
  .openapi("ReportScheduleChanges");
