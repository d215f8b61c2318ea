const clocks = new Map<string, Intl.DateTimeFormat>();

/** Where the site's clock is not known, it is UTC's. */
function clockOf(timezone: string): Intl.DateTimeFormat {
  const known = clocks.get(timezone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone: isKnown(timezone) ? timezone : "UTC",
    hourCycle: "h23",
    era: "short",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  clocks.set(timezone, made);
  return made;
}

function isKnown(timezone: string): boolean {
  try {
    return Intl.DateTimeFormat("en-US", { timeZone: timezone }) !== undefined;
  } catch {
    return false;
  }
}

/**
 * A moment as Ghost's content API writes it: by the site's clock, with its offset, and with milliseconds that
 * are always zero, because Ghost keeps none. `2019-11-26T02:43:13.000+00:00`
 */
export function ghostDateOf(instant: string, timezone: string): string {
  const moment = new Date(instant).setUTCMilliseconds(0);
  const offset = timezone === "UTC" ? 0 : offsetAt(moment, timezone);
  const shown = new Date(moment + offset * 60_000).toISOString().slice(0, -1);
  const [hours, rest] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  return `${shown}${offset < 0 ? "-" : "+"}${two(hours)}:${two(rest)}`;
}

const two = (value: number): string => String(value).padStart(2, "0");

/** Clocks are put forward or back at whole quarters of an hour. */
const QUARTER_MS = 15 * 60_000;
const offsets = new Map<string, number>();

/** As {@link minutesEast}, which takes its time, and is asked of the same moments again and again. */
function offsetAt(moment: number, timezone: string): number {
  const slot = `${Math.floor(moment / QUARTER_MS)} ${timezone}`;
  const known = offsets.get(slot);
  if (known !== undefined) return known;
  const offset = minutesEast(moment, timezone);
  if (offsets.size >= 20_000) offsets.clear();
  offsets.set(slot, offset);
  return offset;
}

/** How far ahead of UTC the clocks of a place are at a moment, in whole minutes. */
function minutesEast(moment: number, timezone: string): number {
  const parts = clockOf(timezone).formatToParts(moment);
  const read = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(parts.find((part) => part.type === type)?.value);
  const isBefore = parts.some(({ type, value }) => type === "era" && value.startsWith("B"));
  const year = isBefore ? 1 - read("year") : read("year");
  const local = new Date(0);
  local.setUTCFullYear(year, read("month") - 1, read("day"));
  local.setUTCHours(read("hour"), read("minute"), read("second"));
  return Math.round((local.getTime() - moment) / 60_000);
}

/** The same where Ghost writes UTC: tiers, newsletters. */
export const ghostUtcOf = (instant: string): string =>
  new Date(new Date(instant).setUTCMilliseconds(0)).toISOString();
