import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { toImportedPost } from "#domain/front-matter";
import { markdownFileOf } from "#domain/post-texts";
import { slugify } from "#domain/slugs";
import { splitFrontMatter } from "#local/import/front-matter";

type File = Parameters<typeof markdownFileOf>[0];

const site = "https://example.com";

/** Text on one line, as the titles of this world are. */
const line = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: 60 }),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }),
    fc.constantFrom("true", "- a: [b] # {c}", "2048", "null", "\"'\\", "---", "...", "\u0085x\u2028y"),
  )
  .map((text) => text.replace(/\s+/g, " ").replaceAll("\0", "").trim().normalize("NFC"))
  .filter((text) => /[\p{L}\p{N}\p{P}\p{S}]/u.test(text)); // prettier-ignore
const slug = line.map(slugify);
const label = fc.oneof(
  fc.record({ name: line, slug }),
  fc
    .constantFrom(
      "Ada Lovelace", "Lovelace, Ada", "Bob and Cyn", "Ann (the elder)", "Ann (@ann)", "@ann", "Ann <a@x.test>", "post",
      "#hidden", "C++", "a; b",
    )
    .map((name) => ({ name, slug: slugify(name) })),
); // prettier-ignore
const labels = fc.uniqueArray(label, { maxLength: 5, selector: ({ slug: key }) => key });
const maybe = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: null });
const address = fc.webUrl({ validSchemes: ["https"], withQueryParameters: true });
const moment = fc
  .date({
    min: new Date("1000-01-01T00:00:00Z"),
    max: new Date("9999-01-01T00:00:00Z"),
    noInvalidDate: true,
  })
  .map((date) => date.toISOString());
const content = fc
  .oneof(
    fc.string({ unit: "grapheme" }),
    fc.array(fc.constantFrom("\n", "---", "+++", " ", "\t", "...", "Words", "# T", "\u2028", "😀")),
  )
  .map((text) => (Array.isArray(text) ? text.join("") : text).replace(/[\r\0]/g, ""));

const file: fc.Arbitrary<File> = fc
  .record({
    title: line,
    slug,
    type: fc.constantFrom("post", "page"),
    status: fc.constantFrom("draft", "scheduled", "published"),
    visibility: fc.constantFrom("public", "members", "paid"),
    featured: fc.boolean(),
    authors: labels,
    tags: labels,
    publishedAt: moment,
    updatedAt: moment,
    customExcerpt: maybe(line),
    featureImage: maybe(address),
    canonicalUrl: maybe(address),
    metaTitle: maybe(line),
    metaDescription: maybe(line),
    ogTitle: maybe(line),
    ogDescription: maybe(line),
    ogImage: maybe(address),
    content,
  })
  .map((post) => ({
    ...post,
    authors: post.authors.map((author) => ({ ...author, id: "", avatarUrl: null, avatar: null })),
    tags: post.tags.map((tag) => ({ ...tag, id: "" })),
  }));

function importedFrom(text: string) {
  const { frontMatter, markdown } = splitFrontMatter(text);
  const outcome = toImportedPost({ path: "a.md", front_matter: frontMatter, markdown });
  if (!outcome.ok) throw new Error(outcome.reason);
  return outcome.post;
}

const slugsOf = (names: ReturnType<typeof importedFrom>["tags"]) =>
  names.map((name) => (typeof name === "string" ? slugify(name) : name.slug));

describe("the file of a post, taken in again,", () => {
  it("says what the post says, and its text byte for byte", () => {
    fc.assert(
      fc.property(file, (post) => {
        const again = importedFrom(markdownFileOf(post, site));
        expect(again).toMatchObject({
          title: post.title,
          slug: post.slug,
          isSlugGiven: true,
          type: post.type,
          status: post.status === "published" ? "published" : "draft",
          publishedAt: post.publishedAt,
          excerpt: post.customExcerpt,
          featureImage: post.featureImage,
          canonicalUrl: post.canonicalUrl,
          metaTitle: post.metaTitle,
          metaDescription: post.metaDescription,
          ogTitle: post.ogTitle,
          ogDescription: post.ogDescription,
          ogImage: post.ogImage,
        });
        expect(again.visibility ?? "public").toBe(post.visibility);
        expect(again.featured ?? false).toBe(post.featured);
        expect(again.content).toBe(post.content);
        expect(slugsOf(again.authors)).toEqual(post.authors.map((author) => author.slug));
        expect(slugsOf(again.tags)).toEqual(post.tags.map((tag) => tag.slug));
      }),
      { numRuns: 500 },
    );
  });
});
