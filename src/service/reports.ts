import { ReferenceUnknown, ReportNotFound, ReportNotReady } from "#api/exceptions";
import type { Context } from "#core/context";
import { newId, now } from "#core/ids";
import { newJob } from "#core/jobs";
import { type Page, type PageRequest, toPage } from "#core/pages";
import type { Actor, Caller } from "#domain/actors";
import { reaches, rolesReachingAny } from "#domain/permissions";
import { mayRead } from "#domain/posts";
import {
  fileNameOf,
  filesOf,
  newReport,
  type Report,
  type ReportOrder,
  toReport,
} from "#domain/report-orders";
import { slugify } from "#domain/slugs";
import { deleteFilesKind, drawReportKind } from "#domain/task-kinds";
import { selectPost } from "#repository/posts";
import {
  insertReport,
  markReportDeleted,
  type ReportRecord,
  selectReport,
  selectReports,
} from "#repository/reports";

import { ask, perform } from "./perform";

/**
 * Orders a report. It is drawn in the background, from what is published then.
 *
 * @throws {ReferenceUnknown} 42204 when the post does not exist or is not the caller's to see.
 */
export function orderReport(context: Context, caller: Caller, order: ReportOrder): Promise<Report> {
  return perform(context, caller, {
    permission: "reports:write",
    load: (db) => [selectPost(db, order.kind === "post" ? order.postId : newId())],
    decide: (actor, [[post]]) => {
      const { kind, ...parameters } = order;
      if (kind === "post" && (!post || !mayRead(actor, post)))
        throw new ReferenceUnknown("post_id");
      const id = newId();
      const options = { createdBy: actor.userId, requestId: context.requestId };
      const job = newJob(drawReportKind, { reportId: id }, options);
      const row = {
        id,
        createdAt: now(),
        jobId: job.id,
        createdBy: actor.userId,
        kind,
        parameters,
        fileName: fileNameOf(order, post?.slug ?? slugify(context.settings.SITE_TITLE)),
      };
      return {
        result: newReport(row),
        statements: [insertReport(context.db, row)],
        jobs: [job],
        audit: [{ action: "report.order", entity: "report", entityId: id, version: null }],
      };
    },
  });
}

/** A page of reports, newest first: everybody's, or one's own, by role. */
export async function listReports(
  context: Context,
  caller: Caller,
  page: PageRequest,
): Promise<Page<Report>> {
  const { loaded } = await ask(context, caller, "reports:write", [
    selectReports(context.db, readerOf(caller), page),
  ]);
  return toPage(loaded[0].map(toReport), page, ({ createdAt, id }) => [createdAt, id]);
}

const readerOf = ({ credential }: Caller) => ({
  credential,
  readAll: rolesReachingAny("reports:write"),
});

/** @throws {ReportNotFound} 40411 */
export async function readReport(context: Context, caller: Caller, id: string): Promise<Report> {
  const { actor, loaded } = await ask(context, caller, "reports:write", [
    selectReport(context.db, id),
  ]);
  const [report] = loaded[0];
  const isReader = report?.mailTo.includes(actor.userId) ?? false;
  return toReport(expectReport(actor, report, isReader));
}

/** A finished report's file, and how to fetch all or part of it. */
export interface ReportFile {
  readonly report: Report;
  readonly size: number;
  readonly sha256: string;
  /** @param range in bytes; all of them without it. */
  readonly open: (range?: { offset: number; length: number }) => Promise<ReadableStream>;
}

/** @throws {ReportNotFound} 40411, {@link ReportNotReady} 40909 */
export async function openReportFile(
  context: Context,
  caller: Caller,
  id: string,
): Promise<ReportFile> {
  const report = await readReport(context, caller, id);
  const { objectKey, size, sha256 } = report;
  if (objectKey === null || size === null || sha256 === null) throw new ReportNotReady();
  const open: ReportFile["open"] = async (range) => {
    const object = await context.files.get(objectKey, range ? { range } : {});
    if (!object) throw new ReportNotReady();
    return object.body;
  };
  return { report, size, sha256, open };
}

/**
 * Deletes a report and its file. One that is being drawn is thrown away when it is done.
 *
 * @throws {ReportNotFound} 40411
 */
export function deleteReport(context: Context, caller: Caller, id: string): Promise<null> {
  return perform(context, caller, {
    permission: "reports:write",
    load: (db) => [selectReport(db, id)],
    decide: (actor, [[found]]) => {
      expectReport(actor, found);
      const options = { createdBy: actor.userId, requestId: context.requestId };
      return {
        result: null,
        statements: [markReportDeleted(context.db, id, now())],
        jobs: [newJob(deleteFilesKind, { prefix: filesOf(id) }, options)],
        audit: [{ action: "report.delete", entity: "report", entityId: id, version: null }],
      };
    },
  });
}

/** @throws {ReportNotFound} 40411 */
function expectReport(
  actor: Actor,
  report: ReportRecord | undefined,
  isReader = false,
): ReportRecord {
  const isOwn = isReader || report?.createdBy === actor.userId;
  if (!report || !reaches(actor, "reports:write", isOwn)) throw new ReportNotFound();
  return report;
}
