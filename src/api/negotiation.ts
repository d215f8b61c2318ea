import { parseAccept } from "hono/utils/accept";

/**
 * Which of the media types that there are a client would rather have (RFC 9110, section 12.5.1). Of two that
 * are equally welcome, the one that it names goes before one that a wildcard lets in, and then the one that
 * stands first here. Whoever wants none of them gets the first: it is better than nothing.
 *
 * @param accept the header; undefined for whoever does not say.
 * @param types as `text/plain`, in lower case, without parameters.
 */
export function preferredType<Type extends string>(
  accept: string | undefined,
  types: readonly [Type, ...Type[]],
): Type {
  // What most say needs no parser.
  if (accept === undefined || accept === "*/*") return types[0];
  const ranges = parseAccept(accept);
  const [best] = types
    .map((type) => ({ type, ...wishFor(type, ranges) }))
    .filter(({ q }) => q > 0)
    .toSorted((one, other) => other.q - one.q || other.exactness - one.exactness);
  return best?.type ?? types[0];
}

interface Wish {
  readonly q: number;
  /** 2 for the type itself, 1 for all of its kind, 0 for anything. */
  readonly exactness: number;
}

/** The range that says most about a type is the one that counts. */
function wishFor(type: string, ranges: ReturnType<typeof parseAccept>): Wish {
  const scopes = ["*/*", `${type.split("/")[0]}/*`, type];
  const [wish] = ranges
    .map((range) => ({ q: range.q, exactness: scopes.indexOf(range.type.toLowerCase()) }))
    .filter(({ exactness }) => exactness >= 0)
    .toSorted((one, other) => other.exactness - one.exactness);
  return wish ?? { q: 0, exactness: -1 };
}
