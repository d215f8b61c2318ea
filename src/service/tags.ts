import { SlugTaken, TagNotFound } from "#api/exceptions";
import type { Context } from "#core/context";
import { isId, now } from "#core/ids";
import { type Page, type PageRequest, toPage } from "#core/pages";
import type { Caller } from "#domain/actors";
import { tagEvent } from "#domain/content-events";
import { newTag, type Tag, tagSlug } from "#domain/tags";
import { isStranger } from "#repository/actors";
import {
  deleteTag as deleteTagRow,
  insertTag,
  selectTag,
  selectTagBySlug,
  selectTags,
  type TagOrder,
  type TagScope,
  updateTag,
} from "#repository/tags";

import { look, perform } from "./perform";
import { type Base, expectBase } from "./versions";

export interface TagInput {
  readonly name?: string;
  readonly slug?: string;
  readonly description?: string | null;
}

/** Which tags are wanted, in which order, and whether with the number of their posts, which takes time. */
export interface TagList extends PageRequest {
  readonly order: TagOrder;
  readonly hasCount: boolean;
}

/** Strangers know of a tag when something published bears it: the name of another may be a secret. */
const scopeOf = ({ credential }: Caller): TagScope => (isStranger(credential) ? "borne" : "all");

/** A page of the tags that the caller may know of. The count of each is 0 where it is not wanted. */
export async function listTags(
  context: Context,
  caller: Caller,
  { order, hasCount, ...page }: TagList,
): Promise<Page<Tag>> {
  const { loaded } = await look(context, { ...caller, repeat: null }, [
    selectTags(context.db, order, page, { scope: scopeOf(caller), hasCount }),
  ]);
  return toPage(loaded[0], page, (tag) => [sortValues[order.by](tag), tag.id]);
}

const sortValues = {
  name: ({ name }: Tag) => name,
  slug: ({ slug }: Tag) => slug,
  created_at: ({ createdAt }: Tag) => createdAt,
  updated_at: ({ updatedAt }: Tag) => updatedAt,
} as const;

/** @throws {TagNotFound} 40403, also for one that the caller may not know of. */
export async function readTag(context: Context, caller: Caller, key: string): Promise<Tag> {
  const select = isId(key) ? selectTag : selectTagBySlug;
  const query = select(context.db, key, scopeOf(caller));
  const { loaded } = await look(context, { ...caller, repeat: null }, [query]);
  const [tag] = loaded[0];
  if (!tag) throw new TagNotFound();
  return tag;
}

/** @throws {SlugTaken} 40904, {@link PermissionDenied} 40300 */
export function createTag(
  context: Context,
  caller: Caller,
  { name, slug = tagSlug(name), description = null }: TagInput & { name: string },
): Promise<Tag> {
  return perform(context, caller, {
    permission: "tags:write",
    load: (db) => [selectTagBySlug(db, slug)],
    decide: (_actor, [taken]) => {
      if (taken.length > 0) throw new SlugTaken(slug);
      const tag = newTag(name, slug, description);
      return {
        result: { ...tag, postCount: 0 },
        statements: [insertTag(context.db, tag)],
        audit: [{ action: "tag.create", entity: "tag", entityId: tag.id, version: 1 }],
        events: [tagEvent("created", null, tag)],
      };
    },
  });
}

/**
 * Changes what is given; for nothing there is no new version.
 *
 * @throws {TagNotFound} 40403, {@link SlugTaken} 40904, {@link StaleVersion} 41200
 */
export function editTag(
  context: Context,
  caller: Caller,
  target: Base<Tag> & { readonly id: string },
  input: TagInput,
): Promise<Tag> {
  const { id } = target;
  return perform(context, caller, {
    permission: "tags:write",
    load: (db) => [
      selectTag(db, id),
      ...(input.slug === undefined ? [] : [selectTagBySlug(db, input.slug)]),
    ],
    decide: async (_actor, [[tag], holders = []]) => {
      if (!tag) throw new TagNotFound();
      await expectBase(tag, target);
      if (Object.keys(input).length === 0) return { result: tag, statements: [], audit: [] };
      const taken = holders.find((holder) => holder.id !== id);
      if (taken) throw new SlugTaken(taken.slug);
      const next = { ...tag, ...input, updatedAt: now(), version: tag.version + 1 };
      return {
        result: next,
        statements: [updateTag(context.db, next)],
        audit: [{ action: "tag.update", entity: "tag", entityId: id, version: next.version }],
        events: [tagEvent("updated", tag, next)],
      };
    },
  });
}

/** Takes a tag from everything that has it. @throws {TagNotFound} 40403, {@link StaleVersion} 41200 */
export function deleteTag(
  context: Context,
  caller: Caller,
  target: Base<Tag> & { readonly id: string },
): Promise<null> {
  const { id } = target;
  return perform(context, caller, {
    permission: "tags:write",
    load: (db) => [selectTag(db, id)],
    decide: async (_actor, [[tag]]) => {
      if (!tag) throw new TagNotFound();
      await expectBase(tag, target);
      return {
        result: null,
        statements: [deleteTagRow(context.db, id)],
        audit: [{ action: "tag.delete", entity: "tag", entityId: id, version: tag.version + 1 }],
        events: [tagEvent("deleted", tag, tag)],
      };
    },
  });
}
