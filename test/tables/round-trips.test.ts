import { env } from "cloudflare:workers";
import { describe, expect, inject, it, vi } from "vitest";

import { givenPublishableKey, givenUser } from "#test/support/people";

import { access } from "./access";
import { cellsOf } from "./access-cells";
import { methodOf, parametersOf, servedRoutes } from "./document";
import { type Answer, exchange } from "./exchange";
import { draftOf, recipeOf, recipes } from "./recipes";
import { givenOwner } from "./things";

const metrics = { backlogCount: 0, backlogBytes: 0 };
for (const queue of [
  env.QUEUE_DEFAULT,
  env.QUEUE_MAIL,
  env.QUEUE_BULK,
  env.QUEUE_WEBHOOKS,
  env.QUEUE_HEAVY,
]) {
  vi.spyOn(queue, "sendBatch").mockResolvedValue({ metadata: { metrics } });
}

const database = new URL(env.DATABASE_URL).pathname.slice(1);
const door = new URL(`/counts?database=${database}`, inject("neonEndpoint"));

interface Cost {
  readonly code: number;
  /** Requests that arrived at the database. */
  readonly atTheDoor: number;
  /** Requests that the worker says it made. */
  readonly told: number;
  readonly answer: Answer;
}

/** Sends one request while nothing else happens. */
async function costOf(draft: ReturnType<typeof draftOf>): Promise<Cost> {
  await fetch(door, { method: "DELETE" });
  const answer = await exchange(draft);
  // What goes on after the answer counts too, and has begun by now.
  await scheduler.wait(1);
  const { requests } = await (await fetch(door)).json<{ requests: number }>();
  return { code: answer.code, atTheDoor: requests, told: answer.roundTrips, answer };
}

/** A right request of an owner, who is given it. */
async function givenRequest(route: string, headers: Record<string, string> = {}) {
  const holder = await givenOwner();
  const target = await recipeOf(route)({ holder, other: await givenUser() });
  return draftOf(route, target, { ...holder.headers, ...headers });
}

/** What asks nobody. */
const free = new Set([
  "GET /",
  "GET /docs",
  "GET /errors",
  "GET /openapi.json",
  "GET /robots.txt",
  "GET /media/{key}",
  "GET /health",
]);

/** What there is nothing of, which takes a question all the same: whether the key opens. */
const empty = new Set(["GET /ghost/api/content/offers/{id}/"]);

const isRead = (route: string): boolean => methodOf(route) === "GET";
const limitOf = (route: string): number => (isRead(route) ? 1 : 2);
const reads = servedRoutes.filter((route) => isRead(route) && !free.has(route));
const writes = servedRoutes.filter((route) => !isRead(route));
const repeatable = writes.filter((route) =>
  parametersOf(route, "header").some(({ name }) => name.toLowerCase() === "idempotency-key"),
);

/** Of the table of access: what an anonymous caller is told about what an owner is given. */
const toStrangers = (route: string): string =>
  cellsOf(Object.values(access[route]?.rows ?? {})[0] ?? "")[0] ?? "";

const guarded = servedRoutes.filter((route) => toStrangers(route) === "40100");
const open = reads.filter((route) => toStrangers(route) !== "40100");

/** An answer's body, without the one secret that no receipt keeps. */
const withoutSecret = ({ text }: Answer): unknown => ({
  ...JSON.parse(text),
  key: null,
  secret: null,
});

it("looks at something", () => {
  expect(reads.length).toBeGreaterThan(20);
  expect(writes.length).toBeGreaterThan(20);
  expect(open.length).toBeGreaterThan(6);
  expect(repeatable.length).toBeGreaterThan(8);
  expect(guarded.length).toBeGreaterThan(40);
});

it.each([...free])("%s asks nobody", async (route) => {
  const { code, atTheDoor, told } = await costOf(await givenRequest(route));
  expect({ code, atTheDoor, told }).toEqual({ code: 200, atTheDoor: 0, told: 0 });
});

describe("a read", () => {
  it.each(reads)("costs one round trip: %s", async (route) => {
    const { code, atTheDoor, told } = await costOf(await givenRequest(route));
    const found = empty.has(route) ? 404 : 200;
    expect({ code, atTheDoor, told }).toEqual({ code: found, atTheDoor: 1, told: 1 });
  });

  it.each(open)("costs strangers and publishable keys one round trip: %s", async (route) => {
    const holder = await givenOwner();
    const other = await givenUser();
    const key = await givenPublishableKey(holder);
    for (const recipe of Object.values(recipes[route] ?? {})) {
      const target = await recipe({ holder, other });
      for (const headers of [{}, key.headers]) {
        const { atTheDoor, told } = await costOf(draftOf(route, target, headers));
        expect({ atTheDoor, told }).toEqual({ atTheDoor: 1, told: 1 });
      }
    }
  });
});

describe("a write", () => {
  it.each(writes)("costs two round trips at most: %s", async (route) => {
    const { code, atTheDoor, told } = await costOf(await givenRequest(route));
    expect(code).toBeLessThan(300);
    expect(atTheDoor).toBeLessThanOrEqual(limitOf(route));
    expect(atTheDoor).toBe(told);
  });

  it.each(repeatable)(
    "costs no more under an Idempotency-Key, and its repeat one: %s",
    async (route) => {
      const request = await givenRequest(route, { "idempotency-key": crypto.randomUUID() });
      const first = await costOf(request);
      expect(first.code).toBeLessThan(300);
      expect(first.atTheDoor).toBeLessThanOrEqual(2);
      const second = await costOf(request);
      expect(withoutSecret(second.answer)).toEqual(withoutSecret(first.answer));
      expect(second.answer.headers.get("idempotency-replayed")).toBe("true");
      expect({ code: second.code, atTheDoor: second.atTheDoor, told: second.told }).toEqual({
        code: first.code,
        atTheDoor: 1,
        told: 1,
      });
    },
  );
});

describe("whoever does not say who they are", () => {
  it.each(guarded)("costs the database nothing: %s", async (route) => {
    const request = await givenRequest(route);
    const { authorization: _, ...headers } = request.headers;
    const { code, atTheDoor } = await costOf({ ...request, headers });
    expect({ code, atTheDoor }).toEqual({ code: 40100, atTheDoor: 0 });
  });
});
