import { eq, sql } from "drizzle-orm";
import { afterEach, describe, expect, it, vi } from "vitest";

import { sendTogether } from "#core/db";
import { newId, now } from "#core/ids";
import type { NewJob } from "#core/jobs";
import { randomHex } from "#core/tokens";
import { newEvent } from "#domain/events";
import { newReportSchedule, periodStart } from "#domain/report-schedules";
import { everybody, newParts } from "#domain/sends";
import { pendingSubscriber } from "#domain/subscribers";
import { tasks } from "#domain/tasks";
import { insertImport } from "#repository/imports";
import { insertJob } from "#repository/jobs";
import { events, jobs, media, posts, webhookDeliveries } from "#repository/models";
import { insertReportSchedule } from "#repository/report-schedules";
import { insertReport } from "#repository/reports";
import { beginSend, freezeAudience } from "#repository/sends/audience";
import { insertSubscriberImport } from "#repository/subscriber-imports";
import { openConfirmation } from "#repository/subscribers";
import { deliver, doorbellFor, givenPlant, readJob } from "#test/support/jobs";
import { mailsTo } from "#test/support/mails";
import { givenNewsletter, givenSubscribers } from "#test/support/newsletters";
import { givenUser } from "#test/support/people";
import { png } from "#test/support/pictures";
import { givenSubscriber, newReader } from "#test/support/subscribers";
import { givenReceiver } from "#test/support/webhooks";

import { givenNewsletterRow, givenSendRow } from "./recipes/newsletters";
import { givenWebhookRow } from "./recipes/webhooks";
import { readState } from "./state";
import {
  db,
  files,
  givenInviteOf,
  givenOwner,
  givenPostOf,
  givenReportOf,
  givenReset,
} from "./things";

afterEach(() => void vi.useRealTimers());

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

