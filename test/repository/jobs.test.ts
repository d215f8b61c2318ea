import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";

import { newId, now } from "#core/ids";
import { done, newJob, retryAfter } from "#core/jobs";
import { type Keyset, type Page, toPage } from "#core/pages";
import { sha256 } from "#core/tokens";
import { selectHealth } from "#repository/health";
import { cancelJob, selectJob, insertJob, selectJobs, requeueJob } from "#repository/jobs";
import { jobStore } from "#repository/jobs/store";
import { heartbeats, imports, type JobRow, jobs, reports } from "#repository/models";
import {
  countEffects,
  effectOn,
  givenJob,
  givenPlant,
  givenTask,
  passTime,
  readJob,
} from "#test/support/jobs";
import { givenUser } from "#test/support/people";

const { db } = givenPlant().context;
const task = givenTask(async () => done());
const leaseSeconds = { [task.name]: task.leaseSeconds };
const finished = { kind: "done", result: null, effects: [], jobs: [] } as const;

const leaseOn = (jobId: string) => ({ jobId, token: crypto.randomUUID() });

async function givenClaim(options: Parameters<typeof givenJob>[2] = {}) {
  const job = await givenJob(db, task, options);
  const lease = leaseOn(job.id);
  await jobStore.claim(db, lease, leaseSeconds);
  return { job, lease };
}

/** A lease that ran out, and the one of the worker that has the job now. */
async function givenStaleLease() {
  const { job, lease: stale } = await givenClaim();
  await passTime(db, 61);
  const lease = leaseOn(job.id);
  await jobStore.claim(db, lease, leaseSeconds);
  return { job, stale, lease };
}

describe("claiming", () => {
  it("gives each of 200 jobs to one of 12 workers that all want it", async () => {
    const rows = Array.from({ length: 200 }, () => newJob(task, {}));
    const [first, ...others] = rows.map((job) => insertJob(db, job));
    if (first) await db.batch([first, ...others]);

    const winners: string[] = [];
    for (const { id } of rows) {
      const claims = Array.from({ length: 12 }, () =>
        jobStore.claim(db, leaseOn(id), leaseSeconds),
      );
      winners.push(...(await Promise.all(claims)).flatMap((job) => job?.id ?? []));
    }

    expect(winners).toHaveLength(200);
    expect(new Set(winners)).toEqual(new Set(rows.map(({ id }) => id)));
  }, 30_000);

  it("answers the same claim again, and charges it once", async () => {
    const { id } = await givenJob(db, task);
    const lease = leaseOn(id);
    const first = await jobStore.claim(db, lease, leaseSeconds);
    const second = await jobStore.claim(db, lease, leaseSeconds);
    expect(first).toMatchObject({ id, claims: 1 });
    expect(second).toMatchObject({ id, claims: 1 });
  });

  it("refuses a job before its time", async () => {
    const runAt = new Date(Date.now() + 3_600_000).toISOString();
    const { id } = await givenJob(db, task, { runAt });
    expect(await jobStore.claim(db, leaseOn(id), leaseSeconds)).toBeUndefined();
    await passTime(db, 3601);
    expect(await jobStore.claim(db, leaseOn(id), leaseSeconds)).toMatchObject({ id });
  });

  it("takes a job over when the lease of its worker has run out, and not before", async () => {
    const { job } = await givenClaim();
    await passTime(db, 58);
    expect(await jobStore.claim(db, leaseOn(job.id), leaseSeconds)).toBeUndefined();
    await passTime(db, 3);
    expect(await jobStore.claim(db, leaseOn(job.id), leaseSeconds)).toMatchObject({ claims: 2 });
  });
});

