import { env, exports } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { expect, it } from "vitest";

import { createContext } from "#core/context";
import { posts, tags } from "#repository/models";
import { runDueJobs } from "#test/support/background";
import { givenUser } from "#test/support/people";
import { givenPost } from "#test/support/posts";
import { ORIGIN, send } from "#test/support/requests";

const { db } = createContext(env, { waitUntil: () => undefined }, "tags");
const editor = await givenUser();

const newMark = (): string => crypto.randomUUID();

type Tag = string | { readonly name: string; readonly slug: string };

const documentWith = (names: readonly Tag[], path = `${newMark()}.md`) => ({
  path,
  front_matter: { title: `Imported ${path}`, date: "2020-02-29", tags: names },
  markdown: "Text.",
});

async function importAll(documents: readonly unknown[]) {
  const response = await exports.default.fetch(`${ORIGIN}/v1/imports`, {
    method: "POST",
    headers: { ...editor.headers, "content-type": "application/x-ndjson" },
    body: documents.map((document) => JSON.stringify(document)).join("\n"),
  });
  const { id } = await response.json<{ id: string }>();
  await runDueJobs();
  return (await send("GET", `/v1/imports/${id}`, { headers: editor.headers })).body.result;
}

async function tagsAt(path: string): Promise<{ id: string; name: string; slug: string }[]> {
  const [row] = await db.select().from(posts).where(eq(posts.importPath, path));
  return (await send("GET", `/v1/posts/${row?.id}`, { headers: editor.headers })).body.tags;
}

it("gives names that differ in symbols or accents tags of their own, within an import and across", async () => {
  const mark = newMark();
  const names = [`C ${mark}`, `C++ ${mark}`, `C# ${mark}`, `Ç ${mark}`];
  const [first, second] = [documentWith(names.slice(0, 2)), documentWith(names)];
  await importAll([first]);
  await importAll([second]);
  const made = await tagsAt(second.path);
  expect(made.map(({ name }) => name)).toEqual(names);
  expect(made[0]?.slug).toBe(`c-${mark}`);
  expect(new Set(made.map(({ slug }) => slug)).size).toBe(names.length);
  expect(await tagsAt(first.path)).toEqual(made.slice(0, 2));
});

it("takes names that differ in case, space and hyphens for one tag", async () => {
  const mark = newMark();
  const documents = [`open-source ${mark}`, `Open Source ${mark}`, `open_source-${mark}`].map(
    (name) => documentWith([name]),
  );
  await importAll(documents.slice(0, 1));
  await importAll(documents.slice(1));
  const ids = await Promise.all(documents.map(async ({ path }) => (await tagsAt(path))[0]?.id));
  expect(ids[0]).toBeDefined();
  expect(new Set(ids).size).toBe(1);
});

it("finds the tags that there are by name and by slug, and links one that is named twice once", async () => {
  const mark = newMark();
  const tag = { name: `Océan ${mark}`, slug: `sea-${mark}` };
  const { body } = await send("POST", "/v1/tags", { headers: editor.headers, body: tag });
  const document = documentWith([`océan ${mark}`, `sea-${mark}`, `Other ${mark}`]);
  await importAll([document]);
  expect(await tagsAt(document.path)).toMatchObject([{ id: body.id }, { name: `Other ${mark}` }]);
});

it("takes tags of one name that tell slugs of their own for as many tags", async () => {
  const mark = newMark();
  const name = `News ${mark}`;
  const document = documentWith([name, { name, slug: `news-${mark}-2` }]);
  await importAll([document]);
  expect(await tagsAt(document.path)).toMatchObject([
    { name, slug: `news-${mark}` },
    { name, slug: `news-${mark}-2` },
  ]);
});

it("names tags as posts do", async () => {
  const mark = newMark();
  const names = [`Q&A ${mark}`, `Q+A ${mark}`];
  const document = documentWith(names);
  await importAll([document]);
  const { body } = await givenPost(editor, { tags: names });
  expect(body.tags).toEqual(await tagsAt(document.path));
});

it("changes no tag the second time, whatever became of its name", async () => {
  const mark = newMark();
  const document = documentWith([`D ${mark}`, `D! ${mark}`]);
  await importAll([document]);
  const made = await tagsAt(document.path);
  await db
    .update(tags)
    .set({ name: `E ${mark}` })
    .where(eq(tags.slug, `d-${mark}`));
  const count = () => db.$count(tags);
  const before = await count();
  expect(await importAll([document])).toMatchObject({ created: 0, updated: 0, unchanged: 1 });
  expect((await tagsAt(document.path)).map(({ id }) => id)).toEqual(made.map(({ id }) => id));
  expect(await count()).toBe(before);
});

it("keeps internal tags apart from public ones", async () => {
  const mark = newMark();
  const internal = { name: `#Weekly ${mark}`, slug: `hash-weekly-${mark}` };
  const document = documentWith([internal, `Weekly ${mark}`]);
  await importAll([document]);
  expect(await tagsAt(document.path)).toMatchObject([
    { name: `#Weekly ${mark}`, slug: `hash-weekly-${mark}` },
    { name: `Weekly ${mark}`, slug: `weekly-${mark}` },
  ]);
});
