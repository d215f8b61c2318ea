import { z } from "@hono/zod-openapi";

import { page } from "#api/openapi";
import type { Tag } from "#domain/tags";

import { Id, Moment, SlugInput, Text } from "./fields";

export const TagBody = z
  .object({
    id: Id,
    slug: z.string().openapi({ example: "news" }),
    name: z.string().openapi({ example: "News" }),
    description: z.string().nullable(),
    count: z.object({ posts: z.int() }).openapi({ description: "Published posts." }),
    created_at: Moment,
    updated_at: Moment,
    version: z.int(),
  })
  .openapi("Tag");

export const TagPage = page(TagBody, "TagPage");

export const toTagBody = (tag: Tag): z.infer<typeof TagBody> => ({
  id: tag.id,
  slug: tag.slug,
  name: tag.name,
  description: tag.description,
  count: { posts: tag.postCount },
  created_at: tag.createdAt,
  updated_at: tag.updatedAt,
  version: tag.version,
});

const Name = Text(100).openapi({ example: "News" });
const fields = {
  slug: SlugInput.optional(),
  description: Text(1000).nullable().optional(),
};

export const NewTagBody = z.strictObject({ name: Name, ...fields }).openapi("NewTag");

export const TagChangesBody = z
  .strictObject({ name: Name.optional(), ...fields })
  .openapi("TagChanges");

export const TagKeyPath = z.object({
  id: z.string().min(1).max(200).openapi({ description: "An id or a slug." }),
});
