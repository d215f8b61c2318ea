import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { createContext } from "#core/context";
import { newId } from "#core/ids";
import { randomHex } from "#core/tokens";
import { media, mediaUses, postAuthors, posts, postTags, tags, users } from "#repository/models";
import { givenAuthor, givenPublishableKey, givenUser } from "#test/support/people";
import { ORIGIN, send } from "#test/support/requests";

/**
 * What strangers read is made by PostgreSQL, what staff read by the worker. Both have to be the same, whatever
 * stands in the tables: so here it is written into them as no editor would.
 */
const { db } = createContext(env, { waitUntil: () => undefined }, "test");

const awkward = fc.constantFrom(
  '"', "\\", "\\u0000", "\u0001", "\u001f", "\n\r\t", "\u007f", "\u2028", "</script>", "null", "{}", "𝄞", "é", "e\u0301",
  "中文", "שלום", "\ufeff", '"objectKey":', "%s $1 ''", "<p>&amp;</p>",
); // prettier-ignore
const text = fc
  .array(fc.oneof(awkward, fc.string({ unit: "grapheme", maxLength: 8 })), { maxLength: 6 })
  .map((parts) => parts.join("").replaceAll("\0", ""));
const optional = fc.option(text);
const moment = fc
  .date({
    min: new Date("0001-01-01T00:00:00Z"),
    max: new Date("9999-12-31T23:59:59Z"),
    noInvalidDate: true,
  })
  .map((date) => date.toISOString());
const metadata = fc.dictionary(text, fc.jsonValue({ maxDepth: 2 }), {
  maxKeys: 3,
  noNullPrototype: true,
});

const picture = fc.record({
  width: fc.option(fc.nat(5000)),
  height: fc.option(fc.nat(5000)),
  altText: optional,
  caption: optional,
  focalX: fc.option(fc.nat(10_000).map((n) => n / 10_000)),
  focalY: fc.option(fc.nat(10_000).map((n) => n / 10_000)),
  placeholder: optional,
  dominantColor: fc.constantFrom(null, "#3b5f7d"),
  status: fc.constantFrom("ready" as const, "ready" as const, "processing" as const),
  copies: fc.subarray([
    ["image/webp", 320],
    ["image/webp", 640],
    ["image/avif", 320],
  ] as const),
});

const fields = fc.record({
  title: text,
  content: text,
  html: text,
  excerpt: text,
  customExcerpt: optional,
  type: fc.constantFrom("post" as const, "page" as const),
  visibility: fc.constantFrom("public" as const, "public" as const, "members" as const),
  featured: fc.boolean(),
  publishedAt: moment,
  createdAt: moment,
  updatedAt: moment,
  publishLag: fc.option(fc.nat(5000)),
  version: fc.integer({ min: 1, max: 1_000_000 }),
  wordCount: fc.nat(),
  readingTime: fc.nat(5000),
  metaTitle: optional,
  metaDescription: optional,
  canonicalUrl: fc.constantFrom(null, "https://example.com/elsewhere"),
  ogTitle: optional,
  ogDescription: optional,
  ogImage: optional,
  metadata,
});

const written = fc.record({
  fields,
  /** What stands before the name of a picture of ours; null where the feature image is none. */
  base: fc.constantFrom(null, ORIGIN, "https://cdn.example/a,b", ""),
  pictures: fc.array(picture, { maxLength: 3 }),
  bylines: fc.subarray([0, 1, 2]),
  labels: fc.subarray([0, 1, 2]),
});
type Written = typeof written extends fc.Arbitrary<infer Value> ? Value : never;

async function givenPicture(
  { copies, ...about }: Written["pictures"][number],
  shownBy: { postId: string } | { userId: string },
): Promise<string> {
  const [id, digest] = [newId(), randomHex(64)];
  const objectKey = `media/${digest}.png`;
  const variants = copies.map(([contentType, width]) => {
    const extension = contentType.slice("image/".length);
    const key = `media/${digest}-${width}.${extension}`;
    return { objectKey: key, contentType, width, height: 7, size: 9 };
  });
  const file = { fileName: "a.png", contentType: "image/png", size: 1, sha256: digest };
  await db.insert(media).values({ id, objectKey, variants, ...file, ...about });
  await db.insert(mediaUses).values({ mediaId: id, ...shownBy });
  return objectKey;
}

async function givenTags(): Promise<string[]> {
  const ids = [newId(), newId(), newId()];
  await db
    .insert(tags)
    .values(ids.map((id, index) => ({ id, slug: `t-${id}`, name: `Tag "${index}" \\ é` })));
  return ids;
}

