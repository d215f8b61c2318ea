import { publicRoutes } from "#api/edge/routes";

import { examplesOf } from "./examples.ts";
import type { Example, Given } from "./examples.ts";
import type { Goal } from "./goals.ts";
import { Clients } from "./load.ts";
import { fill, startImprint } from "./publication.ts";
import { middleOf } from "./rounds.ts";
import type { Comparison, Measure, Sample } from "./rounds.ts";
import type { Section } from "./stage.ts";
import { toRanking } from "./tables.ts";

const CONNECTIONS = 20;
const POSTS = 200;
/** At least so many requests arrive, if that takes no longer than four seconds. */
const ARRIVALS = 100;
const SITE = "http://localhost:8787";

const measures: readonly Measure[] = [
  { name: "capacity", unit: "/s", better: "more" },
  { name: "p50 at half", unit: "ms", better: "less" },
  { name: "p99 at half", unit: "ms", better: "less" },
  { name: "round trips", unit: "", better: "less" },
];

export const section: Section = {
  about: `Every route that anybody may read, uncached, on a publication of ${POSTS} posts; without files, whose storage is not
there. Its **capacity** is what ${CONNECTIONS} connections get that ask again
as soon as they are answered. Then requests arrive at half that rate, evenly, whether or not answers come (an
open loop, so that a server cannot slow down who asks it): their latency counts from the moment at which each was meant to start,
and p50 and p99 are theirs. The sender looks at its clock once a millisecond, which is in them as well. Round trips to the database are those that \`Server-Timing\` tells.`,
  async run(stage, { isQuick }) {
    const clients = new Clients();
    const running: { stop(): unknown }[] = [clients];
    try {
      const database = await stage.database("routes");
      const worker = await startImprint(stage, database, { EDGE_CACHE: "off", SITE_URL: SITE });
      running.push(worker);
      const token = await fill(worker, clients, POSTS);
      const routes = [
        ...publicRoutes.map(({ path }) => path),
        ...(await openRoutesOf(worker.origin)),
      ];
      const examples = examplesOf(routes, await prepare(worker.origin, token));
      const comparisons: Comparison[] = [];
      for (const example of examples) {
        const samples: Sample[] = [];
        for (let round = 0; round < (isQuick ? 1 : 2); round += 1) {
          samples.push(await measure(clients, worker.origin + example.path, isQuick));
        }
        const contestants = [{ name: "Imprint, uncached", samples }];
        comparisons.push({ what: example.route, measures, contestants });
      }
      return {
        text: toRanking(comparisons, []),
        goals: goalsOf(examples, comparisons),
        comparisons,
      };
    } finally {
      for (const one of running.toReversed()) await one.stop();
    }
  },
};

/** What the API's own description says that anybody may read. */
async function openRoutesOf(origin: string): Promise<string[]> {
  const { paths } = await (await fetch(`${origin}/openapi.json`)).json<Description>();
  return Object.entries(paths)
    .filter(([, { get }]) => {
      const doors = get?.security;
      return doors && (doors.length === 0 || doors.some((door) => Object.keys(door).length === 0));
    })
    .map(([path]) => path.replaceAll(/\{(\w+)\}/gu, ":$1"));
}

interface Description {
  readonly paths: Readonly<
    Record<string, { readonly get?: { readonly security?: readonly object[] } }>
  >;
}

const shortOf = (id = ""): string => id.replaceAll("-", "").slice(0, 24);

/** Publishes a page, makes a publishable key, and finds out how Ghost's API calls the rest. */
async function prepare(origin: string, token: string): Promise<Given> {
  const send = async (path: string, body: unknown): Promise<Created> => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const order = { method: "POST", headers, body: JSON.stringify(body) };
    const answer = await fetch(origin + path, order);
    if (!answer.ok) throw new Error(`${path} answered ${await answer.text()}`);
    return answer.json<Created>();
  };
  const page = await send("/v1/posts", {
    title: "About",
    content: "Who we are.",
    type: "page",
    status: "published",
  });
  const { key = "" } = await send("/v1/api-keys", { name: "Benchmarks", kind: "publishable" });
  const post = await (await fetch(`${origin}/v1/posts/read-me-100`)).json<Post>();
  const { url = "" } = await send(`/v1/posts/${post.id}/preview-links`, {});
  return {
    key,
    site: SITE,
    preview: url.slice(url.lastIndexOf("/") + 1),
    post: shortOf(post.id),
    page: shortOf(page.id),
    author: shortOf(post.authors[0]?.id),
    tag: shortOf(post.tags[0]?.id),
  };
}

interface Created {
  readonly id: string;
  readonly key?: string;
  readonly url?: string;
}

interface Post {
  readonly id: string;
  readonly authors: readonly { readonly id: string }[];
  readonly tags: readonly { readonly id: string }[];
}

async function measure(clients: Clients, url: string, isQuick: boolean): Promise<Sample> {
  const roundTrips = await roundTripsOf(url);
  const short = { connections: CONNECTIONS, limit: { seconds: isQuick ? 0.2 : 0.5 } };
  const { perSecond: capacity } = await clients.get([url], short);
  const rate = capacity / 2;
  const seconds = isQuick ? 0.5 : Math.min(4, Math.max(1, ARRIVALS / rate));
  const even = { connections: 5 * CONNECTIONS, limit: { seconds }, rate };
  const { p50, p99 } = await clients.get([url], even);
  return { capacity, "p50 at half": p50, "p99 at half": p99, "round trips": roundTrips };
}

async function roundTripsOf(url: string): Promise<number> {
  const answer = await fetch(url);
  await answer.arrayBuffer();
  if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}`);
  const told = /\bdb;[^,]*desc="(\d+)"/u.exec(answer.headers.get("server-timing") ?? "")?.[1];
  return Number(told ?? NaN);
}

function goalsOf(examples: readonly Example[], comparisons: readonly Comparison[]): Goal[] {
  const figures = comparisons.map(({ what, contestants }) => {
    const samples = contestants[0]?.samples ?? [];
    return {
      what,
      p99: middleOf(samples, "p99 at half"),
      roundTrips: middleOf(samples, "round trips"),
    };
  });
  const worst = figures.toSorted((one, other) => other.p99 - one.p99)[0];
  const wrong = figures.filter(
    ({ roundTrips }, index) => roundTrips !== examples[index]?.roundTrips,
  );
  return [
    {
      what: `p99 at half the capacity, the worst of ${figures.length} public routes (${worst?.what})`,
      wanted: "at most",
      bound: 100,
      figure: worst?.p99 ?? NaN,
      unit: "ms",
    },
    {
      what: `public routes with other round trips than budgeted${wrong.map(({ what }) => ` ${what}`).join(",")}`,
      wanted: "exactly",
      bound: 0,
      figure: wrong.length,
      unit: "",
    },
  ];
}
