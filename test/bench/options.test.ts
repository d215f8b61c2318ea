import { describe, expect, it } from "vitest";

import { publicRoutes } from "#api/edge/routes";
import { examplesOf } from "#bench/examples";
import { readOptions } from "#bench/options";

const contents = { performance: ["reads", "size"], benchmarks: ["jobs"] };
const read = (...args: string[]) => readOptions(args, contents);

describe("the command line of the benchmarks", () => {
  it("runs everything unless told otherwise", () => {
    expect(read()).toMatchObject({
      names: ["reads", "size", "jobs"],
      pages: ["performance", "benchmarks"],
      posts: 1_000_000,
      isQuick: false,
    });
  });

  it("takes pages and single sections", () => {
    expect(read("performance", "--write")).toMatchObject({
      names: ["reads", "size"],
      pages: ["performance"],
      isWritten: true,
    });
    expect(read("jobs", "size").names).toEqual(["size", "jobs"]);
    expect(() => read("nothing")).toThrow("no section nothing");
  });

  it("writes nothing that was measured in part or in haste", () => {
    expect(() => read("reads", "--write")).toThrow("whole pages");
    expect(() => read("--quick", "--write")).toThrow("whole pages");
  });

  it("takes peers by name, with the address of a list and then of a post", () => {
    const list = "http://localhost:2368/ghost/api/content/posts/?key=1&include=authors,tags";
    const post = "https://example.com/posts/hello";
    expect(read("--peer", `Ghost=${list}`, "--peer", `Ghost=${post}`).peers).toEqual([
      { name: "Ghost", list, post },
    ]);
    expect(read("--peer", `Ghost=${list}`).peers).toEqual([{ name: "Ghost", list, post: null }]);
    expect(() => read("--peer", "Ghost")).toThrow("name=url");
    expect(() => read("--peer", "Ghost=ftp://example.com")).toThrow("name=url");
  });

  it("takes a number of posts", () => {
    expect(read("--posts", "50,000").posts).toBe(50_000);
    expect(read("--quick").posts).toBeLessThan(1_000_000);
    for (const text of ["many", "10", "2000.5"]) {
      expect(() => read("--posts", text)).toThrow("--posts");
    }
  });
});

describe("the benchmark of routes", () => {
  const given = {
    key: "k",
    site: "http://s",
    post: "p",
    page: "g",
    author: "a",
    tag: "t",
    preview: "v",
  };

  it("knows something to ask of every public route", () => {
    const routes = publicRoutes.map(({ path }) => path);
    const examples = examplesOf(routes, given);
    expect(examples.map(({ route }) => route)).toEqual(expect.arrayContaining(routes));
    for (const { path } of examples) expect(path).not.toMatch(/[{}]|\/:/u);
  });

  it("says of which it does not", () => {
    expect(() => examplesOf(["/v1/new/:id"], given)).toThrow("no example of /v1/new/:id");
  });
});