describe("a worker that lost its lease", () => {
  it("completes nothing: no effect, no next job, no change to the job", async () => {
    const { job, stale } = await givenStaleLease();
    const next = newJob(task, {});
    const before = await readJob(db, job.id);

    const effects = [effectOn(db, job.id)];
    const answer = await jobStore.complete(db, stale, { ...finished, effects, jobs: [next] });

    expect(answer).toBe("lost");
    expect(await readJob(db, job.id)).toEqual(before);
    expect(await countEffects(db, job.id)).toBe(0);
    expect(await selectJob(db, next.id)).toEqual([]);
  });

  it("saves no checkpoint, and does not renew a lease that is not its own", async () => {
    const { job, stale } = await givenStaleLease();
    const before = await readJob(db, job.id);
    const checkpoint = { cursor: { at: 9 }, done: 9, total: 9, leaseSeconds: 999 };

    const answer = await jobStore.checkpoint(db, stale, {
      ...checkpoint,
      effects: [effectOn(db, job.id)],
    });

    expect(answer).toBe("lost");
    expect(await readJob(db, job.id)).toEqual(before);
    expect(await countEffects(db, job.id)).toBe(0);
  });

  it("can neither fail the job nor give it back", async () => {
    const { job, stale } = await givenStaleLease();
    const before = await readJob(db, job.id);
    const failure = { code: "late", message: "Too late.", retrySeconds: null };
    expect(await jobStore.fail(db, stale, failure)).toBeUndefined();
    expect(await jobStore.release(db, stale, 0)).toBeUndefined();
    expect(await readJob(db, job.id)).toEqual(before);
  });
});

describe("ending a job", () => {
  it("saves the result, the effects and the next jobs together", async () => {
    const { job, lease } = await givenClaim();
    const next = newJob(task, {});
    const answer = await jobStore.complete(db, lease, {
      kind: "done",
      result: { pages: 3 },
      effects: [effectOn(db, job.id)],
      jobs: [next],
    });
    expect(answer).toBe("done");
    expect(await readJob(db, job.id)).toMatchObject({
      state: "done",
      result: { pages: 3 },
      leaseToken: null,
      finishedAt: expect.any(String),
    });
    expect(await countEffects(db, job.id)).toBe(1);
    expect(await readJob(db, next.id)).toMatchObject({ state: "ready" });
  });

  it("does nothing a second time", async () => {
    const { job, lease } = await givenClaim();
    const effects = [effectOn(db, job.id)];
    await jobStore.complete(db, lease, { ...finished, effects });
    expect(await jobStore.complete(db, lease, { ...finished, effects })).toBe("lost");
    expect(await jobStore.findState(db, job.id)).toBe("done");
    expect(await countEffects(db, job.id)).toBe(1);
  });

  it("leaves the job running when an effect is refused", async () => {
    const { job, lease } = await givenClaim();
    const refused = db.execute(sql`select abort_unless(false, 'not_today')`);
    const effects = [effectOn(db, job.id), refused];
    await expect(jobStore.complete(db, lease, { ...finished, effects })).rejects.toThrow(
      "not_today",
    );
    expect(await readJob(db, job.id)).toMatchObject({ state: "running" });
    expect(await countEffects(db, job.id)).toBe(0);
  });

  it("charges a failure, and a job given back is charged nothing", async () => {
    const { job, lease } = await givenClaim();
    await jobStore.release(db, lease, 0);
    expect(await readJob(db, job.id)).toMatchObject({ state: "ready", claims: 0, failures: 0 });

    const again = leaseOn(job.id);
    await jobStore.claim(db, again, leaseSeconds);
    await jobStore.fail(db, again, { code: "broken", message: "It broke.", retrySeconds: 0 });
    expect(await readJob(db, job.id)).toMatchObject({
      state: "ready",
      claims: 1,
      failures: 1,
      errorCode: "broken",
      lastError: "It broke.",
    });
  });
});

describe("checkpoints", () => {
  it("never show less progress than before, though a run that begins anew has done less", async () => {
    const { job, lease } = await givenClaim();
    await jobStore.checkpoint(db, lease, { cursor: null, done: 80, total: 100, leaseSeconds: 60 });
    await jobStore.checkpoint(db, lease, { cursor: null, done: 5, total: 100, leaseSeconds: 60 });
    expect(await readJob(db, job.id)).toMatchObject({ doneCount: 80, totalCount: 100 });
  });

  it("save cursor, progress and effects, and renew the lease", async () => {
    const { job, lease } = await givenClaim();
    await passTime(db, 50);
    const answer = await jobStore.checkpoint(db, lease, {
      cursor: { line: 100 },
      done: 100,
      total: 250,
      leaseSeconds: 60,
      effects: [effectOn(db, job.id)],
    });
    expect(answer).toBe("go on");
    await passTime(db, 50);
    expect(await jobStore.claim(db, leaseOn(job.id), leaseSeconds)).toBeUndefined();
    expect(await readJob(db, job.id)).toMatchObject({
      cursor: { line: 100 },
      doneCount: 100,
      totalCount: 250,
    });
    expect(await countEffects(db, job.id)).toBe(1);
  });
});

