import type { Bar, Panel } from "./chart.ts";
import { names, works } from "./read-works.ts";
import type { Work } from "./read-works.ts";
import { middleOf, ratioOf, samplesOf } from "./rounds.ts";
import type { Comparison, Sample } from "./rounds.ts";

const sides = [
  { from: "from the cache", ours: "cached", others: ["hello", "known"] },
  { from: "from the database", ours: "uncached", others: ["statement"] },
] as const;

/** Requests a second of each kind of read, beside what they have to be measured with. */
export const readPanels = (comparisons: readonly Comparison[]): Panel[] =>
  comparisons.flatMap(({ what, contestants }) => {
    const goals = works.find((work) => work.what === what)?.goals ?? [];
    return sides.map(({ from, ours, others }) => {
      const goal = goals.find(([whose]) => whose === ours);
      return {
        title: `${capital(what)}, ${from}`,
        unit: "/s",
        bars: [...others, ours].map((name) => ({
          label: names[name].replace(/, .*/u, ""),
          ...spreadOf(samplesOf(contestants, names[name]), "requests"),
          isOurs: name === ours,
        })),
        goal: goal ? toLine(goal, contestants) : null,
      };
    });
  });

function toLine(
  [, baseline, share]: Work["goals"][number],
  contestants: Comparison["contestants"],
): Panel["goal"] {
  const reached = middleOf(samplesOf(contestants, names[baseline]), "requests");
  return { at: share * reached, label: `goal: ${share} × ${names[baseline]}` };
}

const isSearch = ({ what }: Comparison): boolean => what.startsWith("search");

/** How much longer the same takes of many posts than of few. */
export function sizePanels(comparisons: readonly Comparison[]): Panel[] {
  const [large, small] = comparisons[0]?.contestants ?? [];
  if (!large || !small) return [];
  const panel = (title: string, bound: number, of: readonly Comparison[]): Panel => ({
    title: `${title}, p50: ${large.name} ÷ ${small.name}`,
    unit: "×",
    bars: of.map(({ what, contestants }): Bar => {
      const [one, other] = contestants;
      const ratio = ratioOf(one?.samples ?? [], other?.samples ?? [], "p50");
      return { label: what.replace(/^search, (?:an? )?/u, ""), ...ratio, isOurs: true };
    }),
    goal: { at: bound, label: `goal: at most ${bound} ×` },
  });
  return [
    panel(
      "Reads",
      1.3,
      comparisons.filter((one) => !isSearch(one)),
    ),
    panel("Search", 5, comparisons.filter(isSearch)),
  ];
}

function spreadOf(samples: readonly Sample[], measure: string) {
  const values = samples.map((sample) => sample[measure] ?? NaN);
  return {
    middle: middleOf(samples, measure),
    least: Math.min(...values),
    most: Math.max(...values),
  };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
