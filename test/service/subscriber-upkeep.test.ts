import { env } from "cloudflare:workers";
import { inArray, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";

import { createContext } from "#core/context";
import { newId } from "#core/ids";
import { newJob } from "#core/jobs";
import { importSubscribersKind, tidyUpKind } from "#domain/task-kinds";
import { tasks } from "#domain/tasks";
import { insertJob } from "#repository/jobs";
import { jobs, mailEvents, subscribers } from "#repository/models";
import { insertSubscriberImport } from "#repository/subscriber-imports";
import { deliver, doorbellFor, givenPlant } from "#test/support/jobs";
import { givenSubscriber } from "#test/support/subscribers";

const { db, files } = createContext(env, { waitUntil: () => undefined }, "upkeep");

async function tidyUp(): Promise<void> {
  const { context } = givenPlant();
  const job = newJob(tidyUpKind, {});
  await insertJob(context.db, job);
  await deliver(context, tasks, [doorbellFor(job.id)]);
}

const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();

describe("tidying up", () => {
  it("forgets who never confirmed a fortnight after they were asked, and nobody else", async () => {
    const asked = { confirmationId: newId() };
    const given = [
      { status: "pending", confirmationExpiresAt: daysAgo(8) },
      { status: "pending", confirmationExpiresAt: daysAgo(6) },
      { status: "pending", confirmationExpiresAt: daysAgo(-6) },
      { status: "active", confirmationExpiresAt: daysAgo(30) },
      { status: "unsubscribed", confirmationExpiresAt: daysAgo(30) },
    ] as const;
    const made = await Promise.all(given.map((each) => givenSubscriber({ ...asked, ...each })));
    await tidyUp();
    const ids = made.map(({ id }) => id);
    const left = await db.select().from(subscribers).where(inArray(subscribers.id, ids));
    expect(left.map(({ id }) => id).toSorted()).toEqual(ids.slice(1).toSorted());
  });

  it("forgets what providers reported after ninety days", async () => {
    const report = { provider: "resend", kind: "delivered", addressHash: "x" };
    const rows = [89, 91].map((days) => ({
      ...report,
      eventId: `${days}`,
      createdAt: daysAgo(days),
    }));
    await db.insert(mailEvents).values(rows);
    await tidyUp();
    expect(await db.select({ id: mailEvents.eventId }).from(mailEvents)).toEqual([{ id: "89" }]);
  });

  it("keeps the list of an import that failed for a week, to be tried again", async () => {
    const keys = await Promise.all(
      [6, 8].map(async (days) => {
        const id = newId();
        const objectKey = `imports/subscribers-${id}.csv`;
        const job = newJob(importSubscribersKind, { importId: id });
        const row = { id, jobId: job.id, createdBy: null, objectKey, size: 9 };
        await files.put(objectKey, "email\na@b\n");
        await db.batch([
          insertJob(db, job),
          insertSubscriberImport(db, {
            ...row,
            attestation: "Yes.",
            newsletterIds: [],
            labels: [],
          }),
          db
            .update(jobs)
            .set({ state: "dead", finishedAt: daysAgo(days) })
            .where(sql`id = ${job.id}`),
        ]);
        return objectKey;
      }),
    );
    await tidyUp();
    const { objects } = await files.list({ prefix: "imports/subscribers-" });
    expect(objects.map(({ key }) => key)).toEqual([keys[0]]);
  });
});