const countKey = (dedupeKey: string) => db.$count(jobs, eq(jobs.dedupeKey, dedupeKey));

describe("a dedupe key", () => {
  it("lets one of 20 simultaneous jobs in", async () => {
    const dedupeKey = newId();
    await Promise.all(Array.from({ length: 20 }, () => givenJob(db, task, { dedupeKey })));
    expect(await countKey(dedupeKey)).toBe(1);
  });

  it("is free again when its job has ended", async () => {
    const dedupeKey = newId();
    const { lease } = await givenClaim({ dedupeKey });
    await givenJob(db, task, { dedupeKey });
    expect(await countKey(dedupeKey)).toBe(1);
    await jobStore.complete(db, lease, finished);
    await givenJob(db, task, { dedupeKey });
    expect(await countKey(dedupeKey)).toBe(2);
  });

  it("makes no difference to a job that is saved twice", async () => {
    const job = await givenJob(db, task);
    await insertJob(db, job);
    expect(await readJob(db, job.id)).toMatchObject({ state: "ready" });
  });
});

describe("cancelling", () => {
  it("ends a job that waits", async () => {
    const { id } = await givenJob(db, task);
    const [row] = await cancelJob(db, id, now());
    expect(row).toMatchObject({ state: "cancelled", finishedAt: expect.any(String) });
    expect(await jobStore.claim(db, leaseOn(id), leaseSeconds)).toBeUndefined();
  });

  it("stops a job that runs at its next checkpoint, and keeps what it saved", async () => {
    const { job, lease } = await givenClaim();
    await cancelJob(db, job.id, now());
    const saved = { cursor: { line: 1 }, done: 1, total: 2, leaseSeconds: 60 };
    expect(await jobStore.checkpoint(db, lease, saved)).toBe("stop");
    expect(await jobStore.release(db, lease, 0)).toBe("cancelled");
    expect(await readJob(db, job.id)).toMatchObject({ state: "cancelled", cursor: { line: 1 } });
  });

  it("makes a failure the end", async () => {
    const { job, lease } = await givenClaim();
    await cancelJob(db, job.id, now());
    const failure = { code: "broken", message: "It broke.", retrySeconds: 1 };
    expect(await jobStore.fail(db, lease, failure)).toBe("cancelled");
  });

  it("is completed by a sweep when the worker is dead", async () => {
    const { job } = await givenClaim();
    await cancelJob(db, job.id, now());
    await passTime(db, 61);
    expect(await jobStore.claim(db, leaseOn(job.id), leaseSeconds)).toBeUndefined();
    await jobStore.sweep(db);
    expect(await readJob(db, job.id)).toMatchObject({ state: "cancelled" });
  });

  it("changes nothing about a job that has ended", async () => {
    const { job, lease } = await givenClaim();
    await jobStore.complete(db, lease, finished);
    expect(await cancelJob(db, job.id, now())).toEqual([]);
    expect(await readJob(db, job.id)).toMatchObject({ state: "done", cancelRequestedAt: null });
  });
});

describe("requeueing", () => {
  it("gives a dead job all its chances again, from its cursor on", async () => {
    const { job, lease } = await givenClaim();
    await jobStore.checkpoint(db, lease, {
      cursor: { line: 7 },
      done: 7,
      total: 9,
      leaseSeconds: 60,
    });
    await jobStore.fail(db, lease, { code: "broken", message: "It broke.", retrySeconds: null });
    const [row] = await requeueJob(db, job.id, now());
    expect(row).toMatchObject({
      state: "ready",
      claims: 0,
      failures: 0,
      finishedAt: null,
      errorCode: null,
      cursor: { line: 7 },
    });
    expect(await jobStore.claim(db, leaseOn(job.id), leaseSeconds)).toMatchObject({ claims: 1 });
  });

  it("takes a cancellation back", async () => {
    const { id } = await givenJob(db, task);
    await cancelJob(db, id, now());
    expect(await requeueJob(db, id, now())).toMatchObject([
      { state: "ready", cancelRequestedAt: null },
    ]);
  });

  it.each(["ready", "running", "done"] as const)("leaves a job that is %s alone", async (state) => {
    const { id } = await givenJob(db, task);
    const lease = leaseOn(id);
    if (state !== "ready") await jobStore.claim(db, lease, leaseSeconds);
    if (state === "done") await jobStore.complete(db, lease, finished);
    const before = await readJob(db, id);
    expect(await requeueJob(db, id, now())).toEqual([]);
    expect(await readJob(db, id)).toEqual(before);
  });
});

