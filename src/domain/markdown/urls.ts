const schemes = new Set(["http", "https", "mailto", "tel"]);

/**
 * What a browser skips while it looks for a URL's scheme, and a little more: C0 controls, spaces of every
 * kind and invisible characters.
 * @see https://url.spec.whatwg.org/#concept-basic-url-parser
 */
const ignored =
  // oxlint-disable-next-line no-control-regex -- control characters are the point
  /[\u0000-\u0020\u007F-\u00A0\u00AD\u2000-\u200F\u2028-\u202F\u205F-\u206F\u3000\uFEFF]+/g;

/**
 * Whether a link or image may point there: http, https, mailto, tel, or relative to the page
 * (`/a`, `#a`, `?a`, `a/b`, `//host/a`). Expects character references already decoded.
 *
 * Anything before the first `:` counts as a scheme unless a `/`, `\`, `?` or `#` comes first, so an
 * unknown or disguised scheme is refused, never guessed at.
 */
export function isSafeUrl(url: string): boolean {
  const scheme = /^([^/\\?#:]*):/.exec(url.replace(ignored, ""))?.[1];
  return scheme === undefined || schemes.has(scheme.toLowerCase());
}

/** Whether a picture, film or sound may be loaded from there: as {@link isSafeUrl}, without mailto and tel. */
export function isSafeMediaUrl(url: string): boolean {
  return isSafeUrl(url) && !/^(?:mailto|tel):/i.test(url.replace(ignored, ""));
}
