/**
 * The thread that draws: it has a heap of its own, with the limit of a Worker. Takes the name of what is to
 * be drawn and the posts, and answers with the time and the size.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";

import Pdf from "pdfkit";

import type { ReportPost } from "#domain/reports";

import { resolveSources } from "./resolve.ts";

/** What the thread is to draw. */
export interface Order {
  readonly kind: "report" | "table" | "plain table";
  readonly posts: readonly ReportPost[];
  /** The folder of the fonts. */
  readonly fonts: string;
}

/** What came of it. */
export interface Drawn {
  readonly milliseconds: number;
  readonly bytes: number;
}

resolveSources();

const { kind, posts, fonts: folder } = workerData as Order;
const loaded = new Map<string, Promise<Uint8Array>>();
const fonts = {
  load(name: string): Promise<Uint8Array> {
    const file = loaded.get(name) ?? readFile(join(folder, name));
    loaded.set(name, file);
    return file;
  },
};

async function drawReport(): Promise<number> {
  const { drawPublicationReport } = await import("#domain/work/publication-report");
  const report = {
    title: "A publication",
    siteUrl: "https://example.com",
    from: null,
    to: null,
    asOf: "2026-11-23T00:00:00.000Z",
    language: "en",
    posts,
  };
  return (await drawPublicationReport(report, fonts)).bytes.byteLength;
}

/** The same rows by pdfkit's own means: its table, in one font, and nothing else. */
async function drawTable(isPlain: boolean): Promise<number> {
  const doc = new Pdf({ size: "A4", margin: 40 });
  let bytes = 0;
  doc.on("data", (chunk: Buffer) => (bytes += chunk.length));
  const ended = new Promise((resolve) => doc.once("end", resolve));
  if (!isPlain) doc.font(Buffer.from(await fonts.load("NotoSans-Regular.ttf")));
  doc.fontSize(8).table({
    columnStyles: [70, "*", 100, 90, 50],
    data: [
      ["Date", "Title", "Authors", "Tags", "Words"],
      ...posts.map((post) => [
        post.publishedAt.slice(0, 10),
        post.title,
        post.authors.join(", "),
        post.tags.join(", "),
        String(post.wordCount),
      ]),
    ],
  });
  doc.end();
  await ended;
  return bytes;
}

const draw = (): Promise<number> =>
  kind === "report" ? drawReport() : drawTable(kind === "plain table");

// Loading and fonts once for nothing: a worker keeps both.
if (kind === "report") await import("#domain/work/publication-report");
await fonts.load("NotoSans-Regular.ttf");
const start = performance.now();
const bytes = await draw();
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.postMessage({ milliseconds: performance.now() - start, bytes } satisfies Drawn);
