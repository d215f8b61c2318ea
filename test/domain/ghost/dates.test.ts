import { assert, constantFrom, date as anyDate, property, uuid } from "fast-check";
import { describe, expect, it } from "vitest";

import { ghostDateOf, ghostUtcOf } from "#domain/ghost/dates";
import { ghostIdOf, idRangeOf } from "#domain/ghost/ids";

describe("a date", () => {
  it.each([
    ["2019-11-26T02:43:13.987Z", "UTC", "2019-11-26T02:43:13.000+00:00"],
    ["2026-07-01T22:30:15.001Z", "Europe/Athens", "2026-07-02T01:30:15.000+03:00"],
    ["2026-01-01T00:00:00.000Z", "America/New_York", "2025-12-31T19:00:00.000-05:00"],
    ["2026-01-01T00:00:00.000Z", "Asia/Kathmandu", "2026-01-01T05:45:00.000+05:45"],
    ["2026-01-01T00:00:00.000Z", "America/St_Johns", "2025-12-31T20:30:00.000-03:30"],
    ["2026-03-29T00:59:59.999Z", "Europe/Berlin", "2026-03-29T01:59:59.000+01:00"],
    ["2026-03-29T01:00:00.000Z", "Europe/Berlin", "2026-03-29T03:00:00.000+02:00"],
    ["2026-10-04T15:30:00.000Z", "Australia/Lord_Howe", "2026-10-05T02:30:00.000+11:00"],
    ["2026-01-01T00:00:00.000Z", "Nowhere/Known", "2026-01-01T00:00:00.000+00:00"],
  ])("%s in %s is %s", (instant, timezone, written) => {
    expect(ghostDateOf(instant, timezone)).toBe(written);
  });

  it("is the same second wherever it is told", () => {
    const timezones = ["UTC", "Europe/Athens", "America/Caracas", "Pacific/Apia", "Asia/Tehran"];
    assert(
      property(
        anyDate({ min: new Date("1900-01-01"), max: new Date("2100-01-01"), noInvalidDate: true }),
        constantFrom(...timezones),
        (date, timezone) => {
          const written = ghostDateOf(date.toISOString(), timezone);
          expect(written).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000[+-]\d\d:\d\d$/u);
          expect(Date.parse(written)).toBe(Math.floor(date.getTime() / 1000) * 1000);
        },
      ),
    );
  });

  it("has no offset where Ghost writes UTC", () => {
    expect(ghostUtcOf("2026-07-01T22:30:15.987Z")).toBe("2026-07-01T22:30:15.000Z");
  });
});

describe("an id", () => {
  it("stands for the UUIDs that begin with it, and for no other", () => {
    assert(
      property(uuid(), uuid(), (id, other) => {
        const range = idRangeOf(ghostIdOf(id));
        expect(range !== undefined && range.first <= id && id <= range.last).toBe(true);
        const isSame = ghostIdOf(other) === ghostIdOf(id);
        expect(range !== undefined && range.first <= other && other <= range.last).toBe(isSame);
      }),
    );
  });

  it("is read in either case, and nothing else is one", () => {
    expect(idRangeOf("ABCDEF0123456789ABCDEF01")).toEqual(idRangeOf("abcdef0123456789abcdef01"));
    for (const text of ["", "1", "me", "f".repeat(23), "f".repeat(25), `${"f".repeat(23)}g`]) {
      expect(idRangeOf(text)).toBeUndefined();
    }
  });
});
