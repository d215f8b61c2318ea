/**
 * Ghost's ids have 24 hex digits. Ours are the first 24 of a UUID: what a UUIDv7 tells of time, and 42 bits
 * that no other has in the same millisecond.
 */
export const ghostIdOf = (id: string): string => id.replaceAll("-", "").slice(0, 24);

/** The UUIDs, lowest and highest, that one of Ghost's ids can stand for; undefined for what is no such id. */
export function idRangeOf(ghostId: string): { first: string; last: string } | undefined {
  const digits = ghostId.toLowerCase();
  if (!/^[\da-f]{24}$/u.test(digits)) return undefined;
  return { first: toUuid(`${digits}00000000`), last: toUuid(`${digits}ffffffff`) };
}

const toUuid = (digits: string): string =>
  digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, "$1-$2-$3-$4-$5");
