import { env, exports } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { describe, expect, it, vi } from "vitest";

import { newId, now } from "#core/ids";
import { done } from "#core/jobs";
import { cancelJob } from "#repository/jobs";
import { jobStore } from "#repository/jobs/store";
import { auditEntries } from "#repository/models";
import { doorbellFor, givenJob, givenPlant, givenTask, readJob } from "#test/support/jobs";
import { givenPublishableKey, givenSecretKey, givenUser } from "#test/support/people";

const { db } = givenPlant().context;
const task = givenTask(async () => done());
const editor = await givenUser({ role: "editor" });

/** The queue itself is a far end: what is rung for here must not be worked on while a test looks. */
const bells = vi.spyOn(env.QUEUE_DEFAULT, "sendBatch").mockResolvedValue({
  metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } },
});

async function request(
  method: string,
  path: string,
  headers: Record<string, string> = editor.headers,
) {
  const answer = await exports.default.fetch(`https://cms.test/v1${path}`, { method, headers });
  const cost = /desc="(\d+)"/u.exec(answer.headers.get("server-timing") ?? "")?.[1];
  return {
    status: answer.status,
    headers: answer.headers,
    // oxlint-disable-next-line typescript/no-explicit-any
    body: await answer.json<any>(),
    roundTrips: Number(cost),
  };
}

/** A job of this task that a worker has. */
async function givenRunning(createdBy: string | null = null) {
  const job = await givenJob(db, task, { createdBy });
  const lease = { jobId: job.id, token: crypto.randomUUID() };
  await jobStore.claim(db, lease, {});
  return { ...job, lease };
}

async function givenDead(createdBy: string | null = null, dedupeKey: string | null = null) {
  const job = await givenJob(db, task, { createdBy, dedupeKey });
  const lease = { jobId: job.id, token: crypto.randomUUID() };
  await jobStore.claim(db, lease, {});
  const failure = { code: "glyph_missing", message: "No glyph.", retrySeconds: null };
  await jobStore.fail(db, lease, failure);
  return job;
}

describe("GET /v1/jobs/{id}", () => {
  it("shows how a job stands", async () => {
    const { id, lease } = await givenRunning();
    await jobStore.checkpoint(db, lease, { cursor: {}, done: 25, total: 100, leaseSeconds: 60 });
    const row = await readJob(db, id);
    expect(await request("GET", `/jobs/${id}`)).toMatchObject({
      status: 200,
      body: {
        id,
        kind: task.name,
        status: "running",
        progress: 0.25,
        attempts: 1,
        failures: 0,
        max_failures: task.maxFailures,
        error: null,
        result: null,
        run_at: row.runAt,
        created_at: row.createdAt,
        finished_at: null,
      },
    });
  });

  it("says why a job failed, and shows the result of one that is done", async () => {
    const dead = await givenDead();
    const { id, lease } = await givenRunning();
    const outcome = { kind: "done", result: { pages: 3 }, effects: [], jobs: [] } as const;
    await jobStore.complete(db, lease, outcome);
    expect((await request("GET", `/jobs/${dead.id}`)).body).toMatchObject({
      status: "failed",
      error: { code: "glyph_missing", message: "No glyph." },
    });
    expect((await request("GET", `/jobs/${id}`)).body).toMatchObject({
      status: "done",
      progress: 1,
      result: { pages: 3 },
    });
  });

  it("never says that everything is done before it is", async () => {
    const { id, lease } = await givenRunning();
    await jobStore.checkpoint(db, lease, { cursor: {}, done: 100, total: 100, leaseSeconds: 60 });
    expect((await request("GET", `/jobs/${id}`)).body).toMatchObject({ progress: 0.99 });
  });

  it("shows nothing of how a job is worked, and costs one round trip", async () => {
    const { id } = await givenRunning();
    const { body, roundTrips } = await request("GET", `/jobs/${id}`);
    expect(Object.keys(body).toSorted().join(" ")).toBe(
      "attempts created_at error failures finished_at id kind max_failures progress result run_at status",
    );
    expect(roundTrips).toBe(1);
  });
});

describe("GET /v1/jobs", () => {
  it("walks through the jobs of a kind, newest first", async () => {
    const kind = givenTask(async () => done());
    const ids: string[] = [];
    for (let made = 0; made < 3; made += 1) ids.unshift((await givenJob(db, kind)).id);
    const first = await request("GET", `/jobs?kind=${kind.name}&limit=2`);
    const { data, next_cursor: cursor } = first.body;
    const second = await request("GET", `/jobs?kind=${kind.name}&limit=2&cursor=${cursor}`);
    expect(data.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 2));
    expect(second.body).toMatchObject({ data: [{ id: ids[2] }], next_cursor: null });
  });

  it.each([
    ["queued", "ready"],
    ["cancelled", "cancelled"],
  ])("shows only what is %s when asked", async (status, state) => {
    const ended = await givenJob(db, task);
    await cancelJob(db, ended.id, now());
    await givenJob(db, task);
    const { body } = await request("GET", `/jobs?status=${status}&limit=100`);
    const data: { id: string; status: string }[] = body.data;
    expect(data.length).toBeGreaterThan(0);
    expect(new Set(data.map((job) => job.status))).toEqual(new Set([status]));
    for (const { id } of data) expect((await readJob(db, id)).state).toBe(state);
  });

  it("shows authors their own jobs alone, in one round trip", async () => {
    const author = await givenUser({ role: "author" });
    const mine = await givenJob(db, task, { createdBy: author.id });
    await givenJob(db, task, { createdBy: editor.id });
    const { body, roundTrips } = await request("GET", "/jobs", author.headers);
    expect(body.data).toMatchObject([{ id: mine.id }]);
    expect(roundTrips).toBe(1);
  });

  it.each(["?status=ready", "?limit=0", "?color=red", `?kind=${"k".repeat(101)}`])(
    "refuses %s",
    async (query) => {
      expect((await request("GET", `/jobs${query}`)).status).toBe(422);
    },
  );
});

