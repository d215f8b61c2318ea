import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { assert, double, integer, nat, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";

import { newId, now } from "#core/ids";
import { defineTask, discard, done, newJob, retryAfter, type Task } from "#core/jobs";
import { consumeDeadLetters } from "#core/jobs/consume";
import { ring } from "#core/jobs/doorbells";
import { sweep, sweepIfStale } from "#core/jobs/sweep";
import { backoffSeconds } from "#core/retries";
import { cancelJob } from "#repository/jobs";
import { jobStore } from "#repository/jobs/store";
import {
  countBells,
  countEffects,
  deliver,
  doorbellFor,
  effectOn,
  givenJob,
  givenPlant,
  givenTask,
  hasty,
  passTime,
  readJob,
} from "#test/support/jobs";

const finish = async () => done();

/** Runs a job of this task once, and tells what became of it. */
async function runOnce(task: Task, payload: unknown = {}) {
  const plant = givenPlant();
  const { db } = plant.context;
  const { id } = await givenJob(db, task, { payload });
  const settled = await deliver(plant.context, [task], [doorbellFor(id)]);
  return { ...plant, db, id, settled, row: await readJob(db, id) };
}

const throwing = (error: unknown) =>
  givenTask(async () => {
    throw error;
  });

describe("a task that", () => {
  it("is done ends its job, with its result", async () => {
    const { row, settled } = await runOnce(givenTask(async () => done({ result: { sent: 3 } })));
    expect(row).toMatchObject({ state: "done", result: { sent: 3 }, claims: 1, failures: 0 });
    expect(settled).toEqual({ acked: 1, retried: 0 });
  });

  it("asks for time gets it, and is charged nothing", async () => {
    const { id, row, settled, queue } = await runOnce(givenTask(async () => retryAfter(3600)));
    expect(row).toMatchObject({ state: "ready", claims: 0, failures: 0 });
    expect(Date.parse(row.runAt)).toBeGreaterThan(Date.parse(row.createdAt) + 3_599_000);
    expect(settled).toEqual({ acked: 1, retried: 0 });
    expect(countBells(queue, id)).toBe(0);
  });

  it("hands back what is left is rung for at once", async () => {
    const { id, queue } = await runOnce(givenTask(async () => retryAfter(0)));
    expect(countBells(queue, id)).toBe(1);
  });

  it("discards its job makes it dead at once, with the reason", async () => {
    const reason = { code: "post_gone", message: "The post was deleted." };
    const { row, settled } = await runOnce(givenTask(async () => discard(reason)));
    expect(row).toMatchObject({
      state: "dead",
      errorCode: "post_gone",
      lastError: "The post was deleted.",
    });
    expect(settled).toEqual({ acked: 1, retried: 0 });
  });

  it("throws is charged a failure, and is rung for again", async () => {
    const { id, row, queue, settled } = await runOnce(throwing(new Error("The disk is full.")));
    expect(row).toMatchObject({
      state: "ready",
      failures: 1,
      errorCode: "unexpected",
      lastError: "The disk is full.",
    });
    expect(settled).toEqual({ acked: 1, retried: 0 });
    expect(countBells(queue, id)).toBe(1);
  });

  it("keeps throwing is dead after its limit, and runs no more", async () => {
    let runs = 0;
    const task = givenTask(() => {
      runs += 1;
      return Promise.reject(new Error("No."));
    });
    const { context, id, db } = await runOnce(task);
    for (let round = 0; round < 2 * task.maxFailures; round += 1) {
      await deliver(context, [task], [doorbellFor(id)]);
    }
    expect(runs).toBe(task.maxFailures);
    expect(await readJob(db, id)).toMatchObject({ state: "dead", failures: task.maxFailures });
  });

  it("is given a payload of the wrong shape fails instead of running", async () => {
    const task = defineTask({
      ...hasty,
      name: newId(),
      payload: z.object({ n: z.number() }),
      run: finish,
    });
    const plant = givenPlant();
    const job = newJob(task, { n: 1 });
    const { id } = await givenJob(
      plant.context.db,
      { ...task, payload: z.unknown() },
      { id: job.id },
    );
    await deliver(plant.context, [task], [doorbellFor(id)]);
    expect(await readJob(plant.context.db, id)).toMatchObject({ state: "ready", failures: 1 });
  });

  it("wants an effect that the database refuses fails, and none of its effects is saved", async () => {
    const id = newId();
    const { row, db } = await runOnce(
      givenTask(async (context) =>
        done({ effects: [effectOn(context.db, id), context.db.execute("select 1 / 0")] }),
      ),
    );
    expect(row).toMatchObject({ state: "ready", failures: 1, errorCode: "database_refused" });
    expect(await countEffects(db, id)).toBe(0);
  });
});

const task = givenTask(async () => done());

describe("what is kept of an error", () => {
  it.each([
    ["secrets", "Bearer abcdef123456 for jane@example.org", "[secret] for [mail]"],
    ["NUL", "a\0b", "ab"],
    ["half characters", "a\uD800b", "a\uFFFDb"],
    ["length", "x".repeat(5000), "x".repeat(2000)],
  ])("fits the row whatever it holds: %s", async (_case, message, kept) => {
    const { row } = await runOnce(throwing(new Error(message)));
    expect(row).toMatchObject({ state: "ready", failures: 1, lastError: kept });
  });

  it("is the code of an error that has one", async () => {
    const error = Object.assign(new Error("No glyph."), { code: "glyph_missing" });
    expect((await runOnce(throwing(error))).row.errorCode).toBe("glyph_missing");
  });

  it("never holds what a statement was given", async () => {
    const { row } = await runOnce(
      givenTask(async ({ db }) => {
        await db.execute(`select 'hunter2'::int`);
        return done();
      }),
    );
    expect(row.failures).toBe(1);
    expect(row.lastError).not.toContain("hunter2");
  });
});

/** A task that another worker overtakes before its checkpoint. */
const overtaken = (onLost: (error: unknown) => unknown) =>
  givenTask(async (context, _payload, run) => {
    await passTime(context.db, 61);
    const token = crypto.randomUUID();
    await jobStore.claim(context.db, { jobId: run.jobId, token }, {});
    const effects = [effectOn(context.db, run.jobId)];
    await run.checkpoint({ cursor: { line: 1 }, done: 1, total: 2, effects }).catch(onLost);
    return done({ effects });
  });

describe("a checkpoint", () => {
  it("lets the next run go on where this one was", async () => {
    const seen: unknown[] = [];
    const stepping = givenTask(async (_context, _payload, run) => {
      seen.push(run.cursor);
      if (run.cursor !== null) return done();
      expect(await run.checkpoint({ cursor: { line: 50 }, done: 50, total: 100 })).toBe("go on");
      return retryAfter(0);
    });
    const { context, queue, id, db } = await runOnce(stepping);
    await deliver(context, [stepping], queue.take());
    expect(seen).toEqual([null, { line: 50 }]);
    expect(await readJob(db, id)).toMatchObject({ state: "done", doneCount: 100, totalCount: 100 });
  });

  it("stops a run whose job was cancelled, and the job ends as cancelled", async () => {
    const { row } = await runOnce(
      givenTask(async ({ db }, _payload, run) => {
        await cancelJob(db, run.jobId, now());
        const answer = await run.checkpoint({ cursor: { line: 1 }, done: 1, total: 2 });
        return answer === "stop" ? retryAfter(0) : done();
      }),
    );
    expect(row).toMatchObject({ state: "cancelled", cursor: { line: 1 } });
  });

  it.each([
    [
      "lets it pass",
      overtaken((error) => {
        throw error;
      }),
    ],
    ["ignores it", overtaken(() => "ignored")],
  ])(
    "ends a run that lost its lease without a trace, also when the task %s",
    async (_how, stale) => {
      const { row, db, id, queue, lines } = await runOnce(stale);
      expect(row).toMatchObject({ state: "running", claims: 2, failures: 0, cursor: null });
      expect(await countEffects(db, id)).toBe(0);
      expect(countBells(queue, id)).toBe(0);
      const told = lines.filter(({ fields }) => fields["job_id"] === id);
      expect(told.map(({ event }) => event)).toEqual(["job.ended"]);
    },
  );
});

describe("a run", () => {
  it("is told its job, and logs under the request that asked for it", async () => {
    const plant = givenPlant();
    let told: unknown;
    const curious = givenTask(async (context, payload, run) => {
      context.log.info("hello");
      told = {
        payload,
        jobId: run.jobId,
        claims: run.claims,
        failures: run.failures,
        cursor: run.cursor,
      };
      expect(run.deadline()).toBe(false);
      return done();
    });
    const { db } = plant.context;
    const { id } = await givenJob(db, curious, { payload: { n: 1 }, requestId: "req-7" });
    await deliver(plant.context, [curious], [doorbellFor(id)]);
    expect(told).toEqual({ payload: { n: 1 }, jobId: id, claims: 1, failures: 0, cursor: null });
    const hello = plant.lines.find(({ event }) => event === "hello");
    expect(hello?.fields).toMatchObject({ request_id: "req-7", job_id: id });
  });

  it("rings for the jobs it leaves behind", async () => {
    const next = newJob(task, {});
    const { queue } = await runOnce(givenTask(async () => done({ jobs: [next] })));
    expect(countBells(queue, next.id)).toBe(1);
  });

  it("knows when its budget is spent", async () => {
    let isSpent = false;
    await runOnce(
      givenTask(
        async (_context, _payload, run) => {
          isSpent = run.deadline();
          return done();
        },
        { budgetSeconds: 0 },
      ),
    );
    expect(isSpent).toBe(true);
  });
});

describe("a message", () => {
  it.each([
    ["is not a doorbell", "garbage"],
    ["is of a later version", { v: 2, jobId: newId() }],
    ["rings for nothing", doorbellFor(newId())],
  ])("that %s is acknowledged", async (_case, body) => {
    expect(await deliver(givenPlant().context, [task], [body])).toEqual({ acked: 1, retried: 0 });
  });

  it("for a job of a kind that is not known yet leaves the job for a newer deploy, uncharged", async () => {
    const { context } = givenPlant();
    const { id } = await givenJob(context.db, task);
    expect(await deliver(context, [], [doorbellFor(id)])).toEqual({ acked: 1, retried: 0 });
    expect(await readJob(context.db, id)).toMatchObject({ state: "ready", claims: 0, failures: 0 });
    await passTime(context.db, 61);
    await deliver(context, [task], [doorbellFor(id)]);
    expect(await readJob(context.db, id)).toMatchObject({ state: "done" });
  });

  it("does not suffer from its neighbours in the batch", async () => {
    const { context } = givenPlant();
    const broken = throwing(new Error("No."));
    const bad = await givenJob(context.db, broken);
    const good = await givenJob(context.db, task);
    const bodies = ["garbage", doorbellFor(bad.id), doorbellFor(good.id)];
    expect(await deliver(context, [task, broken], bodies)).toEqual({ acked: 3, retried: 0 });
    expect(await readJob(context.db, good.id)).toMatchObject({ state: "done" });
  });

  it("that comes twice at once runs its job once", async () => {
    const { context } = givenPlant();
    const counting = givenTask(async ({ db }, _payload, { jobId }) => {
      await effectOn(db, jobId);
      return done();
    });
    const { id } = await givenJob(context.db, counting);
    await deliver(
      context,
      [counting],
      Array.from({ length: 10 }, () => doorbellFor(id)),
    );
    expect(await countEffects(context.db, id)).toBe(1);
  });
});

describe("ringing", () => {
  it("never fails, and leaves a line in the log", async () => {
    const { context, queue, lines } = givenPlant();
    queue.isDown = true;
    await ring(context, [newJob(task, {})]);
    expect(lines).toMatchObject([{ level: "warn", event: "jobs.ring_failed" }]);
  });

  it("rings for any number of jobs, and not for those far off", async () => {
    const { context, queue } = givenPlant();
    const far = newJob(task, {}, { runAt: new Date(Date.now() + 3_600_000).toISOString() });
    const near = Array.from({ length: 250 }, () => newJob(task, {}));
    await ring(context, [far, ...near]);
    expect(queue.take()).toEqual(near.map(({ id }) => doorbellFor(id)));
  });
});

describe("sweeping", () => {
  it("goes on until everything that is due has been rung for", async () => {
    const { context, queue } = givenPlant();
    const { db } = context;
    const ours = await Promise.all(Array.from({ length: 620 }, () => givenJob(db, task)));
    await sweep(context, jobStore);
    const rung = new Set(queue.take().map((body) => JSON.stringify(body)));
    expect(ours.filter(({ id }) => !rung.has(JSON.stringify(doorbellFor(id))))).toEqual([]);
  }, 20_000);

  it("happens once when many find that it has not happened for too long", async () => {
    const plants = Array.from({ length: 8 }, () => givenPlant());
    const [first] = plants;
    if (!first) throw new Error("No plant.");
    await sweep(first.context, jobStore);
    const { id } = await givenJob(first.context.db, task);
    const sweepAll = async () => {
      await Promise.all(plants.map(({ context }) => sweepIfStale(context, jobStore)));
      return plants.reduce((sum, { queue }) => sum + countBells(queue, id), 0);
    };
    expect(await sweepAll()).toBe(0);
    await passTime(first.context.db, 121);
    expect(await sweepAll()).toBe(1);
  });

  it("is done by consumers when cron is silent", async () => {
    const { context, queue } = givenPlant();
    const { id } = await givenJob(context.db, task);
    await passTime(context.db, 121);
    await deliver(context, [task], ["any message"]);
    expect(countBells(queue, id)).toBe(1);
  });
});

describe("the dead-letter consumer", () => {
  it("writes one line for each message, and acknowledges it", async () => {
    const { context, lines } = givenPlant();
    const jobId = newId();
    const batch = createMessageBatch(
      "imprint-dead",
      [doorbellFor(jobId), "garbage"].map((body) => ({
        id: newId(),
        timestamp: new Date(),
        attempts: 11,
        body,
      })),
    );
    consumeDeadLetters(batch, context);
    const { explicitAcks, retryMessages } = await getQueueResult(batch, createExecutionContext());
    expect([explicitAcks.length, retryMessages.length]).toEqual([2, 0]);
    expect(lines.map(({ fields }) => fields["job_id"])).toEqual([jobId, null]);
  });
});

describe("the pause after a failure", () => {
  it("lies between half and all of base times 2 to the failures, and never above the cap", () => {
    const whole = {
      baseSeconds: integer({ min: 1, max: 60 }),
      capSeconds: integer({ min: 60, max: 86_400 }),
    };
    const chance = double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
    assert(
      property(record(whole), nat(2000), chance, (backoff, failures, random) => {
        const pause = backoffSeconds(backoff, failures, () => random);
        const full = Math.min(backoff.capSeconds, backoff.baseSeconds * 2 ** failures);
        expect(pause).toBeGreaterThanOrEqual(full / 2);
        expect(pause).toBeLessThanOrEqual(full);
      }),
    );
  });
});

describe("a task's definition", () => {
  it("is refused when its budget would outlast its lease", () => {
    expect(() => givenTask(async () => done(), { budgetSeconds: 60, leaseSeconds: 60 })).toThrow(
      RangeError,
    );
  });

  it("keeps a payload of the wrong shape from being saved", () => {
    const payload = z.object({ n: z.int() });
    const strict = defineTask({ ...hasty, name: newId(), payload, run: finish });
    expect(() => newJob(strict, { n: 1.5 })).toThrow(z.ZodError);
  });
});
