import { LocalFailure } from "#local/failure";

import type { Findings } from "./findings.ts";
import type { Goal } from "./goals.ts";
import { Clients } from "./load.ts";
import { cpuMilliseconds, residentMegabytes } from "./machine.ts";
import { fill, startImprint } from "./publication.ts";
import { names, POSTS, works } from "./read-works.ts";
import type { Name, Work } from "./read-works.ts";
import { compare, ratioOf, samplesOf } from "./rounds.ts";
import type { Comparison, Contestant, Measure } from "./rounds.ts";
import { requireSameText } from "./same-text.ts";
import type { Peer, Section, Stage } from "./stage.ts";
import { toRanking } from "./tables.ts";
import { startWorkerd } from "./workerd.ts";
import type { RunningWorkerd } from "./workerd.ts";

const measures: readonly Measure[] = [
  { name: "requests", unit: "/s", better: "more" },
  { name: "p50", unit: "ms", better: "less" },
  { name: "p99", unit: "ms", better: "less" },
  { name: "CPU per request", unit: "ms", better: "less" },
  { name: "memory", unit: "MB", better: "less" },
];

const CONNECTIONS = 20;

export const section: Section = {
  about: `Published posts with author and tags, 4 kB of Markdown each, on ${CONNECTIONS} kept-alive connections over loopback,
from a process of its own. Every server is one workerd with one thread and a heap of 128 MB at most. Imprint is the minified upload, as in
production but for its logs, which nobody reads: **uncached**, so that every request goes through the production
driver to real PostgreSQL, and **cached**, with its edge cache in the isolate's memory. Its Cache API stands on a
service that keeps nothing, so no other cache is in play. Compared, in turn, with: **hello**, bare Hono
answering \`hello\`; **known text**, bare Hono answering from memory with the very bytes that Imprint answers with, which
is what can be reached when a long answer has to be sent; and **one statement**, a hand-written worker on Hono
that sends one SQL statement with the same driver to the same endpoint, lets PostgreSQL make the JSON and answers with
it. Nothing is measured before all four answered with the same text, byte for byte. A list with texts is more than
100 kB, so what its cached answer is held to is known text: nobody sends that as often as \`hello\`. CPU is what the process of the server used,
without database and endpoint: it is what Cloudflare bills, and other work on the machine hardly changes it. Memory
is what the whole process holds at the end of a round: the runtime, the heap, and buffers that wait to be collected.`,
  async run(stage, { isQuick, peers }) {
    const clients = new Clients();
    const running: { stop(): unknown }[] = [clients];
    try {
      const arena = await open(stage, clients, running);
      const comparisons: Comparison[] = [];
      for (const work of works) {
        const contestants = [
          ...contestantsOf(arena, work, isQuick),
          ...guests(clients, peers, work),
        ];
        const rounds = isQuick ? 3 : 9;
        comparisons.push(await compare({ what: work.what, measures }, contestants, rounds));
      }
      return toReadFindings(comparisons);
    } finally {
      for (const one of running.toReversed()) await one.stop();
    }
  },
};

interface Arena {
  readonly clients: Clients;
  readonly bare: RunningWorkerd;
  readonly uncached: RunningWorkerd;
  readonly cached: RunningWorkerd;
}

