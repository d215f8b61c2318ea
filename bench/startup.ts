import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { toFindings } from "./findings.ts";
import { cpuMilliseconds, residentMegabytes } from "./machine.ts";
import { compare } from "./rounds.ts";
import type { Sample } from "./rounds.ts";
import type { Section } from "./stage.ts";
import { startWorkerd } from "./workerd.ts";
import type { Bundle } from "./workerd.ts";

/** No database is asked here, but the worker wants to know where it would be. */
const vars = {
  DATABASE_URL: "postgres://nobody:nothing@localhost/nowhere",
  APP_SECRET: "a secret of the benchmarks that nothing else uses",
  KNOWN: "{}",
};

export const section: Section = {
  about: `The upload as \`wrangler deploy --minify\` makes it, and a fresh workerd that has never seen it: from starting the
process to the end of its first answer (\`GET /health\`, which asks nobody), then to that of \`GET /openapi.json\`, the
longest thing that is made on first use. CPU is that of the whole process, the runtime with it. Compared with **bare Hono**, a worker with a few routes, Hono and the database
driver. Memory is what the process holds after its first answer.`,
  async run(stage, { isQuick }) {
    const [imprint, bare] = [await stage.bundle("imprint"), await stage.bundle("bare")];
    const size = {
      what: "the upload",
      measures: [
        { name: "size", unit: "kB", better: "less" },
        { name: "gzipped", unit: "kB", better: "less" },
      ],
      contestants: [
        { name: "Imprint", samples: [await sizeOf(imprint)] },
        { name: "bare Hono", samples: [await sizeOf(bare)] },
      ],
    } as const;
    const start = {
      what: "a fresh workerd",
      measures: [
        { name: "first answer", unit: "ms", better: "less" },
        { name: "CPU until then", unit: "ms", better: "less" },
        { name: "memory", unit: "MB", better: "less" },
        { name: "second answer", unit: "ms", better: "less" },
      ],
    } as const;
    const contestants = [
      { name: "Imprint", run: () => wake(imprint, "/health", "/openapi.json") },
      { name: "bare Hono", run: () => wake(bare, "/hello", "/known/list") },
    ];
    return toFindings([size, await compare(start, contestants, isQuick ? 2 : 10)]);
  },
};

/** In kB. */
const sum = (sizes: readonly number[]): number => sizes.reduce((all, one) => all + one, 0) / 1000;

async function sizeOf({ folder }: Bundle): Promise<Sample> {
  const names = (await readdir(folder)).filter((name) => /\.(?:js|wasm)$/u.test(name));
  const files = await Promise.all(names.map((name) => readFile(join(folder, name))));
  return {
    size: sum(files.map((file) => file.byteLength)),
    gzipped: sum(files.map((file) => gzipSync(file).byteLength)),
  };
}

async function wake(bundle: Bundle, first: string, second: string): Promise<Sample> {
  const start = performance.now();
  const worker = await startWorkerd(bundle, vars);
  try {
    await read(worker.origin + first);
    const answered = performance.now();
    const cpu = await cpuMilliseconds(worker.pid);
    const memory = await residentMegabytes(worker.pid);
    const asked = performance.now();
    await read(worker.origin + second);
    const again = performance.now();
    return {
      "first answer": answered - start,
      "CPU until then": cpu,
      memory,
      "second answer": again - asked,
    };
  } finally {
    await worker.stop();
  }
}

async function read(address: string): Promise<void> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} answered ${response.status}`);
  await response.arrayBuffer();
}
