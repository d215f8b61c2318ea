import { PermissionDenied, ReferenceUnknown, SlugTaken } from "#api/exceptions";
import { isId } from "#core/ids";
import { randomHex, sha256 } from "#core/tokens";
import type { Actor } from "#domain/actors";
import { reaches } from "#domain/permissions";
import type { Byline, TagLabel } from "#domain/posts";
import { markSlug, nextSlug } from "#domain/slugs";
import { newTag, type NewTag, tagNameKey, tagSlug } from "#domain/tags";

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

/** Of the slugs `c`, `c-2`, `c-3`, … so many are looked for; a tag that runs into one behind them is made anew. */
const NUMBERED = 9;

/** What to look for to know which tags are meant, and which slugs are free for new ones. */
export function namesOf(texts: readonly string[]): {
  ids: string[];
  slugs: string[];
  names: string[];
} {
  const names = texts.filter((text) => !isId(text)).map((name) => name.normalize("NFC"));
  const slugs = new Set(names.map(tagSlug).flatMap((slug) => numbered(slug)));
  return { ids: texts.filter(isId), slugs: [...slugs], names };
}

function numbered(base: string): string[] {
  const slugs = [base];
  while (slugs.length < NUMBERED) slugs.push(nextSlug(base, slugs));
  return slugs;
}

/**
 * The tags that are meant, each once and in order. A text is an id, or a name, or a slug if no tag has that name;
 * what no tag has is the name of a new one.
 *
 * @param known what was found for {@link namesOf}, the oldest first.
 * @throws {ReferenceUnknown} 42204 for an id that no tag has.
 * @throws {PermissionDenied} 40300 for a new name, without the role to make tags.
 */
export async function labelsOf(
  actor: Actor,
  texts: readonly string[],
  known: readonly TagLabel[],
  attempt: number,
): Promise<{ labels: TagLabel[]; made: NewTag[] }> {
  const made: NewTag[] = [];
  const make = async (name: string): Promise<NewTag> => {
    if (isId(name)) throw new ReferenceUnknown("tags");
    if (!reaches(actor, "tags:write", false)) throw new PermissionDenied("tags:write");
    const tag = newTag(name, await freeTagSlug(name, [...known, ...made], attempt));
    made.push(tag);
    return tag;
  };
  const labels = new Map<string, TagLabel>();
  for (const text of texts) {
    const { id, slug, name } = meantBy(text, known, made) ?? (await make(text));
    labels.set(id, { id, slug, name });
  }
  return { labels: [...labels.values()], made };
}

/** A slug that was made for another name of the same request is not meant by anything in it. */
function meantBy(
  text: string,
  known: readonly TagLabel[],
  made: readonly TagLabel[],
): TagLabel | undefined {
  if (isId(text)) return known.find(({ id }) => id === text.toLowerCase());
  const key = tagNameKey(text);
  const named = [...known, ...made].filter(({ name }) => tagNameKey(name) === key);
  return (
    named.find(({ name }) => name === text) ?? named[0] ?? known.find(({ slug }) => slug === text)
  );
}

/**
 * A slug that none of `others` has. When somebody keeps taking the next number first, the name decides: whoever
 * makes the same tag at the same time runs into it, and finds it.
 */
async function freeTagSlug(
  name: string,
  others: readonly TagLabel[],
  attempt: number,
): Promise<string> {
  const base = tagSlug(name);
  const taken = others.map(({ slug }) => slug);
  if (attempt < 3 || !taken.includes(base)) return nextSlug(base, taken);
  return markSlug(base, (await sha256(tagNameKey(name))).slice(0, 6));
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
