import { describe, expect, it } from "vitest";

import { isMet } from "#bench/goals";
import { compare, middleOf, ratioOf } from "#bench/rounds";
import { differenceOf } from "#bench/same-text";
import { layOut, short, toGoalTable, toRanking } from "#bench/tables";

describe("a comparison", () => {
  it("lets contestants take turns and leaves the warm-up out", async () => {
    const turns: string[] = [];
    const contestant = (name: string) => ({
      name,
      run: () => Promise.resolve({ time: turns.push(name) }),
    });
    const work = { what: "work", measures: [] };
    const { contestants } = await compare(work, [contestant("a"), contestant("b")], 2, 1);
    expect(turns).toEqual(["a", "b", "a", "b", "a", "b"]);
    expect(contestants).toEqual([
      { name: "a", samples: [{ time: 3 }, { time: 5 }] },
      { name: "b", samples: [{ time: 4 }, { time: 6 }] },
    ]);
  });
});

describe("a ratio", () => {
  it("is the median of the ratios of single rounds, not the ratio of medians", () => {
    const ours = [{ rate: 10 }, { rate: 40 }, { rate: 90 }];
    const theirs = [{ rate: 10 }, { rate: 80 }, { rate: 30 }];
    expect(ratioOf(ours, theirs, "rate")).toEqual({ middle: 1, least: 0.5, most: 3 });
  });

  it("of what was never measured is no number, and meets no goal", () => {
    const { middle } = ratioOf([{ rate: 1 }], [], "rate");
    expect(middle).toBeNaN();
    expect(middleOf([], "rate")).toBeNaN();
    for (const wanted of ["at least", "at most", "exactly"] as const) {
      expect(isMet({ what: "", wanted, bound: 0, figure: middle, unit: "" })).toBe(false);
    }
  });
});

describe("a goal", () => {
  it.each([
    ["at least", 0.7, 0.7, true],
    ["at least", 0.7, 0.69, false],
    ["at most", 5, 5, true],
    ["at most", 5, 5.01, false],
    ["exactly", 0, 0, true],
    ["exactly", 0, 1, false],
  ] as const)("%s %d is met by %d: %s", (wanted, bound, figure, met) => {
    const goal = { what: "it", wanted, bound, figure, unit: "×" };
    expect(isMet(goal)).toBe(met);
    expect(toGoalTable([goal]).includes("**not met**")).toBe(!met);
  });
});

describe("tables", () => {
  it("are Markdown whose figures stand on the right", () => {
    const headings = [
      { title: "what", isFigure: false },
      { title: "n", isFigure: true },
    ];
    expect(layOut(headings, [["posts", "1,000"]])).toBe(
      "| what  |     n |\n| ----- | ----: |\n| posts | 1,000 |",
    );
  });

  it("rank contestants against each baseline, and none against itself", () => {
    const measures = [{ name: "requests", unit: "/s", better: "more" }] as const;
    const contestants = [
      { name: "hello", samples: [{ requests: 200 }] },
      { name: "ours", samples: [{ requests: 150 }] },
    ];
    const lines = toRanking([{ what: "list", measures, contestants }], ["hello"]).split("\n");
    expect(lines[0]).toContain("÷ hello");
    expect(lines[2]).toMatch(/list .* hello .* 200 \/s \|\s+\|$/u);
    expect(lines[3]).toMatch(/ours .* 150 \/s \| 0\.75 × \(0\.75–0\.75\) \|$/u);
  });

  it.each([
    [0, "0"],
    [0.01234, "0.012"],
    [0.7, "0.70"],
    [12.345, "12.3"],
    [1234.5, "1,230"],
    [NaN, "–"],
  ])("say %d as %s", (value, text) => {
    expect(short(value)).toBe(text);
  });
});

describe("texts that have to be the same", () => {
  it("are, to the last byte", () => {
    expect(differenceOf('{"a":1}', '{"a":1}')).toBeNull();
    expect(differenceOf('{"a":1}', '{"a":2}')).toContain("at 5");
    expect(differenceOf("[1]", "[1]\n")).toContain("at 3");
  });
});
