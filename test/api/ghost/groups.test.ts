import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";

import { newId } from "#core/ids";
import { newsletters, siteSettings } from "#repository/models";
import { db, ghost, givenPublished, givenTagNamed, shortId } from "#test/support/ghost";
import { givenAuthor, givenUser } from "#test/support/people";
import { send } from "#test/support/requests";

const site = env.SITE_URL.replace(/\/+$/u, "");
const markOf = () => crypto.randomUUID().slice(0, 8);
const slugsIn = (items: readonly { slug: string }[]) => items.map(({ slug }) => slug);

describe("authors", () => {
  it("are the people who have published something, and their number is theirs", async () => {
    const silent = await givenAuthor();
    const writer = await givenAuthor({ bio: "Writes." });
    await givenPublished({ authors: [writer] });
    const drafting = await givenAuthor();
    await givenPublished({ authors: [drafting], status: "draft" });
    const { body } = await ghost("authors/", { limit: "all" });
    const slugs = slugsIn(body.authors);
    expect(slugs).toContain(writer.slug);
    expect(slugs).not.toContain(silent.slug);
    expect(slugs).not.toContain(drafting.slug);
    expect(body.meta.pagination.total).toBe(slugs.length);
    for (const hidden of [silent, drafting]) {
      expect((await ghost(`authors/slug/${hidden.slug}/`)).status).toBe(404);
      expect((await ghost(`authors/${shortId(hidden.id)}/`)).status).toBe(404);
    }
  });

  it("have every field that Ghost's have, and never an address for mail", async () => {
    const writer = await givenUser({
      role: "author",
      bio: "",
      website: "https://writer.example/",
      avatarUrl: "https://writer.example/face.png",
    });
    await givenPublished({ authors: [writer] });
    const { body, text } = await ghost(`authors/slug/${writer.slug}/`);
    expect(text).not.toContain(writer.email);
    expect(body).toEqual({
      authors: [
        {
          id: shortId(writer.id),
          name: writer.name,
          slug: writer.slug,
          profile_image: "https://writer.example/face.png",
          cover_image: null,
          bio: null,
          website: "https://writer.example/",
          location: null,
          facebook: null,
          twitter: null,
          threads: null,
          bluesky: null,
          mastodon: null,
          tiktok: null,
          youtube: null,
          instagram: null,
          linkedin: null,
          meta_title: null,
          meta_description: null,
          url: `${site}/author/${writer.slug}/`,
        },
      ],
    });
    expect((await ghost(`authors/${shortId(writer.id)}/`)).body).toEqual(body);
  });

  it("are counted with their published posts when that is asked for; pages do not count", async () => {
    const writer = await givenAuthor();
    for (const given of [{}, {}, { type: "page" }, { status: "draft" }] as const) {
      await givenPublished({ authors: [writer], ...given });
    }
    const path = `authors/slug/${writer.slug}/`;
    const counted = await ghost(path, { include: "count.posts" });
    expect(counted.body.authors[0].count).toEqual({ posts: 2 });
    const few = await ghost(path, { include: "count.posts", fields: "name" });
    expect(Object.keys(few.body.authors[0]).toSorted()).toEqual(["count", "id", "name"]);
  });
});

