import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { createPatientFetch, DatabaseSilent } from "#core/patience";

const url = "https://database.example/sql";
const slow = { method: "POST", body: '{"query":"select pg_sleep(5)","params":[]}' };

/** A database that answers the statements it is told to, and nothing else: the others wait until they are given up. */
function givenDatabase(answers: (body: string) => boolean) {
  const asked: string[] = [];
  vi.stubGlobal(
    "fetch",
    (_url: string, { body, signal }: { body: string; signal: AbortSignal }) => {
      asked.push(body);
      if (answers(body)) return Promise.resolve(new Response("{}"));
      return new Promise<Response>((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      });
    },
  );
  return asked;
}

/** What became of a request, once it has been decided. */
async function fateOf(request: Promise<unknown>): Promise<"answered" | "silent" | "other"> {
  return request.then(
    () => "answered",
    (error: unknown) => (error instanceof DatabaseSilent ? "silent" : "other"),
  );
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a database that is silent", () => {
  it("is given up in less than two seconds", async () => {
    givenDatabase(() => false);
    const fate = fateOf(createPatientFetch()(url, slow));
    await vi.advanceTimersByTimeAsync(1999);
    expect(await fate).toBe("silent");
  });

  it("is not asked again at once: the next requests are refused without it", async () => {
    const asked = givenDatabase(() => false);
    const patient = createPatientFetch();
    const first = fateOf(patient(url, slow));
    await vi.advanceTimersByTimeAsync(1999);
    await first;
    const before = asked.length;
    const others = [patient(url, slow), patient(url, slow), patient(url, slow)];
    expect(await Promise.all(others.map(fateOf))).toEqual(["silent", "silent", "silent"]);
    expect(asked).toHaveLength(before);
  });

  it("is looked after by one request a second, and found again by it", async () => {
    let isBack = false;
    const asked = givenDatabase(() => isBack);
    const patient = createPatientFetch();
    const first = fateOf(patient(url, slow));
    await vi.advanceTimersByTimeAsync(1999);
    await first;
    isBack = true;
    await vi.advanceTimersByTimeAsync(1000);
    const before = asked.length;
    expect(await fateOf(patient(url, slow))).toBe("answered");
    expect(await fateOf(patient(url, slow))).toBe("answered");
    expect(asked).toHaveLength(before + 2);
  });

  it("is looked after by no more than one request at a time", async () => {
    const asked = givenDatabase(() => false);
    const patient = createPatientFetch();
    const first = fateOf(patient(url, slow));
    await vi.advanceTimersByTimeAsync(1999);
    await first;
    await vi.advanceTimersByTimeAsync(1000);
    const before = asked.length;
    const scout = fateOf(patient(url, slow));
    expect(await fateOf(patient(url, slow))).toBe("silent");
    expect(asked).toHaveLength(before + 1);
    await vi.advanceTimersByTimeAsync(1999);
    expect(await scout).toBe("silent");
  });
});

describe("a statement that takes long", () => {
  it("is waited for while the database answers a question beside it", async () => {
    const asked = givenDatabase((body) => body !== slow.body);
    const fate = fateOf(createPatientFetch()(url, slow));
    const isDecided = vi.fn<() => void>();
    void fate.then(isDecided);
    await vi.advanceTimersByTimeAsync(5000);
    expect(isDecided).not.toHaveBeenCalled();
    expect(new Set(asked)).toEqual(new Set([slow.body, '{"query":"select 1","params":[]}']));
  });

  it("is given up in less than two seconds when the database falls silent behind others' answers", async () => {
    let isThere = true;
    givenDatabase((body) => isThere && body !== slow.body);
    const patient = createPatientFetch();
    const fate = fateOf(patient(url, slow));
    await vi.advanceTimersByTimeAsync(600);
    await patient(url, { method: "POST", body: "another" });
    isThere = false;
    await vi.advanceTimersByTimeAsync(1999);
    expect(await fate).toBe("silent");
  });

  it("is waited for without a question when another statement has been answered meanwhile", async () => {
    const asked = givenDatabase((body) => body !== slow.body);
    const patient = createPatientFetch();
    const fate = fateOf(patient(url, slow));
    const isDecided = vi.fn<() => void>();
    void fate.then(isDecided);
    await vi.advanceTimersByTimeAsync(500);
    await patient(url, { method: "POST", body: "another" });
    await vi.advanceTimersByTimeAsync(600);
    expect(isDecided).not.toHaveBeenCalled();
    expect(asked).toEqual([slow.body, "another"]);
  });

  it("is given up after ten seconds, however talkative the database is, and nobody calls that silence", async () => {
    const asked = givenDatabase((body) => body !== slow.body);
    const patient = createPatientFetch();
    const fate = fateOf(patient(url, slow));
    const isDecided = vi.fn<() => void>();
    void fate.then(isDecided);
    await vi.advanceTimersByTimeAsync(9900);
    expect(isDecided).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(200);
    expect(await fate).toBe("other");
    expect(await fateOf(patient(url, { method: "POST", body: "another" }))).toBe("answered");
    expect(asked.at(-1)).toBe("another");
  });

  it("leaves no timer behind when it has its answer", async () => {
    givenDatabase(() => true);
    await createPatientFetch()(url, slow);
    expect(vi.getTimerCount()).toBe(0);
  });
});
