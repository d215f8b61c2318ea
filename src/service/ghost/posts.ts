import { PageTooLong, PostNotFound } from "#api/exceptions";
import type { Context } from "#core/context";
import {
  type GhostIndexPost,
  ghostIndexPostOf,
  type GhostPost,
  ghostPostOf,
} from "#domain/ghost/posts";
import {
  type GhostName,
  type GhostPage,
  type GhostQuery,
  offsetOf,
  type PostWishes,
  postWishesOf,
} from "#domain/ghost/queries";
import {
  countGhostPosts,
  type PostParts,
  selectGhostPost,
  selectGhostPosts,
} from "#repository/ghost/content";
import { compileFilter } from "#repository/ghost/nql";
import { orderOf } from "#repository/ghost/order";
import { selectGhostIndexPosts } from "#repository/ghost/search-index";

import { acceptedFilter, keyOf, lookWithKey } from "./look";

/** Posts are what is new, pages what stays. */
export type PostKind = "posts" | "pages";

const typeOf = (kind: PostKind) => (kind === "posts" ? "post" : "page");

const partsOf = ({ html, plaintext, tags, authors }: PostWishes): PostParts => ({
  text: html || plaintext,
  tags,
  authors,
});

/**
 * A page of what is published, and how much there is.
 *
 * @throws {PageTooLong} 40072 where the texts of several posts are more than one answer can have.
 * @throws {FilterInvalid} 40071, {@link FilterValueInvalid} 42281, {@link ContentKeyUnknown} 40160
 */
export async function browseGhostPosts(
  context: Context,
  key: string,
  kind: PostKind,
  query: GhostQuery,
): Promise<GhostPage<GhostPost>> {
  const { db } = context;
  const { where, hints } = acceptedFilter(compileFilter(query.filter, kind));
  const wishes = postWishesOf(query);
  const choice = { type: typeOf(kind), where } as const;
  const slice = {
    order: orderOf(query.order, kind, query.include, hints),
    limit: query.limit,
    offset: offsetOf(query),
  };
  const { place, loaded } = await lookWithKey(context, key, [
    selectGhostPosts(db, choice, slice, partsOf(wishes)),
    countGhostPosts(db, choice),
  ]);
  const [rows, [count]] = loaded;
  if (rows[0]?.isTooLong === true) throw new PageTooLong();
  return {
    items: rows.map((row) => ghostPostOf(row, place, wishes)),
    page: query.page,
    limit: query.limit,
    total: count?.total ?? 0,
  };
}

/** @throws {PostNotFound} 40401, {@link ContentKeyUnknown} 40160 */
export async function readGhostPost(
  context: Context,
  key: string,
  kind: PostKind,
  { name, query }: { name: GhostName; query: GhostQuery },
): Promise<GhostPost> {
  const wishes = postWishesOf(query);
  const wanted = keyOf(name);
  const { place, loaded } = await lookWithKey(
    context,
    key,
    wanted ? [selectGhostPost(context.db, typeOf(kind), wanted, partsOf(wishes))] : [],
  );
  const [row] = loaded[0] ?? [];
  if (!row) throw new PostNotFound();
  return ghostPostOf(row, place, wishes);
}

/** The newest ten thousand posts, for a search in the reader's browser. @throws {ContentKeyUnknown} 40160 */
export async function indexGhostPosts(
  context: Context,
  key: string,
): Promise<readonly GhostIndexPost[]> {
  const { place, loaded } = await lookWithKey(context, key, [selectGhostIndexPosts(context.db)]);
  return loaded[0].map((row) => ghostIndexPostOf(row, place));
}
