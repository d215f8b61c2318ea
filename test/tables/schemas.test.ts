import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";

import { givenUser } from "#test/support/people";
import { givenPost } from "#test/support/posts";

import { departuresOf, problemsOf } from "./conformance";
import {
  bodySchemaOf,
  isVersioned,
  openApi,
  operations,
  parametersOf,
  type Schema,
} from "./document";
import { type Answer, exchange } from "./exchange";
import { draftOf, recipeOf, recipes } from "./recipes";
import { givenOwner, givenPostOf } from "./things";

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

const owner = await givenOwner();
const other = await givenUser();

/** A right request of an owner, with other headers on top. */
async function given(route: string, headers: Record<string, string> = {}) {
  const target = await recipeOf(route)({ holder: owner, other });
  return draftOf(route, target, { ...owner.headers, ...headers });
}

const routes = [...operations.keys()];

// Every answer of the access table is held against the document where that table is walked. Here are the
// answers that a right request of somebody who may does not have.
describe("the answers beside the usual ones are as the document says", () => {
  const versioned = routes.filter(isVersioned);
  const cached = routes.filter((route) => operations.get(route)?.responses["304"] !== undefined);
  const repeatable = routes.filter((route) =>
    parametersOf(route, "header").some(({ name }) => name.toLowerCase() === "idempotency-key"),
  );

  it("has some of each", () => {
    expect(Math.min(versioned.length, repeatable.length)).toBeGreaterThan(8);
    expect(cached.length).toBeGreaterThan(3);
  });

  it.each(cached)("304 to whoever has it already: %s", async (route) => {
    const draft = await given(route);
    const first = await exchange(draft);
    const headers = { ...draft.headers, "if-none-match": first.headers.get("etag") ?? "" };
    const second = await exchange({ ...draft, headers });
    expect([second.status, departuresOf(route, second)]).toEqual([304, []]);
    expect(second.headers.get("etag")).toBe(first.headers.get("etag"));
  });

  it.each(versioned)(
    "428, 412 and 400 to whoever names no version, or a wrong one: %s",
    async (route) => {
      const draft = await given(route);
      const { "if-match": _, ...headers } = draft.headers;
      const answers = await Promise.all([
        exchange({ ...draft, headers }),
        exchange({ ...draft, headers: { ...headers, "if-match": '"v7"' } }),
        exchange({ ...draft, headers: { ...headers, "if-match": "7" } }),
      ]);
      expect(answers.map(({ code }) => code)).toEqual([42800, 41200, 40003]);
      expect(answers.flatMap((answer) => departuresOf(route, answer))).toEqual([]);
    },
  );

  it.each(repeatable)("422 to a key that came with something else: %s", async (route) => {
    const key = { "idempotency-key": crypto.randomUUID() };
    const draft = await given(route, key);
    const first = await exchange(draft);
    const second = await exchange({
      ...draft,
      content: typeof draft.content === "string" ? `${draft.content} ` : "{}",
    });
    expect([...departuresOf(route, first), ...departuresOf(route, second)]).toEqual([]);
    expect([first.status < 300, second.code]).toEqual([true, 42201]);
  });

  it("301 from a slug that a published post had before", async () => {
    const { body, etag } = await givenPost(owner, { status: "published" });
    const slug = `moved-${crypto.randomUUID()}`;
    const path = `/v1/posts/${body.id}`;
    const headers = { ...owner.headers, "if-match": etag, "content-type": "application/json" };
    await exchange({ method: "PATCH", path, headers, content: JSON.stringify({ slug }) });
    const answer = await exchange({ method: "GET", path: `/v1/posts/${body.slug}`, headers: {} });
    expect([answer.status, departuresOf("GET /v1/posts/{id}", answer)]).toEqual([301, []]);
  });

  it.each([
    ["bytes=0-3", 206],
    ["bytes=999999-", 416],
    ["lines=1-2", 200],
  ])("a file in parts: %s", async (range, status) => {
    const route = "GET /v1/reports/{id}/file";
    const answer = await exchange(await given(route, { range }));
    expect([answer.status, departuresOf(route, answer)]).toEqual([status, []]);
  });

  it.each(["GET /v1/posts", "GET /v1/jobs", "GET /v1/users"])(
    "a page that is not the last, and the one after it: %s",
    async (route) => {
      const recipe = recipeOf(route);
      await Promise.all([recipe({ holder: owner, other }), recipe({ holder: owner, other })]);
      const draft = draftOf(route, { query: { limit: "1" } }, owner.headers);
      const first = await exchange(draft);
      const { next_cursor } = JSON.parse(first.text) as { next_cursor: string };
      expect(first.headers.get("link")).toContain(encodeURIComponent(next_cursor));
      const path = `${draft.path}&cursor=${encodeURIComponent(next_cursor)}`;
      const second = await exchange({ ...draft, path });
      expect([...departuresOf(route, first), ...departuresOf(route, second)]).toEqual([]);
      expect(second.status).toBe(200);
    },
  );
});