async function givenAuthors(): Promise<string[]> {
  const plain = await givenAuthor({ name: 'O\'Brien "Bob" \\ 中文' });
  const elsewhere = await givenAuthor({ avatarUrl: "https://example.com/me.png" });
  const id = newId();
  const about = { width: 9, height: 9, altText: '"me"', caption: null, focalX: 0.1, focalY: 0.7 };
  const ours = await givenAuthor({ id });
  const look = { placeholder: null, dominantColor: null, status: "ready" as const };
  const copies = [["image/webp", 320] as const];
  const objectKey = await givenPicture({ ...about, ...look, copies }, { userId: id });
  await db
    .update(users)
    .set({ avatarUrl: `${ORIGIN}/${objectKey}` })
    .where(eq(users.id, id));
  return [plain.id, elsewhere.id, ours.id];
}

async function insert(
  given: Written,
  people: readonly string[],
  labels: readonly string[],
): Promise<string> {
  const id = newId();
  const own = { id, slug: `p-${id}`, status: "published" as const };
  await db.insert(posts).values({ ...given.fields, ...own });
  const names = await Promise.all(given.pictures.map((one) => givenPicture(one, { postId: id })));
  const [first] = names;
  const shown = names.toReversed().map((name) => `<img src="${given.base ?? ""}/${name}">`);
  const featureImage =
    given.base === null || first === undefined
      ? "https://example.com/a.jpg"
      : `${given.base}/${first}`;
  const html = `${given.fields.html}${shown.join("\n")}`;
  await db.update(posts).set({ featureImage, html }).where(eq(posts.id, id));
  if (given.bylines.length > 0) {
    const rows = given.bylines.map((index, position) => ({
      postId: id,
      userId: people[index] ?? "",
      position,
    }));
    await db.insert(postAuthors).values(rows);
  }
  const worn = [...given.labels.map((index) => labels[index] ?? ""), labels[3] ?? ""];
  await db
    .insert(postTags)
    .values(worn.map((tagId, position) => ({ postId: id, tagId, position })));
  return id;
}

type Body = Record<string, unknown>;

/** What strangers are shown instead of what is kept for members. */
function withoutSecrets(body: Body, customExcerpts: ReadonlyMap<unknown, string | null>): Body {
  const hidden: Body = {
    excerpt: customExcerpts.get(body["id"]) ?? "",
    content: "",
    html: "",
    media: [],
    plaintext: "",
  };
  const isHidden = body["visibility"] !== "public";
  return Object.fromEntries(
    Object.entries({ ...body, publish_lag_ms: null }).map(([name, value]) => [
      name,
      isHidden && name in hidden ? hidden[name] : value,
    ]),
  );
}

const whole = "formats=html,markdown,plaintext";

describe("a published post", () => {
  it("is to strangers, member by member and in their order, what it is to staff", async () => {
    const owner = await givenUser({ role: "owner" });
    const key = await givenPublishableKey(owner);
    const people = await givenAuthors();
    await fc.assert(
      fc.asyncProperty(fc.array(written, { minLength: 8, maxLength: 12 }), async (all) => {
        const mark = newId();
        await db.insert(tags).values({ id: mark, slug: `mark-${mark}`, name: "Mark" });
        const labels = [...(await givenTags()), mark];
        const customExcerpts = new Map<unknown, string | null>();
        for (const one of all) {
          const id = await insert(one, people, labels);
          customExcerpts.set(id, one.fields.customExcerpt);
        }
        for (const order of ["-published_at", "created_at", "title"]) {
          const list = `/v1/posts?tag=mark-${mark}&limit=100&order=${order}&${whole}`;
          const [toStaff, toAnybody, toKey] = await Promise.all(
            [owner.headers, {}, key.headers].map((headers) => send("GET", list, { headers })),
          );
          expect(toKey?.text).toBe(toAnybody?.text);
          const expected = toStaff?.body.data.map((body: Body) =>
            withoutSecrets(body, customExcerpts),
          );
          expect(toAnybody?.body.data).toEqual(expected);
          expect(toAnybody?.body.data.map(Object.keys)).toEqual(expected.map(Object.keys));
          expect(expected).toHaveLength(all.length);
        }
        for (const id of customExcerpts.keys()) {
          const path = `/v1/posts/${String(id)}?${whole}`;
          const [toStaff, toAnybody, bySlug] = await Promise.all([
            send("GET", path, { headers: owner.headers }),
            send("GET", path),
            send("GET", `/v1/posts/p-${String(id)}?${whole}`),
          ]);
          const expected = withoutSecrets(toStaff.body, customExcerpts);
          expect(toAnybody.body).toEqual(expected);
          expect(Object.keys(toAnybody.body)).toEqual(Object.keys(expected));
          expect(bySlug.text).toBe(toAnybody.text);
        }
      }),
      // A whole list of posts takes too long to be made smaller.
      { numRuns: 4, endOnFailure: true },
    );
  });
});
