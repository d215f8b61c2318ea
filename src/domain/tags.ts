import { newId, now } from "#core/ids";
import type { TagRow } from "#repository/models";
import type { CountedTagRow } from "#repository/tags";

import { slugify } from "./slugs";

/** A tag, with the number of its published posts. */
export type Tag = CountedTagRow;

/** A tag as it is kept. */
export type NewTag = TagRow;

/** The slug that a tag's name asks for. A name that begins with `#` makes a tag internal, as in Ghost: `hash-…`. */
export const tagSlug = (name: string): string => slugify(name.replace(/^#/, "hash-"));

/** What the spellings of one name have in common: neither case nor Unicode form nor width of white space counts. */
export const tagNameKey = (name: string): string =>
  name.normalize("NFC").trim().replace(/\s+/g, " ").toLowerCase();

/** A tag that nobody has saved yet, at version 1. */
export function newTag(
  name: string,
  slug = tagSlug(name),
  description: string | null = null,
): NewTag {
  const moment = now();
  return { id: newId(), createdAt: moment, updatedAt: moment, version: 1, slug, name, description };
}
