import { and, desc, eq, sql } from "drizzle-orm";
import { afterEach, describe, expect, it, vi } from "vitest";

import { type Frequency, nextStart, periodEndedAt, periodStart } from "#domain/report-schedules";
import { tasks } from "#domain/tasks";
import { auditEntries, jobs, reports, reportSchedules, users } from "#repository/models";
import { keepUp } from "#service/upkeep";
import {
  breakDatabase,
  type DatabaseFault,
  deliver,
  doorbellFor,
  givenPlant,
  readJob,
} from "#test/support/jobs";
import { mailsTo } from "#test/support/mails";
import { givenUser, type Person } from "#test/support/people";
import { givenPost } from "#test/support/posts";
import { codeOf, send } from "#test/support/requests";

const { db } = givenPlant().context;
const owner = await givenUser({ role: "owner" });

afterEach(() => {
  vi.unstubAllGlobals();
});

const order = ({ headers }: Person, body: unknown) =>
  send("POST", "/v1/report-schedules", { headers, body });

async function given(
  frequency: Frequency,
  recipients: readonly { id: string }[] = [owner],
  person = owner,
) {
  const ordered = await order(person, { frequency, recipients: recipients.map(({ id }) => id) });
  if (ordered.status !== 201) throw new Error(ordered.text);
  return { ...ordered, id: ordered.body.id as string };
}

async function rowOf(id: string) {
  const [row] = await db.select().from(reportSchedules).where(eq(reportSchedules.id, id));
  if (!row) throw new Error(`There is no schedule ${id}.`);
  return row;
}

/** As if the schedule had been due since a moment. */
async function dueSince(id: string, moment: string): Promise<string> {
  const { jobId } = await rowOf(id);
  await db.update(reportSchedules).set({ nextAt: moment }).where(eq(reportSchedules.id, id));
  await db.update(jobs).set({ runAt: moment }).where(eq(jobs.id, jobId));
  return jobId;
}

/** The reports that were mailed to somebody, or will be. */
const reportsFor = (userId: string) =>
  db
    .select()
    .from(reports)
    .where(sql`${userId}::uuid = any(${reports.mailTo})`)
    .orderBy(desc(reports.createdAt));

const run = (jobId: string, bells = 1) =>
  deliver(
    givenPlant().context,
    tasks,
    Array.from({ length: bells }, () => doorbellFor(jobId)),
  );

