import { newId, now } from "#core/ids";
import type { BylineRow, FullPostRow, PostSummaryRow, TagLabelRow } from "#repository/posts";

import type { Actor } from "./actors";
import { renderMarkdown } from "./markdown";
import type { Picture } from "./media";
import { digestIn, digestsIn } from "./media/addresses";
import { reaches } from "./permissions";

/** A post with its byline and its tags. The text is Markdown in `content`, and safe for a page in `html`. */
export type Post = FullPostRow;
/** A post as lists have it: without its text. */
export type PostSummary = PostSummaryRow;
/** Somebody as a post names them. */
export type Byline = BylineRow;
/** A tag as a post names it. */
export type TagLabel = TagLabelRow;

/** What authors write; the rest of a post follows from it. Revisions keep exactly this. */
export const editable = [
  "type",
  "visibility",
  "title",
  "content",
  "customExcerpt",
  "featured",
  "featureImage",
  "metaTitle",
  "metaDescription",
  "canonicalUrl",
  "ogTitle",
  "ogDescription",
  "ogImage",
  "metadata",
] as const satisfies readonly (keyof Post)[];
export type PostFields = Pick<Post, (typeof editable)[number]>;

const blank: Omit<PostFields, "title" | "content"> = {
  type: "post",
  visibility: "public",
  customExcerpt: null,
  featured: false,
  featureImage: null,
  metaTitle: null,
  metaDescription: null,
  canonicalUrl: null,
  ogTitle: null,
  ogDescription: null,
  ogImage: null,
  metadata: {},
};

/** What a post has that nothing is planned for. */
export const unscheduled = {
  publishAt: null,
  publishJobId: null,
  publishSend: null,
  unpublishAt: null,
  unpublishJobId: null,
} as const satisfies Partial<Post>;

/** The post's status and plans when nothing is planned for it any more: what waited to go out is a draft. */
export const withoutPlans = ({ status }: Pick<Post, "status">) =>
  ({ ...unscheduled, status: status === "published" ? "published" : "draft" }) as const;

/** What a new post is made of. */
export interface NewPost {
  readonly fields: Partial<PostFields> & Pick<PostFields, "title" | "content">;
  readonly slug: string;
  readonly status: "draft" | "published";
  readonly authors: readonly Byline[];
  readonly tags: readonly TagLabel[];
  readonly createdBy: string;
}

/** A post that nobody has saved yet, at version 1. */
export function draftPost({ fields, slug, status, authors, tags, createdBy }: NewPost): Post {
  const moment = now();
  const complete = { ...blank, ...fields };
  return {
    ...complete,
    ...textOf(complete.content, complete.customExcerpt),
    id: newId(),
    createdAt: moment,
    updatedAt: moment,
    version: 1,
    status,
    slug,
    publishedAt: status === "published" ? moment : null,
    ...unscheduled,
    publishLag: null,
    deletedAt: null,
    createdBy,
    importPath: null,
    importDigest: null,
    authors,
    tags,
    pictures: [],
  };
}

/** What of a post can be other in its next version. */
export type PostRevision = Partial<
  PostFields &
    Pick<
      Post,
      "slug" | "status" | "publishedAt" | "deletedAt" | "authors" | "tags" | "publishLag"
    > &
    Pick<Post, keyof typeof unscheduled>
>;

/** The post with some of it changed, one version on. The text is rendered again only when it differs. */
export function revisePost(post: Post, change: PostRevision): Post {
  const next = { ...post, ...change, updatedAt: now(), version: post.version + 1 };
  const isSameText = next.content === post.content && next.customExcerpt === post.customExcerpt;
  return isSameText ? next : { ...next, ...textOf(next.content, next.customExcerpt) };
}

/** The post with those of the known pictures of ours that it shows, and no others. */
export function withPictures(post: Post, known: readonly Picture[]): Post {
  const shown = new Set(digestsIn(post.featureImage, post.ogImage, post.html));
  const pictures = known.filter(({ objectKey }) => shown.has(digestIn(objectKey) ?? ""));
  const each = new Map(pictures.map((picture) => [picture.id, picture]));
  return { ...post, pictures: [...each.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)) };
}

function textOf(
  content: string,
  customExcerpt: string | null,
): Pick<Post, "html" | "excerpt" | "wordCount" | "readingTime"> {
  const { html, excerpt, wordCount, readingTime } = renderMarkdown(content);
  return { html, excerpt: customExcerpt ?? excerpt, wordCount, readingTime };
}

/** What a revision keeps. */
export const fieldsOf = (post: Post): PostFields =>
  Object.fromEntries(editable.map((field) => [field, post[field]])) as PostFields;

/** Whether somebody is on the byline. */
export const isOwn = (actor: Actor, { authors }: Pick<Post, "authors">): boolean =>
  authors.some(({ id }) => id === actor.userId);

/** Whether somebody may know that the post exists. Whatever is in the trash, nobody reads. */
export function mayRead(
  actor: Actor | null,
  post: Pick<Post, "status" | "deletedAt" | "authors">,
): boolean {
  if (post.deletedAt !== null) return false;
  if (post.status === "published") return true;
  return actor !== null && reaches(actor, "posts:read", isOwn(actor, post));
}

/** Whether a post that may be read shows its text, and not only that it is there. */
export const mayReadText = (
  actor: Actor | null,
  { visibility }: Pick<Post, "visibility">,
): boolean => visibility === "public" || actor !== null;

/** Contributors write drafts: once a post is out, it is no longer theirs to change. */
export function mayEdit(actor: Actor, post: Pick<Post, "status" | "authors">): boolean {
  if (actor.role === "contributor" && post.status !== "draft") return false;
  return reaches(actor, "posts:write", isOwn(actor, post));
}

export function mayDelete(actor: Actor, post: Pick<Post, "status" | "authors">): boolean {
  if (actor.role === "contributor" && post.status !== "draft") return false;
  return reaches(actor, "posts:delete", isOwn(actor, post));
}

export const mayPublish = (actor: Actor, post: Pick<Post, "authors">): boolean =>
  reaches(actor, "posts:publish", isOwn(actor, post));

/** Whether somebody may put these names on a post: their own, unless everyone's posts are theirs to edit. */
export const mayCredit = (actor: Actor, authors: readonly Byline[]): boolean =>
  reaches(actor, "posts:write", false) || isOwn(actor, { authors });
