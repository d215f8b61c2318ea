import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { importFailures, type ImportedPost, toImportedPost } from "#domain/front-matter";

type FrontMatter = Record<string, unknown>;

const given = (frontMatter: FrontMatter, markdown = "Text.", path = "posts/a-file.md") =>
  toImportedPost({
    path,
    front_matter: { title: "T", date: "2015-01-31", ...frontMatter },
    markdown,
  });

function post(frontMatter: FrontMatter, markdown?: string, path?: string): ImportedPost {
  const outcome = given(frontMatter, markdown, path);
  if (!outcome.ok) throw new Error(outcome.reason);
  return outcome.post;
}

const codeOf = (frontMatter: FrontMatter, markdown?: string, path?: string): string | null => {
  const outcome = given(frontMatter, markdown, path);
  return outcome.ok ? null : outcome.code;
};

function isSound(outcome: ReturnType<typeof toImportedPost>): boolean {
  if (!outcome.ok) return Object.hasOwn(importFailures, outcome.code);
  const { authors, publishedAt, slug, status, tags, title } = outcome.post;
  return (
    /^[a-z0-9]+(-[a-z0-9]+)*$/.test(slug) &&
    title.trim() !== "" &&
    (status === "draft" || publishedAt !== null) &&
    [...authors, ...tags].every(
      (label) => (typeof label === "string" ? label : label.name).trim() !== "",
    ) &&
    JSON.stringify(outcome.post).isWellFormed()
  );
}

describe("a document of a static site", () => {
  it("from Jekyll becomes a post", () => {
    const outcome = toImportedPost({
      path: "_posts/2015-01-31-hello-world.md",
      front_matter: {
        layout: "post",
        title: "Hello",
        author: "Ann",
        categories: "code life",
        tags: "a b",
        image: { path: "https://x.test/a.png" },
        mood: "calm",
        weight: 3,
      },
      markdown: "\uFEFFOne.\r\nTwo.",
    });
    expect(outcome).toEqual({
      ok: true,
      post: {
        path: "_posts/2015-01-31-hello-world.md",
        title: "Hello",
        slug: "hello-world",
        isSlugGiven: false,
        content: "One.\nTwo.",
        status: "published",
        type: "post",
        publishedAt: "2015-01-31T00:00:00.000Z",
        excerpt: null,
        authors: ["Ann"],
        tags: ["code", "life", "a", "b"],
        featureImage: "https://x.test/a.png",
        canonicalUrl: null,
        metaTitle: null,
        metaDescription: null,
        ogTitle: null,
        ogDescription: null,
        ogImage: null,
        visibility: null,
        featured: null,
        metadata: { mood: "calm", weight: 3 },
      },
    });
  });

  it("from Hugo becomes a post", () => {
    expect(
      post(
        {
          date: "2024-02-29T10:00:00+02:00",
          lastmod: "2024-03-01T00:00:00Z",
          draft: false,
          description: "D",
          slug: "Über Uns",
          tags: ["Go", "go"],
          categories: ["News"],
          cover: { image: "https://x.test/c.jpg", alt: "C" },
          params: { author: { name: "Ann", email: "a@x.test" } },
        },
        "Text.",
        "content/posts/2024/thing/index.md",
      ),
    ).toMatchObject({
      slug: "uber-uns",
      publishedAt: "2024-02-29T08:00:00.000Z",
      excerpt: "D",
      tags: ["News", "Go"],
      authors: ["Ann"],
      featureImage: "https://x.test/c.jpg",
      metadata: { lastmod: "2024-03-01T00:00:00Z" },
    });
  });

  it("from Zola becomes a post", () => {
    expect(
      post({
        updated: "2020-02-02",
        path: "/blog/deep-thing/",
        taxonomies: { tags: ["a"], categories: ["b"], authors: ["Ann", "Bob"] },
        extra: { lang: "de" },
      }),
    ).toMatchObject({
      slug: "deep-thing",
      tags: ["b", "a"],
      authors: ["Ann", "Bob"],
      metadata: { lang: "de", updated: "2020-02-02" },
    });
  });

  it("from Astro becomes a post", () => {
    expect(
      post(
        {
          date: undefined,
          pubDate: "Jul 08 2022",
          updatedDate: new Date("2022-07-09T01:02:03.004Z"),
          heroImage: { src: "https://x.test/h.webp", alt: "H" },
          layout: "../../layouts/MarkdownPostLayout.astro",
        },
        "import Box from '../Box.astro';\nimport {\n  a,\n} from 'b';\n\nexport const c = 1;\n\n# Hi\n\nimport me\n\n<Box>*x*</Box>",
        "src/content/blog/my-post.mdx",
      ),
    ).toMatchObject({
      slug: "my-post",
      type: "post",
      publishedAt: "2022-07-08T00:00:00.000Z",
      content: "\n# Hi\n\nimport me\n\n<Box>*x*</Box>",
      featureImage: "https://x.test/h.webp",
    });
  });

  it("from Eleventy becomes a post", () => {
    expect(
      post(
        { date: "git Last Modified", tags: ["posts", "css"], permalink: "/notes/{{ slug }}/" },
        "Text.",
        "notes/2021/03/04/third.md",
      ),
    ).toMatchObject({ publishedAt: "2021-03-04T00:00:00.000Z", tags: ["css"], slug: "third" });
  });
});

