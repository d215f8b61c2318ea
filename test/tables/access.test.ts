import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";

import * as exceptions from "#api/exceptions";
import { givenUser } from "#test/support/people";

import { access } from "./access";
import { cellsOf } from "./access-cells";
import { type CallerName, callers, givenCaller } from "./callers";
import { departuresOf } from "./conformance";
import { codesOf, operations, pages, parametersOf, servedRoutes } from "./document";
import type { Answer } from "./exchange";
import type { Recipe, Target } from "./recipe-parts";
import { ask, recipes } from "./recipes";

/** The queues are far ends: nobody is to work on a thing while it is looked at. */
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

const other = await givenUser();

interface Walk {
  /** What was answered, as the table writes it. */
  readonly rows: Readonly<Record<string, string>>;
  readonly departures: readonly string[];
  readonly codes: ReadonlySet<number>;
}

/** What the table says an answer is. */
function cellOf(wanted: string, { id }: Target, answer: Answer): string {
  const isList = wanted === "in" || wanted === "out";
  if (!isList || answer.status !== 200) return String(answer.code);
  const { data } = JSON.parse(answer.text) as { data: { id: string }[] };
  return data.some((item) => item.id === id) ? "in" : "out";
}

async function step(
  route: string,
  recipe: Recipe,
  name: CallerName,
  wanted: string,
): Promise<{ cell: string; code: number; departures: readonly string[] }> {
  const needed = access[route] ?? { permission: null, also: [] };
  const { holder, headers } = await givenCaller(name, needed);
  const target = await recipe({ holder, other });
  const answer = await ask(route, target, headers);
  const { code } = answer;
  return { cell: cellOf(wanted, target, answer), code, departures: departuresOf(route, answer) };
}

const walks = new Map<string, Promise<Walk>>();

/** Asks a route whatever its rows say, once however often it is looked at. */
function walk(route: string): Promise<Walk> {
  const known = walks.get(route) ?? walkNow(route);
  walks.set(route, known);
  return known;
}

async function walkNow(route: string): Promise<Walk> {
  const departures = new Set<string>();
  const codes = new Set<number>();
  const rows = await Promise.all(
    Object.entries(access[route]?.rows ?? {}).map(async ([about, row]) => {
      const recipe = recipes[route]?.[about];
      if (!recipe) return [about, "has no recipe"] as const;
      const wanted = cellsOf(row);
      const steps = await Promise.all(
        callers.map((name, index) => step(route, recipe, name, wanted[index] ?? "")),
      );
      for (const found of steps.flatMap((each) => each.departures)) departures.add(found);
      for (const { code } of steps) codes.add(code);
      return [about, steps.map(({ cell }) => cell).join(" ")] as const;
    }),
  );
  return { rows: Object.fromEntries(rows), departures: [...departures], codes };
}

/** What is refused for other reasons than who asks about what: for how it is asked, how often, and when. */
const otherReasons: ReadonlySet<unknown> = new Set(
  [
    exceptions.BodyTooLarge,
    exceptions.Contended,
    exceptions.CrossSiteRequest,
    exceptions.CursorInvalid,
    exceptions.DatabaseUnavailable,
    exceptions.IdempotencyKeyInvalid,
    exceptions.IdempotencyKeyReused,
    exceptions.IfMatchInvalid,
    exceptions.IfMatchRequired,
    exceptions.MalformedRequest,
    exceptions.MediaTooLarge,
    exceptions.NotConfigured,
    exceptions.OwnHop,
    exceptions.RangeNotSatisfiable,
    exceptions.StaleVersion,
    exceptions.StorageUnavailable,
    exceptions.TooManyAttempts,
    exceptions.TooManyFrames,
    exceptions.Unexpected,
    exceptions.UnsupportedMediaType,
    exceptions.ValidationFailed,
    // These need a publication with nobody, or with nobody else, in it.
    exceptions.LastOwner,
    exceptions.SetupTokenInvalid,
    // These are said of many routes at once, some of which every role may ask, or no key.
    exceptions.PermissionDenied,
    exceptions.ScopeMissing,
  ].map(({ internalCode }) => internalCode),
);

describe("the table of who may do what", () => {
  it("has a row for every route that is served, and no other", () => {
    expect(Object.keys(access).toSorted()).toEqual([...servedRoutes].toSorted());
  });

  it("is about what the document is about: no route is kept from it", () => {
    const told = [...operations.keys(), ...pages];
    expect(told.toSorted()).toEqual([...servedRoutes].toSorted());
  });

  it("has a row for everything that a route can be asked about, and no other", () => {
    const abouts = (table: object) => Object.keys(table).toSorted();
    const tables = Object.entries(access).map(([route, { rows }]) => [route, abouts(rows)]);
    const wanted = Object.keys(access).map((route) => [route, abouts(recipes[route] ?? {})]);
    expect(tables).toEqual(wanted);
  });

  it("tells one's own from another's and from what is missing, wherever a path names one", () => {
    const naming = servedRoutes.filter((route) => parametersOf(route, "path").length > 0);
    const lacking = naming.filter((route) => {
      const abouts = Object.keys(access[route]?.rows ?? {});
      const has = (word: string) => abouts.some((about) => about.startsWith(word));
      return !has("missing") || !(has("any") || (has("own") && has("other's")));
    });
    expect(lacking).toEqual([]);
    expect(naming.length).toBeGreaterThan(20);
  });
});

describe.each(Object.keys(access))("%s", (route) => {
  it("lets in whom the table lets in, and tells everybody else why not", async () => {
    const wanted = Object.entries(access[route]?.rows ?? {}).map(
      ([about, row]) => [about, cellsOf(row).join(" ")] as const,
    );
    expect((await walk(route)).rows).toEqual(Object.fromEntries(wanted));
  });

  it("has somebody to refuse for every reason that the document names", async () => {
    const { codes } = await walk(route);
    const unseen = codesOf(route).filter((code) => !codes.has(code) && !otherReasons.has(code));
    expect(unseen).toEqual([]);
  });

  it("answers as the document says, with nothing that is not in it", async () => {
    expect((await walk(route)).departures).toEqual([]);
  });
});
