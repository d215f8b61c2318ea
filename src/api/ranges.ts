import { RangeNotSatisfiable } from "./exceptions";

export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/**
 * Whether a range is to be had of what is there now (RFC 9110, section 13.1.5): an If-Range that is not
 * just this strong ETag asks for the whole instead.
 */
export const isRangeOf = (ifRange: string | undefined, etag: string): boolean =>
  ifRange === undefined || ifRange.trim() === etag;

/**
 * The one range that a Range header asks for (RFC 9110, section 14.2). Several ranges, other units and
 * what is not well formed are as if nothing had been asked.
 *
 * @param size of the whole, in bytes.
 * @throws {RangeNotSatisfiable} 41600
 */
export function readRange(header: string | undefined, size: number): ByteRange | undefined {
  const [, first = "", last = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/u.exec(header ?? "") ?? [];
  if (first === "" && last === "") return undefined;
  if (first === "") {
    const length = Math.min(Number(last), size);
    if (length === 0) throw new RangeNotSatisfiable(size);
    return { offset: size - length, length };
  }
  const offset = Number(first);
  const end = last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== "" && Number(last) < offset) return undefined;
  if (offset >= size) throw new RangeNotSatisfiable(size);
  return { offset, length: end - offset + 1 };
}
