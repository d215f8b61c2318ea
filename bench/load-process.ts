/** The process of the clients: takes an order from its parent, does it, and reports; again and again. */
import { quantile } from "d3-array";

import { Connection, toRequest } from "./connection.ts";
import type { Load, LoadReport } from "./load.ts";

async function put(load: Load): Promise<LoadReport> {
  const { port, connections, bodies, limit } = load;
  const requests = bodies?.map((body) => toRequest(port, { ...load, body })) ?? [
    toRequest(port, { ...load, body: null }),
  ];
  const opened = await Promise.all(
    Array.from({ length: connections }, () => Connection.open(port)),
  );
  const latencies: number[] = [];
  const statuses: Record<number, number> = {};
  const start = performance.now();
  const end = "seconds" in limit ? start + limit.seconds * 1000 : Infinity;
  let left = "requests" in limit ? limit.requests : Infinity;
  let next = 0;
  const work = async (connection: Connection): Promise<void> => {
    while (left > 0 && performance.now() < end) {
      left -= 1;
      const request = requests[next++ % requests.length];
      if (!request) return;
      const sent = performance.now();
      const status = await connection.send(request);
      latencies.push(performance.now() - sent);
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  };
  await Promise.all(opened.map(work));
  const seconds = (performance.now() - start) / 1000;
  for (const connection of opened) connection.close();
  return {
    seconds,
    statuses,
    p50: quantile(latencies, 0.5) ?? NaN,
    p99: quantile(latencies, 0.99) ?? NaN,
  };
}

process.on("message", (load: Load) => {
  void put(load).then(
    (report) => process.send?.(report),
    (error: unknown) => process.send?.({ failure: String(error) }),
  );
});
process.once("disconnect", () => process.exit(0));
