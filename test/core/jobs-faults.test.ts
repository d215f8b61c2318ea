/** What becomes of jobs when everything around them breaks. */
import { inArray } from "drizzle-orm";
import { afterEach, describe, expect, it, vi } from "vitest";

import { newId } from "#core/ids";
import { discard, done, newJob, retryAfter, type Task } from "#core/jobs";
import { ring } from "#core/jobs/doorbells";
import { sweep } from "#core/jobs/sweep";
import { selectJob } from "#repository/jobs";
import { jobStore } from "#repository/jobs/store";
import { jobs } from "#repository/models";
import {
  breakDatabase,
  countBells,
  countEffects,
  type DatabaseFault,
  deliver,
  doorbellFor,
  effectOn,
  faultless,
  givenJob,
  givenPlant,
  givenTask,
  type Plant,
  readJob,
  passTime,
  seeded,
} from "#test/support/jobs";

afterEach(() => {
  vi.unstubAllGlobals();
});

const BATCHES = 3;

/** Three batches with one effect each, then an end with one effect and a job that follows. */
const travelling = (): { task: Task; follower: string; ledger: string } => {
  const follower = newJob(
    givenTask(async () => done()),
    {},
  );
  const ledger = newId();
  const task: Task = givenTask(async ({ db }, _payload, run) => {
    let at = Number(run.cursor ?? 0);
    while (at < BATCHES) {
      at += 1;
      const checkpoint = { cursor: at, done: at, total: BATCHES, effects: [effectOn(db, ledger)] };
      if ((await run.checkpoint(checkpoint)) === "stop") return retryAfter(0);
    }
    return done({
      effects: [effectOn(db, ledger)],
      jobs: [follower],
    });
  });
  return { task, follower: follower.id, ledger };
};

/** Claim, three checkpoints and the completion: every request that a run makes to the database. */
const requests = [1, 2, 3, 4, 5];
const faults: readonly DatabaseFault[] = ["killed before", "killed after", "reply lost"];
const moments = requests.flatMap((at) => faults.map((fault) => [fault, at] as const));

/** Everything that a minute brings: leases run out, cron sweeps, consumers are called. */
async function aMinutePasses({ context, queue }: Plant, tasks: readonly Task[]): Promise<void> {
  await passTime(context.db, 121);
  await sweep(context, jobStore);
  await deliver(context, tasks, queue.take());
}

describe("a worker that is lost in the middle", () => {
  it.each(moments)("(%s, request %i) loses nothing and does nothing twice", async (fault, at) => {
    const plant = givenPlant();
    const { db } = plant.context;
    const { task, follower, ledger } = travelling();
    const { id } = await givenJob(db, task);

    const { struck, restore } = breakDatabase(at, fault);
    const consumed = deliver(plant.context, [task], [doorbellFor(id)]);
    await (fault === "reply lost" ? consumed : struck);
    await struck;
    restore();
    for (let minute = 0; minute < 3; minute += 1) await aMinutePasses(plant, [task]);

    expect(await readJob(db, id)).toMatchObject({ state: "done", doneCount: BATCHES });
    expect(await countEffects(db, ledger)).toBe(BATCHES + 1);
    expect(await selectJob(db, follower)).toHaveLength(1);
  });

  it.each([1, 5])("hears no answer (request %i), asks again, and is done at once", async (at) => {
    const { context, queue } = givenPlant();
    const { task, follower, ledger } = travelling();
    const { id } = await givenJob(context.db, task);
    const { restore } = breakDatabase(at, "reply lost");
    await deliver(context, [task], [doorbellFor(id)]);
    restore();
    expect(await readJob(context.db, id)).toMatchObject({ state: "done", claims: 1, failures: 0 });
    expect(await countEffects(context.db, ledger)).toBe(BATCHES + 1);
    expect(await selectJob(context.db, follower)).toHaveLength(1);
    expect(countBells(queue, follower)).toBe(1);
  });

  it("counts its failures only from the moment its task has begun", async () => {
    const plant = givenPlant();
    const { task } = travelling();
    const { id } = await givenJob(plant.context.db, task);
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Network connection lost.")));
    const settled = await deliver(plant.context, [task], [doorbellFor(id)]);
    vi.unstubAllGlobals();
    expect(settled).toEqual({ acked: 0, retried: 1 });
    expect(await readJob(plant.context.db, id)).toMatchObject({
      state: "ready",
      claims: 0,
      failures: 0,
    });
  });
});

