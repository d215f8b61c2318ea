const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** Hours from UTC of the zone names that RFC 5322 (section 4.3) still knows. */
const zones: Readonly<Record<string, number>> = {
  z: 0, ut: 0, utc: 0, gmt: 0, est: -5, edt: -4, cst: -6, cdt: -5, mst: -7, mdt: -6, pst: -8, pdt: -7,
}; // prettier-ignore

const clock =
  /^(?:[Tt\s,]+(?:at\s+)?(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([ap]m)?)?\s*(?:(?:gmt|utc)?([+-])(\d{2}):?(\d{2})?|([a-z]{1,3}))?(?:\s*\([^)]{0,40}\))?$/i;

interface Day {
  year: number;
  month: number;
  day: number;
  rest: string;
}

const numeric = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)/;
const compact = /^(\d{4})(\d{2})(\d{2})(?!\d)/;
const dayFirst =
  /^(?:[a-z]{3,9},?\s+)?(\d{1,2})(?:st|nd|rd|th)?[\s-]+([a-z]{3,9})\.?,?[\s-]+(\d{4})(?!\d)/i;
const monthFirst =
  /^(?:[a-z]{3,9},?\s+)?([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)/i;

const monthOf = (name: string | undefined): number =>
  months.indexOf((name ?? "").slice(0, 3).toLowerCase()) + 1;

function readDay(text: string): Day | null {
  const day = (
    match: RegExpExecArray,
    ...[year, month, date]: (string | number | undefined)[]
  ): Day => ({
    year: Number(year),
    month: Number(month),
    day: Number(date),
    rest: text.slice(match[0].length),
  });
  let match = numeric.exec(text);
  if (match) return day(match, match[1], match[3], match[4]);
  match = compact.exec(text);
  if (match) return day(match, match[1], match[2], match[3]);
  match = dayFirst.exec(text);
  if (match) return day(match, match[3], monthOf(match[2]), match[1]);
  match = monthFirst.exec(text);
  return match && day(match, match[3], monthOf(match[1]), match[2]);
}

/** Milliseconds since midnight UTC of the day, or null if that is no time. */
function readClock(text: string): number | null {
  const match = clock.exec(text);
  if (!match) return null;
  const [
    ,
    hour = "0",
    minute = "0",
    second = "0",
    fraction = "",
    half,
    sign,
    east = "0",
    rest = "0",
    zone,
  ] = match;
  let hours = Number(hour);
  if (half && (hours < 1 || hours > 12)) return null;
  if (half) hours = (hours % 12) + (half.toLowerCase() === "pm" ? 12 : 0);
  if (hours > 23 || Number(minute) > 59 || Number(second) > 60 || Number(east) > 15) return null;
  const named = zone === undefined ? 0 : zones[zone.toLowerCase()];
  if (named === undefined) return null;
  const offset = (Number(east) * 60 + Number(rest)) * (sign === "-" ? -1 : 1) + named * 60;
  const milliseconds = Number(fraction.padEnd(3, "0").slice(0, 3));
  return ((hours * 60 + Number(minute) - offset) * 60 + Number(second)) * 1000 + milliseconds;
}

function readText(text: string): number | null {
  const day = readDay(text);
  const time = day && readClock(day.rest);
  // Date.UTC takes years before 100 for years of the twentieth century.
  if (!day || time === null || day.year < 1000) return null;
  const midnight = Date.UTC(day.year, day.month - 1, day.day);
  const isReal = new Date(midnight).getUTCDate() === day.day && day.month >= 1 && day.month <= 12;
  return isReal ? midnight + time : null;
}

/** Whole numbers that mean a moment: `20150131`, or seconds or milliseconds since 1970. */
function readNumber(value: number): number | null {
  if (!Number.isInteger(value)) return null;
  if (value >= 10_000_101 && value <= 99_991_231) return readText(String(value));
  if (value < 100_000_000) return null;
  return value < 100_000_000_000 ? value * 1000 : value;
}

/**
 * Reads a date as front matter has it: RFC 3339, `2015-01-31`, `2015-01-31 10:00:00 +0100`,
 * `31 January 2015`, `Jan 31, 2015 10:00 UTC`, RFC 5322, `20150131`, Unix time, or a `Date`. What names no
 * zone is UTC, so the result does not depend on the machine. Days that do not exist and orders that could
 * be meant either way (`01/02/2015`) are refused.
 *
 * @returns an ISO timestamp with milliseconds, or null if it is no date between the years 1000 and 9999.
 */
export function readDate(value: unknown): string | null {
  let time: number | null = null;
  if (value instanceof Date) time = value.getTime();
  else if (typeof value === "number") time = readNumber(value);
  else if (typeof value === "string" && value.length <= 100) time = readText(value.trim());
  if (time === null || !Number.isFinite(time)) return null;
  const date = new Date(time);
  const year = date.getUTCFullYear();
  return year >= 1000 && year <= 9999 ? date.toISOString() : null;
}
