import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";

import { givenUser } from "#test/support/people";

import { access } from "./access";
import { cellsOf } from "./access-cells";
import { departuresOf } from "./conformance";
import { operations } from "./document";
import { type Answer, exchange } from "./exchange";
import { type Malformed, malformedRequests, type Right, wrongTokens } from "./malformed";
import { ask, draftOf, recipeOf } from "./recipes";
import { readState } from "./state";
import { givenOwner, givenTag } from "./things";

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
await Promise.all([givenTag(), givenTag()]);

/** Real cursors, each of one list. */
const cursors = Object.fromEntries(
  await Promise.all(
    ["GET /v1/tags", "GET /v1/users"].map(async (route) => {
      const { headers } = await givenOwner();
      const { text } = await ask(route, { query: { limit: "1" } }, headers);
      const { next_cursor } = JSON.parse(text) as { next_cursor: string };
      return [route, next_cursor] as const;
    }),
  ),
);

async function givenRight(route: string): Promise<Right> {
  const holder = await givenOwner();
  const target = await recipeOf(route)({ holder, other });
  return { route, target, cursors, draft: draftOf(route, target, holder.headers) };
}

/** Statuses that say something else than that the request is malformed. */
const beside = new Set([401, 403, 405, 409, 429]);

/** What is wrong with the answer to a request that is. */
function faultsOf(route: string, { path }: Malformed["draft"], answer: Answer): readonly string[] {
  const { status, code, text, headers } = answer;
  if (status < 400 || status >= 500) return [`${status}: ${text.slice(0, 200)}`];
  if (beside.has(status)) return [`${code} is beside the point`];
  const problem = JSON.parse(text) as Record<string, unknown>;
  const asked = new URL(path, "https://imprint.test").pathname;
  return [
    ...departuresOf(route, answer),
    ...(problem["request_id"] === headers.get("x-request-id") ? [] : ["another request_id"]),
    ...(decoded(problem["instance"]) === decoded(asked)
      ? []
      : [`instance ${String(problem["instance"])}`]),
    ...(problem["internal_code"] === 42200 && !problem["errors"] ? ["no errors are named"] : []),
  ];
}

/** A path that cannot be decoded is as it was sent. */
function decoded(path: unknown): string {
  try {
    return decodeURIComponent(String(path));
  } catch {
    return String(path);
  }
}

async function faultsIn(route: string, requests: readonly Malformed[]): Promise<string[]> {
  const faults: string[] = [];
  for (let from = 0; from < requests.length; from += 24) {
    const some = requests.slice(from, from + 24);
    const answers = await Promise.all(some.map(({ draft }) => exchange(draft)));
    answers.forEach((answer, index) => {
      const request = some[index];
      if (!request) return;
      const found = faultsOf(route, request.draft, answer);
      faults.push(...found.map((fault) => `${request.what} → ${fault}`));
    });
  }
  return faults;
}

it("is about every route of the document, with something to refuse at each", async () => {
  const counts = await Promise.all(
    [...operations.keys()].map(async (route) => malformedRequests(await givenRight(route)).length),
  );
  expect(Math.min(...counts)).toBeGreaterThan(3);
  expect(Math.max(...counts)).toBeGreaterThan(200);
});

it.each([...operations.keys()])(
  "whatever is wrong with a request is refused by name, and nothing is changed: %s",
  async (route) => {
    const right = await givenRight(route);
    const before = await readState();
    const faults = await faultsIn(route, malformedRequests(right));
    expect(faults).toEqual([]);
    expect(await readState()).toEqual(before);
    expect((await exchange(right.draft)).status, "the request itself was right").toBeLessThan(400);
  },
);

/** Routes that look at who asks, by the third cell of their rows: whoever shows a token that opens nothing. */
const asking = [...operations.keys()].filter((route) =>
  Object.values(access[route]?.rows ?? {}).every((row) => cellsOf(row)[2] === "40101"),
);

it.each(asking)("a token that is none is never taken for nobody's: %s", async (route) => {
  const requests = wrongTokens(await givenRight(route));
  const answers = await Promise.all(requests.map(({ draft }) => exchange(draft)));
  const codes = answers.map(({ code }, index) => `${requests[index]?.what} → ${code}`);
  expect(codes).toEqual(requests.map(({ what }) => `${what} → 40101`));
});