/** Jobs of every fate, each with the state it must end in and the effects it must have had. */
async function givenFates({ context: { db } }: Plant, count: number) {
  const stumbled = new Set<string>();
  const works = givenTask(async (context, _payload, { jobId }) =>
    done({ effects: [effectOn(context.db, jobId)] }),
  );
  const stumbles = givenTask(async (context, _payload, { jobId }) => {
    if (!stumbled.has(jobId)) {
      stumbled.add(jobId);
      throw new Error("Not the first time.");
    }
    return done({ effects: [effectOn(context.db, jobId)] });
  });
  const gives = givenTask(async () =>
    discard({ code: "pointless", message: "There is no point." }),
  );
  const fates = [
    { task: works, state: "done", effects: 1 },
    { task: stumbles, state: "done", effects: 1 },
    { task: gives, state: "dead", effects: 0 },
  ] as const;
  const jobsOfFates = await Promise.all(
    Array.from({ length: count }, (_none, index) => fates[index % fates.length] ?? fates[0]).map(
      async (fate) => ({ ...fate, job: await givenJob(db, fate.task) }),
    ),
  );
  return { tasks: [works, stumbles, gives], jobs: jobsOfFates };
}

const openJobs = async ({ context: { db } }: Plant, ids: readonly string[]) =>
  (
    await db
      .select({ state: jobs.state })
      .from(jobs)
      .where(inArray(jobs.id, [...ids]))
  ).filter(({ state }) => state === "ready" || state === "running").length;

describe("a queue that drops, doubles and shuffles every message", () => {
  it.each([1, 2, 3])(
    "changes no outcome (seed %i)",
    async (seed) => {
      const plant = givenPlant({ drop: 0.3, double: 0.5, shuffle: true, random: seeded(seed) });
      const { tasks, jobs: fates } = await givenFates(plant, 30);
      const ids = fates.map(({ job }) => job.id);
      await ring(
        plant.context,
        fates.map(({ job }) => job),
      );

      for (let round = 0; round < 60 && (await openJobs(plant, ids)) > 0; round += 1) {
        await deliver(plant.context, tasks, plant.queue.take());
        if (round % 3 === 2) await aMinutePasses(plant, tasks);
      }

      const ended = await Promise.all(
        fates.map(async ({ job }) => ({
          state: (await readJob(plant.context.db, job.id)).state,
          effects: await countEffects(plant.context.db, job.id),
        })),
      );
      expect(ended).toEqual(fates.map(({ state, effects }) => ({ state, effects })));
    },
    30_000,
  );
});

describe("a queue that cannot be reached", () => {
  it("delays jobs and loses none, and nobody is charged for it", async () => {
    const plant = givenPlant(faultless);
    const task = givenTask(async ({ db }, _payload, { jobId }) =>
      done({ effects: [effectOn(db, jobId)] }),
    );
    const waiting = await Promise.all(
      Array.from({ length: 10 }, () => givenJob(plant.context.db, task)),
    );
    plant.queue.isDown = true;
    await ring(plant.context, waiting);
    for (let minute = 0; minute < 3; minute += 1) await aMinutePasses(plant, [task]);
    expect(
      await openJobs(
        plant,
        waiting.map(({ id }) => id),
      ),
    ).toBe(10);

    plant.queue.isDown = false;
    await aMinutePasses(plant, [task]);

    for (const { id } of waiting) {
      expect(await readJob(plant.context.db, id)).toMatchObject({
        state: "done",
        claims: 1,
        failures: 0,
      });
      expect(await countEffects(plant.context.db, id)).toBe(1);
    }
  });
});
