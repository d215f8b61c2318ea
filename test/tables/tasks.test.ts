import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";

import { newId } from "#core/ids";
import type { NewJob } from "#core/jobs";
import { tasks } from "#domain/tasks";
import { insertImport } from "#repository/imports";
import { insertJob } from "#repository/jobs";
import { jobs, posts } from "#repository/models";
import { insertReport } from "#repository/reports";
import { deliver, doorbellFor, givenPlant, readJob } from "#test/support/jobs";
import { mailsTo } from "#test/support/mails";
import { givenUser } from "#test/support/people";

import { readState } from "./state";
import { db, files, givenInviteOf, givenOwner, givenPostOf, givenReset } from "./things";

/** What a task is given to do. */
interface Work {
  readonly payload: unknown;
  /** Saved after the job: what needs the job to be there. */
  readonly after?: (jobId: string) => Promise<unknown>;
  /** An address that may get mail of it. */
  readonly reader?: string;
}

const documents = [
  { path: "one.md", front_matter: { title: "One", date: "2026-01-01", tags: ["Sea"] } },
  { path: "two.md", front_matter: { title: "Two", author: "Ada", category: "Land" } },
  { path: "bad.md", front_matter: { title: 5, date: "never" } },
].map((document) => JSON.stringify({ ...document, markdown: "Some *words*." }));

/** For every task, work that it has not done yet. */
const works: Readonly<Record<string, () => Promise<Work>>> = {
  async "mail-invite"() {
    const { id: tokenId, email } = await givenInviteOf(await givenOwner());
    return { payload: { tokenId }, reader: email };
  },
  async "mail-password-reset"() {
    const person = await givenUser();
    return { payload: { tokenId: (await givenReset(person)).id }, reader: person.email };
  },
  async "import-documents"() {
    const { id: createdBy } = await givenOwner();
    const id = newId();
    const objectKey = `imports/${id}.ndjson`;
    const text = `${documents.join("\n")}\nnot a line\n`;
    await files.put(objectKey, text);
    const row = { id, createdBy, objectKey, size: text.length };
    return {
      payload: { importId: id },
      after: (jobId) => db.batch([insertImport(db, { ...row, jobId })]),
    };
  },
  async "draw-report"() {
    const owner = await givenOwner();
    await givenPostOf(owner, { status: "published" });
    const id = newId();
    const row = { id, createdBy: owner.id, kind: "publication", parameters: {} } as const;
    return {
      payload: { reportId: id },
      after: (jobId) => db.batch([insertReport(db, { ...row, jobId, fileName: "report.pdf" })]),
    };
  },
  async "delete-files"() {
    const prefix = `reports/${newId()}/`;
    await Promise.all([files.put(`${prefix}a.pdf`, "a"), files.put(`${prefix}b.pdf`, "b")]);
    return { payload: { prefix } };
  },
  async "tidy-up"() {
    const { id } = await givenPostOf(await givenOwner(), { trashed: true });
    const old = sql`now() - interval '31 days'`;
    await db.update(posts).set({ deletedAt: old }).where(eq(posts.id, id));
    return { payload: {} };
  },
};

/** Everything that a task could have changed, but for what keeps the books of jobs. */
async function readWorld({ reader }: Work) {
  const { jobs: _jobs, heartbeats: _heartbeats, ...state } = await readState();
  return { ...state, mails: reader === undefined ? [] : await mailsTo(reader) };
}

const run = async (jobId: string): Promise<string> => {
  await deliver(givenPlant().context, tasks, [doorbellFor(jobId)]);
  return (await readJob(db, jobId)).state;
};

/** As if the worker had died before it could say that it was done. What it saved on the way is saved. */
const forgetEnding = (jobId: string) =>
  db
    .update(jobs)
    .set({ state: "ready", finishedAt: null, result: null, runAt: sql`now()` })
    .where(eq(jobs.id, jobId));

describe("a task may be run again after it was run", () => {
  it("which every task is asked for", () => {
    expect(Object.keys(works).toSorted()).toEqual(tasks.map(({ name }) => name).toSorted());
  });

  it.each(Object.keys(works))("and nothing is different: %s", async (name) => {
    const task = tasks.find((each) => each.name === name);
    const work = await works[name]?.();
    if (!task || !work) throw new Error(`There is no task ${name}.`);
    const job: NewJob = {
      id: newId(),
      kind: task.name,
      lane: task.lane,
      args: task.payload.parse(work.payload),
      dedupeKey: null,
      runAt: null,
      maxFailures: 1,
      maxClaims: 5,
      createdBy: null,
      requestId: null,
    };
    await insertJob(db, job);
    await work.after?.(job.id);
    const before = await readWorld(work);

    expect(await run(job.id)).toBe("done");
    const once = await readWorld(work);
    expect(once, "the first run does something").not.toEqual(before);

    await forgetEnding(job.id);
    expect(await run(job.id)).toBe("done");
    expect(await readWorld(work)).toEqual(once);
  });
});
