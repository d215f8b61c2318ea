import { z } from "@hono/zod-openapi";

import { page } from "#api/openapi";
import { DEFAULT_LIMIT, PageQuery } from "#api/pages";
import type { Author } from "#service/authors";

import { choiceOf, hasCount, Order, toOrder } from "./choices";
import { Id } from "./fields";
import { PictureBody, toPictureBody } from "./media";

export const AuthorBody = z
  .object({
    id: Id,
    slug: z.string().openapi({ example: "ada-lovelace" }),
    name: z.string().openapi({ example: "Ada Lovelace" }),
    bio: z.string().nullable(),
    website: z.string().nullable(),
    avatar_url: z.string().nullable(),
    avatar: z
      .union([PictureBody, z.null()])
      .openapi({ description: "What is known of `avatar_url`, when it is a picture of ours." }),
    count: z.object({ posts: z.int() }).openapi({ description: "Published posts." }),
  })
  .openapi("Author");

const AuthorPage = page(AuthorBody, "AuthorPage");

const AuthorParts = AuthorBody.partial().required({ id: true }).openapi("AuthorParts", {
  description: "What was asked for by `fields` and `include`.",
});
export const ChosenAuthor = z.union([AuthorBody, AuthorParts]);
export const ChosenAuthorPage = z.union([AuthorPage, page(AuthorParts, "AuthorPartsPage")]);

const orders = ["name", "slug"] as const;
const choices = choiceOf(AuthorBody.keyof().options, "name,slug,avatar_url");
export const AuthorChoice = z.strictObject(choices);
export const AuthorQuery = PageQuery.extend({ order: Order(orders), ...choices });

/** What a list of authors is asked for. */
export const toAuthorList = (query: z.infer<typeof AuthorQuery>) => ({
  limit: query.limit ?? DEFAULT_LIMIT,
  order: toOrder(orders, query.order),
  hasCount: hasCount(query),
});

export const toAuthorBody = (author: Author): z.infer<typeof AuthorBody> => ({
  id: author.id,
  slug: author.slug,
  name: author.name,
  bio: author.bio,
  website: author.website,
  avatar_url: author.avatarUrl,
  avatar: author.avatar && toPictureBody(author.avatar, author.avatarUrl),
  count: { posts: author.postCount },
});

export const AuthorKeyPath = z.object({
  id: z.string().min(1).max(200).openapi({ description: "An id or a slug." }),
});