describe("dates", () => {
  it.each([
    ["2015-01-31", "2015-01-31T00:00:00.000Z"],
    ["2015-1-3", "2015-01-03T00:00:00.000Z"],
    ["2015/01/31", "2015-01-31T00:00:00.000Z"],
    ["2015-01-31T10:00:00Z", "2015-01-31T10:00:00.000Z"],
    ["2015-01-31T10:00:00.1234567Z", "2015-01-31T10:00:00.123Z"],
    ["2015-01-31T10:00:00-05:00", "2015-01-31T15:00:00.000Z"],
    ["2015-01-31 10:00", "2015-01-31T10:00:00.000Z"],
    ["2015-01-31 10:00:00 +0530", "2015-01-31T04:30:00.000Z"],
    ["2015-01-31 10:00:00 UTC", "2015-01-31T10:00:00.000Z"],
    ["Sat, 31 Jan 2015 23:30:00 -0500", "2015-02-01T04:30:00.000Z"],
    ["Sat Jan 31 2015 10:00:00 GMT+0100 (CET)", "2015-01-31T09:00:00.000Z"],
    ["31 January 2015", "2015-01-31T00:00:00.000Z"],
    ["January 31st, 2015", "2015-01-31T00:00:00.000Z"],
    ["Jan 31, 2015 at 12:05 am PST", "2015-01-31T08:05:00.000Z"],
    [20150131, "2015-01-31T00:00:00.000Z"],
    [1422662400, "2015-01-31T00:00:00.000Z"],
    [1422662400123, "2015-01-31T00:00:00.123Z"],
    [new Date("2015-01-31T10:00:00Z"), "2015-01-31T10:00:00.000Z"],
  ])("%j is %s", (date, iso) => {
    expect(post({ date }).publishedAt).toBe(iso);
  });

  it.each([
    "soon", "2015-02-30", "2015-13-01", "01/02/2015", "2015", "2015-01-31 25:00", "2015-01-31 10:00 Mars/Base",
    "31 Foo 2015", "0001-01-01", "2015-01-31x", 2015, -1, [2015], { year: 2015 }, new Date(Number.NaN),
  ])("%j is no date", (date) => {
    expect(codeOf({ date })).toBe("date_invalid");
  }); // prettier-ignore

  it("come from the file's name when the front matter has none", () => {
    expect(post({ date: null }, "", "2015-01-31-a.md")).toMatchObject({
      slug: "a",
      publishedAt: "2015-01-31T00:00:00.000Z",
    });
    expect(post({ date: "2016-01-01" }, "", "2015-01-31-a.md").publishedAt).toBe(
      "2016-01-01T00:00:00.000Z",
    );
  });

  it("may be missing from drafts and pages, which are drafts then, and from nothing else", () => {
    expect(codeOf({ date: null })).toBe("date_missing");
    expect(post({ date: null, draft: true })).toMatchObject({ status: "draft", publishedAt: null });
    expect(post({ date: null, layout: "blog-category" })).toMatchObject({
      type: "page",
      status: "draft",
    });
    expect(post({ layout: "page" })).toMatchObject({ type: "page", status: "published" });
  });
});

