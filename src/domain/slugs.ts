import anyAscii from "any-ascii";

import { isReservedSlug, SLUG_LIMIT } from "#core/texts";

const fallback = "untitled";

/** Shortens to so many bytes, at the end of a word unless that would lose more than half. */
function cut(slug: string, limit: number): string {
  if (slug.length <= limit) return slug;
  const end = slug.lastIndexOf("-", limit);
  return slug.slice(0, end > limit / 2 ? end : limit).replace(/-+$/, "");
}

/** `café` → `cafe`, `Ελλάδα` → `ellada`, `北京` → `bei jing`: ideographs are words of their own. */
function toAscii(text: string): string {
  const composed = text.slice(0, 1000).normalize("NFC");
  return anyAscii(composed.replace(/\p{Script=Han}/gu, " $& ").toWellFormed());
}

/**
 * The address of a title: its words in `[a-z0-9]`, joined by `-`, at most 96 bytes, never empty. Any script
 * is transliterated, equal titles in different Unicode forms give the same slug, and a word the site keeps
 * for itself (or what could be taken for an id) gets a `-1`. {@link isSlug} holds for every result.
 */
export function slugify(title: string): string {
  const words = toAscii(title)
    .toLowerCase()
    .replace(/['\u2019`]/g, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  const slug = cut(words, SLUG_LIMIT);
  if (slug === "") return fallback;
  return isReservedSlug(slug) ? `${slug}-1` : slug;
}

/** A slug with a mark of `[a-z0-9]` behind it; a long one is shortened to leave room. */
export const markSlug = (slug: string, mark: string): string =>
  `${cut(slug, SLUG_LIMIT - mark.length - 1)}-${mark}`;

/**
 * The first of `base`, `base-2`, `base-3`, … that is not in `taken`; a long base is shortened to leave room.
 *
 * @param base A slug.
 */
export function nextSlug(base: string, taken: readonly string[]): string {
  const slugs = new Set(taken);
  let slug = base;
  for (let number = 2; slugs.has(slug); number += 1) {
    slug = markSlug(base, String(number));
  }
  return slug;
}

/** Whether a post may have that address: what {@link slugify} and {@link nextSlug} make, and no other text. */
export function isSlug(text: string): boolean {
  return (
    text.length <= SLUG_LIMIT && /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(text) && !isReservedSlug(text)
  );
}