describe("POST /v1/jobs/{id}/retry", () => {
  it("gives a failed job all its chances again, and rings for it", async () => {
    const { id } = await givenDead();
    const { status, headers, body, roundTrips } = await request("POST", `/jobs/${id}/retry`);
    expect(status).toBe(202);
    expect(headers.get("location")).toBe(`/v1/jobs/${id}`);
    expect(roundTrips).toBe(2);
    expect(bells).toHaveBeenLastCalledWith([{ body: doorbellFor(id), delaySeconds: 0 }]);
    expect(body).toMatchObject({ status: "queued", attempts: 0, failures: 0, error: null });
    expect(await readJob(db, id)).toMatchObject({ state: "ready", claims: 0, failures: 0 });
  });

  it("takes a cancellation back", async () => {
    const { id } = await givenJob(db, task);
    await cancelJob(db, id, now());
    expect((await request("POST", `/jobs/${id}/retry`)).status).toBe(202);
    expect(await readJob(db, id)).toMatchObject({ state: "ready", cancelRequestedAt: null });
  });

  it("refuses a job that waits, runs, or whose place another has taken", async () => {
    const waiting = await givenJob(db, task);
    const running = await givenRunning();
    const dedupeKey = newId();
    const replaced = await givenDead(null, dedupeKey);
    await givenJob(db, task, { dedupeKey });
    for (const { id } of [waiting, running, replaced]) {
      const before = await readJob(db, id);
      expect((await request("POST", `/jobs/${id}/retry`)).body.internal_code).toBe(40907);
      expect(await readJob(db, id)).toEqual(before);
    }
  });

  it("answers a repeated request as it did the first time", async () => {
    const { id } = await givenDead();
    const headers = { ...editor.headers, "idempotency-key": newId() };
    const first = await request("POST", `/jobs/${id}/retry`, headers);
    const second = await request("POST", `/jobs/${id}/retry`, headers);
    expect(second).toMatchObject({ status: 202, body: first.body });
    expect(second.headers.get("idempotency-replayed")).toBe("true");
  });
});

describe("POST /v1/jobs/{id}/cancel", () => {
  it("is in the audit, like every change", async () => {
    const { id } = await givenJob(db, task);
    await request("POST", `/jobs/${id}/cancel`);
    const entries = await db.select().from(auditEntries).where(eq(auditEntries.entityId, id));
    expect(entries).toMatchObject([{ action: "job.cancel", actorId: editor.id }]);
  });

  it("ends a job that waits, and says when", async () => {
    const { id } = await givenJob(db, task);
    const { status, body } = await request("POST", `/jobs/${id}/cancel`);
    expect(status).toBe(202);
    const { finishedAt } = await readJob(db, id);
    expect(body).toMatchObject({ status: "cancelled", finished_at: finishedAt });
  });

  it("asks a job that runs to stop", async () => {
    const { id, lease } = await givenRunning();
    const { status, body } = await request("POST", `/jobs/${id}/cancel`);
    expect({ status, body }).toMatchObject({ status: 202, body: { status: "running" } });
    const checkpoint = { cursor: {}, done: 1, total: 2, leaseSeconds: 60 };
    expect(await jobStore.checkpoint(db, lease, checkpoint)).toBe("stop");
  });

  it("refuses a job that has ended", async () => {
    const { id } = await givenDead();
    expect((await request("POST", `/jobs/${id}/cancel`)).body.internal_code).toBe(40908);
  });
});

describe("who may", () => {
  const paths = [
    ["GET", ""],
    ["POST", "/retry"],
    ["POST", "/cancel"],
  ] as const;

  it.each(paths)(
    "%s /v1/jobs/{id}%s: nobody without credentials or with a key for readers",
    async (method, path) => {
      const { id } = await givenDead();
      expect((await request(method, `/jobs/${id}${path}`, {})).status).toBe(401);
      const { headers } = await givenPublishableKey(editor);
      expect((await request(method, `/jobs/${id}${path}`, headers)).status).toBe(403);
    },
  );

  it.each(paths)(
    "%s /v1/jobs/{id}%s: authors with their own, and no word about others'",
    async (method, path) => {
      const author = await givenUser({ role: "author" });
      const make = (createdBy: string) =>
        path === "/cancel" ? givenJob(db, task, { createdBy }) : givenDead(createdBy);
      const [own, other] = [await make(author.id), await make(editor.id)];
      expect((await request(method, `/jobs/${own.id}${path}`, author.headers)).status).toBeLessThan(
        300,
      );
      const refused = await request(method, `/jobs/${other.id}${path}`, author.headers);
      const missing = await request(method, `/jobs/${newId()}${path}`, author.headers);
      expect([refused.status, missing.status]).toEqual([404, 404]);
      expect(refused.body.detail).toBe(missing.body.detail);
    },
  );

  it("a secret key only with the scope for it", async () => {
    const { id } = await givenDead();
    const { headers } = await givenSecretKey(editor, ["jobs:read"]);
    expect((await request("GET", `/jobs/${id}`, headers)).status).toBe(200);
    expect((await request("POST", `/jobs/${id}/retry`, headers)).body.internal_code).toBe(40303);
  });
});
