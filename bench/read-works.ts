/** How many posts are published; the one that is read lies in the middle. */
export const POSTS = 200;

/** The contestants, as the tables name them. */
export const names = {
  hello: "hello",
  known: "known text",
  statement: "one statement",
  uncached: "Imprint, uncached",
  cached: "Imprint, cached",
} as const;

/** Something to read. */
export interface Work {
  /** What the bare worker has it under. */
  readonly name: "list" | "listWithTexts" | "post";
  readonly what: string;
  readonly path: string;
  /** Which share of a baseline's requests one of ours has to reach. */
  readonly goals: readonly (readonly [ours: Name, baseline: Name, share: number])[];
}
export type Name = keyof typeof names;

export const works: readonly Work[] = [
  {
    name: "list",
    what: "list of 20",
    path: "/v1/posts?limit=20",
    goals: [["cached", "hello", 0.7]],
  },
  {
    name: "listWithTexts",
    what: "list of 20 with texts",
    path: "/v1/posts?limit=20&formats=html",
    goals: [
      ["cached", "known", 0.7],
      ["uncached", "statement", 0.85],
    ],
  },
  {
    name: "post",
    what: "post by slug",
    path: `/v1/posts/read-me-${POSTS / 2}`,
    goals: [
      ["cached", "hello", 0.7],
      ["uncached", "statement", 0.85],
    ],
  },
];
