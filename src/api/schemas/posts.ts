import { z } from "@hono/zod-openapi";

import { page } from "#api/openapi";
import { PageQuery } from "#api/pages";
import { CONTENT_LIMIT, TITLE_LIMIT } from "#core/texts";
import type { Post, PostSummary } from "#domain/posts";
import type { NewPostInput, PostInput } from "#service/posts/write";

import { Flag, given, Id, Moment, MomentInput, SlugInput, Text, WebAddress } from "./fields";
import { PictureBody, toPictureBodies, toPictureBody } from "./media";

const METADATA_LIMIT = 16 * 1024;

const Byline = z
  .object({
    id: Id,
    slug: z.string(),
    name: z.string(),
    avatar_url: z.string().nullable(),
    avatar: z.union([PictureBody, z.null()]),
  })
  .openapi("Byline");

export const TagLabel = z
  .object({ id: Id, slug: z.string(), name: z.string() })
  .openapi("TagLabel");

const Metadata = z.record(z.string(), z.unknown()).openapi({
  type: "object",
  description:
    "Whatever the publisher wants to say of a post to programs. Whoever sees the post sees it, also where its text is for members.",
  example: { mood: "calm" },
});

const optionalText = z.string().nullable();

export const PostSummaryBody = z
  .object({
    id: Id,
    slug: z.string().openapi({ example: "hello-world" }),
    title: z.string().openapi({ example: "Hello, world" }),
    excerpt: z.string().openapi({
      description: "Of what is for members, strangers get only one that the author wrote.",
      example: "Some words.",
    }),
    status: z.enum(["draft", "scheduled", "published"]),
    type: z.enum(["post", "page"]),
    visibility: z.enum(["public", "members", "paid"]),
    featured: z.boolean(),
    feature_image: optionalText,
    feature_image_media: z
      .union([PictureBody, z.null()])
      .openapi({ description: "What is known of `feature_image`, when it is a picture of ours." }),
    author: z.union([Byline, z.null()]).openapi({ description: "The first of `authors`." }),
    authors: z.array(Byline),
    tags: z.array(TagLabel),
    published_at: Moment.nullable(),
    publish_at: Moment.nullable().openapi({
      description: "When it goes out by itself. Strangers are not told of plans.",
    }),
    unpublish_at: Moment.nullable().openapi({ description: "When it is taken back by itself." }),
    newsletter: z
      .object({
        id: Id,
        segment: z.object({ labels: z.array(z.string()), without: z.array(z.string()) }),
      })
      .nullable()
      .openapi({ description: "What it is mailed to when it goes out by itself." }),
    publish_lag_ms: z.int().nullable().openapi({
      description: "How late it went out by itself; null for what was published by hand.",
    }),
    created_at: Moment,
    updated_at: Moment,
    deleted_at: Moment.nullable().openapi({ description: "Since when it is in the trash." }),
    version: z.int(),
    reading_time: z.int().openapi({ description: "Minutes." }),
    word_count: z.int(),
    meta_title: optionalText,
    meta_description: optionalText,
    canonical_url: optionalText,
    og_title: optionalText,
    og_description: optionalText,
    og_image: optionalText,
    metadata: Metadata,
  })
  .openapi("PostSummary");

export const PostBody = PostSummaryBody.extend({
  content: z.string().openapi({ description: "Markdown.", example: "Some *words*." }),
  html: z.string().openapi({
    description: "Safe to put on a page as it is.",
    example: "<p>Some <em>words</em>.</p>\n",
  }),
  media: z
    .array(PictureBody)
    .openapi({ description: "The pictures of ours that `html` shows, in their order." }),
}).openapi("Post");

export const PostPage = page(PostSummaryBody, "PostPage");