describe("a recurring report", () => {
  it.each(["weekly", "monthly"] as const)(
    "is due when the period is over: %s",
    async (frequency) => {
      const { body, headers, id } = await given(frequency);
      expect(body).toMatchObject({
        frequency,
        version: 1,
        last_report_id: null,
        created_by: owner.id,
      });
      expect(body.next_at).toBe(nextStart(frequency, body.created_at));
      expect(headers.get("location")).toBe(`/v1/report-schedules/${id}`);
      const row = await rowOf(id);
      expect(await readJob(db, row.jobId)).toMatchObject({ state: "ready", runAt: row.nextAt });
    },
  );

  it.each(["weekly", "monthly"] as const)(
    "is made once and orders the next, however often it is rung for: %s",
    async (frequency) => {
      const reader = await givenUser();
      const { id, body } = await given(frequency, [reader]);
      const due = periodStart(frequency, body.created_at);
      const jobId = await dueSince(id, due);
      await run(jobId, 3);
      await run(jobId);
      const made = await reportsFor(reader.id);
      expect(made).toHaveLength(1);
      expect(made[0]).toMatchObject({
        kind: "publication",
        parameters: periodEndedAt(frequency, due),
        createdBy: owner.id,
      });
      const row = await rowOf(id);
      expect(row).toMatchObject({ version: 2, lastReportId: made[0]?.id });
      expect(row.nextAt).toBe(nextStart(frequency, due));
      expect(row.jobId).not.toBe(jobId);
      expect(await readJob(db, row.jobId)).toMatchObject({ state: "ready", runAt: row.nextAt });
      const [entry] = await db
        .select()
        .from(auditEntries)
        .where(and(eq(auditEntries.entityId, id), eq(auditEntries.version, 2)));
      expect(entry).toMatchObject({ action: "report_schedule.run", actorId: null });
    },
  );

  it("that was missed for weeks is made once, about the last of them, and is not late again", async () => {
    const reader = await givenUser();
    const { id, body } = await given("weekly", [reader]);
    const due = periodStart("weekly", body.created_at);
    const jobId = await dueSince(id, new Date(Date.parse(due) - 5 * 7 * 86_400_000).toISOString());
    await run(jobId);
    const made = await reportsFor(reader.id);
    expect(made.map(({ parameters }) => parameters)).toEqual([periodEndedAt("weekly", due)]);
    expect((await rowOf(id)).nextAt).toBe(nextStart("weekly", due));
  });

  it("is not made before its time by whoever tries its job again", async () => {
    const { id } = await given("weekly");
    const { jobId, nextAt } = await rowOf(id);
    await db
      .update(jobs)
      .set({ runAt: sql`now()` })
      .where(eq(jobs.id, jobId));
    await run(jobId);
    expect(await readJob(db, jobId)).toMatchObject({ state: "ready" });
    expect(await rowOf(id)).toMatchObject({ version: 1, nextAt });
  });

  it("comes by mail to each who reads it and is not suspended, as the PDF", async () => {
    const [reader, gone] = [await givenUser(), await givenUser()];
    await givenPost(owner, { status: "published" });
    const { id, body } = await given("monthly", [reader, gone]);
    await db.update(users).set({ status: "suspended" }).where(eq(users.id, gone.id));
    await run(await dueSince(id, periodStart("monthly", body.created_at)));
    const { lastReportId } = await rowOf(id);
    await drawAndMail(lastReportId ?? "");
    expect(await mailsTo(gone.email)).toEqual([]);
    const [mail, ...others] = await mailsTo(reader.email);
    expect(others).toEqual([]);
    const { body: report } = await send("GET", `/v1/reports/${lastReportId}`, {
      headers: reader.headers,
    });
    expect(report).toMatchObject({ status: "done" });
    expect(mail).toMatchObject({
      attachments: [{ name: report.file_name, type: "application/pdf", size: report.size }],
    });
    expect(mail?.text).toContain(`/v1/reports/${lastReportId}/file`);
  });

  it("that is too large for a mail is linked, and its readers may fetch it", async () => {
    const reader = await givenUser({ role: "author" });
    const { id, body } = await given("weekly", [reader]);
    await run(await dueSince(id, periodStart("weekly", body.created_at)));
    const { lastReportId } = await rowOf(id);
    const draw = await drawingOf(lastReportId ?? "");
    await run(draw);
    await db
      .update(reports)
      .set({ size: 4 * 1024 * 1024 + 1 })
      .where(eq(reports.id, lastReportId ?? ""));
    await mailAll(lastReportId ?? "");
    const [mail] = await mailsTo(reader.email);
    expect(mail).toMatchObject({ attachments: [] });
    const link = /https?:\/\/\S+(\/v1\/reports\/\S+)/u.exec(mail?.text ?? "")?.[1] ?? "";
    const { status } = await send("GET", link, { headers: reader.headers });
    expect(status).toBe(200);
    const stranger = await givenUser({ role: "author" });
    expect(codeOf(await send("GET", link, { headers: stranger.headers }))).toBe(40411);
  });
});

async function drawingOf(reportId: string): Promise<string> {
  const [row] = await db.select().from(reports).where(eq(reports.id, reportId));
  return row?.jobId ?? "";
}

async function mailAll(reportId: string): Promise<void> {
  const mails = await db
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(eq(jobs.kind, "mail-report"), sql`${jobs.args} ->> 'reportId' = ${reportId}`));
  for (const { id } of mails) await run(id, 2);
}

async function drawAndMail(reportId: string): Promise<void> {
  await run(await drawingOf(reportId));
  await mailAll(reportId);
}

