import { describe, expect, it } from "vitest";

import {
  daysBetween,
  keyFigures,
  longestGaps,
  periodOf,
  type PublicationReport,
  ranking,
  type ReportPost,
  timeline,
  wordHistogram,
} from "#domain/reports";

const post = (id: string, day: string, changes: Partial<ReportPost> = {}): ReportPost => ({
  id,
  title: id,
  url: `https://example.com/${id}`,
  publishedAt: `${day}T12:00:00.000Z`,
  authors: ["Ann"],
  tags: [],
  wordCount: 100,
  ...changes,
});

const report = (posts: ReportPost[], from: string | null = null, to: string | null = null) =>
  ({ posts, from, to }) as unknown as PublicationReport;

describe("statistics of a publication", () => {
  it("covers the period asked for, or that of its posts where an end is open", () => {
    const posts = [post("b", "2025-06-01"), post("a", "2024-02-03")];
    expect(periodOf(report(posts))).toEqual({ first: "2024-02-03", last: "2025-06-01" });
    expect(periodOf(report(posts, "2020-01-01", "2026-12-31T23:59:59.999Z"))).toEqual({
      first: "2020-01-01",
      last: "2026-12-31",
    });
    expect(periodOf(report([]))).toBeNull();
  });

  it("counts every post in one column of the timeline, with columns for empty months", () => {
    const posts = [post("a", "2024-11-30"), post("b", "2025-02-01"), post("c", "2025-02-28")];
    expect(timeline(posts, { first: "2024-11-01", last: "2025-02-28" })).toEqual({
      interval: 1,
      columns: [
        { start: "2024-11", count: 1 },
        { start: "2024-12", count: 0 },
        { start: "2025-01", count: 0 },
        { start: "2025-02", count: 2 },
      ],
    });
  });

  it.each([
    ["months for twenty years", "2006-01-01", "2025-12-31", [1, 240]],
    ["quarters for more than twenty", "2005-12-01", "2025-12-31", [3, 81]],
    ["years for more than sixty", "1950-05-01", "2025-12-31", [12, 76]],
  ])("takes %s", (_, first, last, expected) => {
    const posts = [post("a", first), post("b", last)];
    const line = timeline(posts, { first, last });
    expect([line.interval, line.columns.length]).toEqual(expected);
    expect(line.columns.reduce((sum, column) => sum + column.count, 0)).toBe(2);
  });

  it("ranks names by posts, then words, then name, and counts a name once a post", () => {
    const posts = [
      post("a", "2025-01-01", { authors: ["Zoe", "Bea", "Zoe"], wordCount: 10 }),
      post("b", "2025-01-02", { authors: ["Bea"], wordCount: 5 }),
      post("c", "2025-01-03", { authors: ["Cid", "Abe"], wordCount: 10 }),
    ];
    expect(ranking(posts, (one) => one.authors)).toEqual([
      { name: "Bea", posts: 2, words: 15 },
      { name: "Abe", posts: 1, words: 10 },
      { name: "Cid", posts: 1, words: 10 },
      { name: "Zoe", posts: 1, words: 10 },
    ]);
  });

  it("puts every length into one bin", () => {
    const posts = [0, 49, 50, 6399, 6400, 1_000_000].map((wordCount, i) =>
      post(String(i), "2025-01-01", { wordCount }),
    );
    const bins = wordHistogram(posts);
    expect(bins.map((bin) => bin.count)).toEqual([2, 1, 0, 0, 0, 0, 0, 1, 2]);
  });

  it("finds the longest gaps between posts, longest first, over a leap day and the end of a year", () => {
    const days = ["2023-12-31", "2024-01-01", "2024-02-28", "2024-03-01", "2024-03-01"];
    const posts = days.map((day, i) => post(String(i), day)).toReversed();
    expect(longestGaps(posts, 5).map((gap) => [gap.before.id, gap.after.id, gap.days])).toEqual([
      ["1", "2", 58],
      ["2", "3", 2],
    ]);
    expect(daysBetween("2023-12-31T23:59:59.999Z", "2024-01-01T00:00:00.000Z")).toBe(1);
  });

  it("has figures for no posts at all", () => {
    expect(keyFigures(report([]))).toMatchObject({
      posts: 0,
      words: 0,
      medianWords: null,
      longest: null,
      postsPerMonth: null,
    });
  });
});
