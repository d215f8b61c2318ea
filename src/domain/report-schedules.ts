import { now } from "#core/ids";
import type { ReportScheduleRecord } from "#repository/report-schedules";

import type { Actor } from "./actors";
import { reaches } from "./permissions";
import type { Day } from "./reports";

/** A publication report that is drawn again and again, and mailed to those who read it. */
export type ReportSchedule = ReportScheduleRecord;

export const frequencies = ["weekly", "monthly"] as const;
export type Frequency = (typeof frequencies)[number];

const DAY = 86_400_000;
/** Of 1970-01-05, the first Monday of all. */
const FIRST_MONDAY = 4 * DAY;

/** When the period began in which a moment lies: a Monday, or the first of a month, at midnight in UTC. */
export function periodStart(frequency: Frequency, moment: string): string {
  const time = Date.parse(moment);
  if (frequency === "monthly") {
    const date = new Date(time);
    return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)).toISOString();
  }
  const weeks = Math.floor((time - FIRST_MONDAY) / (7 * DAY));
  return new Date(FIRST_MONDAY + weeks * 7 * DAY).toISOString();
}

/** When the next period begins after the one in which a moment lies. */
export function nextStart(frequency: Frequency, moment: string): string {
  const start = Date.parse(periodStart(frequency, moment));
  // No period is longer than 31 days, and none shorter than 7.
  const beyond = new Date(start + (frequency === "monthly" ? 31 : 7) * DAY).toISOString();
  return periodStart(frequency, beyond);
}

/**
 * The first time that a report is due: when the first period has ended that ends after now, and not before
 * the day of `start`.
 */
export function firstDue(frequency: Frequency, start: string | null, at: string): string {
  const isLater = start !== null && start > at;
  if (isLater && periodStart(frequency, start) === start) return start;
  return nextStart(frequency, isLater ? start : at);
}

/** The first and the last day of the period that ended when a report was due. */
export function periodEndedAt(
  frequency: Frequency,
  due: string,
): { readonly from: Day; readonly to: Day } {
  const last = new Date(Date.parse(due) - DAY).toISOString();
  return { from: periodStart(frequency, last).slice(0, 10), to: last.slice(0, 10) };
}

/** A schedule that nobody has saved yet, at version 1. */
export const newReportSchedule = (
  planned: Omit<ReportSchedule, "createdAt" | "updatedAt" | "version" | "lastReportId">,
): ReportSchedule => {
  const moment = now();
  return {
    ...planned,
    createdAt: moment,
    updatedAt: moment,
    version: 1,
    lastReportId: null,
  };
};

/** A schedule with some of it changed, one version on. */
export const reviseReportSchedule = (
  schedule: ReportSchedule,
  change: Partial<
    Pick<ReportSchedule, "frequency" | "recipients" | "nextAt" | "jobId" | "lastReportId">
  >,
): ReportSchedule => ({
  ...schedule,
  ...change,
  updatedAt: now(),
  version: schedule.version + 1,
});

/** Whether somebody may see and change a schedule. */
export const mayManage = (actor: Actor, { createdBy }: Pick<ReportSchedule, "createdBy">) =>
  reaches(actor, "reports:schedule", createdBy === actor.userId);
