import { env } from "cloudflare:workers";
import { expect, it } from "vitest";

import { newId } from "#core/ids";
import { media, mediaUses, siteSettings } from "#repository/models";
import { db, ghost, givenPublished, givenTagNamed, owner, shortId } from "#test/support/ghost";
import { givenAuthor } from "#test/support/people";

const site = env.SITE_URL.replace(/\/+$/u, "");

/** Everything that a post of Ghost's has when nothing is said of what is wanted. */
const postFields = [
  "id",
  "uuid",
  "title",
  "slug",
  "html",
  "comment_id",
  "feature_image",
  "feature_image_alt",
  "feature_image_caption",
  "featured",
  "visibility",
  "created_at",
  "updated_at",
  "published_at",
  "custom_excerpt",
  "codeinjection_head",
  "codeinjection_foot",
  "custom_template",
  "canonical_url",
  "url",
  "excerpt",
  "reading_time",
  "access",
  "comments",
  "og_image",
  "og_title",
  "og_description",
  "twitter_image",
  "twitter_title",
  "twitter_description",
  "meta_title",
  "meta_description",
  "email_subject",
  "frontmatter",
].toSorted();

const only = async (slug: string, query: Record<string, string> = {}) => {
  const { body } = await ghost(`posts/slug/${slug}/`, query);
  return body.posts[0];
};

it("a post has every field that Ghost's have, and no other", async () => {
  const { slug } = await givenPublished();
  expect(Object.keys(await only(slug)).toSorted()).toEqual(postFields);
  const { slug: page } = await givenPublished({ type: "page" });
  const { body } = await ghost(`pages/slug/${page}/`);
  const expected = [
    ...postFields.filter((name) => name !== "email_subject"),
    "show_title_and_feature_image",
  ];
  expect(Object.keys(body.pages[0]).toSorted()).toEqual(expected.toSorted());
});

it("a post is found by its slug and by the first 24 digits of its id, and says the same", async () => {
  const { id, slug, ghostId } = await givenPublished({
    title: "Three otters",
    content: "They swim.",
    customExcerpt: "Of otters.",
    metaTitle: "Otters",
    metaDescription: "",
    canonicalUrl: "https://elsewhere.example/otters",
    featured: true,
  });
  const bySlug = await ghost(`posts/slug/${slug}/`);
  const byId = await ghost(`posts/${ghostId}/`);
  expect(byId.body).toEqual(bySlug.body);
  expect(bySlug.body).not.toHaveProperty("meta");
  expect(bySlug.body.posts[0]).toMatchObject({
    id: ghostId,
    uuid: id,
    comment_id: ghostId,
    title: "Three otters",
    slug,
    html: "<p>They swim.</p>",
    url: `${site}/${slug}/`,
    custom_excerpt: "Of otters.",
    excerpt: "Of otters.",
    meta_title: "Otters",
    meta_description: null,
    canonical_url: "https://elsewhere.example/otters",
    featured: true,
    visibility: "public",
    access: true,
    comments: false,
    reading_time: 1,
  });
});

it("dates are told by the site's clock, with its offset and without fractions of a second", async () => {
  const { slug } = await givenPublished({ publishedAt: "2026-07-01T22:30:15.987Z" });
  const { published_at: inUtc } = await only(slug);
  await db.insert(siteSettings).values({
    id: "00000000-0000-7000-8000-000000000001",
    locale: "en",
    timezone: "Europe/Athens",
    navigation: [],
    secondaryNavigation: [],
    social: [],
  });
  const { published_at: inAthens } = await only(slug);
  await db.delete(siteSettings);
  expect([inUtc, inAthens]).toEqual([
    "2026-07-01T22:30:15.000+00:00",
    "2026-07-02T01:30:15.000+03:00",
  ]);
});

it("a text for members stays here: what is left is that there is one", async () => {
  const secret = `secret-${newId()}`;
  for (const visibility of ["members", "paid"] as const) {
    const { slug } = await givenPublished({ content: `Some ${secret}.`, visibility });
    const query = { formats: "html,plaintext", include: "tiers" };
    const { text, body } = await ghost(`posts/slug/${slug}/`, query);
    expect(text).not.toContain(secret);
    expect(body.posts[0]).toMatchObject({
      html: "",
      plaintext: "",
      excerpt: "",
      access: false,
      comments: false,
      visibility,
    });
    const listed = await ghost("posts/", { filter: `slug:${slug}` });
    expect(listed.text).not.toContain(secret);
    const index = await ghost("search-index/posts/");
    expect(index.text).not.toContain(secret);
  }
});

it("drafts and what is in the trash are nowhere to be found", async () => {
  const { slug, ghostId } = await givenPublished({ status: "draft" });
  for (const path of [`posts/slug/${slug}/`, `posts/${ghostId}/`, `pages/${ghostId}/`]) {
    expect((await ghost(path)).status).toBe(404);
  }
  const index = await ghost("search-index/posts/");
  expect(index.text).not.toContain(slug);
  expect((await ghost("posts/", { limit: "100", fields: "slug" })).text).not.toContain(slug);
});

it("posts are no pages and pages no posts", async () => {
  const post = await givenPublished();
  const page = await givenPublished({ type: "page" });
  const statuses = await Promise.all(
    [
      `posts/${post.ghostId}/`,
      `pages/${post.ghostId}/`,
      `posts/${page.ghostId}/`,
      `pages/${page.ghostId}/`,
    ].map(async (path) => (await ghost(path)).status),
  );
  expect(statuses).toEqual([200, 404, 404, 200]);
});

