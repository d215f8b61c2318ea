import type { Goal } from "./goals.ts";
import { Clients } from "./load.ts";
import { fill, startImprint } from "./publication.ts";
import { names } from "./read-works.ts";
import { compare, middleOf, samplesOf } from "./rounds.ts";
import type { Comparison, Measure } from "./rounds.ts";
import type { Section } from "./stage.ts";
import { toRanking } from "./tables.ts";
import { startWorkerd } from "./workerd.ts";

const DISTANCE_MS = 80;
const POSTS = 40;

const measures: readonly Measure[] = [
  { name: "p50", unit: "ms", better: "less" },
  { name: "p99", unit: "ms", better: "less" },
];

const works = [
  {
    what: "list of 20 with texts",
    path: "/v1/posts?limit=20&formats=html",
    barePath: "/listWithTexts",
  },
  {
    what: "post by slug",
    path: `/v1/posts/read-me-${POSTS / 2}`,
    barePath: `/post/read-me-${POSTS / 2}`,
  },
];

export const section: Section = {
  about: `As if the database were ${DISTANCE_MS} ms away: each request to it is held back for that long before it arrives, and one
client asks one thing after the other. **Near** is without that; what the distance adds is the difference between the two,
and a second round trip would add ${DISTANCE_MS} ms more. **One statement** is the hand-written worker at the same distance,
which shows what of the rest is the driver, the endpoint and PostgreSQL.`,
  async run(stage, { isQuick }) {
    const clients = new Clients();
    const running: { stop(): unknown }[] = [clients];
    try {
      const database = await stage.database("distance");
      const { url } = database;
      const far = { url, endpoint: await stage.endpointFrom("distance", DISTANCE_MS) };
      const near = await startImprint(stage, database, { EDGE_CACHE: "off" });
      running.push(near);
      await fill(near, clients, POSTS);
      const uncached = await startImprint(stage, far, { EDGE_CACHE: "off" });
      running.push(uncached);
      const cached = await startImprint(stage, far, { EDGE_CACHE: "worker" });
      running.push(cached);
      const known = { KNOWN: "{}", CURSORS: "{}" };
      const vars = { DATABASE_URL: url, NEON_ENDPOINT: far.endpoint, ...known };
      const bare = await startWorkerd(await stage.bundle("bare"), vars);
      running.push(bare);
      const limit = { seconds: isQuick ? 1 : 3 };
      const comparisons: Comparison[] = [];
      for (const { what, path, barePath } of works) {
        const contestants = [
          { name: names.statement, url: bare.origin + barePath },
          { name: `${names.uncached}, near`, url: near.origin + path },
          { name: names.uncached, url: uncached.origin + path },
          { name: names.cached, url: cached.origin + path },
        ].map(({ name, url: address }) => ({
          name,
          async run() {
            const { p50, p99 } = await clients.get([address], { connections: 1, limit });
            return { p50, p99 };
          },
        }));
        comparisons.push(await compare({ what, measures }, contestants, isQuick ? 1 : 3));
      }
      const goals = comparisons.flatMap((comparison) => goalsOf(comparison));
      return { text: toRanking(comparisons, []), goals, comparisons };
    } finally {
      for (const one of running.toReversed()) await one.stop();
    }
  },
};

function goalsOf({ what, contestants }: Comparison): Goal[] {
  const p50Of = (wanted: string): number => middleOf(samplesOf(contestants, wanted), "p50");
  const common = { wanted: "at most", unit: "ms" } as const;
  return [
    { ...common, what: `${what}, cached, p50`, bound: 2, figure: p50Of(names.cached) },
    {
      ...common,
      what: `${what}, uncached: what ${DISTANCE_MS} ms of distance add to p50`,
      bound: DISTANCE_MS + 5,
      figure: p50Of(names.uncached) - p50Of(`${names.uncached}, near`),
    },
  ];
}
