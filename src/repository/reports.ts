import { and, asc, desc, eq, isNull, sql } from "drizzle-orm";

import type { Database, Statement } from "#core/db";
import type { PageRequest } from "#core/pages";

import { holderOf, type Reader, readsAll } from "./actors";
import { abortUnless } from "./guards";
import { jobs, posts, reports } from "./models";

const columns = {
  id: reports.id,
  createdAt: reports.createdAt,
  createdBy: reports.createdBy,
  jobId: reports.jobId,
  kind: reports.kind,
  parameters: reports.parameters,
  fileName: reports.fileName,
  objectKey: reports.objectKey,
  size: reports.size,
  pageCount: reports.pageCount,
  sha256: reports.sha256,
  mailTo: reports.mailTo,
  state: jobs.state,
  doneCount: jobs.doneCount,
  totalCount: jobs.totalCount,
  errorCode: jobs.errorCode,
  lastError: jobs.lastError,
  finishedAt: jobs.finishedAt,
};

/** A report with the state of its job. */
export const selectReport = (db: Database, id: string) =>
  db
    .select(columns)
    .from(reports)
    .innerJoin(jobs, eq(jobs.id, reports.jobId))
    .where(and(eq(reports.id, id), isNull(reports.deletedAt)));

export type ReportRecord = Awaited<ReturnType<typeof selectReport>>[number];

/** A page of the reports that somebody may see, newest first. */
export function selectReports(db: Database, reader: Reader, { limit, after }: PageRequest) {
  const holder = holderOf(db, reader, "reports:write");
  return db
    .select(columns)
    .from(reports)
    .innerJoin(jobs, eq(jobs.id, reports.jobId))
    .where(
      and(
        isNull(reports.deletedAt),
        sql`(${reports.createdBy} = ${holder} or ${readsAll(reader, holder)})`,
        after === null
          ? undefined
          : sql`(${reports.createdAt}, ${reports.id}) < (${after[0]}::timestamptz, ${after[1]}::uuid)`,
      ),
    )
    .orderBy(desc(reports.createdAt), desc(reports.id))
    .limit(limit + 1);
}

export const insertReport = (db: Database, row: typeof reports.$inferInsert): Statement =>
  db.insert(reports).values(row);

/** What a finished drawing adds to its report. Undoes the batch when the report was deleted meanwhile. */
export const finishReport = (
  db: Database,
  id: string,
  file: { objectKey: string; size: number; sha256: string; pageCount: number },
): Statement[] => [
  abortUnless(
    db,
    sql`exists (select 1 from reports where id = ${id}::uuid and deleted_at is null for update)`,
    "report_deleted",
  ),
  db.update(reports).set(file).where(eq(reports.id, id)),
];

export const markReportDeleted = (db: Database, id: string, moment: string): Statement =>
  db.update(reports).set({ deletedAt: moment }).where(eq(reports.id, id));

/** Every published post of a period of days, both ends included, as a report about the publication needs it. */
export const selectPostsForReport = (db: Database, from: string | null, to: string | null) =>
  db
    .select({
      id: posts.id,
      slug: posts.slug,
      title: posts.title,
      publishedAt: posts.publishedAt,
      updatedAt: posts.updatedAt,
      wordCount: posts.wordCount,
      authors: sql<readonly string[]>`(
        select coalesce(json_agg(users.name order by post_authors.position), '[]')
        from post_authors join users on users.id = post_authors.user_id
        where post_authors.post_id = posts.id)`,
      tags: sql<readonly string[]>`(
        select coalesce(json_agg(tags.name order by post_tags.position), '[]')
        from post_tags join tags on tags.id = post_tags.tag_id
        where post_tags.post_id = posts.id)`,
    })
    .from(posts)
    .where(
      and(
        eq(posts.status, "published"),
        eq(posts.type, "post"),
        isNull(posts.deletedAt),
        from === null ? undefined : sql`${posts.publishedAt} >= ${from}::date`,
        to === null ? undefined : sql`${posts.publishedAt} < ${to}::date + 1`,
      ),
    )
    .orderBy(asc(posts.publishedAt), asc(posts.id));