export function toPostSummaryBody(post: PostSummary): z.infer<typeof PostSummaryBody> {
  const authors = post.authors.map(({ id, slug, name, avatarUrl, avatar }) => ({
    id,
    slug,
    name,
    avatar_url: avatarUrl,
    avatar: avatar && toPictureBody(avatar, avatarUrl),
  }));
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
    feature_image_media: toPictureBodies(post.pictures, post.featureImage ?? "")[0] ?? null,
    author: authors[0] ?? null,
    authors,
    tags: post.tags.map(({ id, slug, name }) => ({ id, slug, name })),
    published_at: post.publishedAt,
    publish_at: post.publishAt,
    unpublish_at: post.unpublishAt,
    newsletter: post.publishSend && {
      id: post.publishSend.newsletterId,
      segment: {
        labels: [...post.publishSend.segment.labels],
        without: [...post.publishSend.segment.without],
      },
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

export const toPostBody = (post: Post): z.infer<typeof PostBody> => ({
  ...toPostSummaryBody(post),
  content: post.content,
  html: post.html,
  media: toPictureBodies(post.pictures, post.html),
});

const optional = (max: number) => Text(max).nullable().optional();

const fields = {
  slug: SlugInput.optional(),
  excerpt: optional(1000).openapi({ description: "Left out or null: the beginning of the text." }),
  type: z.enum(["post", "page"]).optional(),
  visibility: z.enum(["public", "members", "paid"]).optional(),
  featured: z.boolean().optional(),
  feature_image: WebAddress.nullable().optional(),
  authors: z.array(Id).min(1).max(20).optional().openapi({ description: "Ids of users." }),
  tags: z
    .array(Text(100))
    .max(50)
    .optional()
    .openapi({
      description: "Ids, slugs or names; a name that no tag has makes one.",
      example: ["News"],
    }),
  meta_title: optional(300),
  meta_description: optional(1000),
  canonical_url: WebAddress.nullable().optional(),
  og_title: optional(300),
  og_description: optional(1000),
  og_image: WebAddress.nullable().optional(),
  metadata: Metadata.refine(
    (value) => new TextEncoder().encode(JSON.stringify(value)).byteLength <= METADATA_LIMIT,
    `At most ${METADATA_LIMIT} bytes of JSON.`,
  ).optional(),
};

const Title = Text(TITLE_LIMIT).openapi({ example: "Hello, world" });
const Content = z.string().max(CONTENT_LIMIT).openapi({ example: "Some *words*." });

export const NewPostBody = z
  .strictObject({
    title: Title,
    content: Content.default(""),
    status: z.enum(["draft", "published"]).optional(),
    ...fields,
  })
  .openapi("NewPost");

export const PostChangesBody = z
  .strictObject({ title: Title.optional(), content: Content.exactOptional(), ...fields })
  .openapi("PostChanges");

/** From the names of the wire to those of the code. */
export function toPostInput(body: z.infer<typeof PostChangesBody>): PostInput {
  const { excerpt, feature_image, meta_title, meta_description, canonical_url, ...others } = body;
  const { og_title, og_description, og_image, ...sameNames } = others;
  return given({
    ...sameNames,
    customExcerpt: excerpt,
    featureImage: feature_image,
    metaTitle: meta_title,
    metaDescription: meta_description,
    canonicalUrl: canonical_url,
    ogTitle: og_title,
    ogDescription: og_description,
    ogImage: og_image,
  });
}

export function toNewPostInput(body: z.infer<typeof NewPostBody>): NewPostInput {
  const { title, content, status, ...others } = body;
  return { ...toPostInput(others), title, content, ...given({ status }) };
}

export const PostKeyPath = z.object({
  // How JSON may be asked for by address; no slug has a dot.
  id: z
    .string()
    .min(1)
    .max(200)
    .transform((key) => key.replace(/(?<=.)\.json$/u, ""))
    .openapi({ type: "string", description: "An id or a slug." }),
});

const orders = ["published_at", "publish_at", "created_at", "updated_at", "title"] as const;

export const PostQuery = PageQuery.extend({
  status: z
    .enum(["draft", "scheduled", "published", "trashed"])
    .optional()
    .openapi({ description: "Strangers see published posts only." }),
  type: z.enum(["post", "page"]).optional(),
  featured: Flag.optional(),
  tag: z.string().max(100).optional().openapi({ description: "A slug." }),
  author: z.string().max(100).optional().openapi({ description: "A slug." }),
  from: MomentInput.optional().openapi({ description: "Published at or after." }),
  to: MomentInput.optional().openapi({ description: "Published before." }),
  order: z
    .enum(orders.flatMap((name) => [name, `-${name}`]))
    .default("-published_at")
    .openapi({
      description:
        "A minus sign in front means descending. `publish_at` is the planned moment, and for what is not planned that of publication.",
    }),
});

export function toPostFilter(query: z.infer<typeof PostQuery>) {
  const { status, type, featured, tag, author, from, to, order } = query;
  return {
    status: status ?? null,
    type: type ?? null,
    featured: featured ?? null,
    tag: tag ?? null,
    author: author ?? null,
    from: from ?? null,
    to: to ?? null,
    order: {
      by: orders.find((name) => order.endsWith(name)) ?? "published_at",
      descending: order.startsWith("-"),
    },
  };
}
