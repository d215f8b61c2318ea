import { type EventType, newEvent, type NewEvent } from "./events";
import type { Post } from "./posts";
import type { Tag } from "./tags";

type Change = "created" | "updated" | "published" | "unpublished" | "scheduled" | "deleted";

/**
 * What happened to a post, by what it was and what it is: nothing, one thing, or two where it was made and
 * published at once.
 *
 * @param before null for a post that was not there.
 */
export function postEvents(before: Post | null, after: Post): NewEvent[] {
  return changesOf(before, after).map((change) => postEvent(change, before, after));
}

/** One thing that happened to a post or page. What it was before is in `previous`, as far as it differs. */
export function postEvent(change: Change, before: Post | null, after: Post): NewEvent {
  const type: EventType = `${after.type}.${change}`;
  if (before === null) return newEvent(type, postData(after));
  return newEvent(type, {
    ...postData(after),
    previous: changed(postData(before), postData(after)),
  });
}

function changesOf(before: Post | null, after: Post): Change[] {
  if (before === null) return after.status === "published" ? ["created", "published"] : ["created"];
  if (after.deletedAt !== null) return before.deletedAt === null ? ["deleted"] : [];
  const isOut = after.status === "published";
  const wasOut = before.status === "published" && before.deletedAt === null;
  if (isOut !== wasOut) return [isOut ? "published" : "unpublished"];
  const isPlanned = after.status === "scheduled";
  if (isPlanned && (before.status !== "scheduled" || before.publishAt !== after.publishAt)) {
    return ["scheduled"];
  }
  return ["updated"];
}

/** A post as the wire has it in lists, by the names of the wire: without its text. */
function postData(post: Post): Record<string, unknown> {
  return {
    id: post.id,
    slug: post.slug,
    title: post.title,
    excerpt: post.excerpt,
    status: post.status,
    type: post.type,
    visibility: post.visibility,
    featured: post.featured,
    feature_image: post.featureImage,
    authors: post.authors.map(({ id, slug, name, avatarUrl }) => ({
      id,
      slug,
      name,
      avatar_url: avatarUrl,
    })),
    tags: post.tags.map(({ id, slug, name }) => ({ id, slug, name })),
    published_at: post.publishedAt,
    publish_at: post.publishAt,
    unpublish_at: post.unpublishAt,
    newsletter: post.publishSend && {
      id: post.publishSend.newsletterId,
      segment: post.publishSend.segment,
    },
    publish_lag_ms: post.publishLag,
    created_at: post.createdAt,
    updated_at: post.updatedAt,
    deleted_at: post.deletedAt,
    version: post.version,
    reading_time: post.readingTime,
    word_count: post.wordCount,
    meta_title: post.metaTitle,
    meta_description: post.metaDescription,
    canonical_url: post.canonicalUrl,
    og_title: post.ogTitle,
    og_description: post.ogDescription,
    og_image: post.ogImage,
    metadata: post.metadata,
  };
}

/** What happened to a tag. @param before null for a tag that was not there. */
export function tagEvent(
  change: "created" | "updated" | "deleted",
  before: TagFields | null,
  after: TagFields,
): NewEvent {
  const data = tagData(after);
  if (change !== "updated" || before === null) return newEvent(`tag.${change}`, data);
  return newEvent("tag.updated", { ...data, previous: changed(tagData(before), data) });
}

type TagFields = Omit<Tag, "postCount">;

const tagData = (tag: TagFields): Record<string, unknown> => ({
  id: tag.id,
  slug: tag.slug,
  name: tag.name,
  description: tag.description,
  created_at: tag.createdAt,
  updated_at: tag.updatedAt,
  version: tag.version,
});

/** The fields that were something else, as they were. */
const changed = (
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(before).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(after[name]),
    ),
  );