/** Starts everybody, and makes sure that they answer with the same texts. */
async function open(
  stage: Stage,
  clients: Clients,
  running: { stop(): unknown }[],
): Promise<Arena> {
  const started = async (starting: Promise<RunningWorkerd>): Promise<RunningWorkerd> => {
    const worker = await starting;
    running.push(worker);
    return worker;
  };
  const database = await stage.database("reads");
  const uncached = await started(startImprint(stage, database, { EDGE_CACHE: "off" }));
  await fill(uncached, clients, POSTS);
  const cached = await started(startImprint(stage, database, { EDGE_CACHE: "worker" }));
  const known: Record<string, string> = {};
  const cursors: Record<string, string> = {};
  for (const { name, path } of works) {
    const text = await (await fetch(`${uncached.origin}${path}`)).text();
    known[name] = text;
    const page = JSON.parse(text) as { readonly next_cursor?: string | null };
    if (page.next_cursor) cursors[name] = page.next_cursor;
  }
  const { url, endpoint } = database;
  const texts = { KNOWN: JSON.stringify(known), CURSORS: JSON.stringify(cursors) };
  const vars = { DATABASE_URL: url, NEON_ENDPOINT: endpoint, ...texts };
  const bare = await started(startWorkerd(await stage.bundle("bare"), vars));
  const arena = { clients, bare, uncached, cached };
  for (const work of works) {
    const { hello: _hello, ...urls } = urlsOf(arena, work);
    await requireSameText(urls);
    // The second time, from the cache.
    await requireSameText(urls);
    await requireHit(urls.cached);
  }
  return arena;
}

/** Makes sure that it is the cache that is measured (RFC 9211). */
async function requireHit(url: string): Promise<void> {
  const answer = await fetch(url);
  await answer.arrayBuffer();
  const status = answer.headers.get("cache-status") ?? "";
  if (!/;\s*hit/u.test(status)) throw new LocalFailure(`${url} does not come from the cache`);
}

const urlsOf = ({ bare, uncached, cached }: Arena, { name, path }: Work) => ({
  hello: `${bare.origin}/hello`,
  known: `${bare.origin}/known/${name}`,
  statement: `${bare.origin}/${name === "post" ? path.replace("/v1/posts/", "post/") : name}`,
  uncached: `${uncached.origin}${path}`,
  cached: `${cached.origin}${path}`,
});

function contestantsOf(arena: Arena, work: Work, isQuick: boolean): Contestant[] {
  const servers = { ...arena, hello: arena.bare, known: arena.bare, statement: arena.bare };
  const seconds = isQuick ? 0.4 : 0.8;
  return Object.entries(urlsOf(arena, work)).map(([key, url]) => {
    const who = key as Name;
    const { pid } = servers[who];
    const run = async () => {
      const before = await cpuMilliseconds(pid);
      const report = await arena.clients.get([url], {
        connections: CONNECTIONS,
        limit: { seconds },
      });
      const cpu = (await cpuMilliseconds(pid)) - before;
      const memory = await residentMegabytes(pid);
      const { perSecond, p50, p99, count } = report;
      return { requests: perSecond, p50, p99, "CPU per request": cpu / count, memory };
    };
    return { name: names[who], run };
  });
}

/** Servers of others, of which nothing is known but what they answer with. */
const guests = (clients: Clients, peers: readonly Peer[], { name }: Work): Contestant[] =>
  peers.flatMap((peer) => {
    const url = name === "post" ? peer.post : peer.list;
    if (url === null) return [];
    const run = async () => {
      const limit = { seconds: 0.8 };
      const { perSecond, p50, p99 } = await clients.get([url], { connections: CONNECTIONS, limit });
      return { requests: perSecond, p50, p99 };
    };
    return [{ name: peer.name, run }];
  });

function toReadFindings(comparisons: readonly Comparison[]): Findings {
  return {
    text: toRanking(comparisons, [names.hello, names.known, names.statement]),
    goals: comparisons.flatMap((comparison, index) =>
      (works[index]?.goals ?? []).map((goal) => toGoal(comparison, goal)),
    ),
    comparisons,
  };
}

function toGoal(
  { what, contestants }: Comparison,
  [ours, baseline, share]: Work["goals"][number],
): Goal {
  const [one, other] = [names[ours], names[baseline]];
  const ratio = ratioOf(samplesOf(contestants, one), samplesOf(contestants, other), "requests");
  return {
    what: `${what}: ${one} ÷ ${other}`,
    wanted: "at least",
    bound: share,
    figure: ratio.middle,
    unit: "×",
  };
}
