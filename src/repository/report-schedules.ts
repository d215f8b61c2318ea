import { and, desc, eq, inArray, isNotNull, sql } from "drizzle-orm";

import type { Database, Statement } from "#core/db";
import type { PageRequest } from "#core/pages";

import { holderOf, type Reader, readsAll } from "./actors";
import { reportSchedules, users } from "./models";

export type ReportScheduleRecord = typeof reportSchedules.$inferSelect;

export const selectReportSchedule = (db: Database, id: string) =>
  db.select().from(reportSchedules).where(eq(reportSchedules.id, id));

/** A page of the schedules that somebody may see, newest first. */
export function selectReportSchedules(db: Database, reader: Reader, { limit, after }: PageRequest) {
  const holder = holderOf(db, reader, "reports:schedule");
  return db
    .select()
    .from(reportSchedules)
    .where(
      and(
        sql`(${reportSchedules.createdBy} = ${holder} or ${readsAll(reader, holder)})`,
        after === null
          ? undefined
          : sql`(${reportSchedules.createdAt}, ${reportSchedules.id}) < (${after[0]}::timestamptz, ${after[1]}::uuid)`,
      ),
    )
    .orderBy(desc(reportSchedules.createdAt), desc(reportSchedules.id))
    .limit(limit + 1);
}

/** Of these people, those who can be written to: they have an address, and nobody has suspended them. */
export const selectReachable = (db: Database, ids: readonly string[]) =>
  db
    .select({ id: users.id, name: users.name, email: sql<string>`${users.email}` })
    .from(users)
    .where(and(inArray(users.id, [...ids]), eq(users.status, "active"), isNotNull(users.email)));

export const insertReportSchedule = (db: Database, row: ReportScheduleRecord): Statement =>
  db.insert(reportSchedules).values(row);

export const updateReportSchedule = (
  db: Database,
  { id, createdAt: _createdAt, createdBy: _createdBy, ...columns }: ReportScheduleRecord,
): Statement =>
  db
    .update(reportSchedules)
    .set(columns)
    .where(and(eq(reportSchedules.id, id), eq(reportSchedules.version, columns.version - 1)));

export const deleteReportSchedule = (db: Database, id: string): Statement =>
  db.delete(reportSchedules).where(eq(reportSchedules.id, id));
