import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import { toFindings } from "./findings.ts";
import { Clients } from "./load.ts";
import type { Load } from "./load.ts";
import { cpuMilliseconds } from "./machine.ts";
import { fill, newPost, startImprint } from "./publication.ts";
import { compare } from "./rounds.ts";
import type { Contestant, Measure } from "./rounds.ts";
import type { Section, Stage, StageDatabase } from "./stage.ts";
import { startWorkerd } from "./workerd.ts";

const measures: readonly Measure[] = [
  { name: "requests", unit: "/s", better: "more" },
  { name: "p50", unit: "ms", better: "less" },
  { name: "p99", unit: "ms", better: "less" },
  { name: "CPU per request", unit: "ms", better: "less" },
];

const CONNECTIONS = 20;

interface Server {
  readonly origin: string;
  readonly pid: number;
  stop(): unknown;
}

/** A server and the request that it gets. */
interface Target {
  readonly name: string;
  readonly server: Server;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const section: Section = {
  about: `\`POST /v1/posts\` on ${CONNECTIONS} kept-alive connections over loopback, from a process of its own. Every server has one
thread. Imprint is the minified upload in a bare workerd, against real PostgreSQL through the production driver; it
validates, counts, logs and sets its headers as in production. A post is 4 kB of Markdown: writing one means
rendering it, and two transactions with its revision, byline, tags and audit entry. Compared with, in the same
workerd: **a known answer**, Hono reading the body and answering from memory, so without a database; **one
statement**, Hono sending a single \`insert\` of the text with the same driver to the same endpoint; and **Node with
pg**, which speaks PostgreSQL's own protocol and needs no endpoint. CPU is what the process of the server used,
without database and endpoint: it is what Cloudflare bills, and other work on the machine hardly changes it.`,
  async run(stage, { isQuick }) {
    const clients = new Clients();
    const running: { stop(): unknown }[] = [clients];
    try {
      const targets = await startTargets(stage, clients, running);
      const contestants = targets.map((target) => toContestant(target, clients, isQuick));
      return toFindings([
        await compare({ what: "POST /v1/posts", measures }, contestants, isQuick ? 2 : 9),
      ]);
    } finally {
      for (const one of running.toReversed()) await one.stop();
    }
  },
};

async function startTargets(
  stage: Stage,
  clients: Clients,
  running: { stop(): unknown }[],
): Promise<readonly Target[]> {
  const database = await stage.database("writes");
  const imprint = await startImprint(stage, database);
  running.push(imprint);
  const authorization = `Bearer ${await fill(imprint, clients, 1)}`;
  const post = await (await fetch(`${imprint.origin}/v1/posts/read-me-0`)).text();
  const { url, endpoint } = database;
  const vars = { DATABASE_URL: url, NEON_ENDPOINT: endpoint };
  const known = { KNOWN: JSON.stringify({ post }), CURSORS: "{}" };
  const bare = await startWorkerd(await stage.bundle("bare"), { ...vars, ...known });
  running.push(bare);
  const node = database.isServer ? await startNode(database) : null;
  if (node) running.push(node);
  return [
    { name: "Imprint", server: imprint, path: "/v1/posts", headers: { authorization } },
    { name: "a known answer", server: bare, path: "/known/post" },
    { name: "one statement", server: bare, path: "/write" },
    ...(node === null ? [] : [{ name: "Node with pg", server: node, path: "/write" }]),
  ];
}

async function startNode({ url }: StageDatabase): Promise<Server> {
  const child = fork(join(import.meta.dirname, "bare", "server.ts"), [url]);
  const [port] = (await once(child, "message")) as [number];
  const stop = (): void => void child.kill();
  return { origin: `http://127.0.0.1:${port}`, pid: child.pid ?? 0, stop };
}

let series = 0;

const toContestant = (
  { name, server, path, headers = {} }: Target,
  clients: Clients,
  isQuick: boolean,
): Contestant => ({
  name,
  async run() {
    series += 1;
    const load: Load = {
      origin: server.origin,
      paths: [path],
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      bodies: Array.from({ length: 1500 }, (_, index) =>
        newPost(`Series ${series}`, index, "draft"),
      ),
      connections: CONNECTIONS,
      limit: { seconds: isQuick ? 0.3 : 0.6 },
    };
    const before = await cpuMilliseconds(server.pid);
    const { count, perSecond, p50, p99 } = await clients.put(load, 201);
    const cpu = (await cpuMilliseconds(server.pid)) - before;
    return { requests: perSecond, p50, p99, "CPU per request": cpu / count };
  },
});
