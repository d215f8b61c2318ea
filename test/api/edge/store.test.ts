import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";

import { entryOf } from "#api/edge/entries";
import { Memory } from "#api/edge/memory";
import { newId } from "#core/ids";
import { givenApp, givenIsolate, PUBLIC, publicAnswer, setEdge } from "#test/support/edge";

beforeEach(() => setEdge());
afterEach(() => void vi.useRealTimers());

/** An address that no other test has. */
const newPath = (): string => `/v1/posts/${newId()}`;

const setTime = (milliseconds: number): void => {
  vi.useFakeTimers({ toFake: ["Date"], now: milliseconds });
};

describe("an answer is kept", () => {
  it("and given to whoever asks the same, without a question to the app", async () => {
    const { handler, requests } = givenApp((_request, count) => publicAnswer(`answer ${count}`));
    const ask = givenIsolate(handler);
    const path = newPath();
    const [first, second, head] = [
      await ask(path),
      await ask(path),
      await ask(path, { method: "HEAD" }),
    ];
    expect([first.isStored, second.isHit, head.isHit]).toEqual([true, true, true]);
    expect([first.text, second.text, head.text]).toEqual(["answer 1", "answer 1", ""]);
    expect(requests).toHaveLength(1);
  });

  it("for other isolates of the same place too", async () => {
    const { handler, requests } = givenApp((_request, count) => publicAnswer(`answer ${count}`));
    const path = newPath();
    await givenIsolate(handler)(path);
    const there = await givenIsolate(handler)(path);
    expect([there.isHit, there.text, requests.length]).toEqual([true, "answer 1", 1]);
  });

  it("with every header but those of the request that made it, and its tags", async () => {
    const own = { "X-Request-Id": "mine", "Server-Timing": "total;dur=9", "Cache-Tag": "post-1" };
    const { handler } = givenApp(() => publicAnswer("a", { ...own, Link: "<x>; rel=y" }));
    const path = newPath();
    const first = await givenIsolate(handler)(path);
    const hit = await givenIsolate(handler)(path);
    expect(first.headers.get("x-request-id")).toBe("mine");
    expect(Object.keys(own).filter((name) => hit.headers.has(name))).toEqual([]);
    expect([hit.headers.get("link"), hit.headers.get("cache-control")]).toEqual([
      "<x>; rel=y",
      PUBLIC,
    ]);
  });

  it("as a redirection", async () => {
    const moved = { status: 301, headers: { "Cache-Control": PUBLIC, Location: "/v1/posts/x" } };
    const { handler } = givenApp(() => new Response(null, moved));
    const ask = givenIsolate(handler);
    const path = newPath();
    await ask(path);
    const hit = await ask(path);
    expect([hit.isHit, hit.status, hit.headers.get("location")]).toEqual([
      true,
      301,
      "/v1/posts/x",
    ]);
  });

  it("whole, though whoever asked first had it already", async () => {
    const date = "Mon, 02 Nov 2026 10:00:00 GMT";
    const { handler, requests } = givenApp(() => publicAnswer("a", { "Last-Modified": date }));
    const ask = givenIsolate(handler);
    const path = newPath();
    const known = [
      { "if-none-match": '"a"' },
      { "if-none-match": 'W/"a", "b"' },
      { "if-none-match": "*" },
      { "if-modified-since": date },
    ];
    for (const headers of known) {
      const answer = await ask(path, { headers });
      expect([answer.status, answer.text, answer.headers.get("etag")]).toEqual([304, "", '"a"']);
    }
    const unknown = [
      { "if-none-match": '"b"' },
      { "if-none-match": '"b"', "if-modified-since": date },
      { "if-modified-since": "Sun, 01 Nov 2026 10:00:00 GMT" },
      { range: "bytes=0-0" },
    ];
    for (const headers of unknown) {
      expect(await ask(path, { headers })).toMatchObject({ status: 200, text: "a", isHit: true });
    }
    expect(requests).toHaveLength(1);
  });
});

