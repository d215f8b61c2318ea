import { newId, now } from "#core/ids";
import type { TagRow } from "#repository/models";
import type { CountedTagRow } from "#repository/tags";

import { slugify } from "./slugs";

/** A tag, with the number of its published posts. */
export type Tag = CountedTagRow;

/** A tag as it is kept. */
export type NewTag = TagRow;

/** A tag that nobody has saved yet, at version 1. */
export function newTag(
  name: string,
  slug = slugify(name),
  description: string | null = null,
): NewTag {
  const moment = now();
  return { id: newId(), createdAt: moment, updatedAt: moment, version: 1, slug, name, description };
}
