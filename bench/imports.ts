import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { copyAssets } from "#local/assets";
import { signUp } from "#local/demo";
import { startWorker } from "#local/worker";

import { toFindings } from "./findings.ts";
import { Clients } from "./load.ts";
import { compare } from "./rounds.ts";
import type { Sample } from "./rounds.ts";
import { configs } from "./stage.ts";
import type { Section, Stage } from "./stage.ts";
import { writeDocuments } from "./texts.ts";

const CONNECTIONS = 10;

export const section: Section = {
  about: `Generated documents of 1 to 16 kB of Markdown (6 kB on average), with front matter, authors and tags, through
\`POST /v1/imports\` until the import is done: stored in R2, rung for by a queue, read, rendered and written in batches
of 50. Compared with **single posts**: a \`POST /v1/posts\` for each document on ${CONNECTIONS} connections. The worker runs with its
queues and its bucket as in \`npm run dev\`, against the same PostgreSQL. An import waits up to a second for its queue,
and is looked at every 50 ms; both are in its time.`,
  async run(stage, { isQuick }) {
    const count = isQuick ? 200 : 1000;
    const { worker, origin, token } = await startPublication(stage);
    const clients = new Clients();
    try {
      const target = { clients, origin, token, count };
      const measures = [{ name: "documents", unit: "/s", better: "more" }] as const;
      const contestants = [
        { name: "Imprint", run: () => importOnce(target) },
        { name: "single posts", run: () => postEach(target) },
      ];
      const what = `${count.toLocaleString("en-US")} documents`;
      return toFindings([await compare({ what, measures }, contestants, isQuick ? 1 : 3, 0)]);
    } finally {
      clients.stop();
      await worker.stop();
    }
  },
};

interface Target {
  readonly clients: Clients;
  readonly origin: string;
  readonly token: string;
  readonly count: number;
}

/** A publication in a database of its own worker, with an owner. */
async function startPublication(stage: Stage) {
  const { url, endpoint } = await stage.database("imports");
  await copyAssets();
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const SETUP_TOKEN = "the setup token of the benchmarks";
  const order = {
    config: configs.imprint,
    port,
    persist: await stage.place("worker"),
    vars: { SITE_URL: origin, NEON_ENDPOINT: endpoint, ENVIRONMENT: "local" },
    secrets: {
      DATABASE_URL: url,
      APP_SECRET: "a secret of the benchmarks that nothing else uses",
      SETUP_TOKEN,
    },
  };
  const worker = await startWorker(order, () => Promise.resolve());
  const owner = { email: "owner@imprint.example", password: "the password of the benchmarks" };
  return { worker, origin, token: await signUp(origin, owner, SETUP_TOKEN) };
}

let series = 0;

async function importOnce({ origin, token, count }: Target): Promise<Sample> {
  series += 1;
  const documents = writeDocuments(`import ${series}`, count);
  const body = documents.map((document) => `${JSON.stringify(document)}\n`).join("");
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/x-ndjson" };
  const start = performance.now();
  let answer = await fetch(`${origin}/v1/imports`, { method: "POST", headers, body });
  for (;;) {
    const state = await answer.json<ImportState>();
    if (state.status === "done") {
      if (state.result.created !== count) throw new Error("not every document went in");
      return { documents: (count * 1000) / (performance.now() - start) };
    }
    if (!answer.ok || state.status === "failed") throw new Error(JSON.stringify(state));
    await sleep(50);
    answer = await fetch(`${origin}/v1/imports/${state.id}`, { headers });
  }
}

interface ImportState {
  readonly id: string;
  readonly status: string;
  readonly result: { readonly created: number };
}

async function postEach({ clients, origin, token, count }: Target): Promise<Sample> {
  series += 1;
  const bodies = writeDocuments(`post ${series}`, count).map(({ front_matter: matter, markdown }) =>
    JSON.stringify({
      title: matter["title"],
      tags: [...new Set(matter["tags"] as string[])],
      content: markdown,
      status: "published",
    }),
  );
  const { perSecond } = await clients.put(
    {
      origin,
      method: "POST",
      paths: ["/v1/posts"],
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      bodies,
      connections: CONNECTIONS,
      limit: { requests: count },
    },
    201,
  );
  return { documents: perSecond };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", resolve);
  });
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === "string") throw new Error("there is no free port");
  return address.port;
}