describe("an answer is not kept", () => {
  const unkept: readonly (readonly [string, () => Response | Promise<Response>])[] = [
    ["sets a cookie", () => publicAnswer("a", { "Set-Cookie": "a=b" })],
    ["is private", () => publicAnswer("a", { "Cache-Control": "private, no-store" })],
    [
      "says no-store beside public",
      () => publicAnswer("a", { "Cache-Control": `${PUBLIC}, no-store` }),
    ],
    [
      "does not say for how long",
      () => publicAnswer("a", { "Cache-Control": "public, max-age=9" }),
    ],
    ["varies by what its name does not have", () => publicAnswer("a", { Vary: "Origin" })],
    ["varies by everything", () => publicAnswer("a", { Vary: "*" })],
    [
      "is for one site",
      () => publicAnswer("a", { "Access-Control-Allow-Origin": "https://a.example" }),
    ],
    ["is compressed", () => publicAnswer("a", { "Content-Encoding": "gzip" })],
    ["is a part", () => new Response("a", { status: 206, headers: { "Cache-Control": PUBLIC } })],
    ["is a 404", () => new Response("a", { status: 404, headers: { "Cache-Control": PUBLIC } })],
    ["is a 500", () => new Response("a", { status: 500, headers: { "Cache-Control": PUBLIC } })],
  ];

  it.each(unkept)("that %s", async (_what, answer) => {
    const { handler, requests } = givenApp(answer);
    const ask = givenIsolate(handler);
    const path = newPath();
    const answers = [await ask(path), await ask(path), await ask(path, { method: "HEAD" })];
    expect(answers.map(({ isHit, isStored }) => isHit || isStored)).toEqual([false, false, false]);
    expect(answers.at(-1)?.text).toBe("");
    expect(requests).toHaveLength(3);
  });

  it("that broke off", async () => {
    const { handler, requests } = givenApp((_request, count) => {
      if (count > 1) return publicAnswer("whole");
      const half = new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode("ha"));
          controller.error(new Error("The connection broke."));
        },
      });
      return new Response(half, { headers: { "Cache-Control": PUBLIC } });
    });
    const ask = givenIsolate(handler);
    const path = newPath();
    await expect(ask(path)).rejects.toThrow();
    expect(await ask(path)).toMatchObject({ text: "whole", isStored: true });
    expect(requests).toHaveLength(2);
  });

  it("nor given, to a question that has a body", async () => {
    const { handler, requests } = givenApp((_request, count) => publicAnswer(`answer ${count}`));
    const ask = givenIsolate(handler);
    const path = newPath();
    const answers = [
      await ask(path, { body: "{}" }),
      await ask(path),
      await ask(path, { body: "{}" }),
    ];
    expect(answers.map(({ text }) => text)).toEqual(["answer 1", "answer 2", "answer 3"]);
    expect([answers[0]?.isStored, requests.length]).toEqual([false, 3]);
  });

  it.each(["off", "platform"] as const)("by the worker, where the cache is %s", async (store) => {
    setEdge(store);
    const { handler, requests } = givenApp(() => publicAnswer("a"));
    const ask = givenIsolate(handler);
    const path = newPath();
    expect([(await ask(path)).isHit, (await ask(path)).isHit, requests.length]).toEqual([
      false,
      false,
      2,
    ]);
  });

  it("and the app answers, when the place has no cache or a broken one", async () => {
    const match = vi.spyOn(caches.default, "match").mockRejectedValue(new Error("no cache"));
    const put = vi.spyOn(caches.default, "put").mockRejectedValue(new Error("no cache"));
    onTestFinished(() => void [match.mockRestore(), put.mockRestore()]);
    const { handler } = givenApp(() => publicAnswer("a"));
    const ask = givenIsolate(handler);
    for (const path of [newPath(), newPath(), newPath()]) {
      expect(await ask(path)).toMatchObject({ status: 200, text: "a" });
      expect((await ask(path)).isHit).toBe(true);
    }
    expect(match).toHaveBeenCalledTimes(1);
  });
});

