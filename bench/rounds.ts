import { median } from "d3-array";

/** What one run of a contestant measured, by the name of the measure. */
export type Sample = Readonly<Record<string, number>>;

/** One of those that do the same work. */
export interface Contestant {
  readonly name: string;
  /** Does the work once. What it prepares before measuring is its own business. */
  readonly run: () => Promise<Sample>;
}

export interface Measure {
  readonly name: string;
  readonly unit: string;
  readonly better: "more" | "less";
}

/** What all contestants did, measured. */
export interface Comparison {
  /** The work, as the table names it. */
  readonly what: string;
  readonly measures: readonly Measure[];
  /** The first is ours, the others are what it is compared with. */
  readonly contestants: readonly { readonly name: string; readonly samples: readonly Sample[] }[];
}

/**
 * Runs all contestants in rounds: A B C, A B C, … So what the machine does besides slows all of them alike,
 * and each round has its own ratios.
 *
 * @param warmUps how many rounds are run before and not counted.
 */
export async function compare(
  work: Pick<Comparison, "what" | "measures">,
  contestants: readonly Contestant[],
  rounds: number,
  warmUps = 1,
): Promise<Comparison> {
  const samples = contestants.map(({ name }) => ({ name, samples: [] as Sample[] }));
  for (let round = -warmUps; round < rounds; round += 1) {
    for (const [index, { run }] of contestants.entries()) {
      const sample = await run();
      if (round >= 0) samples[index]?.samples.push(sample);
    }
  }
  return { ...work, contestants: samples };
}

/** How our figure stands to another's. */
export interface Ratio {
  /** The median over the rounds; the ratio of a round is between what was measured in that round. */
  readonly middle: number;
  readonly least: number;
  readonly most: number;
}

export function ratioOf(
  ours: readonly Sample[],
  theirs: readonly Sample[],
  measure: string,
): Ratio {
  const ratios = ours.map(
    (sample, round) => valueOf(sample, measure) / valueOf(theirs[round], measure),
  );
  return { middle: median(ratios) ?? NaN, least: Math.min(...ratios), most: Math.max(...ratios) };
}

/** What a contestant measured; nothing when it did not take part. */
export const samplesOf = (
  contestants: Comparison["contestants"],
  wanted: string,
): readonly Sample[] => contestants.find(({ name }) => name === wanted)?.samples ?? [];

/** The median of a contestant's figures. */
export const middleOf = (samples: readonly Sample[], measure: string): number =>
  median(samples, (sample) => valueOf(sample, measure)) ?? NaN;

const valueOf = (sample: Sample | undefined, measure: string): number => sample?.[measure] ?? NaN;
