/** What texts may be, whether a request or a document brings them. Lengths are in UTF-16 code units. */

export const TITLE_LIMIT = 300;
export const CONTENT_LIMIT = 1_000_000;
export const SLUG_LIMIT = 96;
/** What is searched for, and how many words and phrases that may be. */
export const SEARCH_LIMIT = 200;
export const SEARCH_TERM_LIMIT = 12;

/**
 * Whether nothing of a text can be seen: white space and what Unicode gives no width, such as U+200B.
 * @see https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point
 */
export const isBlank = (text: string): boolean =>
  /^[\s\p{Z}\p{Cc}\p{Default_Ignorable_Code_Point}]*$/u.test(text);

/** Addresses a site keeps for itself. */
const reserved = new Set([
  "admin", "author", "authors", "edit", "favicon", "feed", "index", "new", "null", "page", "pages", "preview",
  "robots", "rss", "signin", "signout", "signup", "sitemap", "tag", "tags", "undefined",
]); // prettier-ignore

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Where a post is asked for by id or slug, a slug that looks like an id would never be found. */
export const isReservedSlug = (slug: string): boolean => reserved.has(slug) || uuid.test(slug);