it("addresses in a text are complete", async () => {
  const key = "a".repeat(64);
  const { slug } = await givenPublished({
    content: `[there](/about) ![x](/media/${key}.png)`,
    featureImage: `/media/${key}.png`,
  });
  const { html, feature_image: image } = await only(slug);
  expect(html).toContain(`href="${site}/about"`);
  expect(html).not.toContain('src="/media/');
  expect(new URL(image).pathname).toBe(`/media/${key}.png`);
});

it("a picture of ours brings its alternative text, and its caption as HTML", async () => {
  const digest = newId().replaceAll("-", "").padEnd(64, "0");
  const { id, slug } = await givenPublished({ featureImage: `/media/${digest}.png` });
  const mediaId = newId();
  await db.insert(media).values({
    id: mediaId,
    status: "ready",
    fileName: "otter.png",
    contentType: "image/png",
    size: 1,
    sha256: digest,
    objectKey: `media/${digest}.png`,
    altText: "An otter",
    caption: "Otters & <others>",
  });
  await db.insert(mediaUses).values({ mediaId, postId: id });
  expect(await only(slug)).toMatchObject({
    feature_image_alt: "An otter",
    feature_image_caption: "Otters &amp; &lt;others&gt;",
  });
});

it("`formats` says which texts come", async () => {
  const { slug } = await givenPublished({ content: "Some *words*." });
  const textsOf = async (query: Record<string, string>) => {
    const { html, plaintext } = await only(slug, query);
    return { html, plaintext };
  };
  const html = "<p>Some <em>words</em>.</p>";
  expect(await textsOf({})).toEqual({ html, plaintext: undefined });
  expect(await textsOf({ formats: "" })).toEqual({ html, plaintext: undefined });
  expect(await textsOf({ formats: "plaintext" })).toEqual({
    html: undefined,
    plaintext: "Some words.",
  });
  expect(await textsOf({ formats: "html,plaintext" })).toEqual({ html, plaintext: "Some words." });
  expect(await textsOf({ formats: "lexical" })).toEqual({ html: undefined, plaintext: undefined });
});

it("`fields` says which fields come, with the id and what else was asked for by name", async () => {
  const { slug, ghostId } = await givenPublished({ title: "Only this" });
  const namesOf = async (query: Record<string, string>) =>
    Object.keys(await only(slug, query)).toSorted();
  expect(await only(slug, { fields: "title" })).toEqual({ id: ghostId, title: "Only this" });
  expect(await namesOf({ fields: "Title, URL" })).toEqual(["id", "title", "url"]);
  expect(await namesOf({ fields: "title", formats: "plaintext" })).toEqual([
    "id",
    "plaintext",
    "title",
  ]);
  expect(await namesOf({ fields: "title,plaintext" })).toEqual(["id", "plaintext", "title"]);
  expect(await namesOf({ fields: "html" })).toEqual(["html", "id"]);
  expect(await namesOf({ fields: "title,nothing" })).toEqual(["id", "title"]);
  expect(await namesOf({ fields: "title", include: "tags" })).toEqual([
    "id",
    "primary_tag",
    "tags",
    "title",
  ]);
  expect(await namesOf({ fields: "" })).toEqual(postFields);
});

it("`include` brings tags, authors and tiers, the first of each apart, and knows nothing else", async () => {
  const mark = newId().slice(24);
  const [first, second] = [
    await givenTagNamed("First", `first-${mark}`),
    await givenTagNamed("Second", `second-${mark}`),
  ];
  const author = await givenAuthor({ bio: "", website: "https://author.example/" });
  const { slug } = await givenPublished({
    tags: [first, second],
    authors: [{ ...author }, owner],
  });
  const bare = await only(slug);
  for (const name of ["tags", "authors", "primary_tag", "primary_author", "tiers"]) {
    expect(bare).not.toHaveProperty(name);
  }
  const whole = await only(slug, { include: "Tags, authors,tiers,secrets" });
  expect(whole.tags.map(({ slug: name }: { slug: string }) => name)).toEqual([
    first.slug,
    second.slug,
  ]);
  expect(whole.primary_tag).toEqual(whole.tags[0]);
  expect(whole.primary_tag).toMatchObject({
    id: shortId(first.id),
    visibility: "public",
    url: `${site}/tag/${first.slug}/`,
  });
  expect(whole.authors.map(({ id }: { id: string }) => id)).toEqual([
    shortId(author.id),
    shortId(owner.id),
  ]);
  expect(whole.primary_author).toEqual(whole.authors[0]);
  expect(whole.primary_author).toMatchObject({ bio: null, website: "https://author.example/" });
  expect(whole.authors[0]).not.toHaveProperty("email");
  expect(whole.tiers).toMatchObject([{ slug: "free", type: "free" }]);
});

it("a tag whose name begins with # is internal, and never the primary one", async () => {
  const mark = newId().slice(24);
  const internal = await givenTagNamed("#hidden", `hash-hidden-${mark}`);
  const shown = await givenTagNamed("Shown", `shown-${mark}`);
  const { slug } = await givenPublished({ tags: [internal, shown] });
  const { tags, primary_tag: primary } = await only(slug, { include: "tags" });
  expect(tags.map(({ visibility }: { visibility: string }) => visibility)).toEqual([
    "internal",
    "public",
  ]);
  expect(primary).toBeNull();
  const { primary_tag: none } = await only((await givenPublished()).slug, { include: "tags" });
  expect(none).toBeNull();
});
