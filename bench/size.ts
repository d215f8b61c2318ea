import type { Pool } from "pg";

import type { Goal } from "./goals.ts";
import { Clients } from "./load.ts";
import { startImprint } from "./publication.ts";
import { compare, ratioOf } from "./rounds.ts";
import type { Comparison, Measure } from "./rounds.ts";
import { seedPosts } from "./seed.ts";
import type { Seeded } from "./seed.ts";
import type { Section, Stage } from "./stage.ts";
import { short, toTable } from "./tables.ts";
import type { RunningWorkerd } from "./workerd.ts";

const SMALL = 1000;
/** How many different things of a kind are asked for. */
const VARIETY = 100;

const measures: readonly Measure[] = [
  { name: "p50", unit: "ms", better: "less" },
  { name: "p99", unit: "ms", better: "less" },
];

export const section: Section = {
  about: `The same reads, uncached, from a publication of many posts and from one of ${short(SMALL)}, in turn: one client asks one
thing after the other, and seldom the same again. Posts are written by SQL, of the same 2,000 paragraphs and the
same words in both. The deep page is the second of those that begin with a post in the middle. Searches are for words that
are in most posts, for words that few have, for two words that stand together, and for misspelt ones.`,
  async run(stage, { isQuick, posts }) {
    const clients = new Clients();
    const running: { stop(): unknown }[] = [clients];
    try {
      const large = await open(stage, "large", posts, running);
      const small = await open(stage, "small", SMALL, running);
      const words = await wordsOf(small.pool);
      const comparisons: Comparison[] = [];
      const goals: Goal[] = [];
      for (const { what, bound, pathsOf } of worksOf(words)) {
        const contestants = await Promise.all(
          [large, small].map(async (publication) => {
            const paths = await pathsOf(publication);
            const urls = paths.map((path) => publication.worker.origin + path);
            return {
              name: nameOf(publication),
              async run() {
                const limit = { seconds: isQuick ? 0.3 : 1 };
                const { p50, p99 } = await clients.get(urls, { connections: 1, limit });
                return { p50, p99 };
              },
            };
          }),
        );
        const comparison = await compare({ what, measures }, contestants, isQuick ? 3 : 7);
        comparisons.push(comparison);
        goals.push(goalOf(comparison, bound));
      }
      const text = `${costOf(large)}\n\n${toTable(comparisons, nameOf(large))}`;
      return { text, goals, comparisons };
    } finally {
      for (const one of running.toReversed()) await one.stop();
    }
  },
};

interface Publication {
  readonly count: number;
  readonly pool: Pool;
  readonly worker: RunningWorkerd;
  readonly seeded: Seeded;
}

async function open(
  stage: Stage,
  name: string,
  count: number,
  running: { stop(): unknown }[],
): Promise<Publication> {
  const database = await stage.database(name);
  const pool = await stage.pool(name);
  const seeded = await seedPosts(pool, count);
  const worker = await startImprint(stage, database, { EDGE_CACHE: "off" });
  running.push(worker);
  return { count, pool, worker, seeded };
}

const nameOf = ({ count }: Publication): string => `${count.toLocaleString("en-US")} posts`;

const costOf = ({ count, seeded }: Publication): string =>
  `Writing ${count.toLocaleString("en-US")} posts took ${seeded.seconds.toFixed(0)} s; on disk they are ${(seeded.megabytes / 1000).toFixed(1)} GB.`;

/** Words to search for. */
interface Words {
  readonly common: readonly string[];
  readonly rare: readonly string[];
  readonly pairs: readonly string[];
  readonly misspelt: readonly string[];
}

/** By the small publication, whose paragraphs the large one repeats. */
async function wordsOf(pool: Pool): Promise<Words> {
  const found = async (condition: string): Promise<string[]> => {
    const { rows } = await pool.query<{ word: string }>(
      `select word from ts_stat('select words from post_search')
        where word ~ '^[a-z]{4,}$' and ${condition} order by md5(word) limit ${VARIETY / 4}`,
    );
    return rows.map(({ word }) => word);
  };
  const common = await found(`ndoc > ${SMALL / 20}`);
  const rare = await found("ndoc between 1 and 3 and length(word) > 6");
  const { rows } = await pool.query<{ pair: string }>(
    `select substring(body from '[a-z]+ [a-z]+') as pair from post_search
      order by md5(post_id::text) limit ${VARIETY / 4}`,
  );
  return {
    common,
    rare,
    pairs: rows.map(({ pair }) => `"${pair}"`),
    misspelt: rare.map((word) => `${word.slice(0, 3)}${word.slice(4)}`),
  };
}

/** Something to ask, and by how much it may take longer of a large publication. */
interface Work {
  readonly what: string;
  readonly bound: number;
  readonly pathsOf: (publication: Publication) => Promise<readonly string[]>;
}

const search = (what: string, list: readonly string[]): Work => ({
  what,
  bound: 5,
  pathsOf: () => Promise.resolve(list.map((word) => `/v1/search?q=${encodeURIComponent(word)}`)),
});

function worksOf(words: Words): Work[] {
  return [
    { what: "first page", bound: 1.3, pathsOf: () => Promise.resolve(["/v1/posts?limit=20"]) },
    {
      what: "post by slug",
      bound: 1.3,
      pathsOf: ({ count }) =>
        Promise.resolve(numbersOf(count).map((number) => `/v1/posts/post-${number}`)),
    },
    { what: "deep page", bound: 1.3, pathsOf: deepPagesOf },
    search("search, a common word", words.common),
    search("search, a rare word", words.rare),
    search("search, a phrase", words.pairs),
    search("search, a misspelt word", words.misspelt),
  ];
}

/** Posts from all over a publication. */
const numbersOf = (count: number): number[] =>
  Array.from({ length: VARIETY }, (_, index) => 1 + Math.floor(((index * 0.618_034) % 1) * count));

/** Pages behind pages that begin with posts from the middle half. */
async function deepPagesOf({ pool, count, worker }: Publication): Promise<string[]> {
  const slugs = numbersOf(count / 2).map((number) => `post-${number + Math.floor(count / 4)}`);
  const { rows } = await pool.query<{ moment: string }>(
    `select to_char(published_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as moment
      from posts where slug = any ($1::text[])`,
    [`{${slugs.join(",")}}`],
  );
  return Promise.all(
    rows.map(async ({ moment }) => {
      const path = `/v1/posts?limit=20&to=${moment}`;
      const answer = await fetch(worker.origin + path);
      const { next_cursor: cursor } = await answer.json<{ next_cursor: string }>();
      return `${path}&cursor=${cursor}`;
    }),
  );
}

function goalOf({ what, contestants }: Comparison, bound: number): Goal {
  const [large, small] = contestants;
  const { middle } = ratioOf(large?.samples ?? [], small?.samples ?? [], "p50");
  const name = `${large?.name} ÷ ${small?.name}`;
  return { what: `${what}, p50: ${name}`, wanted: "at most", bound, figure: middle, unit: "×" };
}
