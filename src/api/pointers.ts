/** The JSON Pointer (RFC 6901) to a part of the body; the whole of it is at the empty one. */
export const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
