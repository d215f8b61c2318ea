import { describe, expect, it } from "vitest";

import { pickRows } from "#repository/ghost/rows";

const rows = [
  { slug: "free", type: "free", visibility: "public", trial_days: 0, note: null, active: true },
  {
    slug: "gold",
    type: "paid",
    visibility: "none",
    trial_days: 14,
    note: "All of it",
    active: true,
  },
  {
    slug: "old",
    type: "paid",
    visibility: "none",
    trial_days: 7,
    note: "some of it",
    active: false,
  },
] as const;

function slugsOf(filter: string | undefined): string {
  const picked = pickRows(filter, rows);
  if (!picked.ok) throw new Error(`${filter} is refused: ${picked.reason}`);
  return picked.rows.map(({ slug }) => slug).join(" ");
}

describe("a filter of rows that no table holds", () => {
  it.each<readonly [string | undefined, string]>([
    [undefined, "free gold old"],
    ["", "free gold old"],
    ["visibility:public", "free"],
    ["visibility:-public", "gold old"],
    ["type:[free,none]", "free"],
    ["type:-[free,none]", "gold old"],
    ["type:paid+active:true", "gold"],
    ["slug:free,active:false", "free old"],
    ["trial_days:14", "gold"],
    ["trial_days:>7", "gold"],
    ["trial_days:>=7", "gold old"],
    ["trial_days:<7", "free"],
    ["trial_days:<=7", "free old"],
    ["note:null", "free"],
    ["note:-null", "gold old"],
    ["note:-'All of it'", "old"],
    ["note:>All", "gold old"],
    ["note:~'OF'", "gold old"],
    ["note:~^'all'", "gold"],
    ["note:~$'it'+note:-~'some'", "gold"],
    ["type:[free+paid]", ""],
  ])("%s keeps %j", (filter, slugs) => {
    expect(slugsOf(filter)).toBe(slugs);
  });

  it.each([
    ["nothing:1", "column"],
    ["slug:", "syntax"],
    [`slug:'${"a".repeat(5_000)}'`, "limit"],
  ])("is refused where it cannot be answered: %#", (filter, reason) => {
    expect(pickRows(filter, rows)).toEqual({ ok: false, reason });
  });
});