describe("changing a recurring report", () => {
  it("to another frequency or start has another next one, and no ghost of the one before", async () => {
    const { id, body, etag } = await given("weekly");
    const { jobId } = await rowOf(id);
    const changed = await send("PATCH", `/v1/report-schedules/${id}`, {
      headers: { ...owner.headers, "if-match": etag },
      body: { frequency: "monthly", start: "2027-03-02" },
    });
    expect(changed.body).toMatchObject({
      frequency: "monthly",
      next_at: "2027-04-01T00:00:00.000Z",
      recipients: body.recipients,
      version: 2,
    });
    expect((await readJob(db, jobId)).state).toBe("cancelled");
    await db
      .update(jobs)
      .set({ state: "ready", finishedAt: null, cancelRequestedAt: null, runAt: sql`now()` })
      .where(eq(jobs.id, jobId));
    await run(jobId, 2);
    expect(await rowOf(id)).toMatchObject({ version: 2, lastReportId: null });
  });

  it("to other readers leaves its time alone; to nothing, all of it", async () => {
    const reader = await givenUser();
    const { id, etag, body } = await given("weekly");
    const { jobId } = await rowOf(id);
    const path = `/v1/report-schedules/${id}`;
    const headers = { ...owner.headers, "if-match": etag };
    const nothing = await send("PATCH", path, { headers, body: {} });
    expect(nothing.body).toEqual(body);
    const changed = await send("PATCH", path, {
      headers,
      body: { recipients: [reader.id, reader.id] },
    });
    expect(changed.body).toMatchObject({ recipients: [reader.id], next_at: body.next_at });
    expect((await rowOf(id)).jobId).toBe(jobId);
  });

  it("is refused for people who cannot be written to, and for a start beyond five years", async () => {
    const suspended = await givenUser({ status: "suspended" });
    for (const recipients of [[crypto.randomUUID()], [owner.id, suspended.id]]) {
      expect(codeOf(await order(owner, { frequency: "weekly", recipients }))).toBe(42204);
    }
    const late = { frequency: "weekly", recipients: [owner.id], start: "2099-01-01" };
    expect(codeOf(await order(owner, late))).toBe(42250);
  });

  it("that runs at this moment loses or wins, and makes no report twice", async () => {
    for (let round = 0; round < 5; round += 1) {
      const reader = await givenUser();
      const { id, body } = await given("weekly", [reader]);
      const jobId = await dueSince(id, periodStart("weekly", body.created_at));
      const [, changed] = await Promise.all([
        run(jobId, 2),
        send("PATCH", `/v1/report-schedules/${id}`, {
          headers: { ...owner.headers, "if-match": '"v1"' },
          body: { recipients: [owner.id, reader.id] },
        }),
      ]);
      expect([200, 41200]).toContain(codeOf(changed) ?? changed.status);
      expect(await reportsFor(reader.id)).toHaveLength(1);
      expect((await rowOf(id)).version).toBe(changed.status === 200 ? 3 : 2);
    }
  });

  it("to an end leaves nothing that would run", async () => {
    const { id, etag } = await given("weekly");
    const { jobId } = await rowOf(id);
    const headers = { ...owner.headers, "if-match": etag };
    expect((await send("DELETE", `/v1/report-schedules/${id}`, { headers })).status).toBe(204);
    expect((await readJob(db, jobId)).state).toBe("cancelled");
    expect(codeOf(await send("GET", `/v1/report-schedules/${id}`, { headers }))).toBe(40450);
  });
});

/** Claim, look, save, end. */
const requests = [1, 2, 3, 4];
const faults: readonly DatabaseFault[] = ["killed before", "killed after", "reply lost"];
const moments = requests.flatMap((at) => faults.map((fault) => [fault, at] as const));

describe("a worker that is lost while it orders a report", () => {
  it.each(moments)("(%s, request %i) orders it once, and the next", async (fault, at) => {
    const plant = givenPlant();
    const reader = await givenUser();
    const { id, body } = await given("weekly", [reader]);
    const due = periodStart("weekly", body.created_at);
    const jobId = await dueSince(id, due);
    const { struck, restore } = breakDatabase(at, fault);
    const consumed = deliver(plant.context, tasks, [doorbellFor(jobId)]);
    await (fault === "reply lost" ? consumed : struck);
    await struck;
    restore();
    for (let minute = 0; minute < 3; minute += 1) {
      await db
        .update(jobs)
        .set({ leaseUntil: sql`now() - interval '1 s'` })
        .where(and(eq(jobs.id, jobId), eq(jobs.state, "running")));
      await keepUp(plant.context);
      await db
        .update(jobs)
        .set({ runAt: sql`now()` })
        .where(and(eq(jobs.id, jobId), eq(jobs.state, "ready")));
      await run(jobId);
    }
    expect(await reportsFor(reader.id)).toHaveLength(1);
    expect(await rowOf(id)).toMatchObject({ version: 2, nextAt: nextStart("weekly", due) });
  });

  it("or whose job is lost altogether gets another within the minute", async () => {
    const plant = givenPlant();
    const reader = await givenUser();
    const { id, body } = await given("weekly", [reader]);
    const jobId = await dueSince(id, periodStart("weekly", body.created_at));
    await db.delete(jobs).where(eq(jobs.id, jobId));
    await keepUp(plant.context);
    const { jobId: another } = await rowOf(id);
    expect(another).not.toBe(jobId);
    await run(another);
    expect(await reportsFor(reader.id)).toHaveLength(1);
  });
});

describe("whoever has no such right", () => {
  it("does not see the recurring reports of others, or any", async () => {
    const editor = await givenUser();
    const author = await givenUser({ role: "author" });
    const own = await given("weekly", [editor], editor);
    const other = await given("weekly");
    const listed = await send("GET", "/v1/report-schedules?limit=100", { headers: editor.headers });
    expect(listed.body.data.map(({ id }: { id: string }) => id)).toEqual([own.id]);
    const path = `/v1/report-schedules/${other.id}`;
    expect(codeOf(await send("GET", path, { headers: editor.headers }))).toBe(40450);
    expect(codeOf(await send("GET", path, { headers: author.headers }))).toBe(40300);
  });
});