describe("status", () => {
  it.each([
    [{ draft: true }, "draft"],
    [{ draft: "yes" }, "draft"],
    [{ isDraft: true }, "draft"],
    [{ draft: false, is_draft: "true" }, "draft"],
    [{ published: false }, "draft"],
    [{ published: "no" }, "draft"],
    [{ status: "Draft" }, "draft"],
    [{ status: "scheduled" }, "draft"],
    [{ status: "future" }, "draft"],
    [{ status: "auto_draft" }, "draft"],
    [{ status: "In review" }, "draft"],
    [{ status: "trash" }, "draft"],
    [{ status: "publish" }, "published"],
    [{ draft: false, published: true }, "published"],
    [{}, "published"],
  ])("of %j is %s", (frontMatter, status) => {
    expect(post(frontMatter).status).toBe(status);
  });

  it("of what lies in a folder of drafts is draft", () => {
    expect(post({}, "", "_drafts/a.md").status).toBe("draft");
    expect(post({}, "", "drafts.md").status).toBe("published");
  });

  it("and date may share the name published", () => {
    expect(post({ date: null, published: "2015-02-01" })).toMatchObject({
      status: "published",
      publishedAt: "2015-02-01T00:00:00.000Z",
    });
  });
});

describe("visibility", () => {
  it.each([
    [{}, null, "published"],
    [{ visibility: "" }, null, "published"],
    [{ visibility: "Public" }, "public", "published"],
    [{ visibility: true }, "public", "published"],
    [{ visibility: "members" }, "members", "published"],
    [{ extra: { visibility: "paid" } }, "paid", "published"],
    [{ visibility: "tiers" }, "paid", "published"],
    [{ visibility: "private" }, "paid", "draft"],
    [{ visibility: "password" }, "paid", "draft"],
    [{ visibility: "constructor" }, "paid", "draft"],
    [{ visibility: false }, "paid", "draft"],
    [{ visibility: 1 }, "paid", "draft"],
    [{ visibility: { public: true } }, "paid", "draft"],
  ])("of %j is %s, and the post %s", (frontMatter, visibility, status) => {
    expect(post(frontMatter)).toMatchObject({ visibility, status });
  });
});

describe("what stands out", () => {
  it.each([
    [{}, null],
    [{ featured: true }, true],
    [{ featured: "yes" }, true],
    [{ featured: false }, false],
    [{ featured: "first" }, null],
  ])("by %j is %s", (frontMatter, featured) => {
    expect(post(frontMatter).featured).toBe(featured);
  });
});

describe("slugs", () => {
  it.each([
    [{ slug: "Given Name" }, "a.md", "given-name"],
    [{ slug: "2015/given" }, "a.md", "given"],
    [{ permalink: "/x/:title/" }, "b.md", "b"],
    [{ permalink: "/x/y.html" }, "b.md", "y"],
    [{ permalink: "https://x.test/x/y/index.html?a#b" }, "b.md", "y"],
    [{ permalink: false }, "b.md", "b"],
    [{ permalink: "/" }, "b.md", "b"],
    [{}, "release/v10.0.0.md", "v10-0-0"],
    [{}, "über/index.md", "uber"],
    [{}, "sec/_index.md", "sec"],
    [{ title: "From Title" }, "index.md", "from-title"],
    [{}, "a\\b\\c.markdown", "c"],
  ])("of %j in %s is %s", (frontMatter, path, slug) => {
    expect(post(frontMatter, "", path).slug).toBe(slug);
  });
});