describe("the document", () => {
  it.each(routes.filter((route) => bodySchemaOf(route) !== undefined))(
    "takes for right what is: %s",
    async (route) => {
      const schema = bodySchemaOf(route) ?? {};
      for (const recipe of Object.values(recipes[route] ?? {})) {
        const { body } = await recipe({ holder: owner, other });
        expect(problemsOf(schema, body)).toEqual([]);
      }
    },
  );

  it("refers only to what it has, and has nothing that it does not refer to", () => {
    const text = JSON.stringify(openApi);
    const references = [...text.matchAll(/#\/components\/schemas\/(\w+)/gu)];
    const named = new Set(references.map(([, name = ""]) => name));
    expect([...named].toSorted()).toEqual(Object.keys(openApi.components.schemas).toSorted());
  });

  it("gives every field of every schema that is sent a type that can be wrong", () => {
    const loose = Object.entries(openApi.components.schemas).flatMap(([name, schema]) =>
      Object.entries(schema.properties ?? {})
        .filter(([, field]) => problemsOf(field, undefined).length === 0)
        .map(([field]) => `${name}.${field}`),
    );
    // What comes of a job is its kind's own affair.
    expect(loose).toEqual(["Job.result"]);
  });
});

describe("what holds answers against the document", () => {
  // A read may be of parts, where no member has to be there; a change answers with the whole post.
  const route = "PATCH /v1/posts/{id}";
  const answer = (change: (body: Record<string, unknown>) => void, rest: Partial<Answer> = {}) =>
    exchange({ method: "GET", path: `/v1/posts/${post.id}`, headers: owner.headers }).then(
      (real) => {
        const body = JSON.parse(real.text) as Record<string, unknown>;
        change(body);
        return departuresOf(route, { ...real, text: JSON.stringify(body), ...rest });
      },
    );
  const post = { id: "" };
  const keep = (): void => undefined;

  it("finds whatever is not in it", async () => {
    Object.assign(post, await givenPostOf(owner));
    expect(await answer(keep)).toEqual([]);
    const broken: readonly [string, ReturnType<typeof answer>][] = [
      ["a field too many", answer((body) => (body["password_hash"] = "x"))],
      [
        "a field too many, inside",
        answer((body) => Object.assign(body["author"] as object, { email: "x" })),
      ],
      ["a field too few", answer((body) => delete body["version"])],
      ["a wrong type", answer((body) => (body["version"] = "1"))],
      ["null where none can be", answer((body) => (body["title"] = null))],
      ["a moment that is not", answer((body) => (body["created_at"] = "2026-11-23 09:30:00+00"))],
      ["an id that is not", answer((body) => (body["id"] = "1"))],
      ["not in the enum", answer((body) => (body["status"] = "deleted"))],
      ["an unknown status", answer(keep, { status: 418 })],
      [
        "a missing header",
        answer(keep, { headers: new Headers({ "content-type": "application/json" }) }),
      ],
      [
        "another media type",
        answer(keep, { headers: new Headers({ etag: '"v1"', "content-type": "text/html" }) }),
      ],
    ];
    const found = await Promise.all(broken.map(([, departures]) => departures));
    expect(broken.map(([what], index) => [what, found[index]?.length ?? 0])).not.toContainEqual([
      expect.any(String),
      0,
    ]);
  });

  it("does not pass what it cannot read", () => {
    const schema = { type: "number", multipleOf: 5 } as Schema;
    expect(() => problemsOf(schema, 7)).toThrow("multipleOf");
  });

  it("knows a code that the route does not name", () => {
    const problem = {
      type: "https://imprint.test/errors#42900",
      title: "",
      status: 404,
      detail: "",
      instance: "/",
      internal_code: 42900,
      request_id: "",
    };
    const headers = new Headers({ "content-type": "application/problem+json" });
    const departures = departuresOf(route, { status: 404, headers, text: JSON.stringify(problem) });
    expect(departures).toEqual(["404 /internal_code: is not in the enum"]);
  });
});
