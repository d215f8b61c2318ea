import { SaxesParser } from "saxes";
import { expect, it } from "vitest";

import { drawChart } from "#bench/chart";
import { readPanels, sizePanels } from "#bench/panels";

const bar = { least: 90, most: 110, isOurs: false };
const panels = [
  {
    title: "Lists & more",
    unit: "/s",
    bars: [
      { ...bar, label: "hello", middle: 100 },
      { ...bar, label: "<ours>", middle: 50, least: 40, most: 60, isOurs: true },
    ],
    goal: { at: 70, label: "goal: 0.7 × hello" },
  },
];

/** Elements of an image with their attributes; fails when it is not XML. */
function elementsOf(image: string) {
  const elements: { name: string; attributes: Record<string, string> }[] = [];
  const parser = new SaxesParser();
  parser.on("opentag", ({ name, attributes }) => elements.push({ name, attributes }));
  parser.on("error", (error) => {
    throw error;
  });
  parser.write(image).close();
  return elements;
}

it("draws bars as long as their figures say, and ours in colour", () => {
  const bars = elementsOf(drawChart("Title", "Note", panels)).filter(
    ({ attributes }) => attributes["class"] === "theirs" || attributes["class"] === "ours",
  );
  expect(bars.map(({ attributes }) => attributes["class"])).toEqual(["theirs", "ours"]);
  const [theirs = NaN, ours = NaN] = bars.map(({ attributes }) => Number(attributes["width"]));
  expect(theirs / ours).toBeCloseTo(2, 1);
});

it("draws the goal where its figure is", () => {
  const elements = elementsOf(drawChart("Title", "Note", panels));
  const of = (name: string) => elements.find(({ attributes }) => attributes["class"] === name);
  const theirs = of("theirs")?.attributes ?? {};
  const at = Number(of("goal")?.attributes["x1"]) - Number(theirs["x"]);
  expect(at / Number(theirs["width"])).toBeCloseTo(0.7, 2);
});

it("stays inside its picture", () => {
  const elements = elementsOf(drawChart("Title", "Note", [...panels, ...panels, ...panels]));
  const paper = elements.find(({ attributes }) => attributes["class"] === "paper")?.attributes;
  for (const { attributes } of elements) {
    for (const name of ["x", "x1", "x2"]) {
      expect(Number(attributes[name] ?? 0)).toBeLessThanOrEqual(Number(paper?.["width"]));
    }
    for (const name of ["y", "y1", "y2"]) {
      expect(Number(attributes[name] ?? 0)).toBeLessThanOrEqual(Number(paper?.["height"]));
    }
  }
});

it("can be read on light pages and on dark ones", () => {
  expect(drawChart("Title", "Note", panels)).toContain("@media (prefers-color-scheme: dark)");
});

it("shows reads beside their baseline, and sizes beside their bound", () => {
  const samples = (requests: number) => [{ requests, p50: requests }];
  const contestants = [
    { name: "hello", samples: samples(100) },
    { name: "Imprint, cached", samples: samples(80) },
  ];
  const [cached] = readPanels([{ what: "list of 20", measures: [], contestants }]);
  expect(cached?.goal).toEqual({ at: 70, label: "goal: 0.7 × hello" });
  const large = { name: "2,000 posts", samples: samples(12) };
  const small = { name: "1,000 posts", samples: samples(10) };
  const [reads, search] = sizePanels(
    ["deep page", "search, a rare word"].map((what) => ({
      what,
      measures: [],
      contestants: [large, small],
    })),
  );
  expect(reads?.bars.map(({ label, middle }) => [label, middle])).toEqual([["deep page", 1.2]]);
  expect(search?.bars.map(({ label, middle }) => [label, middle])).toEqual([["rare word", 1.2]]);
});

it("shows no size when none was measured", () => {
  expect(sizePanels([])).toEqual([]);
});
