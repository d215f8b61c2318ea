import { describe, expect, it, vi } from "vitest";

import { GHOST, ghost, key } from "#test/support/ghost";
import { send, type Sent } from "#test/support/requests";

const NEVER = "no-store, must-revalidate, max-stale=0, post-check=0, pre-check=0";

/** The one error that an answer tells of; every answer that fails has all nine members. */
function errorOf({ body, headers }: Sent) {
  expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
  expect(headers.get("access-control-allow-origin")).toBe("*");
  expect(headers.get("cache-control")).toMatch(/^no-cache, (?:private|max-age=0), no-store, /u);
  expect(Object.keys(body)).toEqual(["errors"]);
  expect(body.errors).toHaveLength(1);
  expect(Object.keys(body.errors[0]).toSorted()).toEqual([
    "code",
    "context",
    "details",
    "ghostErrorCode",
    "help",
    "id",
    "message",
    "property",
    "type",
  ]);
  const { id, details, property, ghostErrorCode, ...error } = body.errors[0];
  expect(id).toMatch(/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/u);
  expect([details, property, ghostErrorCode]).toEqual([null, null, null]);
  return error;
}

const plain = { help: null, code: null } as const;

describe("what is not there", () => {
  const things = { posts: "post", pages: "page", authors: "author", tags: "tag" };

  it.each(Object.entries(things))("is told by name: %s", async (resource, thing) => {
    const [first = "", ...rest] = thing;
    for (const path of [
      `${resource}/${"f".repeat(24)}/`,
      `${resource}/1/`,
      `${resource}/me/`,
      `${resource}/slug/there-is-no-such-thing/`,
    ]) {
      const answer = await ghost(path);
      expect(answer.status).toBe(404);
      expect(errorOf(answer)).toEqual({
        ...plain,
        message: `Resource not found error, cannot read ${thing}.`,
        context: `${first.toUpperCase()}${rest.join("")} not found.`,
        type: "NotFoundError",
      });
    }
  });

  it("is in nobody's cache, and may be in that of whoever asked", async () => {
    const path = "posts/slug/there-is-no-such-thing/";
    const { headers } = await ghost(path);
    expect(headers.get("cache-control")).toBe(`no-cache, max-age=0, ${NEVER}`);
    const { headers: refused } = await ghost("posts/", { page: "x" });
    expect(refused.get("cache-control")).toBe(`no-cache, private, ${NEVER}`);
  });

  it.each([
    ["GET", "nothing/"],
    ["GET", "offers/"],
    ["GET", "posts/a/b/c/"],
    ["GET", "posts/slug/a/b/"],
    ["GET", "search-index/pages/"],
    ["GET", "settings/title/"],
    ["GET", ""],
    ["POST", "posts/"],
    ["PUT", "posts/"],
    ["PATCH", "settings/"],
    ["DELETE", `posts/${"f".repeat(24)}/`],
  ])("is a resource that Ghost would not have either: %s %s", async (method, path) => {
    const answer = await send(method, `${GHOST}/${path}?key=${key}`);
    expect(answer.status).toBe(404);
    expect(errorOf(answer)).toEqual({
      ...plain,
      message: "Resource not found",
      context: null,
      type: "NotFoundError",
    });
  });

  it("is no such resource of the admin API, of which there is one", async () => {
    for (const path of ["/ghost/api/admin/posts/", "/ghost/api/admin/config/", "/ghost/api/x/"]) {
      const answer = await send("GET", path);
      expect([answer.status, errorOf(answer).message]).toEqual([404, "Resource not found"]);
    }
  });

  it.each([
    ["v7.1", "ahead of", "Try upgrading your Ghost install.", "UPDATE_GHOST"],
    ["v5.120", "behind", "Try upgrading your Ghost API client.", "UPDATE_CLIENT"],
  ])("may be for clients of another time: %s", async (version, where, help, code) => {
    const answer = await ghost("nothing/", {}, { "accept-version": version });
    expect(answer.status).toBe(406);
    expect(errorOf(answer)).toEqual({
      message: "Request could not be served, the endpoint was not found.",
      context: `Provided client accept-version ${version} is ${where} current Ghost version v6.0.`,
      type: "RequestNotAcceptableError",
      help,
      code,
    });
  });

  it("is not there for clients of this time, and for versions that are none a bad request", async () => {
    const same = await ghost("nothing/", {}, { "accept-version": "v6.0" });
    expect([same.status, errorOf(same).type]).toEqual([404, "NotFoundError"]);
    const none = await ghost("nothing/", {}, { "accept-version": "newest" });
    expect(none.status).toBe(400);
    expect(errorOf(none)).toEqual({
      ...plain,
      message: "Requested version is not supported.",
      context: null,
      type: "BadRequestError",
    });
  });

  it("is told of versions only where nothing is: what is there answers to any", async () => {
    for (const version of ["v2.0", "v5.0", "v6.0", "v99.9", "newest"]) {
      const { status } = await ghost("settings/", {}, { "accept-version": version });
      expect(status).toBe(200);
    }
  });
});