describe("names", () => {
  it.each([
    ["Ann", ["Ann"]],
    ["Ann, Bob and Cyn & Dan", ["Ann", "Bob", "Cyn", "Dan"]],
    ["Ann, Bob, and Cyn; Ann", ["Ann", "Bob", "Cyn"]],
    ["Acme, Inc.", ["Acme, Inc."]],
    ["Ann Lee (@ann)", ["Ann Lee"]],
    ["Ann Lee (github.com/ann)", ["Ann Lee"]],
    ["Ann Lee (annlee)", ["Ann Lee"]],
    ["Ann (the elder)", ["Ann (the elder)"]],
    ["Ann <a@x.test>", ["Ann"]],
    [
      ["Ann", "Bob and Cyn"],
      ["Ann", "Bob", "Cyn"],
    ],
    [
      [{ name: "Ann and Co" }, { Name: "Bob" }, { twitter: "x" }],
      ["Ann and Co", "Bob"],
    ],
    [{ name: "Ann" }, ["Ann"]],
    [
      ["ann", "Ann", "", null, 7],
      ["ann", "7"],
    ],
    [null, []],
  ])("of authors in %j are %j", (author, authors) => {
    expect(post({ author }).authors).toEqual(authors);
  });

  it.each([
    ["a, b c,", ["a", "b c"]],
    ["b c", ["b c"]],
    [
      ["a b", "#c", "A B", 4],
      ["a b", "c", "4"],
    ],
    [
      [{ name: "a" }, { slug: "b" }],
      ["a", "b"],
    ],
    ["post", []],
  ])("of tags in %j are %j", (tags, expected) => {
    expect(post({ tags }).tags).toEqual(expected);
  });

  it("come with a slug where both are told, and then mean just that", () => {
    const label = { name: "Bob and Cyn (@bob)", slug: "bob" };
    expect(post({ authors: [label], tags: [label] })).toMatchObject({
      authors: [label],
      tags: [label],
    });
    expect(post({ tags: [{ name: "a", slug: "Not one" }] }).tags).toEqual(["a"]);
  });

  it("of the category come before the tags, each once", () => {
    expect(post({ tags: ["x", "News"], category: "news" }).tags).toEqual(["news", "x"]);
  });
});

describe("addresses", () => {
  it.each([
    ["https://x.test/a.png", "https://x.test/a.png"],
    [["http://x.test/1", "http://x.test/2"], "http://x.test/1"],
    [{ url: "https://x.test/a" }, "https://x.test/a"],
    ["/a.png", null],
    ["javascript:alert(1)", null],
    ["data:image/png;base64,x", null],
    [{ url: { url: { url: { url: { url: "https://x.test" } } } } }, null],
    [7, null],
  ])("%j is the picture %j", (image, expected) => {
    expect(post({ image }).featureImage).toBe(expected);
    expect(post({ canonical_url: image }).canonicalUrl).toBe(expected);
  });
});

describe("the picture for networks", () => {
  const [a, b] = ["https://x.test/a.png", "https://x.test/b.png"];
  it.each([
    [{ ogImage: a }, a, null],
    [{ ogImage: a, image: b }, b, a],
    [{ og_image: a, image: false }, null, a],
    [{ ogImage: a, image: "/b.png" }, null, a],
  ])("of %j is the post's too where that has none: %s, %s", (frontMatter, cover, picture) => {
    expect(post(frontMatter)).toMatchObject({ featureImage: cover, ogImage: picture });
  });
});

describe("a picture of the site itself", () => {
  it.each([
    [{ heroImage: "../../assets/a.png" }, "../../assets/a.png"],
    [{ image: "/a.png" }, "/a.png"],
    [{ cover: { image: "a.png", alt: "A" } }, "a.png"],
    [{ image: "https://x.test/a.png" }, undefined],
    [{ image: "javascript:alert(1)" }, undefined],
    [{ image: "x".repeat(2001) }, undefined],
  ])("in %j is kept as %j", (frontMatter, kept) => {
    expect(post(frontMatter).metadata["image"]).toBe(kept);
  });
});