describe("nothing is older than the bound", () => {
  const START = Date.parse("2026-11-23T10:00:00Z");

  it("which counts from the start of the request that made it, however slow that was", async () => {
    const path = newPath();
    const { handler } = givenApp((_request, count) => {
      if (count === 1) setTime(START + 4000);
      return publicAnswer(`answer ${count}`);
    });
    const ask = givenIsolate(handler);
    setTime(START);
    await ask(path);
    setTime(START + 4999);
    expect(await ask(path)).toMatchObject({ isHit: true, text: "answer 1" });
    setTime(START + 9999);
    const last = await ask(path);
    expect([last.text, last.headers.get("age")]).toEqual(["answer 1", "9"]);
    const elsewhere = givenIsolate(handler);
    setTime(START + 20_000);
    expect((await elsewhere(path)).text).not.toBe("answer 1");
    expect((await ask(path)).text).not.toBe("answer 1");
  });

  it("also not for another isolate, which has it from the place", async () => {
    const path = newPath();
    const { handler } = givenApp((_request, count) => publicAnswer(`answer ${count}`));
    setTime(START);
    await givenIsolate(handler)(path);
    const other = givenIsolate(handler);
    setTime(START + 4000);
    expect(await other(path)).toMatchObject({ isHit: true, text: "answer 1" });
    setTime(START + 10_000);
    expect(await other(path)).toMatchObject({ isHit: false, text: "answer 2" });
  });

  it("nor made by a clock that is ahead", async () => {
    const path = newPath();
    const { handler } = givenApp((_request, count) => publicAnswer(`answer ${count}`));
    setTime(START + 60_000);
    await givenIsolate(handler)(path);
    setTime(START);
    expect((await givenIsolate(handler)(path)).text).toBe("answer 2");
  });

  it("and its age is told to caches of others", async () => {
    const path = newPath();
    const ask = givenIsolate(givenApp(() => publicAnswer("a")).handler);
    setTime(START);
    await ask(path);
    const told: (string | null)[][] = [];
    for (const age of [0, 1, 3, 3.9]) {
      setTime(START + age * 1000);
      const { headers } = await ask(path);
      told.push([headers.get("age"), headers.get("cache-status")]);
    }
    expect(told).toEqual([
      ["0", "imprint; hit; ttl=5"],
      ["1", "imprint; hit; ttl=4"],
      ["3", "imprint; hit; ttl=2"],
      ["3", "imprint; hit; ttl=2"],
    ]);
  });

  it("and in its second half the next one is fetched behind the answer", async () => {
    const path = newPath();
    const { handler, requests } = givenApp((_request, count) => publicAnswer(`answer ${count}`));
    const ask = givenIsolate(handler);
    setTime(START);
    await ask(path);
    setTime(START + 6000);
    const texts = [(await ask(path)).text, (await ask(path)).text];
    expect([texts, requests.length]).toEqual([["answer 1", "answer 2"], 2]);
  });

  it("and what is not there any more is forgotten as soon as that is known", async () => {
    const path = newPath();
    const gone = new Response("gone", { status: 404, headers: { "Cache-Control": "private" } });
    const { handler } = givenApp((_request, count) =>
      count === 1 ? publicAnswer("a") : gone.clone(),
    );
    const ask = givenIsolate(handler);
    setTime(START);
    await ask(path);
    setTime(START + 6000);
    expect((await ask(path)).text).toBe("a");
    expect((await ask(path)).status).toBe(404);
    expect((await givenIsolate(handler)(path)).status).toBe(404);
  });

  it("and an app that is away for a moment does not take away what is true for a while", async () => {
    const path = newPath();
    const away = { status: 503, headers: { "Cache-Control": "private" } };
    const { handler } = givenApp((_request, count) =>
      count === 1 ? publicAnswer("a") : new Response(null, away),
    );
    const ask = givenIsolate(handler);
    setTime(START);
    await ask(path);
    setTime(START + 6000);
    expect([(await ask(path)).text, (await ask(path)).text]).toEqual(["a", "a"]);
    setTime(START + 10_000);
    expect((await ask(path)).status).toBe(503);
  });
});

describe("what an isolate remembers", () => {
  const entry = (size: number, startedAt = 0) =>
    entryOf(
      {
        status: 200,
        headers: new Headers({ "Cache-Control": PUBLIC }),
        bytes: new ArrayBuffer(size),
        startedAt,
      },
      10,
    );

  it("never has more bytes or entries than there is room for; the first goes first", () => {
    const memory = new Memory({ bytes: 100_000, entries: 20, bytesEach: 50_000 });
    for (let index = 0; index < 500; index += 1) {
      memory.set(`e${index}`, entry((index * 7919) % 40_000));
      expect(memory.bytes).toBeLessThanOrEqual(100_000);
      expect(memory.size).toBeLessThanOrEqual(20);
    }
    expect([memory.get("e0"), memory.get("e499")]).toEqual([undefined, expect.anything()]);
    for (let index = 0; index < 500; index += 1) memory.delete(`e${index}`);
    expect([memory.bytes, memory.size]).toEqual([0, 0]);
  });

  it("has nothing that is too large, nor what was there under its name", () => {
    const memory = new Memory({ bytes: 100_000, entries: 20, bytesEach: 10_000 });
    memory.set("a", entry(10));
    memory.set("a", entry(20_000));
    expect([memory.get("a"), memory.bytes]).toEqual([undefined, 0]);
  });

  it("is what was asked for last, whichever answer came last", () => {
    const memory = new Memory();
    const newer = entry(10, 5000);
    memory.set("a", newer);
    memory.set("a", entry(10, 4000));
    expect(memory.get("a")).toBe(newer);
  });
});