const secondsAhead = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

describe("sweeping", () => {
  it("rings once for each of 200 due jobs, when 8 sweep at once", async () => {
    const rows = Array.from({ length: 200 }, () => newJob(task, {}));
    const [first, ...others] = rows.map((job) => insertJob(db, job));
    if (first) await db.batch([first, ...others]);

    const sweeps = await Promise.all(Array.from({ length: 8 }, () => jobStore.sweep(db)));
    const ours = new Set(rows.map(({ id }) => id));
    const rung = sweeps.flatMap(({ due }) => due.map(({ id }) => id)).filter((id) => ours.has(id));

    expect(rung).toHaveLength(200);
    expect(new Set(rung)).toEqual(ours);
  });

  it("rings again when nobody came within two minutes", async () => {
    const { id } = await givenJob(db, task);
    const isRung = async () => (await jobStore.sweep(db)).due.some((job) => job.id === id);
    expect(await isRung()).toBe(true);
    await passTime(db, 110);
    expect(await isRung()).toBe(false);
    await passTime(db, 15);
    expect(await isRung()).toBe(true);
  });

  it("rings ahead of time for what is due within a minute, with the delay", async () => {
    const soon = await givenJob(db, task, { runAt: secondsAhead(40) });
    const later = await givenJob(db, task, { runAt: secondsAhead(400) });
    const { due } = await jobStore.sweep(db);
    expect(due.find(({ id }) => id === soon.id)?.delaySeconds).toBeGreaterThan(0);
    expect(due.some(({ id }) => id === later.id)).toBe(false);
  });

  it("frees the job of a dead worker and rings for it at once", async () => {
    const { job } = await givenClaim();
    await passTime(db, 61);
    const { reaped, due } = await jobStore.sweep(db);
    expect(reaped).toContainEqual({ id: job.id, state: "ready" });
    expect(due).toContainEqual({ id: job.id, lane: "default", delaySeconds: 0 });
  });

  it("gives a job up when its workers died of it as often as it may", async () => {
    const { id } = await givenJob(db, task);
    let runs = 0;
    for (let round = 1; round <= 4 * task.maxClaims; round += 1) {
      if (await jobStore.claim(db, leaseOn(id), leaseSeconds)) runs += 1;
      await passTime(db, 61);
      // Sometimes another worker is quicker to take the job over, and sometimes a sweep.
      if (round % 2 === 0) await jobStore.sweep(db);
    }
    expect(runs).toBe(task.maxClaims);
    expect(await readJob(db, id)).toMatchObject({
      state: "dead",
      errorCode: "lease_lost",
      failures: 0,
    });
  });

  it("says how long ago the last one was and what waits longest", async () => {
    await givenJob(db, task);
    await jobStore.sweep(db);
    await passTime(db, 300);
    const [health] = await selectHealth(db);
    expect(health?.oldestDueSeconds).toBeGreaterThanOrEqual(300);
    expect(health?.sweptSecondsAgo).toBeGreaterThanOrEqual(300);
  });
});

describe("electing", () => {
  it("chooses one of 20 that come at once, and the next when the time is over", async () => {
    const name = newId();
    const elect = async () => {
      const votes = Array.from({ length: 20 }, () => jobStore.elect(db, name, 120));
      return (await Promise.all(votes)).filter(Boolean).length;
    };
    expect(await elect()).toBe(1);
    expect(await elect()).toBe(0);
    await passTime(db, 121);
    expect(await elect()).toBe(1);
    expect(await db.$count(heartbeats, eq(heartbeats.name, name))).toBe(1);
  });
});

const exists = async (id: string) => (await selectJob(db, id)).length === 1;

