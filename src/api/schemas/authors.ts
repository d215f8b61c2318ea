import { z } from "@hono/zod-openapi";

import { page } from "#api/openapi";
import type { Author } from "#service/authors";

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

export const AuthorPage = page(AuthorBody, "AuthorPage");

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

export const AuthorPath = z.object({ slug: z.string().min(1).max(200) });
