import { exports } from "cloudflare:workers";
import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";

import { newJob } from "#core/jobs";
import { tidyUpKind } from "#domain/task-kinds";
import { insertJob } from "#repository/jobs";
import { jobs, sessions } from "#repository/models";
import { readEvents } from "#test/support/event-stream";
import { givenPlant } from "#test/support/jobs";
import { givenUser, type Person } from "#test/support/people";
import { ORIGIN } from "#test/support/requests";

const { db } = givenPlant().context;

async function givenRunning({ id: createdBy }: Person): Promise<string> {
  const job = newJob(tidyUpKind, {}, { createdBy });
  await insertJob(db, job);
  await db
    .update(jobs)
    .set({
      state: "running",
      leaseToken: crypto.randomUUID(),
      leaseUntil: sql`now() + interval '1 hour'`,
      doneCount: 1,
      totalCount: 4,
    })
    .where(eq(jobs.id, job.id));
  return job.id;
}

const watch = (id: string, { headers }: Person, more: Record<string, string> = {}) =>
  exports.default.fetch(`${ORIGIN}/v1/jobs/${id}/events`, { headers: { ...headers, ...more } });

const dataOf = (event: { data: string } | null): unknown => JSON.parse(event?.data ?? "null");

describe("the events of a job", () => {
  it("tell how far it is, each step once, until it has ended", async () => {
    const author = await givenUser({ role: "author" });
    const id = await givenRunning(author);
    const response = await watch(id, author);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect(response.headers.get("cache-control")).toBe("private, no-store");
    const reader = readEvents(response);
    const first = await reader.next();
    expect(first?.type).toBe("progress");
    expect(dataOf(first)).toEqual({
      status: "running",
      progress: 0.25,
      done: 1,
      total: 4,
      error: null,
    });
    await db.update(jobs).set({ doneCount: 3 }).where(eq(jobs.id, id));
    expect(dataOf(await reader.next())).toMatchObject({ progress: 0.75, done: 3 });
    await db
      .update(jobs)
      .set({
        state: "dead",
        leaseToken: null,
        leaseUntil: null,
        finishedAt: sql`now()`,
        errorCode: "broken",
        lastError: "It broke.",
      })
      .where(eq(jobs.id, id));
    const rest = await reader.rest();
    expect(rest.map(dataOf)).toEqual([
      {
        status: "failed",
        progress: 0.75,
        done: 3,
        total: 4,
        error: { code: "broken", message: "It broke." },
      },
    ]);
    const again = await watch(id, author, { "last-event-id": rest[0]?.lastEventId ?? "" });
    expect(again.status).toBe(204);
  });

  it("end with the right to read them", async () => {
    const author = await givenUser({ role: "author" });
    const reader = readEvents(await watch(await givenRunning(author), author));
    await reader.next();
    await db.delete(sessions).where(eq(sessions.id, author.sessionId));
    expect(await reader.next()).toBeNull();
  });
});
