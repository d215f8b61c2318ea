import { describe, expect, it } from "vitest";

import { arrivalsOf, pour } from "#bench/arrivals";

/** A clock on which time passes only while somebody sleeps. */
class Clock {
  #time = 1000;
  readonly #alarms: { readonly at: number; readonly ring: () => void }[] = [];
  readonly now = (): number => this.#time;

  /** How the loop sleeps: everybody whose time has come goes first. */
  readonly sleep = async (milliseconds: number): Promise<void> => {
    this.#time += milliseconds;
    for (const alarm of this.#alarms.splice(0)) {
      if (alarm.at <= this.#time) alarm.ring();
      else this.#alarms.push(alarm);
    }
    await new Promise((resolve) => setImmediate(resolve));
  };

  /** How a server sleeps. */
  readonly pass = (milliseconds: number): Promise<void> =>
    new Promise((ring) => this.#alarms.push({ at: this.#time + milliseconds, ring }));
}

describe("arrivals", () => {
  it("come evenly and begin at once", () => {
    expect(arrivalsOf(4, 1)).toEqual([0, 250, 500, 750]);
    expect(arrivalsOf(0.5, 1)).toEqual([0]);
  });
});

describe("an open loop", () => {
  it("asks at its rate while answers are still to come", async () => {
    const clock = new Clock();
    const starts: number[] = [];
    const ask = async (): Promise<void> => {
      starts.push(clock.now() - 1000);
      await clock.pass(35);
    };
    const latencies = await pour(arrivalsOf(100, 0.1), [ask, ask, ask, ask, ask], clock);
    expect(starts).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
    expect(latencies).toHaveLength(10);
    for (const latency of latencies) expect(latency).toBe(35);
  });

  it("counts the time that a request waits for a free connection", async () => {
    const clock = new Clock();
    const ask = (): Promise<void> => clock.pass(30);
    const latencies = await pour(arrivalsOf(100, 0.04), [ask], clock);
    expect(latencies).toEqual([30, 50, 70, 90]);
  });

  it("fails when a request does", async () => {
    const clock = new Clock();
    const ask = (): Promise<void> => Promise.reject(new Error("the server closed the connection"));
    await expect(pour([0, 10], [ask], clock)).rejects.toThrow("closed the connection");
  });

  it("gives up on a server that answers nobody", async () => {
    const clock = new Clock();
    const ask = (): Promise<void> => clock.pass(Infinity);
    await expect(pour([0], [ask], clock)).rejects.toThrow("did not keep up");
  });
});
