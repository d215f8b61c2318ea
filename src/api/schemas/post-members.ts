import { z } from "@hono/zod-openapi";

import { page } from "#api/openapi";
import type { Members, PostMember, PublishedPost, ShownPost } from "#service/posts/read";

import { NameList } from "./fields";
import { toPictureBodies, toPictureBody } from "./media";
import { PostBody, PostPage, PostQuery, PostSummaryBody, toPostSummaryBody } from "./posts";

const WholePost = PostBody.extend({
  plaintext: z.string().openapi({
    description: "The words without markup, paragraphs parted by an empty line.",
    example: "Some words.",
  }),
});
type WholeBody = z.infer<typeof WholePost>;

// Fails to compile when the database has a member that the wire has not, or the other way round.
const shape: Record<PostMember, z.ZodType> & Record<Exclude<keyof WholeBody, PostMember>, never> =
  WholePost.shape;
const names = Object.keys(shape) as [PostMember, ...PostMember[]];

const relations = { authors: ["author", "authors"], tags: ["tags"] } as const;
const texts = { html: ["html", "media"], markdown: ["content"], plaintext: ["plaintext"] } as const;

const isPlain = (name: string): boolean =>
  Object.hasOwn(PostSummaryBody.shape, name) &&
  !Object.values(relations).some((members) => (members as readonly string[]).includes(name));
const plain = names.filter(isPlain);

/** Which members of posts come. */
const choices = {
  fields: NameList(names).openapi({
    description:
      "The members that come, with commas between; `id` always does. `include` and `formats` add theirs to these.",
    example: "title,slug,published_at",
  }),
  include: NameList(["authors", "tags"]).openapi({
    description: "Which of `authors` (with `author`) and `tags` come: both, if left out.",
    example: "authors,tags",
  }),
};

export const PostChoice = z.strictObject({
  ...choices,
  formats: NameList(["html", "markdown", "plaintext"]).openapi({
    description:
      "As what the text comes: `html` (with `media`), `markdown` (as `content`), `plaintext`. If left out, as HTML and Markdown.",
    example: "html",
  }),
});

export const PostListQuery = PostQuery.extend({
  ...choices,
  formats: NameList(["html", "markdown", "plaintext"]).openapi({
    description:
      "As what the text comes: `html` (with `media`), `markdown` (as `content`), `plaintext`. If left out, not at all.",
    example: "html",
  }),
});

const PostParts = WholePost.partial().required({ id: true }).openapi("PostParts", {
  description: "What was asked for by `fields`, `include` and `formats`.",
});
export const ChosenPost = z.union([PostBody, PostParts]);
export const ChosenPostPage = z.union([PostPage, page(PostParts, "PostPartsPage")]);

type Choice = z.infer<typeof PostChoice>;

/** Which members come of a post that is read. */
export const membersOfOne = (choice: Choice): Members =>
  isUsual(choice) ? usualOfOne : membersOf(choice, ["html", "markdown"]);

/** Which come of each in a list. */
export const membersOfMany = (choice: Choice): Members =>
  isUsual(choice) ? usualOfMany : membersOf(choice, []);

const isUsual = ({ fields, include, formats }: Choice): boolean =>
  fields === undefined && include === undefined && formats === undefined;

/** @param usual what comes of the text when nothing is said. */
function membersOf(
  { fields, include, formats }: Choice,
  usual: readonly (keyof typeof texts)[],
): Members {
  const related = include ?? (fields ? [] : (["authors", "tags"] as const));
  const written = formats ?? (fields ? [] : usual);
  return new Set([
    "id",
    ...(fields ?? plain),
    ...related.flatMap((name) => relations[name]),
    ...written.flatMap((name) => texts[name]),
  ]);
}

// Made once: what is known of a set of members is remembered by it.
const usualOfOne = membersOf({}, ["html", "markdown"]);
const usualOfMany = membersOf({}, []);

/** A post as JSON text, with these members in the order of the wire. */
export function toPostText(post: ShownPost, members: Members): string {
  if (post.json !== null) return toPublishedText(post);
  const { content = "", html = "", plaintext } = post;
  const media = toPictureBodies(post.pictures, html);
  const whole = { ...toPostSummaryBody(post), content, html, media, plaintext };
  return JSON.stringify(
    Object.fromEntries(Object.entries(whole).filter(([name]) => members.has(name as PostMember))),
  );
}

function toPublishedText(post: PublishedPost): string {
  const json = post.raw === null ? post.json : withPictures(post.json, post.raw);
  if (post.plaintext === null) return json;
  return `${json.slice(0, -1)},"plaintext":${JSON.stringify(post.plaintext)}}`;
}

/** The things that a post shows to the public, as cache tags. */
export const cacheTagsOf = (post: ShownPost): readonly string[] =>
  post.json === null ? [] : post.shows.split(" ");

type Byline = WholeBody["authors"][number];
type RawByline = Omit<Byline, "avatar"> & { avatar: Parameters<typeof toPictureBody>[0] | null };
type RawBody = Partial<Omit<WholeBody, "author" | "authors">> & {
  author?: RawByline | null;
  authors?: RawByline[];
};

/** Where a post shows pictures of ours, their addresses are made here: as everywhere, of what shows them. */
function withPictures(json: string, raw: NonNullable<PublishedPost["raw"]>): string {
  const body = JSON.parse(json) as RawBody;
  const pictures = (raw.pictures ?? []).filter((picture) => picture !== null);
  const { author, authors, feature_image_media, media, ...others } = body;
  return JSON.stringify({
    ...body,
    ...(feature_image_media === undefined
      ? {}
      : { feature_image_media: toPictureBodies(pictures, raw.featureImage ?? "")[0] ?? null }),
    ...(author === undefined ? {} : { author: author && toByline(author) }),
    ...(authors === undefined ? {} : { authors: authors.map(toByline) }),
    ...(media === undefined
      ? {}
      : { media: toPictureBodies(pictures, raw.html ?? others.html ?? "") }),
  });
}

const toByline = ({ avatar, ...byline }: RawByline): Byline => ({
  ...byline,
  avatar: avatar && toPictureBody(avatar, byline.avatar_url),
});
