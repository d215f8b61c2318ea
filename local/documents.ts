/**
 * Writes the documents that follow from the code: `docs/openapi.json`, as the worker itself serves it,
 * `docs/errors.md`, from the exceptions, and `docs/ghost.md`, from the table that the tests of Ghost's clients
 * run. `--check` writes nothing and fails when one of them is not what it would be.
 */
import { spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";

import * as exceptions from "#api/exceptions";

import { copyAssets } from "./assets.ts";
import { ghostMarkdown } from "./ghost-page.ts";

const root = resolve(import.meta.dirname, "..");

interface Operation {
  readonly responses: Readonly<Record<string, { readonly content?: Record<string, Media> }>>;
}

interface Media {
  readonly examples?: Readonly<Record<string, unknown>>;
}

interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const secret = (value: string) => ({ type: "secret_text" as const, value });

/** Asks a worker of its own: no database is behind it, and none is needed. */
async function readOpenApi(): Promise<ApiDocument> {
  await copyAssets();
  Object.assign(process.env, { WRANGLER_LOG: "error", WRANGLER_SEND_METRICS: "false" });
  const { unstable_startWorker: startWorker } = await import("wrangler");
  const worker = await startWorker({
    config: resolve(root, "wrangler.toml"),
    envFiles: [],
    bindings: {
      DATABASE_URL: secret("postgres://nobody:nothing@nowhere.invalid/nothing"),
      APP_SECRET: secret("nothing is signed with this secret, ever"),
      SETUP_TOKEN: secret("nothing is set up with this token"),
    },
    dev: { inspector: false, remote: false, watch: false, persist: false, server: { port: 0 } },
  });
  try {
    const response = await worker.fetch("http://localhost/openapi.json");
    if (!response.ok) throw new Error(`GET /openapi.json answers ${response.status}`);
    return (await response.json()) as ApiDocument;
  } finally {
    await worker.dispose();
  }
}

const catalogue = Object.values(exceptions)
  .filter(({ internalCode }) => internalCode !== undefined)
  .toSorted((one, other) => one.internalCode - other.internalCode);

/** More routes than these say nothing about an error, and change with every new one. */
const FEW = 12;

function answeredBy(name: string, { paths }: ApiDocument): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { responses }]) => ({
      route: `\`${method.toUpperCase()} ${path}\``,
      raises: Object.values(responses).some(
        ({ content }) => name in (content?.["application/problem+json"]?.examples ?? {}),
      ),
    })),
  );
  const routes = operations.filter(({ raises }) => raises).map(({ route }) => route);
  if (routes.length === 0) return "any address, before a route is found.";
  if (routes.length === operations.length) return "every route.";
  if (routes.length > FEW) return "many routes; the reference at `/docs` says which.";
  return `${routes.join(", ")}.`;
}

function errorsMarkdown(document: ApiDocument): string {
  const sections = catalogue.map(
    ({ name, internalCode, title, status, meaning, remedy }) => `## ${internalCode}

**${title}** (status ${status})

${meaning}

_What to do:_ ${remedy}

_Answered by_ ${answeredBy(name, document)}
`,
  );
  const contents = catalogue.map(
    ({ internalCode, title }) => `| [${internalCode}](#${internalCode}) | ${title} |`,
  );
  return `<!-- Written by \`npm run documents\` from src/api/exceptions.ts. -->

# Errors

Every error is \`application/problem+json\` (RFC 9457). Its \`internal_code\` tells it apart from all others,
begins with the status, and never changes; \`type\` is the address of its description, which every deployment
serves at \`/errors\`; \`request_id\` finds it in the log.

| Code | What |
| --- | --- |
${contents.join("\n")}

${sections.join("\n")}`;
}

/** A document as the formatter has it. */
function format(name: string, text: string): string {
  const { stdout, stderr, status } = spawnSync("oxfmt", [`--stdin-filepath=docs/${name}`], {
    cwd: root,
    encoding: "utf8",
    input: text,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

async function update(name: string, text: string, isCheck: boolean): Promise<boolean> {
  const file = resolve(root, "docs", name);
  const present = await readFile(file, "utf8").catch(() => "");
  if (present === text) return true;
  if (isCheck) {
    console.error(`docs/${name} is not what the code says. Run: npm run documents`);
    return false;
  }
  await writeFile(file, text);
  console.log(`docs/${name} is written.`);
  return true;
}

const isCheck = process.argv.includes("--check");
const document = await readOpenApi();
const isRight = await Promise.all([
  update("openapi.json", format("openapi.json", JSON.stringify(document)), isCheck),
  update("errors.md", errorsMarkdown(document), isCheck),
  update("ghost.md", format("ghost.md", ghostMarkdown()), isCheck),
]);
if (isRight.includes(false)) process.exitCode = 1;
else console.log("docs/openapi.json, docs/errors.md and docs/ghost.md are what the code says.");
