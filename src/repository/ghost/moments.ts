/**
 * A moment as a filter may write it, in milliseconds since 1970: a year, `2026-11`, `2026-11-23`, with a time
 * after `T` or a space, fractions and an offset; UTC where no offset is said. Undefined: it is none.
 */
export function momentOf(written: string | number): number | undefined {
  const match = pattern.exec(String(written).trim());
  if (!match) return undefined;
  const [, year, month = "1", day = "1", hour = "0", minute = "0", second = "0", fraction = ""] =
    match;
  const parts = [year, month, day, hour, minute, second].map(Number);
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = parts;
  if (y < 1 || mo < 1 || mo > 12 || h > 23 || mi > 59 || s > 59) return undefined;
  const moment = new Date(0);
  moment.setUTCFullYear(y, mo - 1, d);
  if (moment.getUTCMonth() !== mo - 1 || d < 1) return undefined;
  moment.setUTCHours(h, mi, s, Math.floor(Number(`0.${fraction}0`) * 1000));
  return moment.getTime() - offsetOf(match[8]);
}

const pattern =
  /^(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|UTC|[+-]\d{2}(?::?\d{2})?)?)?)?)?$/iu;

/** In milliseconds. */
function offsetOf(zone: string | undefined): number {
  const match = /^([+-])(\d{2}):?(\d{2})?$/u.exec(zone ?? "");
  if (!match) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? "0");
  return (match[1] === "-" ? -minutes : minutes) * 60_000;
}
