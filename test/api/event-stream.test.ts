import { Hono } from "hono";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { AppEnv } from "#api/dependencies";
import { streamChanges, type Told } from "#api/event-stream";
import { readEvents } from "#test/support/event-stream";
import { givenPlant } from "#test/support/jobs";

const MINUTE = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date", "setTimeout"] });
});

afterEach(() => {
  vi.useRealTimers();
});

const told = (id: string, isLast = false): Told => ({ id, data: { id }, isLast });

/** A stream about something that `look` looks at, the first time included. */
async function givenStream(look: () => Promise<Told>, headers: Record<string, string> = {}) {
  const app = new Hono<AppEnv>();
  app.use(async (c, next) => {
    c.set("context", givenPlant().context);
    await next();
  });
  app.get("/", async (c) => streamChanges(c, "progress", await look(), look));
  return app.request("/", { headers });
}

describe("a stream of changes", () => {
  it("tells each change once, and looks at most once a second", async () => {
    const states = ["a", "a", "a", "b", "b", "c"];
    let looks = 0;
    const look = async () => {
      const id = states[looks] ?? "c";
      looks += 1;
      return told(id, id === "c");
    };
    const events = readEvents(await givenStream(look)).rest();
    await vi.advanceTimersByTimeAsync(2999);
    expect(looks).toBe(3);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(looks).toBe(6);
    expect(await events).toEqual(
      ["a", "b", "c"].map((id) => ({ type: "progress", data: `{"id":"${id}"}`, lastEventId: id })),
    );
  });

  it("gives a sign of life every five seconds, and ends after five minutes", async () => {
    let looks = 0;
    const look = async () => {
      looks += 1;
      return told("same");
    };
    const reader = readEvents(await givenStream(look));
    const events = reader.rest();
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(reader.seen).toEqual({ comments: 12, retry: 2000 });
    await vi.advanceTimersByTimeAsync(5 * MINUTE);
    expect(await events).toHaveLength(1);
    expect(looks).toBeLessThanOrEqual(301);
  });

  it("does not repeat what the client has seen, and tells whoever has seen the end to stay away", async () => {
    const running = readEvents(await givenStream(async () => told("a"), { "last-event-id": "a" }));
    const events = running.rest();
    await vi.advanceTimersByTimeAsync(6 * MINUTE);
    expect(await events).toEqual([]);
    const over = await givenStream(async () => told("z", true), { "last-event-id": "z" });
    expect([over.status, await over.text()]).toEqual([204, ""]);
    const unseen = await givenStream(async () => told("z", true), { "last-event-id": "a" });
    expect(await readEvents(unseen).rest()).toHaveLength(1);
  });

  it("does not look any more when the client has gone", async () => {
    let looks = 0;
    const look = async () => {
      looks += 1;
      return told(String(looks));
    };
    const reader = readEvents(await givenStream(look));
    await reader.next();
    await vi.advanceTimersByTimeAsync(1000);
    await reader.next();
    await reader.cancel();
    const before = looks;
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(looks).toBe(before);
  });

  it("waits for a client that does not read", async () => {
    let looks = 0;
    const look = async () => {
      looks += 1;
      return told(String(looks));
    };
    const response = await givenStream(look);
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(looks).toBeLessThan(10);
    await response.body?.cancel();
  });

  it("ends when what it tells of cannot be looked at any more", async () => {
    let looks = 0;
    const look = async () => {
      looks += 1;
      if (looks > 1) throw new Error("It is gone.");
      return told("a");
    };
    const events = readEvents(await givenStream(look)).rest();
    await vi.advanceTimersByTimeAsync(2000);
    expect(await events).toHaveLength(1);
  });

  it("says nothing to HEAD but its headers", async () => {
    const app = new Hono<AppEnv>();
    app.get("/", (c) => streamChanges(c, "progress", told("a"), async () => told("a")));
    const { status, headers, body } = await app.request("/", { method: "HEAD" });
    expect([status, headers.get("content-type"), body]).toEqual([200, "text/event-stream", null]);
  });
});
