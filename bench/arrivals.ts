/** Who is asked next, and when the answer has come. */
type Ask = () => Promise<void>;

/** Time, in milliseconds. */
export interface Clock {
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}

/** For how long after the last arrival answers are waited for. */
const PATIENCE_MS = 10_000;

/** When each of the requests of an even stream is meant to start: milliseconds after its beginning. */
export const arrivalsOf = (rate: number, seconds: number): number[] =>
  Array.from(
    { length: Math.max(1, Math.round(rate * seconds)) },
    (_, index) => (index * 1000) / rate,
  );

/**
 * An open loop: requests start when they are meant to, however long the answers before them take. How long one
 * took counts from that moment, so that nothing a server delays is left out: neither a request that had to
 * wait for a free connection, nor one that was sent late.
 *
 * @param askers as many as may ask at once.
 * @returns how long each request took, in milliseconds.
 * @throws Error when answers are still missing ten seconds after the last arrival.
 */
export async function pour(
  arrivals: readonly number[],
  askers: readonly Ask[],
  { now, sleep }: Clock,
): Promise<number[]> {
  const start = now();
  const free = [...askers];
  const latencies: number[] = [];
  let arrived = 0;
  let begun = 0;
  const failures: unknown[] = [];
  const work = async (ask: Ask): Promise<void> => {
    while (begun < arrived) {
      const meant = start + (arrivals[begun++] ?? 0);
      await ask();
      latencies.push(now() - meant);
    }
    free.push(ask);
  };
  const deadline = start + (arrivals.at(-1) ?? 0) + PATIENCE_MS;
  while (latencies.length < arrivals.length && failures.length === 0) {
    const time = now();
    while (arrived < arrivals.length && start + (arrivals[arrived] ?? 0) <= time) arrived += 1;
    for (let waiting = arrived - begun; waiting > 0 && free.length > 0; waiting -= 1) {
      const ask = free.pop();
      if (ask) void work(ask).catch((error: unknown) => failures.push(error));
    }
    if (time > deadline) throw new Error("the server did not keep up with the arrivals");
    await sleep(1);
  }
  if (failures.length > 0) throw failures[0];
  return latencies;
}
