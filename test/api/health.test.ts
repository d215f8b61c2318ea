import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";

import { newId } from "#core/ids";
import { done } from "#core/jobs";
import { tasks } from "#domain/tasks";
import { markBeat } from "#repository/health";
import { heartbeats, jobs, posts, reportSchedules, users } from "#repository/models";
import { keepUp } from "#service/upkeep";
import {
  deliver,
  doorbellFor,
  givenJob,
  givenPlant,
  givenTask,
  passTime,
} from "#test/support/jobs";
import { givenUser } from "#test/support/people";
import { change, inSeconds } from "#test/support/plans";
import { givenPost } from "#test/support/posts";
import { send, type Sent } from "#test/support/requests";

const { db } = givenPlant().context;
const editor = await givenUser();

const look = (): Promise<Sent> => send("GET", "/health/ready");
const colourOf = ({ status, body }: Sent) => [status, body.status];
const green = [200, "ready"];
const red = [503, "late"];

/** Nothing waits, nothing is planned, and cron has just called. */
async function givenCalm(): Promise<void> {
  await db.delete(reportSchedules);
  await db
    .update(posts)
    .set({ status: "draft", publishAt: null, unpublishAt: null, publishLag: null });
  await db.delete(jobs);
  await db.batch([markBeat(db, "cron"), markBeat(db, "sweep")]);
}

/** Lets time pass, but not for cron. */
async function passTimeUnderCron(seconds: number): Promise<void> {
  await passTime(db, seconds);
  await db.batch([markBeat(db, "cron"), markBeat(db, "sweep")]);
}

describe("readiness", () => {
  it("is green, with nothing late to tell of, when all is calm", async () => {
    await givenCalm();
    const answer = await look();
    expect(colourOf(answer)).toEqual(green);
    expect(answer.roundTrips).toBe(1);
    expect(answer.body).toMatchObject({
      oldest_due_job_seconds: null,
      oldest_overdue_seconds: null,
      publish_lag_ms: null,
    });
  });

  it("turns red when cron has been silent for two minutes, though others sweep, and green when it calls", async () => {
    await givenCalm();
    await passTime(db, 110);
    expect(colourOf(await look())).toEqual(green);
    await passTime(db, 20);
    await markBeat(db, "sweep");
    const silent = await look();
    expect(colourOf(silent)).toEqual(red);
    expect(silent.body.last_cron_seconds_ago).toBeGreaterThanOrEqual(130);
    await keepUp(givenPlant().context);
    expect(colourOf(await look())).toEqual(green);
  });

  it("gives cron a quarter of an hour to call for the first time", async () => {
    await givenCalm();
    await db.delete(heartbeats);
    const fresh = await look();
    expect(colourOf(fresh)).toEqual(green);
    expect(fresh.body.last_cron_seconds_ago).toBeNull();
    const created = sql`${users.createdAt} - interval '16 minutes'`;
    await db.update(users).set({ createdAt: created });
    expect(colourOf(await look())).toEqual(red);
  });

  it("turns red when a job is two minutes late", async () => {
    await givenCalm();
    await givenJob(
      db,
      givenTask(async () => done()),
    );
    await passTimeUnderCron(115);
    expect(colourOf(await look())).toEqual(green);
    await passTimeUnderCron(10);
    const late = await look();
    expect(colourOf(late)).toEqual(red);
    expect(late.body.oldest_due_job_seconds).toBeGreaterThanOrEqual(125);
  });

  it.each(["publish_at", "unpublish_at"])(
    "turns red when a post is two minutes past its %s, with or without a job",
    async (what) => {
      await givenCalm();
      const isOut = what === "unpublish_at";
      const post = await givenPost(editor, isOut ? { status: "published" } : {});
      const route = isOut ? "schedule-unpublish" : "schedule";
      const planned = await change(editor, post, route, { [what]: inSeconds(3600) });
      expect(planned.status).toBe(200);
      await db.delete(jobs);
      await passTimeUnderCron(3600 + 110);
      expect(colourOf(await look())).toEqual(green);
      await passTimeUnderCron(20);
      const late = await look();
      expect(colourOf(late)).toEqual(red);
      expect(late.body.oldest_overdue_seconds).toBeGreaterThanOrEqual(129);
    },
  );

  it("turns red when a recurring report is two minutes late", async () => {
    await givenCalm();
    await db.insert(reportSchedules).values({
      frequency: "weekly",
      recipients: [editor.id],
      nextAt: sql`now() - interval '130 seconds'`,
      jobId: newId(),
    });
    expect(colourOf(await look())).toEqual(red);
  });

  it("tells how late posts went out lately, and forgets it after a day", async () => {
    await givenCalm();
    for (const seconds of [2, 5, 40]) {
      const planned = await change(editor, await givenPost(editor), "schedule", {
        publish_at: inSeconds(3600),
      });
      await passTimeUnderCron(3600 + seconds);
      const [row] = await db.select().from(posts).where(eq(posts.id, planned.body.id));
      await deliver(givenPlant().context, tasks, [doorbellFor(row?.publishJobId ?? "")]);
    }
    const { body } = await look();
    expect(body.publish_lag_ms.median).toBeGreaterThanOrEqual(5000);
    expect(body.publish_lag_ms.median).toBeLessThan(40_000);
    expect(body.publish_lag_ms.worst).toBeGreaterThanOrEqual(40_000);
    const published = sql`${posts.publishedAt} - interval '25 hours'`;
    await db.update(posts).set({ publishedAt: published });
    expect((await look()).body.publish_lag_ms).toBeNull();
  });
});