describe("everything else", () => {
  it("keeps when a document was changed last, whatever it says", () => {
    expect(post({ lastmod: "the other day", updated: 2015 }).metadata).toEqual({
      lastmod: "the other day",
      updated: 2015,
    });
  });

  it("keeps what search engines are to be told", () => {
    expect(
      post({
        seo: { title: "A", description: "B" },
        summary: "C\n  D",
        canonical: "https://x.test/",
      }),
    ).toMatchObject({
      metaTitle: "A",
      metaDescription: "B",
      excerpt: "C D",
      canonicalUrl: "https://x.test/",
    });
  });

  it("keeps texts, numbers and flags it has no place for, and only so many", () => {
    const extra = {
      a: "b",
      n: 1.5,
      f: false,
      list: [1],
      map: { x: 1 },
      none: null,
      ["__proto__"]: "p",
    };
    expect(post({ ...extra, language: "fr" }).metadata).toEqual({
      lang: "fr",
      a: "b",
      n: 1.5,
      f: false,
    });
    const many = Object.fromEntries(
      Array.from({ length: 1000 }, (_, index) => [`k${index}`, "v".repeat(100)]),
    );
    const bytes = JSON.stringify(post(many).metadata).length;
    expect(bytes).toBeGreaterThan(7000);
    expect(bytes).toBeLessThanOrEqual(8192);
  });

  it("takes the title from the first heading", () => {
    expect(
      post({ title: null }, "```\n# no\n```\n\n## no\n\n# Yes, *this* `one`\n\n# no").title,
    ).toBe("Yes, this one");
    expect(post({ title: 2048 }).title).toBe("2048");
  });

  it("strips nothing that looks like an import from plain Markdown", () => {
    expect(post({}, "import a from 'b';").content).toBe("import a from 'b';");
  });
});

describe("a document that cannot be taken in", () => {
  const deep = (depth: number): unknown => (depth === 0 ? 1 : { a: deep(depth - 1) });
  it.each([
    ["path_invalid", {}, "", ""],
    ["path_invalid", {}, "", "a".repeat(1025)],
    ["text_invalid", {}, "a\u0000b", "a.md"],
    ["text_invalid", {}, "\uD800", "a.md"],
    ["text_invalid", { tags: [{ name: "\uDC00" }] }, "", "a.md"],
    ["text_invalid", { ["a\u0000"]: 1 }, "", "a.md"],
    ["text_invalid", {}, "", "a\u0000.md"],
    ["front_matter_invalid", { a: deep(30) }, "", "a.md"],
    ["content_too_large", {}, "a".repeat(1_000_001), "a.md"],
    ["title_missing", { title: " " }, "## b", "a.md"],
    ["title_missing", { title: "\u200B\u00A0" }, "## b", "a.md"],
    ["title_too_long", { title: "a".repeat(301) }, "", "a.md"],
    ["date_missing", { date: "" }, "", "a.md"],
    ["date_invalid", { date: "never" }, "", "a.md"],
  ])("answers with %s", (code, frontMatter, markdown, path) => {
    expect(codeOf(frontMatter, markdown, path)).toBe(code);
    expect(Object.keys(importFailures)).toContain(code);
  });

  it("says which date it could not read", () => {
    expect(given({ date: "2015-02-30" })).toMatchObject({
      reason: expect.stringContaining('"2015-02-30"'),
    });
  });

  it("whatever is in it, gets an answer that fits a post or a code", () => {
    const names = fc.constantFrom(
      "title", "date", "slug", "permalink", "tags", "category", "author", "authors", "image", "layout", "draft",
      "published", "updated", "description", "extra", "seo", "canonical", "x",
    ); // prettier-ignore
    const value = fc.oneof(fc.string({ unit: "binary" }), fc.jsonValue(), fc.date());
    fc.assert(
      fc.property(
        fc.dictionary(names, value),
        fc.string(),
        fc.string(),
        (frontMatter, markdown, path) => {
          const outcome = toImportedPost({ path, front_matter: frontMatter, markdown });
          expect(isSound(outcome)).toBe(true);
        },
      ),
    );
  });
});
