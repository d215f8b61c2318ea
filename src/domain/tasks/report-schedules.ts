/** Reports that are drawn again and again, and mailed. */
import { z } from "zod";

import type { TaskContext } from "#core/context";
import { newId } from "#core/ids";
import { defineTask, discard, done, newJob, retryAfter } from "#core/jobs";
import { apiUrlOf } from "#core/settings";
import { fileNameOf } from "#domain/report-orders";
import {
  nextStart,
  periodEndedAt,
  periodStart,
  type ReportSchedule,
  reviseReportSchedule,
} from "#domain/report-schedules";
import { slugify } from "#domain/slugs";
import { drawReportKind, mailReportKind, runReportScheduleKind } from "#domain/task-kinds";
import { deliverMail } from "#domain/work/delivery";
import { composeReportMail } from "#domain/work/report-mail";
import { insertAuditEntries } from "#repository/audit";
import { selectNow } from "#repository/plans";
import {
  selectReachable,
  selectReportSchedule,
  updateReportSchedule,
} from "#repository/report-schedules";
import { insertReport, selectReport } from "#repository/reports";

import { carryOut, type Change, secondsUntil } from "./carry-out";

/**
 * Orders the report about the period that has ended, and the next run. Only the job that the schedule names
 * may, and it names the next one in the transaction of the order. Of several reports that were missed, the
 * newest is made; the next is due by the calendar, however late this one is.
 */
export const runReportSchedule = defineTask({
  ...runReportScheduleKind,
  run: (context, { scheduleId }, run) =>
    carryOut(context, run, async () => {
      const [[schedule], [clock]] = await context.db.batch([
        selectReportSchedule(context.db, scheduleId),
        selectNow(context.db),
      ]);
      if (!schedule || !clock || schedule.jobId !== run.jobId) return done();
      const waitSeconds = secondsUntil(schedule.nextAt, clock.now);
      if (waitSeconds > 0) return retryAfter(waitSeconds);
      return toChange(context, schedule, clock.now);
    }),
});

function toChange(
  { db, requestId, settings }: TaskContext,
  schedule: ReportSchedule,
  now: string,
): Change {
  const { id: scheduleId, frequency, createdBy } = schedule;
  const period = periodEndedAt(frequency, periodStart(frequency, now));
  const nextAt = nextStart(frequency, now);
  const reportId = newId();
  const drawing = newJob(drawReportKind, { reportId }, { createdBy, requestId });
  const following = newJob(
    runReportScheduleKind,
    { scheduleId },
    { runAt: nextAt, createdBy, requestId },
  );
  const next = reviseReportSchedule(schedule, {
    nextAt,
    jobId: following.id,
    lastReportId: reportId,
  });
  return {
    statements: [
      insertReport(db, {
        id: reportId,
        jobId: drawing.id,
        createdBy,
        kind: "publication",
        parameters: period,
        fileName: fileNameOf({ kind: "publication", ...period }, slugify(settings.SITE_TITLE)),
        mailTo: schedule.recipients,
      }),
      updateReportSchedule(db, next),
      insertAuditEntries(db, [
        {
          actorId: null,
          keyId: null,
          action: "report_schedule.run",
          entity: "report_schedule",
          entityId: scheduleId,
          version: next.version,
          requestId,
        },
      ]),
    ],
    jobs: [drawing, following],
    result: { report_id: reportId },
  };
}

/** What providers take as an attachment without a second thought: Base64 makes a third more of it. */
const ATTACHED_BYTES = 4 * 1024 * 1024;

/**
 * Sends a report to one of its readers, if they are still to be written to. A second run sends the same mail
 * under the same key.
 */
export const mailReport = defineTask({
  ...mailReportKind,
  async run(context, { reportId, userId }, { jobId }) {
    const [[report], [reader]] = await context.db.batch([
      selectReport(context.db, reportId),
      selectReachable(context.db, [userId]),
    ]);
    if (!report || report.objectKey === null || !reader) return done();
    const isSmall = (report.size ?? 0) <= ATTACHED_BYTES;
    const object = isSmall ? await context.files.get(report.objectKey) : null;
    const mail = composeReportMail(reader, {
      siteTitle: context.settings.SITE_TITLE,
      period: ReportPeriod.parse(report.parameters),
      fileUrl: `${apiUrlOf(context.settings)}/v1/reports/${reportId}/file`,
      file: object && {
        fileName: report.fileName,
        contentType: "application/pdf",
        bytes: new Uint8Array(await object.arrayBuffer()),
      },
    });
    const delivery = await deliverMail(context, mail, jobId);
    if (delivery.kind === "later") return retryAfter(delivery.afterSeconds);
    if (delivery.kind === "sent") return done();
    return discard({ code: delivery.code, message: "The mail was refused for good." });
  },
});

const ReportPeriod = z.object({
  from: z.string().nullable().default(null),
  to: z.string().nullable().default(null),
});
