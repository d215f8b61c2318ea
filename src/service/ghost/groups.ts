import { AuthorNotFound, TagNotFound } from "#api/exceptions";
import type { Context } from "#core/context";
import {
  type GhostAuthor,
  ghostAuthorOf,
  type GhostNewsletter,
  ghostNewsletterOf,
  type GhostTag,
  ghostTagOf,
} from "#domain/ghost/groups";
import { type GhostName, type GhostPage, type GhostQuery, offsetOf } from "#domain/ghost/queries";
import type { GhostResource } from "#repository/ghost/columns";
import {
  countGhostAuthors,
  countGhostNewsletters,
  countGhostTags,
  selectGhostAuthor,
  selectGhostAuthors,
  selectGhostNewsletters,
  selectGhostTag,
  selectGhostTags,
  type Slice,
} from "#repository/ghost/content";
import { compileFilter } from "#repository/ghost/nql";
import { orderOf } from "#repository/ghost/order";
import { selectGhostIndexAuthors, selectGhostIndexTags } from "#repository/ghost/search-index";

import { acceptedFilter, keyOf, lookWithKey } from "./look";

const wantsCount = ({ include }: GhostQuery): boolean => include.includes("count.posts");

/** @throws {FilterInvalid} 40071 */
function choiceOf(resource: GhostResource, query: GhostQuery) {
  const { where, hints } = acceptedFilter(compileFilter(query.filter, resource));
  const order = orderOf(query.order, resource, query.include, hints);
  const slice: Slice = { order, limit: query.limit, offset: offsetOf(query) };
  return { where, slice };
}

const pageOf = <Item>(
  { page, limit }: GhostQuery,
  items: readonly Item[],
  [count]: readonly { total: number }[],
): GhostPage<Item> => ({ items, page, limit, total: count?.total ?? 0 });

/**
 * A page of the people who have published something; their number is that of those people.
 *
 * @throws {FilterInvalid} 40071, {@link FilterValueInvalid} 42281, {@link ContentKeyUnknown} 40160
 */
export async function browseGhostAuthors(
  context: Context,
  key: string,
  query: GhostQuery,
): Promise<GhostPage<GhostAuthor>> {
  const { where, slice } = choiceOf("authors", query);
  const { place, loaded } = await lookWithKey(context, key, [
    selectGhostAuthors(context.db, where, slice, wantsCount(query)),
    countGhostAuthors(context.db, where),
  ]);
  const authors = loaded[0].map((row) => ghostAuthorOf(row, place));
  return pageOf(query, authors, loaded[1]);
}

/** @throws {AuthorNotFound} 40404, {@link ContentKeyUnknown} 40160 */
export async function readGhostAuthor(
  context: Context,
  key: string,
  { name, query }: { name: GhostName; query: GhostQuery },
): Promise<GhostAuthor> {
  const wanted = keyOf(name);
  const { place, loaded } = await lookWithKey(
    context,
    key,
    wanted ? [selectGhostAuthor(context.db, wanted, wantsCount(query))] : [],
  );
  const [row] = loaded[0] ?? [];
  if (!row) throw new AuthorNotFound();
  return ghostAuthorOf(row, place);
}

/**
 * A page of the tags that something published has; their number is that of those tags.
 *
 * @throws {FilterInvalid} 40071, {@link FilterValueInvalid} 42281, {@link ContentKeyUnknown} 40160
 */
export async function browseGhostTags(
  context: Context,
  key: string,
  query: GhostQuery,
): Promise<GhostPage<GhostTag>> {
  const { where, slice } = choiceOf("tags", query);
  const { place, loaded } = await lookWithKey(context, key, [
    selectGhostTags(context.db, where, slice, wantsCount(query)),
    countGhostTags(context.db, where),
  ]);
  const tags = loaded[0].map((row) => ghostTagOf(row, place));
  return pageOf(query, tags, loaded[1]);
}

/** @throws {TagNotFound} 40403, {@link ContentKeyUnknown} 40160 */
export async function readGhostTag(
  context: Context,
  key: string,
  { name, query }: { name: GhostName; query: GhostQuery },
): Promise<GhostTag> {
  const wanted = keyOf(name);
  const { place, loaded } = await lookWithKey(
    context,
    key,
    wanted ? [selectGhostTag(context.db, wanted, wantsCount(query))] : [],
  );
  const [row] = loaded[0] ?? [];
  if (!row) throw new TagNotFound();
  return ghostTagOf(row, place);
}

/**
 * A page of the newsletters that can be signed up for.
 *
 * @throws {FilterInvalid} 40071, {@link FilterValueInvalid} 42281, {@link ContentKeyUnknown} 40160
 */
export async function browseGhostNewsletters(
  context: Context,
  key: string,
  query: GhostQuery,
): Promise<GhostPage<GhostNewsletter>> {
  const { where, slice } = choiceOf("newsletters", query);
  const { loaded } = await lookWithKey(context, key, [
    selectGhostNewsletters(context.db, where, slice),
    countGhostNewsletters(context.db, where),
  ]);
  return pageOf(query, loaded[0].map(ghostNewsletterOf), loaded[1]);
}

/** Everybody who has published something, for a search in the reader's browser. @throws {ContentKeyUnknown} 40160 */
export async function indexGhostAuthors(
  context: Context,
  key: string,
): Promise<readonly GhostAuthor[]> {
  const { place, loaded } = await lookWithKey(context, key, [selectGhostIndexAuthors(context.db)]);
  return loaded[0].map((row) => ghostAuthorOf(row, place));
}

/** The tags that readers are shown, for a search in their browser. @throws {ContentKeyUnknown} 40160 */
export async function indexGhostTags(context: Context, key: string): Promise<readonly GhostTag[]> {
  const { place, loaded } = await lookWithKey(context, key, [selectGhostIndexTags(context.db)]);
  return loaded[0].map((row) => ghostTagOf(row, place));
}
