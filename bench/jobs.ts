import { randomUUID } from "node:crypto";

import { connect, createMeter } from "#core/db";
import type { Database } from "#core/db";
import { done, newJob } from "#core/jobs";
import { tidyUpKind } from "#domain/task-kinds";
import type { Sql } from "#local/neon";
import { insertJob } from "#repository/jobs";
import { jobStore } from "#repository/jobs/store";

import { toFindings } from "./findings.ts";
import { compare } from "./rounds.ts";
import type { Sample } from "./rounds.ts";
import type { Section } from "./stage.ts";

const WORKERS = 12;

export const section: Section = {
  about: `${WORKERS} workers of one Node process take jobs and end them, through the production driver and the endpoint. Imprint's
workers know by a message which job to claim, one statement each, and end it in a transaction that is fenced by their
lease and could carry effects and further jobs. Compared, on the same table and indexes, with **select, then update**:
the oldest job is looked up and taken if it still waits, and looked up again if not; and with **skip locked**, the
usual single statement that finds and takes the oldest. Both end a job with a plain \`update\`, without a fence.`,
  async run(stage, { isQuick }) {
    const { url, endpoint } = await stage.database("jobs");
    const db = connect(url, endpoint, createMeter());
    const sql = db.$client as Sql;
    const count = isQuick ? 100 : 400;
    const measures = [
      { name: "claims", unit: "/s", better: "more" },
      { name: "completions", unit: "/s", better: "more" },
      { name: "round trips per job", unit: "", better: "less" },
    ] as const;
    const contestants = [
      { name: "Imprint", run: () => measure(sql, db, count, byDoorbell(db)) },
      { name: "select, then update", run: () => measure(sql, db, count, bySelect(sql)) },
      { name: "skip locked", run: () => measure(sql, db, count, bySkipLocked(sql)) },
    ];
    const what = `${count} jobs, ${WORKERS} workers`;
    return toFindings([await compare({ what, measures }, contestants, isQuick ? 2 : 5)]);
  },
};

/** How jobs are taken and ended. */
interface Way {
  /** @returns the job that was taken, and how often the database was asked for it. */
  claim(wanted: string): Promise<{ id: string; token: string; roundTrips: number }>;
  complete(id: string, token: string): Promise<void>;
}

function byDoorbell(db: Database): Way {
  const leases = { [tidyUpKind.name]: 60 };
  const finished = { ...done(), kind: "done", result: null, effects: [], jobs: [] } as const;
  return {
    async claim(wanted) {
      const token = randomUUID();
      const job = await jobStore.claim(db, { jobId: wanted, token }, leases);
      if (!job) throw new Error("a job was gone before it was claimed");
      return { id: job.id, token, roundTrips: 1 };
    },
    async complete(jobId, token) {
      const state = await jobStore.complete(db, { jobId, token }, finished);
      if (state !== "done") throw new Error("a lease was lost");
    },
  };
}

const oldest =
  "select id from jobs where state = 'ready' and run_at <= now() order by run_at limit 1";
const taken = `set state = 'running', claims = claims + 1, lease_token = $1::uuid,
  lease_until = now() + interval '1 minute'`;

const completePlainly = (sql: Sql) => async (id: string) => {
  await sql.query(
    "update jobs set state = 'done', lease_token = null, lease_until = null, finished_at = now() where id = $1",
    [id],
  );
};

const bySelect = (sql: Sql): Way => ({
  async claim() {
    const token = randomUUID();
    for (let roundTrips = 2; ; roundTrips += 2) {
      const [found] = await sql.query(oldest);
      if (!found) throw new Error("there was no job left");
      const [row] = await sql.query(
        `update jobs ${taken} where id = $2 and state = 'ready' returning id`,
        [token, found["id"]],
      );
      if (row) return { id: String(row["id"]), token, roundTrips };
    }
  },
  complete: completePlainly(sql),
});

const bySkipLocked = (sql: Sql): Way => ({
  async claim() {
    const token = randomUUID();
    const [row] = await sql.query(
      `update jobs ${taken} where id = (${oldest} for update skip locked) returning id`,
      [token],
    );
    if (!row) throw new Error("there was no job left");
    return { id: String(row["id"]), token, roundTrips: 1 };
  },
  complete: completePlainly(sql),
});

async function measure(sql: Sql, db: Database, count: number, way: Way): Promise<Sample> {
  await sql`truncate jobs cascade`;
  const jobs = Array.from({ length: count }, () => newJob(tidyUpKind, {}));
  const [first, ...others] = jobs.map((job) => insertJob(db, job));
  if (first) await db.batch([first, ...others]);

  const claimed: { id: string; token: string; roundTrips: number }[] = [];
  const claims = await perSecond(jobs, async ({ id }) => void claimed.push(await way.claim(id)));
  const completions = await perSecond(claimed, ({ id, token }) => way.complete(id, token));
  const [left] = await sql`select count(*)::int as jobs from jobs where state <> 'done'`;
  if (left?.["jobs"] !== 0) throw new Error("not every job came to its end");
  const roundTrips = claimed.reduce((sum, one) => sum + one.roundTrips, 0) + count;
  return { claims, completions, "round trips per job": roundTrips / count };
}

async function perSecond<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<number> {
  const left = items.values();
  const start = performance.now();
  await Promise.all(
    Array.from({ length: WORKERS }, async () => {
      for (const item of left) await work(item);
    }),
  );
  return (items.length * 1000) / (performance.now() - start);
}
