import { PermissionDenied, ReferenceUnknown, SlugTaken } from "#api/exceptions";
import { isId } from "#core/ids";
import { randomHex } from "#core/tokens";
import type { Actor } from "#domain/actors";
import { reaches } from "#domain/permissions";
import type { Byline, TagLabel } from "#domain/posts";
import { markSlug, nextSlug, slugify } from "#domain/slugs";
import { newTag, type NewTag } from "#domain/tags";

/**
 * A slug that nobody has. When others keep taking the next number first, chance decides; when the client
 * wishes for exactly this one, it is this one or none.
 *
 * @throws {SlugTaken} 40904
 */
export function freeSlug(
  base: string,
  taken: readonly string[],
  { isWished, attempt }: { isWished: boolean; attempt: number },
): string {
  if (!taken.includes(base)) return base;
  if (isWished) throw new SlugTaken(base);
  return attempt < 3 ? nextSlug(base, taken) : markSlug(base, randomHex(6));
}

/** How tags can be named: by id, by slug, or by name, whose slug is then looked for. */
export const namesOf = (names: readonly string[]): { slugs: string[]; ids: string[] } => ({
  ids: names.filter(isId),
  slugs: names.filter((name) => !isId(name)).map((name) => slugify(name)),
});

/**
 * The tags that are named, each once and in order; what no tag has yet is made.
 *
 * @throws {ReferenceUnknown} 42204 for an id that no tag has.
 * @throws {PermissionDenied} 40300 for a new name, without the role to make tags.
 */
export function labelsOf(
  actor: Actor,
  names: readonly string[],
  known: readonly TagLabel[],
): { labels: TagLabel[]; made: NewTag[] } {
  const made: NewTag[] = [];
  const labels = names.map((name) => {
    const slug = slugify(name);
    const found = [...known, ...made].find((tag) => tag.id === name || tag.slug === slug);
    if (found) return { id: found.id, slug: found.slug, name: found.name };
    if (isId(name)) throw new ReferenceUnknown("tags");
    if (!reaches(actor, "tags:write", false)) throw new PermissionDenied("tags:write");
    const tag = newTag(name);
    made.push(tag);
    return { id: tag.id, slug: tag.slug, name: tag.name };
  });
  return { labels: [...new Map(labels.map((label) => [label.id, label])).values()], made };
}

/**
 * The people that are named, each once and in order.
 *
 * @throws {ReferenceUnknown} 42204
 */
export function creditsOf(ids: readonly string[], people: readonly Byline[]): Byline[] {
  return [...new Set(ids)].map((id) => {
    const person = people.find((byline) => byline.id === id);
    if (!person) throw new ReferenceUnknown("authors");
    return person;
  });
}