describe("purging", () => {
  it.each([
    ["done", 6, true],
    ["done", 8, false],
    ["cancelled", 29, true],
    ["cancelled", 31, false],
    ["dead", 89, true],
    ["dead", 91, false],
  ] as const)(
    "of a job that is %s for %i days leaves it there: %s",
    async (state, days, isKept) => {
      const { id } = await givenJob(db, task);
      const finishedAt = sql`now() - make_interval(days => ${days})`;
      await db.update(jobs).set({ state, finishedAt }).where(eq(jobs.id, id));
      await jobStore.purge(db);
      expect(await exists(id)).toBe(isKept);
    },
  );

  it("keeps jobs that a report or an import still shows, and deletes the others", async () => {
    const shown = await givenJob(db, task);
    const imported = await givenJob(db, task);
    const alone = await givenJob(db, task);
    await db.update(jobs).set({ state: "done", finishedAt: sql`now() - interval '1 year'` });
    await db.insert(reports).values({
      jobId: shown.id,
      kind: "publication",
      parameters: {},
      fileName: "report.pdf",
    });
    await db.insert(imports).values({ jobId: imported.id, objectKey: newId(), size: 1 });

    expect(await jobStore.purge(db)).toBeGreaterThan(0);
    expect(await exists(shown.id)).toBe(true);
    expect(await exists(imported.id)).toBe(true);
    expect(await exists(alone.id)).toBe(false);
  });

  it("leaves what has not ended", async () => {
    const { id } = await givenJob(db, task);
    await passTime(db, 365 * 86_400);
    await jobStore.purge(db);
    expect(await exists(id)).toBe(true);
  });
});

describe("listing", () => {
  const readAll = ["owner", "editor"] as const;
  const all = { state: null, kind: null };
  const everything = { limit: 100, after: null };
  const readerOf = async ({ token }: { token: string }) =>
    ({ credential: { kind: "session", hash: await sha256(token) }, readAll }) as const;

  it("walks through all jobs of a kind, newest first, without gaps or repeats", async () => {
    const kind = givenTask(async () => retryAfter(1));
    const ids: string[] = [];
    for (let made = 0; made < 7; made += 1) ids.unshift((await givenJob(db, kind)).id);
    const reader = await readerOf(await givenUser({ role: "editor" }));
    const filter = { state: null, kind: kind.name };

    const walked: string[] = [];
    let after: Keyset | null = null;
    for (let page = 0; page < 3; page += 1) {
      const rows: JobRow[] = await selectJobs(db, reader, filter, { limit: 3, after });
      const shown: Page<JobRow> = toPage(rows, { limit: 3, after }, ({ createdAt, id }) => [
        createdAt,
        id,
      ]);
      walked.push(...shown.items.map(({ id }) => id));
      after = shown.next;
    }
    expect(walked).toEqual(ids);
  });

  it("shows a state when it is asked for", async () => {
    const kind = givenTask(async () => retryAfter(1));
    const waiting = await givenJob(db, kind);
    const ended = await givenJob(db, kind);
    await cancelJob(db, ended.id, now());
    const reader = await readerOf(await givenUser({ role: "owner" }));
    const show = (state: "ready" | "cancelled" | null) =>
      selectJobs(db, reader, { kind: kind.name, state }, everything);
    expect(await show("ready")).toMatchObject([{ id: waiting.id }]);
    expect(await show("cancelled")).toMatchObject([{ id: ended.id }]);
    expect(await show(null)).toHaveLength(2);
  });

  it("shows people the jobs they asked for, and everybody's to roles that read all", async () => {
    const [author, other] = [
      await givenUser({ role: "author" }),
      await givenUser({ role: "author" }),
    ];
    const kind = givenTask(async () => done());
    const mine = await givenJob(db, kind, { createdBy: author.id });
    await givenJob(db, kind, { createdBy: other.id });
    await givenJob(db, kind);
    const filter = { ...all, kind: kind.name };
    const seenBy = async (person: { token: string }) =>
      selectJobs(db, await readerOf(person), filter, everything);
    expect(await seenBy(author)).toMatchObject([{ id: mine.id }]);
    expect(await seenBy(await givenUser({ role: "editor" }))).toHaveLength(3);
    expect(await seenBy({ token: "nobody's" })).toEqual([]);
  });
});
