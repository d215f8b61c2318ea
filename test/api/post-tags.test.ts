import { describe, expect, it } from "vitest";

import { givenUser, type Person } from "#test/support/people";
import { givenPost } from "#test/support/posts";
import { send } from "#test/support/requests";

interface Label {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
}

const newMark = (): string => crypto.randomUUID();

/** The tags of a new post that names these. */
async function tagsOf(person: Person, tags: readonly string[]): Promise<Label[]> {
  return (await givenPost(person, { tags })).body.tags;
}

const givenTag = async ({ headers }: Person, body: { name: string; slug?: string }) =>
  (await send("POST", "/v1/tags", { headers, body })).body as Label;

const slugsOf = (labels: readonly Label[]): string[] => labels.map(({ slug }) => slug);

describe("a tag that a post names", () => {
  it("is another than one whose name differs only in symbols", async () => {
    const editor = await givenUser();
    const mark = newMark();
    const names = [`C ${mark}`, `C++ ${mark}`, `C# ${mark}`];
    const labels = await tagsOf(editor, names);
    expect(labels.map(({ name }) => name)).toEqual(names);
    expect(slugsOf(labels)).toEqual([`c-${mark}`, `c-${mark}-2`, `c-${mark}-3`]);
    expect(await tagsOf(editor, names.toReversed())).toEqual(labels.toReversed());
  });

  it("is another than one whose name has no letters either", async () => {
    const labels = await tagsOf(await givenUser(), ["++", "🚀", "!!!"]);
    expect(labels.map(({ name }) => name)).toEqual(["++", "🚀", "!!!"]);
    expect(new Set(slugsOf(labels)).size).toBe(3);
  });

  it("is internal where its name begins with #, and never the public one of the same words", async () => {
    const editor = await givenUser();
    const mark = newMark();
    const vault = await givenTag(editor, { name: `Vault ${mark}` });
    const labels = await tagsOf(editor, [`#Vault ${mark}`, `Vault ${mark}`]);
    expect(labels).toMatchObject([
      { name: `#Vault ${mark}`, slug: `hash-vault-${mark}` },
      { id: vault.id, slug: `vault-${mark}` },
    ]);
    const alone = await givenTag(editor, { name: `#alone ${mark}` });
    expect(alone.slug).toBe(`hash-alone-${mark}`);
  });

  it("is found by its name in any case, Unicode form and white space, whatever its slug", async () => {
    const editor = await givenUser();
    const mark = newMark();
    const slug = `elsewhere-${mark}`;
    const { id } = await givenTag(editor, { name: `Café Society ${mark}`, slug });
    const spellings = [
      `CAFÉ society ${mark}`,
      `Café Society ${mark}`.normalize("NFD"),
      `Café \u00A0 Society  ${mark}`,
    ];
    for (const spelling of spellings) {
      expect(await tagsOf(editor, [spelling])).toMatchObject([{ id }]);
    }
    const [unaccented] = await tagsOf(editor, [`Cafe Society ${mark}`]);
    expect(unaccented).toMatchObject({ slug: `cafe-society-${mark}` });
  });

  it("is the one of that very name before others of the name in other letters", async () => {
    const editor = await givenUser();
    const mark = newMark();
    const nation = await givenTag(editor, { name: `Polish ${mark}` });
    const shine = await givenTag(editor, { name: `polish ${mark}`, slug: `shine-${mark}` });
    const labels = await tagsOf(editor, [`polish ${mark}`, `Polish ${mark}`]);
    expect(labels.map(({ id }) => id)).toEqual([shine.id, nation.id]);
  });

  it("is found by its slug only where the text is one, and by its name before that", async () => {
    const editor = await givenUser();
    const slug = `sea-${newMark()}`;
    const ocean = await givenTag(editor, { name: `Ocean ${newMark()}`, slug });
    expect(await tagsOf(editor, [slug])).toMatchObject([{ id: ocean.id }]);
    const [spoken] = await tagsOf(editor, [slug.toUpperCase()]);
    expect(spoken).toMatchObject({ name: slug.toUpperCase(), slug: `${slug}-2` });
    expect(await tagsOf(editor, [slug])).toMatchObject([{ id: spoken?.id }]);
  });

  it("is found by its id in capitals too", async () => {
    const editor = await givenUser();
    const { id } = await givenTag(editor, { name: `Named ${newMark()}` });
    expect(await tagsOf(editor, [id.toUpperCase(), id])).toMatchObject([{ id }]);
  });

  it("is another than one made beside it whose slug it is written as", async () => {
    const mark = newMark();
    const labels = await tagsOf(await givenUser(), [`Go! ${mark}`, `go-${mark}`]);
    expect(slugsOf(labels)).toEqual([`go-${mark}`, `go-${mark}-2`]);
  });

  it("is made once by requests that come at the same time, each name for itself", async () => {
    const editor = await givenUser();
    const mark = newMark();
    const names = [`F ${mark}`, `F* ${mark}`, `F# ${mark}`];
    const made = await Promise.all(
      [0, 1, 2, 3].map((n) => tagsOf(editor, n % 2 === 0 ? names : names.toReversed())),
    );
    const idsOf = (name: string) => made.flat().filter((label) => label.name === name);
    for (const name of names) {
      expect(idsOf(name)).toHaveLength(made.length);
      expect(new Set(idsOf(name).map(({ id }) => id)).size).toBe(1);
    }
  });

  it("gets a slug however many others have its words", async () => {
    const editor = await givenUser();
    const mark = newMark();
    const names = Array.from({ length: 12 }, (_, n) => `Many${"!".repeat(n)} ${mark}`);
    const first = await tagsOf(editor, names.slice(0, 11));
    expect(new Set(slugsOf(first)).size).toBe(11);
    const [last] = await tagsOf(editor, names.slice(11));
    expect(slugsOf(first)).not.toContain(last?.slug);
    expect(await tagsOf(editor, names)).toEqual([...first, last]);
  });
});