async function givenReaders(count: number) {
  const newsletter = await givenNewsletter(db);
  return { newsletter, readers: await givenSubscribers(db, newsletter.id, count) };
}

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
  async "process-media"() {
    const { id: createdBy } = await givenOwner();
    const id = newId();
    const uploadKey = `uploads/${id}`;
    const bytes = png(30, 20, { seed: 7 });
    await files.put(uploadKey, bytes);
    const about = { fileName: "a.png", contentType: "image/png", size: bytes.byteLength };
    return {
      payload: { mediaId: id },
      after: (jobId) =>
        db.insert(media).values({ id, createdBy, uploadKey, jobId, sha256: "0", ...about }),
    };
  },
  async "fetch-pictures"() {
    const owner = await givenOwner();
    const { id } = await givenPostOf(owner);
    const html = '<p><img src="https://intranet/a.png"></p>';
    await db
      .update(posts)
      .set({ importPath: `${id}.md`, html })
      .where(eq(posts.id, id));
    return { payload: { importId: newId() } };
  },
  async "remove-media"() {
    const digest = randomHex(64);
    await files.put(`media/${digest}.png`, "a");
    await files.put(`media/${digest}-320.webp`, "b");
    return { payload: { sha256: digest } };
  },
  async "find-orphans"() {
    await files.put(`uploads/${newId()}`, "a");
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 25 * 3600 * 1000 });
    return { payload: {} };
  },
  async "prepare-send"() {
    const { newsletter } = await givenReaders(3);
    const { id: sendId } = await givenSendRow({ newsletterId: newsletter.id, state: "building" });
    return { payload: { sendId } };
  },
  async "send-part"() {
    const { newsletter, readers } = await givenReaders(3);
    const { id: sendId } = await givenSendRow({ newsletterId: newsletter.id, state: "building" });
    const freeze = { sendId, newsletterId: newsletter.id, batchSize: 100, slice: 1000 };
    await db.batch(freezeAudience(db, { ...freeze, segment: everybody }));
    const content = { subject: "Hello", html: "<p>Hello.</p>", text: "Hello." };
    const [part] = newParts(sendId, "first", { requestId: null });
    await sendTogether(db, beginSend(db, sendId, content, part));
    await db.update(jobs).set({ state: "done", finishedAt: now() }).where(eq(jobs.id, part.id));
    return { payload: { sendId, part: 1 }, reader: readers[0] ?? "" };
  },
  async "mail-test-send"() {
    const { id: userId, email, ...person } = await givenUser();
    const { id: newsletterId } = await givenNewsletterRow();
    const { id: postId } = await givenPostOf({ ...person, id: userId });
    return { payload: { newsletterId, postId, userId }, reader: email };
  },
  async "delete-files"() {
    const prefix = `reports/${newId()}/`;
    await Promise.all([files.put(`${prefix}a.pdf`, "a"), files.put(`${prefix}b.pdf`, "b")]);
    return { payload: { prefix } };
  },
  async "announce-event"() {
    await givenWebhookRow({ events: ["tag.*"] });
    const event = newEvent("tag.created", {});
    await db.insert(events).values(event);
    return { payload: { eventId: event.id } };
  },
  async "deliver-webhook"() {
    const webhookId = await givenWebhookRow({ url: givenReceiver().url });
    const event = newEvent("tag.created", {});
    const id = newId();
    await db.insert(events).values(event);
    return {
      payload: { deliveryId: id },
      after: (jobId) =>
        db.insert(webhookDeliveries).values({ id, webhookId, eventId: event.id, jobId }),
    };
  },
  async "mail-webhook-disabled"() {
    const { id: userId, email } = await givenOwner();
    const webhookId = await givenWebhookRow({ status: "disabled", disabledReason: "gone" });
    return { payload: { webhookId, userId }, reader: email };
  },
  async "publish-post"() {
    const { id } = await givenPostOf(await givenOwner());
    const publishAt = new Date(Date.now() - 1000).toISOString();
    return {
      payload: { postId: id },
      after: (publishJobId) =>
        db
          .update(posts)
          .set({ status: "scheduled", publishAt, publishJobId })
          .where(eq(posts.id, id)),
    };
  },
  async "unpublish-post"() {
    const { id } = await givenPostOf(await givenOwner(), { status: "published" });
    const unpublishAt = new Date(Date.now() - 1000).toISOString();
    return {
      payload: { postId: id },
      after: (unpublishJobId) =>
        db.update(posts).set({ unpublishAt, unpublishJobId }).where(eq(posts.id, id)),
    };
  },
  async "run-report-schedule"() {
    const { id: createdBy } = await givenOwner();
    const id = newId();
    const nextAt = periodStart("weekly", new Date().toISOString());
    const planned = { id, createdBy, recipients: [createdBy], nextAt };
    return {
      payload: { scheduleId: id },
      after: (jobId) => {
        const schedule = newReportSchedule({ ...planned, frequency: "weekly", jobId });
        return db.batch([insertReportSchedule(db, schedule)]);
      },
    };
  },
  async "mail-report"() {
    const { id: userId, email } = await givenUser();
    return { payload: { reportId: await givenReportOf({ id: userId }), userId }, reader: email };
  },
  async "mail-subscription-confirmation"() {
    const pending = pendingSubscriber({ email: newReader(), name: null, source: "form" });
    await sendTogether(db, openConfirmation(db, { subscriber: pending, details: {} }));
    return { payload: { confirmationId: pending.confirmationId }, reader: pending.email };
  },
  async "mail-subscription-reminder"() {
    const { id: subscriberId, email } = await givenSubscriber();
    return { payload: { subscriberId }, reader: email };
  },
  async "import-subscribers"() {
    const { id: createdBy } = await givenOwner();
    const { id: newsletterId } = await givenNewsletter(db);
    const id = newId();
    const objectKey = `imports/subscribers-${id}.csv`;
    const text = `email,name\n${newReader()},Ada\n${newReader()},"Bob"\nnobody,Eve\n`;
    await files.put(objectKey, text);
    const row = {
      id,
      createdBy,
      objectKey,
      size: text.length,
      attestation: "On paper.",
      labels: [],
    };
    return {
      payload: { importId: id },
      after: (jobId) =>
        sendTogether(db, [
          insertSubscriberImport(db, { ...row, jobId, newsletterIds: [newsletterId] }),
        ]),
    };
  },
  async "purge-edge"() {
    return { payload: { tags: ["posts", `post-${newId()}`] } };
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
  const purged = [...forgotten].toSorted();
  return { ...state, purged, mails: reader === undefined ? [] : await mailsTo(reader) };
}

/** Tags that the platform's cache was told to forget. */
const forgotten = new Set<string>();

const run = async (jobId: string): Promise<string> => {
  const { context, purges } = givenPlant();
  await deliver(context, tasks, [doorbellFor(jobId)]);
  for (const tag of purges.flat()) forgotten.add(tag);
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
