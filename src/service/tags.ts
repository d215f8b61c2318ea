import { SlugTaken, StaleVersion, TagNotFound } from "#api/exceptions";
import type { Context } from "#core/context";
import { isId, now } from "#core/ids";
import { type Page, type PageRequest, toPage } from "#core/pages";
import type { Caller } from "#domain/actors";
import { slugify } from "#domain/slugs";
import { newTag, type Tag } from "#domain/tags";
import {
  deleteTag as deleteTagRow,
  insertTag,
  selectTag,
  selectTagBySlug,
  selectTags,
  updateTag,
} from "#repository/tags";

import { look, perform } from "./perform";

export interface TagInput {
  readonly name?: string;
  readonly slug?: string;
  readonly description?: string | null;
}

/** A page of all tags, by name. */
export async function listTags(
  context: Context,
  caller: Caller,
  page: PageRequest,
): Promise<Page<Tag>> {
  const { loaded } = await look(context, { ...caller, repeat: null }, [
    selectTags(context.db, page),
  ]);
  return toPage(loaded[0], page, ({ name, id }) => [name, id]);
}

/** @throws {TagNotFound} 40403 */
export async function readTag(context: Context, caller: Caller, key: string): Promise<Tag> {
  const query = isId(key) ? selectTag(context.db, key) : selectTagBySlug(context.db, key);
  const { loaded } = await look(context, { ...caller, repeat: null }, [query]);
  const [tag] = loaded[0];
  if (!tag) throw new TagNotFound();
  return tag;
}

/** @throws {SlugTaken} 40904, {@link PermissionDenied} 40300 */
export function createTag(
  context: Context,
  caller: Caller,
  { name, slug = slugify(name), description = null }: TagInput & { name: string },
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
      };
    },
  });
}

/** @throws {TagNotFound} 40403, {@link SlugTaken} 40904, {@link StaleVersion} 41200 */
export function editTag(
  context: Context,
  caller: Caller,
  { id, version }: { id: string; version: number },
  input: TagInput,
): Promise<Tag> {
  return perform(context, caller, {
    permission: "tags:write",
    load: (db) => [selectTag(db, id), selectTagBySlug(db, input.slug ?? "")],
    decide: (_actor, [[tag], [taken]]) => {
      if (!tag) throw new TagNotFound();
      if (tag.version !== version) throw new StaleVersion(tag.version);
      if (taken && taken.id !== tag.id) throw new SlugTaken(taken.slug);
      const next = { ...tag, ...input, updatedAt: now(), version: tag.version + 1 };
      return {
        result: next,
        statements: [updateTag(context.db, next)],
        audit: [{ action: "tag.update", entity: "tag", entityId: id, version: next.version }],
      };
    },
  });
}

/** Takes a tag from everything that has it. @throws {TagNotFound} 40403, {@link StaleVersion} 41200 */
export function deleteTag(
  context: Context,
  caller: Caller,
  { id, version }: { id: string; version: number },
): Promise<null> {
  return perform(context, caller, {
    permission: "tags:write",
    load: (db) => [selectTag(db, id)],
    decide: (_actor, [[tag]]) => {
      if (!tag) throw new TagNotFound();
      if (tag.version !== version) throw new StaleVersion(tag.version);
      return {
        result: null,
        statements: [deleteTagRow(context.db, id)],
        audit: [{ action: "tag.delete", entity: "tag", entityId: id, version: version + 1 }],
      };
    },
  });
}
