/** The process of the clients: takes an order from its parent, does it, and reports; again and again. */
import { setTimeout as sleep } from "node:timers/promises";

import { quantile } from "d3-array";

import { arrivalsOf, pour } from "./arrivals.ts";
import { Connection, toRequest } from "./connection.ts";
import type { Load, LoadReport } from "./load.ts";

const clock = {
  now: () => performance.now(),
  sleep: (milliseconds: number) => sleep(milliseconds),
};

async function put(load: Load): Promise<LoadReport> {
  const { origin, connections, paths } = load;
  const requests = paths.flatMap((path) =>
    (load.bodies ?? [null]).map((body) => toRequest(origin, { ...load, path, body })),
  );
  const opened = await Promise.all(
    Array.from({ length: connections }, () => Connection.open(origin)),
  );
  const statuses: Record<number, number> = {};
  let next = 0;
  const asks = opened.map((connection) => async (): Promise<void> => {
    const request = requests[next++ % requests.length];
    if (!request) return;
    const status = await connection.send(request);
    statuses[status] = (statuses[status] ?? 0) + 1;
  });
  const start = clock.now();
  try {
    const latencies = await (load.rate === undefined ? repeat(load, asks) : flood(load, asks));
    const seconds = (clock.now() - start) / 1000;
    const [p50 = NaN, p99 = NaN] = [quantile(latencies, 0.5), quantile(latencies, 0.99)];
    return { seconds, statuses, p50, p99 };
  } finally {
    for (const connection of opened) connection.close();
  }
}

/** Every connection sends again when it has its answer. */
async function repeat(
  { limit }: Load,
  asks: readonly (() => Promise<void>)[],
): Promise<readonly number[]> {
  const latencies: number[] = [];
  const end = "seconds" in limit ? clock.now() + limit.seconds * 1000 : Infinity;
  let left = "requests" in limit ? limit.requests : Infinity;
  const work = async (ask: () => Promise<void>): Promise<void> => {
    while (left > 0 && clock.now() < end) {
      left -= 1;
      const sent = clock.now();
      await ask();
      latencies.push(clock.now() - sent);
    }
  };
  await Promise.all(asks.map(work));
  return latencies;
}

function flood(
  { rate = 1, limit }: Load,
  asks: readonly (() => Promise<void>)[],
): Promise<readonly number[]> {
  const seconds = "seconds" in limit ? limit.seconds : limit.requests / rate;
  return pour(arrivalsOf(rate, seconds), asks, clock);
}

process.on("message", (load: Load) => {
  void put(load).then(
    (report) => process.send?.(report),
    (error: unknown) => process.send?.({ failure: String(error) }),
  );
});
process.once("disconnect", () => process.exit(0));
