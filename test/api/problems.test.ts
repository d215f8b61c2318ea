import { exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";

import { givenUser } from "#test/support/people";
import { givenPost } from "#test/support/posts";
import { codeOf, ORIGIN, send, type Sent } from "#test/support/requests";

const pointersOf = ({ body }: Sent): string[] =>
  body.errors.map(({ pointer }: { pointer: string }) => pointer);

describe("a problem points", () => {
  it("at a part of the body by its JSON Pointer", async () => {
    const { headers } = await givenUser();
    const wrong = { title: 5, content: "x", tags: [""], "a/b~c": 1 };
    const answer = await send("POST", "/v1/posts", { headers, body: wrong });
    expect(pointersOf(answer).toSorted()).toEqual(["/a~1b~0c", "/tags/0", "/title"]);
  });

  it.each([
    [{ frequency: "weekly", recipients: [], start: "soon" }, "/start", /RFC 3339/u],
    [{ frequency: "weekly", recipients: [] }, "/recipients", />=1/u],
  ])("and says what would fit: %j", async (body, pointer, message) => {
    const { headers } = await givenUser();
    const answer = await send("POST", "/v1/report-schedules", { headers, body });
    expect(answer.body.errors).toContainEqual(
      expect.objectContaining({ pointer, message: expect.stringMatching(message) }),
    );
  });

  it("into what may be left empty, where it is wrong", async () => {
    const { headers } = await givenUser();
    const answer = await send("PATCH", "/v1/media/01900000-0000-7000-8000-000000000000", {
      headers: { ...headers, "if-match": '"v1"' },
      body: { focal_point: { x: 0.1, z: 1 } },
    });
    expect(pointersOf(answer).toSorted()).toEqual(["/focal_point/y", "/focal_point/z"]);
  });

  it.each([
    ["/v1/posts?limit=0", ["limit"]],
    ["/v1/posts?limit=1&limit=2", ["limit"]],
    ["/v1/posts?limt=1", ["limt"]],
    ["/v1/reports/nope", ["id"]],
  ])("at a parameter by its name: %s", async (path, pointers) => {
    const answer = await send("GET", path);
    expect(codeOf(answer)).toBe(42200);
    expect(pointersOf(answer)).toEqual(pointers);
  });

  it("at what a body says where none is read, and nothing is done", async () => {
    const { headers } = await givenUser();
    const { body, etag } = await givenPost({ headers });
    const path = `/v1/posts/${body.id}/publish`;
    const refused = await send("POST", path, {
      headers: { ...headers, "if-match": etag },
      body: { x: 1, "y/z": 2 },
    });
    expect(codeOf(refused)).toBe(42200);
    expect(pointersOf(refused)).toEqual(["/x", "/y~1z"]);
    const emptily = { headers: { ...headers, "if-match": etag }, body: {} };
    expect((await send("POST", path, emptily)).status).toBe(200);
  });

  it("at a number that JSON can write and nobody can keep", async () => {
    const { headers } = await givenUser();
    const response = await exports.default.fetch(`${ORIGIN}/v1/posts`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: '{"title":"T","content":"","metadata":{"a":[1,-1e400]}}',
    });
    expect(await response.json()).toMatchObject({
      internal_code: 42200,
      errors: [{ pointer: "/metadata/a/1", code: "number_too_large" }],
    });
  });
});

describe("If-Match", () => {
  it("is compared whole: the right version with another digest is not what was read", async () => {
    const { headers } = await givenUser();
    // PostgreSQL puts the shorter name first.
    const post = await givenPost({ headers }, { metadata: { longer: 1, b: { z: 1, y: [2] } } });
    const path = `/v1/posts/${post.body.id}`;
    const edit = (etag: string, title: string) =>
      send("PATCH", path, { headers: { ...headers, "if-match": etag }, body: { title } });
    const refused = await edit('"v1-0000000000000000"', "One");
    expect(refused.body).toMatchObject({ internal_code: 41200, current_version: 1 });
    expect((await send("GET", path, { headers })).etag).toBe(post.etag);
    expect((await edit(post.etag, "Two")).status).toBe(200);
    expect((await edit('"v2"', "Three")).status).toBe(200);
  });
});

describe("whoever may read what is published from a page of their own", () => {
  it.each([
    ["/v1/posts?colour=blue", 42200],
    ["/v1/tags?limit=1&limit=2", 42200],
    ["/v1/search?q=%00", 42200],
    ["/v1/posts/nothing-here", 40401],
    ["/v1/posts/nothing-here.md", 40401],
    ["/v1/posts/nothing-here.txt?fields=title", 42200],
  ])("reads there what was wrong with %s", async (path, code) => {
    const answer = await send("GET", path);
    expect(codeOf(answer)).toBe(code);
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
  });

  it.each(["Bearer xyz", "Basic eDp5", `Bearer ${"0".repeat(26)}`])(
    "reads there that %s opens nothing",
    async (authorization) => {
      const answer = await send("GET", "/v1/posts?limit=1", { headers: { authorization } });
      expect(codeOf(answer)).toBe(40101);
      expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    },
  );

  it("reads nothing there by a session", async () => {
    const { headers } = await givenUser();
    for (const path of ["/v1/posts?limit=1", "/v1/posts/nothing-here.md"]) {
      const answer = await send("GET", path, { headers });
      expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    }
  });
});
