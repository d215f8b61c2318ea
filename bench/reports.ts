import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";

import type { ReportPost } from "#domain/reports";
import { copyAssets } from "#local/assets";

import { toFindings } from "./findings.ts";
import type { Drawn, Order } from "./reports-thread.ts";
import { compare } from "./rounds.ts";
import type { Sample } from "./rounds.ts";
import type { Section } from "./stage.ts";
import { writeDocuments } from "./texts.ts";

/** What a Worker may use. */
const HEAP_MB = 128;

const measures = [
  { name: "time", unit: "ms", better: "less" },
  { name: "peak memory", unit: "MB", better: "less" },
  { name: "file", unit: "kB", better: "less" },
] as const;

export const section: Section = {
  about: `The report about a publication, with cover, key figures, charts, a calendar, rankings and the list of all posts,
outline and links, drawn by pdfkit in a thread of Node whose heap is limited to ${HEAP_MB} MB. Compared with pdfkit's
own \`doc.table()\` drawing the same rows and nothing else: **in Helvetica**, which every reader of PDF has, so that
nothing is shaped or embedded, and, for fewer rows because it takes its time, **in the same font**. Memory is the most
that heap and buffers held together, looked at every few milliseconds.`,
  async run(_stage, { isQuick }) {
    await copyAssets();
    const [posts, some] = [givenPosts(1000), givenPosts(200)];
    const helvetica = {
      name: "doc.table() in Helvetica",
      run: () => draw("plain table", posts),
    };
    const sameFont = { name: "doc.table() in the same font", run: () => draw("table", some) };
    return toFindings([
      await compare(
        { what: "1,000 posts", measures },
        [{ name: "Imprint", run: () => draw("report", posts) }, helvetica],
        isQuick ? 1 : 5,
        isQuick ? 0 : 1,
      ),
      await compare(
        { what: "200 posts", measures },
        [{ name: "Imprint", run: () => draw("report", some) }, sameFont],
        isQuick ? 1 : 3,
        0,
      ),
    ]);
  },
};

const givenPosts = (count: number): ReportPost[] =>
  writeDocuments("reports", count).map(({ front_matter: matter, markdown }, index) => ({
    id: String(index),
    title: String(matter["title"]),
    url: `https://example.com/${index}`,
    publishedAt: String(matter["date"]),
    authors: [String(matter["author"])],
    tags: matter["tags"] as string[],
    wordCount: markdown.split(/\s+/u).length,
  }));

async function draw(kind: Order["kind"], posts: readonly ReportPost[]): Promise<Sample> {
  const fonts = join(import.meta.dirname, "..", ".assets", "fonts");
  const thread = new Worker(join(import.meta.dirname, "reports-thread.ts"), {
    workerData: { kind, posts, fonts } satisfies Order,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  const answer = once(thread, "message") as Promise<[Drawn]>;
  let isDone = false;
  const peak = peakOf(thread, () => isDone);
  try {
    const [{ milliseconds, bytes }] = await answer;
    isDone = true;
    return { time: milliseconds, "peak memory": (await peak) / 1e6, file: bytes / 1000 };
  } finally {
    isDone = true;
    await thread.terminate();
  }
}

/** Bytes. The thread answers also while it is busy. */
async function peakOf(thread: Worker, isDone: () => boolean): Promise<number> {
  let peak = 0;
  while (!isDone()) {
    const heap = await thread.getHeapStatistics().catch(() => null);
    if (heap) peak = Math.max(peak, heap.used_heap_size + heap.external_memory);
    await sleep(5);
  }
  return peak;
}
