import { assert, constantFrom, date, property } from "fast-check";
import { describe, expect, it } from "vitest";

import {
  firstDue,
  frequencies,
  nextStart,
  periodEndedAt,
  periodStart,
} from "#domain/report-schedules";

const midnight = (day: string) => `${day}T00:00:00.000Z`;

describe("the periods of recurring reports", () => {
  it.each([
    ["weekly", "2026-12-30T13:00:00.000Z", "2026-12-28", "2027-01-04"],
    ["weekly", midnight("2026-12-28"), "2026-12-28", "2027-01-04"],
    ["weekly", "2026-12-27T23:59:59.999Z", "2026-12-21", "2026-12-28"],
    ["weekly", midnight("2024-02-29"), "2024-02-26", "2024-03-04"],
    ["weekly", "1969-12-30T00:00:00.000Z", "1969-12-29", "1970-01-05"],
    ["monthly", "2026-12-31T23:59:59.999Z", "2026-12-01", "2027-01-01"],
    ["monthly", midnight("2027-01-01"), "2027-01-01", "2027-02-01"],
    ["monthly", "2028-02-29T12:00:00.000Z", "2028-02-01", "2028-03-01"],
    ["monthly", "2027-02-28T12:00:00.000Z", "2027-02-01", "2027-03-01"],
  ] as const)("%s, at %s, began on %s and end on %s", (frequency, at, from, next) => {
    expect(periodStart(frequency, at)).toBe(midnight(from));
    expect(nextStart(frequency, at)).toBe(midnight(next));
  });

  it.each([
    ["weekly", "2027-01-04", "2026-12-28", "2027-01-03"],
    ["monthly", "2027-01-01", "2026-12-01", "2026-12-31"],
    ["monthly", "2028-03-01", "2028-02-01", "2028-02-29"],
  ] as const)("%s, due on %s, are told of from %s to %s", (frequency, due, from, to) => {
    expect(periodEndedAt(frequency, midnight(due))).toEqual({ from, to });
  });

  it.each([
    ["weekly", null, "2026-11-23T02:00:00.000Z", "2026-11-30"],
    ["weekly", midnight("2026-11-01"), "2026-11-23T02:00:00.000Z", "2026-11-30"],
    ["weekly", midnight("2026-12-07"), "2026-11-23T02:00:00.000Z", "2026-12-07"],
    ["weekly", midnight("2026-12-08"), "2026-11-23T02:00:00.000Z", "2026-12-14"],
    ["monthly", midnight("2027-01-01"), "2026-11-23T02:00:00.000Z", "2027-01-01"],
    ["monthly", midnight("2027-01-02"), "2026-11-23T02:00:00.000Z", "2027-02-01"],
  ] as const)("%s with a start of %s, asked for at %s, are first due on %s", (...given) => {
    const [frequency, start, at, due] = given;
    expect(firstDue(frequency, start, at)).toBe(midnight(due));
  });

  const moments = date({
    min: new Date("1990-01-01"),
    max: new Date("2090-01-01"),
    noInvalidDate: true,
  }).map((moment) => moment.toISOString());

  it("lie one behind the other, without a gap or a day told twice", () => {
    assert(
      property(constantFrom(...frequencies), moments, (frequency, moment) => {
        const start = periodStart(frequency, moment);
        const next = nextStart(frequency, moment);
        expect(start <= moment && moment < next).toBe(true);
        expect(periodStart(frequency, next)).toBe(next);
        const told = periodEndedAt(frequency, next);
        expect(told.from).toBe(start.slice(0, 10));
        expect(Date.parse(next) - Date.parse(midnight(told.to))).toBe(86_400_000);
        expect(firstDue(frequency, null, moment)).toBe(next);
      }),
    );
  });
});
