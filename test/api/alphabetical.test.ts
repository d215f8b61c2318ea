import { describe, expect, it } from "vitest";

import { ghost } from "#test/support/ghost";
import { givenUser } from "#test/support/people";
import { givenPost } from "#test/support/posts";
import { ORIGIN, send } from "#test/support/requests";

/** As a person would put them. By their bytes they would be “Quote, Zoo, apple, zebra, Éclair. */
const names = ["apple", "Éclair", "“Quote” first", "zebra", "Zoo"];

const editor = await givenUser({ name: names[3] ?? "", role: "editor" });
const authors = await Promise.all(
  names.map(async (name, at) => (at === 3 ? editor : givenUser({ name, role: "author" }))),
);
for (const at of [2, 0, 4, 1, 3]) {
  const [name = "", author = editor] = [names[at], authors[at]];
  await givenPost(author, { title: name, content: name });
  await givenPost(editor, {
    title: name,
    tags: [`tag ${name}`, "all"],
    status: "published",
    authors: [author.id],
  });
}

/** All of a list by its pages of two, each thing by what it is called. */
async function read(path: string, name: "name" | "title", headers = {}): Promise<string[]> {
  const seen: string[] = [];
  for (let next: string | null = path; next !== null;) {
    const { body, headers: got } = await send("GET", next, { headers });
    seen.push(...body.data.map((each: Record<string, string>) => each[name]));
    const link: string | undefined = /<([^>]+)>; rel="next"/u.exec(got.get("link") ?? "")?.[1];
    next = link === undefined ? null : link.slice(ORIGIN.length);
  }
  return seen;
}

const tagged = names.map((name) => `tag ${name}`);

describe("what is sorted by its name is sorted as people do it", () => {
  it.each([
    ["/v1/posts?limit=2&tag=all&order=title", "title", names],
    ["/v1/posts?limit=2&tag=all&order=-title", "title", names.toReversed()],
    ["/v1/authors?limit=2&order=name", "name", names],
    ["/v1/authors?limit=2&order=-name", "name", names.toReversed()],
    ["/v1/tags?limit=2", "name", ["all", ...tagged]],
    ["/v1/tags?limit=2&order=-name", "name", ["all", ...tagged].toReversed()],
  ] as const)("by strangers: %s", async (path, name, sorted) => {
    expect(await read(path, name)).toEqual(sorted);
  });

  it.each([
    ["/v1/posts?limit=2&order=title&tag=all", "title", names],
    ["/v1/posts?limit=2&status=draft&order=-title", "title", names.toReversed()],
    ["/v1/users?limit=2&role=author", "name", names.toSpliced(3, 1)],
  ] as const)("by staff: %s", async (path, name, sorted) => {
    expect(await read(path, name, editor.headers)).toEqual(sorted);
  });

  it.each([
    ["posts", "title", { order: "title asc", filter: "tag:all" }, names],
    ["tags", "name", { filter: "slug:-all" }, tagged],
    ["authors", "name", {}, names],
    ["authors", "name", { order: "name desc" }, names.toReversed()],
  ] as const)("by Ghost's clients: %s", async (resource, name, parameters, sorted) => {
    const { body } = await ghost(`${resource}/`, parameters);
    expect(body[resource].map((each: Record<string, string>) => each[name])).toEqual(sorted);
  });
});