describe("tags", () => {
  it("are those that something published has, internal ones among them", async () => {
    const mark = markOf();
    const unused = await givenTagNamed("Unused", `unused-${mark}`);
    const used = await givenTagNamed("Used", `used-${mark}`);
    const internal = await givenTagNamed("#used", `hash-used-${mark}`);
    await givenPublished({ tags: [used, internal] });
    await givenPublished({ tags: [unused], status: "draft" });
    const all = await ghost("tags/", { limit: "all" });
    expect(slugsIn(all.body.tags)).toEqual(expect.arrayContaining([used.slug, internal.slug]));
    expect(slugsIn(all.body.tags)).not.toContain(unused.slug);
    expect(all.body.meta.pagination.total).toBe(all.body.tags.length);
    const shown = await ghost("tags/", { limit: "all", filter: "visibility:public" });
    expect(slugsIn(shown.body.tags)).toContain(used.slug);
    expect(slugsIn(shown.body.tags)).not.toContain(internal.slug);
    expect((await ghost(`tags/slug/${unused.slug}/`)).status).toBe(404);
  });

  it("have every field that Ghost's have", async () => {
    const tag = await givenTagNamed("Otters", `otters-${markOf()}`);
    await givenPublished({ tags: [tag] });
    const { body } = await ghost(`tags/slug/${tag.slug}/`, { include: "count.posts" });
    expect(body).toEqual({
      tags: [
        {
          id: shortId(tag.id),
          name: "Otters",
          slug: tag.slug,
          description: null,
          feature_image: null,
          visibility: "public",
          og_image: null,
          og_title: null,
          og_description: null,
          twitter_image: null,
          twitter_title: null,
          twitter_description: null,
          meta_title: null,
          meta_description: null,
          codeinjection_head: null,
          codeinjection_foot: null,
          canonical_url: null,
          accent_color: null,
          url: `${site}/tag/${tag.slug}/`,
          count: { posts: 1 },
        },
      ],
    });
    const byId = await ghost(`tags/${shortId(tag.id)}/`, { include: "count.posts" });
    expect(byId.body).toEqual(body);
  });

  it("come in the order of their names, or by how many posts they have", async () => {
    const mark = markOf();
    const [few, many] = [
      await givenTagNamed(`${mark} a`, `a-${mark}`),
      await givenTagNamed(`${mark} b`, `b-${mark}`),
    ];
    await givenPublished({ tags: [few, many] });
    await givenPublished({ tags: [many] });
    const query = { filter: `slug:[${many.slug},${few.slug}]` };
    const named = await ghost("tags/", { ...query, order: "name asc" });
    expect(slugsIn(named.body.tags)).toEqual([few.slug, many.slug]);
    const counted = await ghost("tags/", {
      ...query,
      include: "count.posts",
      order: "count.posts desc",
    });
    expect(slugsIn(counted.body.tags)).toEqual([many.slug, few.slug]);
  });
});

it("there is one tier, which is free, and a filter can leave it out", async () => {
  const { body } = await ghost("tiers/", { include: "monthly_price,yearly_price,benefits" });
  expect(body).toEqual({
    tiers: [
      {
        id: expect.stringMatching(/^[\da-f]{24}$/u),
        name: "Free",
        slug: "free",
        description: null,
        active: true,
        type: "free",
        welcome_page_url: null,
        visibility: "public",
        trial_days: 0,
        benefits: [],
        created_at: expect.stringMatching(/\.000Z$/u),
        updated_at: expect.stringMatching(/\.000Z$/u),
      },
    ],
    meta: { pagination: { page: 1, limit: 1, pages: 1, total: 1, next: null, prev: null } },
  });
  const none = await ghost("tiers/", { filter: "type:paid" });
  expect(none.body.tiers).toEqual([]);
  expect((await ghost("tiers/", { filter: "visibility:public" })).body.tiers).toHaveLength(1);
});

it("nothing is sold and nobody recommended, which clients are told in their own way", async () => {
  const { body: none } = await ghost("recommendations/");
  expect(none).toEqual({
    recommendations: [],
    meta: { pagination: { page: 1, limit: 15, pages: 1, total: 0, next: null, prev: null } },
  });
  const { status, body } = await ghost(`offers/${"f".repeat(24)}/`);
  expect([status, body.errors[0].message, body.errors[0].context]).toEqual([
    404,
    "Resource not found error, cannot read offer.",
    "Offer not found.",
  ]);
});

it("newsletters are those that can be signed up for; no filter shows others", async () => {
  const mark = markOf();
  const [first, second, archived] = [newId(), newId(), newId()];
  await db.insert(newsletters).values([
    { id: first, name: "First", slug: `first-${mark}`, isDefault: true, description: "" },
    { id: second, name: "Second", slug: `second-${mark}`, senderEmail: "us@example.com" },
    { id: archived, name: "Gone", slug: `gone-${mark}`, status: "archived" },
  ]);
  const { body } = await ghost("newsletters/");
  expect(body.newsletters.map(({ name }: { name: string }) => name)).toEqual(["First", "Second"]);
  expect(body.newsletters[0]).toEqual({
    id: shortId(first),
    uuid: first,
    name: "First",
    description: null,
    slug: `first-${mark}`,
    sender_email: null,
    visibility: "members",
    subscribe_on_signup: true,
    sort_order: 0,
    created_at: expect.stringMatching(/\.000Z$/u),
    updated_at: expect.stringMatching(/\.000Z$/u),
  });
  expect(body.newsletters[1]).toMatchObject({ sort_order: 1, sender_email: "us@example.com" });
  expect(body.meta.pagination.total).toBe(2);
  for (const filter of ["status:archived", `slug:gone-${mark}`, `id:${shortId(archived)}`]) {
    const { text } = await ghost("newsletters/", { filter });
    expect(text).not.toContain("Gone");
  }
});

