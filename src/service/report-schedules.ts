import { MomentNotAhead, ReferenceUnknown, ReportScheduleNotFound } from "#api/exceptions";
import type { Context } from "#core/context";
import { newId, now } from "#core/ids";
import { newJob } from "#core/jobs";
import { type Page, type PageRequest, toPage } from "#core/pages";
import type { Actor, Caller } from "#domain/actors";
import { rolesReachingAny } from "#domain/permissions";
import { isAhead } from "#domain/plans";
import {
  firstDue,
  type Frequency,
  mayManage,
  newReportSchedule,
  type ReportSchedule,
  reviseReportSchedule,
} from "#domain/report-schedules";
import { runReportScheduleKind } from "#domain/task-kinds";
import { cancelJob } from "#repository/jobs";
import {
  deleteReportSchedule as deleteRow,
  insertReportSchedule,
  selectReachable,
  selectReportSchedule,
  selectReportSchedules,
  updateReportSchedule,
} from "#repository/report-schedules";

import { ask, perform } from "./perform";
import { type Base, expectBase } from "./versions";

/** What a client can say about a recurring report. */
export interface ReportScheduleInput {
  readonly frequency?: Frequency;
  /** Ids of users. */
  readonly recipients?: readonly string[];
  /** No report before this day. */
  readonly start?: string;
}

type Target = Base<ReportSchedule> & { readonly id: string };

/** A page of recurring reports, newest first: everybody's, or one's own, by role. */
export async function listReportSchedules(
  context: Context,
  caller: Caller,
  page: PageRequest,
): Promise<Page<ReportSchedule>> {
  const { credential } = caller;
  const reader = { credential, readAll: rolesReachingAny("reports:schedule") };
  const { loaded } = await ask(context, caller, "reports:schedule", [
    selectReportSchedules(context.db, reader, page),
  ]);
  return toPage(loaded[0], page, ({ createdAt, id }) => [createdAt, id]);
}

/** @throws {ReportScheduleNotFound} 40450 */
export async function readReportSchedule(
  context: Context,
  caller: Caller,
  id: string,
): Promise<ReportSchedule> {
  const { actor, loaded } = await ask(context, caller, "reports:schedule", [
    selectReportSchedule(context.db, id),
  ]);
  return expectSchedule(actor, loaded[0][0]);
}

/**
 * Has the report about each week or month drawn when it is over, and mailed.
 *
 * @throws {ReferenceUnknown} 42204 for recipients who do not exist, are suspended or have no address.
 * @throws {MomentNotAhead} 42250 for a start that is too far ahead.
 */
export function createReportSchedule(
  context: Context,
  caller: Caller,
  {
    frequency,
    recipients,
    start,
  }: Required<Omit<ReportScheduleInput, "start">> & ReportScheduleInput,
): Promise<ReportSchedule> {
  return perform(context, caller, {
    permission: "reports:schedule",
    load: (db) => [selectReachable(db, recipients)],
    decide: (actor, [reachable]) => {
      const nextAt = dueFrom(frequency, start);
      const id = newId();
      const job = orderRun(context, actor, { id, nextAt });
      const schedule = newReportSchedule({
        id,
        createdBy: actor.userId,
        frequency,
        recipients: reached(recipients, reachable),
        nextAt,
        jobId: job.id,
      });
      return {
        result: schedule,
        statements: [insertReportSchedule(context.db, schedule)],
        jobs: [job],
        audit: [{ ...entryOf(schedule), action: "report_schedule.create" }],
      };
    },
  });
}

/**
 * Changes what is given; for nothing there is no new version. Another frequency or start is another next
 * report, and the job of the one before is cancelled.
 *
 * @throws {ReportScheduleNotFound} 40450, {@link StaleVersion} 41200
 * @throws {ReferenceUnknown} 42204, {@link MomentNotAhead} 42250
 */
export function editReportSchedule(
  context: Context,
  caller: Caller,
  target: Target,
  { frequency, recipients, start }: ReportScheduleInput,
): Promise<ReportSchedule> {
  return perform(context, caller, {
    permission: "reports:schedule",
    load: (db) => [selectReportSchedule(db, target.id), selectReachable(db, recipients ?? [])],
    decide: async (actor, [[found], reachable]) => {
      const schedule = expectSchedule(actor, found);
      await expectBase(schedule, target);
      if (frequency === undefined && recipients === undefined && start === undefined) {
        return { result: schedule, statements: [], audit: [] };
      }
      const isMoved =
        start !== undefined || (frequency ?? schedule.frequency) !== schedule.frequency;
      const nextAt = isMoved ? dueFrom(frequency ?? schedule.frequency, start) : schedule.nextAt;
      const job = isMoved ? orderRun(context, actor, { id: schedule.id, nextAt }) : null;
      const next = reviseReportSchedule(schedule, {
        nextAt,
        ...(frequency === undefined ? {} : { frequency }),
        ...(recipients === undefined ? {} : { recipients: reached(recipients, reachable) }),
        ...(job === null ? {} : { jobId: job.id }),
      });
      return {
        result: next,
        statements: [
          ...(job === null ? [] : [cancelJob(context.db, schedule.jobId, next.updatedAt)]),
          updateReportSchedule(context.db, next),
        ],
        jobs: job === null ? [] : [job],
        audit: [{ ...entryOf(next), action: "report_schedule.update" }],
      };
    },
  });
}

/**
 * Ends a recurring report. What it had drawn stays.
 *
 * @throws {ReportScheduleNotFound} 40450, {@link StaleVersion} 41200
 */
export function deleteReportSchedule(
  context: Context,
  caller: Caller,
  target: Target,
): Promise<null> {
  return perform(context, caller, {
    permission: "reports:schedule",
    load: (db) => [selectReportSchedule(db, target.id)],
    decide: async (actor, [[found]]) => {
      const schedule = expectSchedule(actor, found);
      await expectBase(schedule, target);
      const { id, version } = schedule;
      return {
        result: null,
        statements: [cancelJob(context.db, schedule.jobId, now()), deleteRow(context.db, id)],
        audit: [{ ...entryOf({ id, version: version + 1 }), action: "report_schedule.delete" }],
      };
    },
  });
}

const entryOf = ({ id, version }: Pick<ReportSchedule, "id" | "version">) => ({
  entity: "report_schedule",
  entityId: id,
  version,
});

/** @throws {MomentNotAhead} 42250 */
function dueFrom(frequency: Frequency, start: string | undefined): string {
  const moment = now();
  if (start !== undefined && start > moment && !isAhead(start, moment)) {
    throw new MomentNotAhead("start");
  }
  return firstDue(frequency, start ?? null, moment);
}

const orderRun = (
  { requestId }: Context,
  { userId }: Actor,
  { id, nextAt }: Pick<ReportSchedule, "id" | "nextAt">,
) =>
  newJob(
    runReportScheduleKind,
    { scheduleId: id },
    { runAt: nextAt, createdBy: userId, requestId },
  );

/** Each once, in order. @throws {ReferenceUnknown} 42204 */
function reached(wanted: readonly string[], reachable: readonly { id: string }[]): string[] {
  const known = new Set(reachable.map(({ id }) => id));
  const ids = [...new Set(wanted)];
  if (ids.some((id) => !known.has(id))) throw new ReferenceUnknown("recipients");
  return ids;
}

/** @throws {ReportScheduleNotFound} 40450 */
function expectSchedule(actor: Actor, schedule: ReportSchedule | undefined): ReportSchedule {
  if (!schedule || !mayManage(actor, schedule)) throw new ReportScheduleNotFound();
  return schedule;
}