describe("what is asked wrongly", () => {
  it.each([
    ["posts/", { page: "x" }, "list posts", "Validation (matches) failed for page undefined.page"],
    ["posts/", { page: "-1" }, "list posts", "Validation (matches) failed for page undefined.page"],
    [
      "tags/",
      { order: "name;drop" },
      "list tags",
      "Validation (matches) failed for order undefined.order",
    ],
    ["pages/", { formats: "pdf" }, "list pages", "Validation (AllowedValues) failed for formats"],
    ["posts/slug/a%20b/", {}, "read post", "Validation (isSlug) failed for slug undefined.slug"],
    ["authors/xyz/", {}, "read author", "Validation (matches) failed for id undefined.id"],
    ["posts/slug/%00/", {}, "read post", "Validation (isSlug) failed for slug undefined.slug"],
    ["posts/", { filter: "title:'\0'" }, "list posts", "Validation (matches) failed for filter"],
  ] as const)("is a validation error: %s %j", async (path, query, action, context) => {
    const answer = await ghost(path, query);
    expect(answer.status).toBe(422);
    expect(errorOf(answer)).toEqual({
      ...plain,
      message: `Validation error, cannot ${action}.`,
      context,
      type: "ValidationError",
    });
  });

  it.each([
    ["posts/", "[", "Error parsing filter"],
    ["tags/", "nothing:1", "Could not understand request."],
    ["tiers/", "nothing:1", "Could not understand request."],
    ["newsletters/", "(", "Error parsing filter"],
  ])("is a bad request when it is a filter: %s %s", async (path, filter, context) => {
    const answer = await ghost(path, { filter });
    expect(answer.status).toBe(400);
    expect(errorOf(answer)).toEqual({
      ...plain,
      message: `Request not understood error, cannot list ${path.slice(0, -1)}.`,
      context,
      type: "BadRequestError",
    });
  });

  it("is never a fault of ours, whatever stands in the address", async () => {
    const hostile = [
      "%ff",
      "%00",
      "'",
      '"',
      "\\",
      "%F0%9F%A6%A6",
      "..%2f..",
      "x".repeat(5000),
      "{{7*7}}",
      "__proto__",
      "constructor",
    ];
    const names = ["filter", "order", "include", "fields", "formats", "limit", "page"];
    for (const text of hostile) {
      const answers = await Promise.all([
        ...names.map((name) => send("GET", `${GHOST}/posts/?key=${key}&${name}=${text}`)),
        send("GET", `${GHOST}/posts/${text}/?key=${key}`),
        send("GET", `${GHOST}/posts/slug/${text}/?key=${key}`),
        send("GET", `${GHOST}/${text}/?key=${key}`),
        send("GET", `${GHOST}/posts/?key=${text}`),
      ]);
      for (const answer of answers) {
        expect([text, answer.status < 500]).toEqual([text, true]);
        if (answer.status >= 400) errorOf(answer);
      }
    }
  });
});

describe("when the database", () => {
  const real = globalThis.fetch;

  async function whileDatabase(answers: () => Promise<Response>, path: string): Promise<Sent> {
    const lines = vi.spyOn(console, "error").mockImplementation(() => undefined);
    vi.stubGlobal("fetch", (...request: Parameters<typeof fetch>) => {
      const url = new URL(new Request(...request).url);
      return url.pathname === "/sql" ? answers() : real(...request);
    });
    try {
      return await ghost(path);
    } finally {
      vi.unstubAllGlobals();
      lines.mockRestore();
    }
  }

  it("is away, clients are told that it is us, and when to come again", async () => {
    const gone = () => Promise.reject(new TypeError("Network connection lost: secret-host"));
    const answer = await whileDatabase(gone, "posts/slug/while-it-is-away/");
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(errorOf(answer)).toMatchObject({
      message: "Server down for maintenance, cannot read post.",
      type: "MaintenanceError",
    });
    expect(answer.text).not.toContain("secret-host");
  });

  it("refuses what we say, clients are told nothing of it", async () => {
    const refusal = { code: "42P01", severity: "ERROR", message: 'relation "a_secret" is missing' };
    const refuse = async () => Response.json(refusal, { status: 400 });
    const answer = await whileDatabase(refuse, "authors/");
    expect(answer.status).toBe(500);
    expect(errorOf(answer)).toEqual({
      help: null,
      message: "Internal server error, cannot list authors.",
      context: "An unexpected error occurred, please try again.",
      type: "InternalServerError",
      code: "UNEXPECTED_ERROR",
    });
  });
});

it("a body that is too large is refused in the same words", async () => {
  const response = await send("POST", `${GHOST}/posts/?key=${key}`, {
    body: "x".repeat(4_300_000),
  });
  expect([404, 413]).toContain(response.status);
  errorOf(response);
});

it("the id of an error is that of the request, by which it is found in the log", async () => {
  const { headers, body } = await ghost("nothing/");
  expect(body.errors[0].id).toBe(headers.get("x-request-id"));
});