describe("what the publication says of itself", () => {
  afterEach(async () => {
    await db.delete(siteSettings);
  });

  const given = () =>
    db.insert(siteSettings).values({
      id: "00000000-0000-7000-8000-000000000001",
      title: "The Otter",
      description: "What happens in rivers.",
      logo: "https://otter.example/logo.png",
      accentColor: "#336699",
      locale: "el",
      timezone: "Europe/Athens",
      navigation: [{ label: "About", url: "/about/" }],
      secondaryNavigation: [],
      social: [
        { network: "x", url: "https://x.com/otter" },
        { network: "facebook", url: "https://facebook.com/otters/" },
      ],
      metaTitle: "Otters",
    });

  it("comes as one object, with everything that Ghost's public settings have", async () => {
    const { body } = await ghost("settings/");
    expect(Object.keys(body).toSorted()).toEqual(["meta", "settings"]);
    expect(body.meta).toEqual({});
    expect(body.settings).toMatchObject({
      title: env.SITE_TITLE,
      description: "",
      logo: null,
      lang: "en",
      locale: "en",
      timezone: "UTC",
      navigation: [],
      members_enabled: false,
      paid_members_enabled: false,
      comments_enabled: "off",
      members_support_address: expect.stringMatching(/^[^<>\s]+@[^<>\s]+$/u),
      url: `${site}/`,
      version: "6.0",
    });
    expect(Object.keys(body.settings).length).toBeGreaterThan(45);
  });

  it("is what people decided", async () => {
    await given();
    const { body } = await ghost("settings/");
    expect(body.settings).toMatchObject({
      title: "The Otter",
      description: "What happens in rivers.",
      logo: "https://otter.example/logo.png",
      accent_color: "#336699",
      lang: "el",
      timezone: "Europe/Athens",
      navigation: [{ label: "About", url: "/about/" }],
      twitter: "@otter",
      facebook: "otters",
      meta_title: "Otters",
    });
  });

  it("is told without a key to whoever only wants to know what answers", async () => {
    await given();
    const { status, body } = await send("GET", "/ghost/api/admin/site/");
    expect([status, body]).toEqual([
      200,
      {
        site: {
          title: "The Otter",
          description: "What happens in rivers.",
          logo: "https://otter.example/logo.png",
          icon: null,
          accent_color: "#336699",
          locale: "el",
          url: `${site}/`,
          version: "6.0",
        },
      },
    ]);
    const old = await send("GET", "/ghost/api/v4/admin/site/");
    expect([old.status, old.body]).toEqual([200, body]);
  });
});

describe("what a search in the reader's browser is given", () => {
  it("is of posts what it looks at, and no text", async () => {
    const { slug, ghostId } = await givenPublished({
      title: "Findable",
      content: `${"A beginning. ".repeat(100)}\n\nThe end of it.`,
    });
    await givenPublished({ type: "page", title: "A page, not to be found" });
    const { body, text } = await ghost("search-index/posts/");
    expect(Object.keys(body)).toEqual(["posts"]);
    const found = body.posts.find(({ id }: { id: string }) => id === ghostId);
    expect(found).toEqual({
      id: ghostId,
      slug,
      title: "Findable",
      excerpt: expect.stringMatching(/^A beginning\. /u),
      url: `${site}/${slug}/`,
      visibility: "public",
      created_at: expect.any(String),
      updated_at: expect.any(String),
      published_at: expect.any(String),
    });
    expect(text).not.toContain("not to be found");
    expect(text).not.toContain("The end of it");
  });

  it("is of authors and tags their names; of internal tags nothing", async () => {
    const mark = markOf();
    const writer = await givenAuthor();
    const shown = await givenTagNamed("Shown", `shown-${mark}`);
    const internal = await givenTagNamed("#internal", `hash-internal-${mark}`);
    await givenPublished({ authors: [writer], tags: [shown, internal] });
    const { body: people } = await ghost("search-index/authors/");
    expect(people.authors).toContainEqual({
      id: shortId(writer.id),
      slug: writer.slug,
      name: writer.name,
      url: `${site}/author/${writer.slug}/`,
      profile_image: null,
    });
    const { body: labels } = await ghost("search-index/tags/");
    expect(labels.tags).toContainEqual({
      id: shortId(shown.id),
      slug: shown.slug,
      name: "Shown",
      url: `${site}/tag/${shown.slug}/`,
    });
    expect(slugsIn(labels.tags)).not.toContain(internal.slug);
  });
});
