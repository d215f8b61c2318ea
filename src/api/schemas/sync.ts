import { z } from "@hono/zod-openapi";

import type { SyncItem } from "#service/sync";

import { AuthorBody } from "./authors";
import { Id } from "./fields";
import { PostBody } from "./posts";
import { TagBody } from "./tags";

const CURSOR =
  "WyI4NTQiLCIwMTk4YzVhNC02ZjcwLTdjYzEtYjZmNC0wYzFmNWEyZTlkMTEiLG51bGxd.sBzjG3QGzbEWsN2tzmKgUEW7d-2vDHqgA8Nq1UUbRlc";

/** A post as copies have it: what follows from other things is left to those. */
const SyncedPost = PostBody.omit({
  status: true,
  feature_image_media: true,
  media: true,
  author: true,
  publish_at: true,
  unpublish_at: true,
  newsletter: true,
  publish_lag_ms: true,
  deleted_at: true,
})
  .extend({
    authors: z.array(Id).openapi({ description: "Ids of authors, in the order of the byline." }),
    tags: z.array(Id).openapi({ description: "Ids of tags, in their order." }),
  })
  .openapi("SyncedPost");

const SyncedTag = TagBody.omit({ count: true }).openapi("SyncedTag");
const SyncedAuthor = AuthorBody.omit({ count: true, avatar: true }).openapi("SyncedAuthor");

const Upsert = z
  .object({
    type: z.enum(["upsert"]),
    entity: z.enum(["post", "tag", "author"]).openapi({
      description: "Pages are posts as well, and say so in their `type`.",
    }),
    id: Id,
    data: z.union([SyncedPost, SyncedTag, SyncedAuthor]),
  })
  .openapi("SyncUpsert", { description: "Put this in the place of what you have of this id." });

const Tombstone = z
  .object({
    type: z.enum(["tombstone"]),
    entity: z.enum(["post", "tag", "author"]),
    id: Id,
  })
  .openapi("SyncTombstone", { description: "Forget what you have of this id, if you have it." });

export const SyncPageBody = z
  .object({
    data: z.array(z.union([Upsert, Tombstone])),
    next_cursor: z.string().openapi({
      example: CURSOR,
      description: "Give it as `since` to go on from here: at once, or whenever you like.",
    }),
    has_more: z.boolean().openapi({ description: "Whether there is more already." }),
  })
  .openapi("SyncPage");

/** How many changes are looked at for a page, unless somebody wants fewer. */
export const MOST_CHANGES = 100;

export const SyncQuery = z.strictObject({
  since: z.string().max(2000).optional().openapi({
    example: CURSOR,
    description: "`next_cursor` of the page before; left out to begin.",
  }),
  limit: z
    .string()
    .regex(/^\d{1,3}$/u)
    .transform(Number)
    .pipe(z.int().min(1).max(MOST_CHANGES))
    .optional()
    .openapi({
      type: "integer",
      minimum: 1,
      maximum: MOST_CHANGES,
      default: MOST_CHANGES,
      description:
        "How many changes are looked at for a page; it has fewer where texts are long. A stream has no pages.",
    }),
});

/** A change as it goes out, with the thing as the database has written it. */
export const toSyncText = ({ entity, id, shown }: SyncItem): string =>
  shown === null
    ? `{"type":"tombstone","entity":"${entity}","id":"${id}"}`
    : `{"type":"upsert","entity":"${entity}","id":"${id}","data":${shown}}`;
