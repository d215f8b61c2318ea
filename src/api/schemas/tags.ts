import { z } from "@hono/zod-openapi";

import { page } from "#api/openapi";
import { DEFAULT_LIMIT, PageQuery } from "#api/pages";
import type { Tag } from "#domain/tags";

import { choiceOf, hasCount, Order, toOrder } from "./choices";
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

const TagParts = TagBody.partial().required({ id: true }).openapi("TagParts", {
  description: "What was asked for by `fields` and `include`.",
});
export const ChosenTag = z.union([TagBody, TagParts]);
export const ChosenTagPage = z.union([TagPage, page(TagParts, "TagPartsPage")]);

const orders = ["name", "slug", "created_at", "updated_at"] as const;
const choices = choiceOf(TagBody.keyof().options, "name,slug");
export const TagChoice = z.strictObject(choices);
export const TagQuery = PageQuery.extend({ order: Order(orders), ...choices });

/** What a list of tags is asked for. */
export const toTagList = (query: z.infer<typeof TagQuery>) => ({
  limit: query.limit ?? DEFAULT_LIMIT,
  order: toOrder(orders, query.order),
  hasCount: hasCount(query),
});

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
