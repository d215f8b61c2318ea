import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import { signUp } from "#local/demo";

import { Clients } from "./load.ts";
import type { Load } from "./load.ts";
import { cpuMilliseconds, residentMegabytes } from "./machine.ts";
import { compare } from "./rounds.ts";
import type { Comparison, Contestant, Measure } from "./rounds.ts";
import type { Section, Stage, StageDatabase } from "./stage.ts";
import { writeMarkdown } from "./texts.ts";
import { startWorkerd } from "./workerd.ts";
import type { RunningWorkerd } from "./workerd.ts";

const measures: readonly Measure[] = [
  { name: "requests", unit: "/s", better: "more" },
  { name: "p50", unit: "ms", better: "less" },
  { name: "p99", unit: "ms", better: "less" },
  { name: "CPU per request", unit: "ms", better: "less" },
];

const CONNECTIONS = 20;
const POSTS = 200;
const POST_LENGTH = 4000;

interface Server {
  readonly origin: string;
  readonly pid: number;
}

/** A server and the request that it gets. */
interface Target {
  readonly name: string;
  readonly server: Server;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const section: Section = {
  about: `${CONNECTIONS} kept-alive connections over loopback, from a process of its own. Every server has one thread.
Imprint is the minified upload in a bare workerd, against real PostgreSQL through the production driver; it
validates, counts, logs and sets its headers as in production. Compared with, in the same workerd:
**a fixed answer**, Hono answering JSON of the same content from memory, so without a database; **one
statement**, Hono sending a single \`select\` or \`insert\` of the same row with the same driver to the same
endpoint; and **Node with pg**, which speaks PostgreSQL's own protocol and needs no endpoint. A post is
${POST_LENGTH / 1000} kB of Markdown; writing one means rendering it, and two transactions with its revision, byline and audit
entry. CPU is what the process of the server used, without database and endpoint: it is what Cloudflare bills,
and other work on the machine hardly changes it. Memory is what the process holds after all of this.`,
  async run(stage, isQuick) {
    const database = await stage.database("http");
    const clients = new Clients();
    const running: { stop(): unknown }[] = [{ stop: () => clients.stop() }];
    try {
      const imprint = await startImprint(stage, database, clients);
      running.push(imprint.worker);
      const bare = await startBare(stage, database, imprint);
      running.push(bare);
      const node = database.isServer ? await startNode(database) : null;
      if (node) running.push(node);
      const arena = { clients, imprint, bare, node, isQuick };
      return [
        await readOne(arena),
        await readMany(arena),
        await writeOne(arena),
        await memoryOf(imprint.worker, bare),
      ];
    } finally {
      for (const one of running.toReversed()) await one.stop();
    }
  },
};

interface Imprint {
  readonly worker: RunningWorkerd;
  readonly token: string;
  readonly slug: string;
}

interface Arena {
  readonly clients: Clients;
  readonly imprint: Imprint;
  readonly bare: RunningWorkerd;
  readonly node: Server | null;
  readonly isQuick: boolean;
}

const texts = Array.from({ length: 50 }, (_, index) => writeMarkdown(index + 1, POST_LENGTH));

const newPost = (name: string, index: number, status: "draft" | "published"): string =>
  JSON.stringify({
    title: `${name} ${index}`,
    status,
    content: texts[index % texts.length],
    tags: [`Tag ${index % 20}`],
  });

const portOf = ({ origin }: Server): number => Number(new URL(origin).port);

/** Imprint with an owner and published posts. */
async function startImprint(
  stage: Stage,
  { url, endpoint }: StageDatabase,
  clients: Clients,
): Promise<Imprint> {
  const setupToken = "the setup token of the benchmarks";
  const worker = await startWorkerd(await stage.bundle("imprint"), {
    DATABASE_URL: url,
    NEON_ENDPOINT: endpoint,
    APP_SECRET: "a secret of the benchmarks that nothing else uses",
    SETUP_TOKEN: setupToken,
  });
  const owner = { email: "owner@imprint.example", password: "the password of the benchmarks" };
  const token = await signUp(worker.origin, owner, setupToken);
  const load: Load = {
    port: portOf(worker),
    method: "POST",
    path: "/v1/posts",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    bodies: Array.from({ length: POSTS }, (_, index) => newPost("Read me", index, "published")),
    connections: 4,
    limit: { requests: POSTS },
  };
  await clients.put(load, 201);
  return { worker, token, slug: `read-me-${POSTS / 2}` };
}

/** Hono alone, which has learned what Imprint answers. */
async function startBare(
  stage: Stage,
  { url, endpoint }: StageDatabase,
  { worker, slug }: Imprint,
): Promise<RunningWorkerd> {
  const answerOf = async (path: string): Promise<unknown> =>
    (await fetch(`${worker.origin}${path}`)).json();
  const read = await answerOf(`/v1/posts/${slug}`);
  const list = await answerOf("/v1/posts?limit=20");
  return startWorkerd(await stage.bundle("bare"), {
    DATABASE_URL: url,
    NEON_ENDPOINT: endpoint,
    FIXED: JSON.stringify({ read, list, write: read }),
  });
}

async function startNode({ url }: StageDatabase): Promise<Server & { stop(): void }> {
  const child = fork(join(import.meta.dirname, "bare", "server.ts"), [url]);
  const [port] = (await once(child, "message")) as [number];
  const stop = (): void => void child.kill();
  return { origin: `http://127.0.0.1:${port}`, pid: child.pid ?? 0, stop };
}

function targetsOf(
  { imprint, bare, node }: Arena,
  what: "read" | "list" | "write",
  ours: Omit<Target, "name" | "server">,
): Target[] {
  const path = what === "read" ? `/read/${imprint.slug}` : `/${what}`;
  return [
    { name: "Imprint", server: imprint.worker, ...ours },
    { name: "a fixed answer", server: bare, path: `/fixed/${what}` },
    { name: "one statement", server: bare, path },
    ...(node === null ? [] : [{ name: "Node with pg", server: node, path }]),
  ];
}

function readOne(arena: Arena): Promise<Comparison> {
  const targets = targetsOf(arena, "read", { path: `/v1/posts/${arena.imprint.slug}` });
  return measure(arena, "GET /v1/posts/{slug}", targets, () => null);
}

function readMany(arena: Arena): Promise<Comparison> {
  const targets = targetsOf(arena, "list", { path: "/v1/posts?limit=20" });
  return measure(arena, "GET /v1/posts?limit=20", targets, () => null);
}

function writeOne(arena: Arena): Promise<Comparison> {
  const targets = targetsOf(arena, "write", {
    path: "/v1/posts",
    headers: { authorization: `Bearer ${arena.imprint.token}` },
  });
  let series = 0;
  return measure(arena, "POST /v1/posts", targets, () => {
    series += 1;
    return Array.from({ length: 1500 }, (_, index) => newPost(`Series ${series}`, index, "draft"));
  });
}

function measure(
  { clients, isQuick }: Arena,
  what: string,
  targets: readonly Target[],
  bodiesOf: () => string[] | null,
): Promise<Comparison> {
  const contestants = targets.map(({ name, server, path, headers = {} }): Contestant => ({
    name,
    async run() {
      const bodies = bodiesOf();
      const load: Load = {
        port: portOf(server),
        path,
        method: bodies === null ? "GET" : "POST",
        headers: { ...headers, ...(bodies ? { "content-type": "application/json" } : {}) },
        bodies,
        connections: CONNECTIONS,
        limit: { seconds: isQuick ? 0.3 : 0.6 },
      };
      const before = await cpuMilliseconds(server.pid);
      const { count, perSecond, p50, p99 } = await clients.put(load, bodies === null ? 200 : 201);
      const cpu = (await cpuMilliseconds(server.pid)) - before;
      return { requests: perSecond, p50, p99, "CPU per request": cpu / count };
    },
  }));
  return compare({ what, measures }, contestants, isQuick ? 2 : 9);
}

async function memoryOf(imprint: RunningWorkerd, bare: RunningWorkerd): Promise<Comparison> {
  return {
    what: "after all of these",
    measures: [{ name: "memory", unit: "MB", better: "less" }],
    contestants: [
      { name: "Imprint", samples: [{ memory: await residentMegabytes(imprint.pid) }] },
      { name: "the bare worker", samples: [{ memory: await residentMegabytes(bare.pid) }] },
    ],
  };
}
