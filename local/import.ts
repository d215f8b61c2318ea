import { createHash, randomBytes } from "node:crypto";

import { type ImportedDocument, toImportedPost } from "#domain/front-matter";

import { LocalFailure } from "./failure.ts";
import { type Failure, findFiles, type Found, readDocument } from "./import/documents.ts";
import { type ImportOptions, readOptions, usage } from "./import/options.ts";
import { type Addresses, uploadPictures, withAddresses } from "./import/pictures.ts";
import { createBar, type Output, toTable } from "./import/screen.ts";
import { finishImport, type ImportProgress, startImport, type Target } from "./import/server.ts";

/** What the command takes from its surroundings. */
export interface Surroundings {
  readonly out: Output;
  readonly err: Output;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Waits so many milliseconds; only tests wait less. */
  readonly pause?: (milliseconds: number) => Promise<unknown>;
}

interface Tally {
  created: number;
  updated: number;
  unchanged: number;
  failed: number;
  failures: Failure[];
  /** Imports that ended before their last document. */
  broken: string[];
}

interface Batch {
  readonly lines: string[];
  size: number;
}

/** One import holds at most this much, well below what a Worker takes in one request. */
const maxBatchBytes = 64 * 1024 * 1024;

/**
 * Runs `npm run import`: reads the files of a folder, sends what can be read, follows the import and tells
 * how it went.
 *
 * @returns the exit code: 0 if everything went in, 1 if anything failed, 2 if the command was wrong.
 */
export async function runImport(
  args: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  const { err, out } = surroundings;
  const say = (failure: LocalFailure): void => void err.write(`import: ${failure.message}\n`);
  let options: ImportOptions | null;
  let found: Found;
  try {
    options = readOptions(args);
    if (options === null) {
      out.write(usage);
      return 0;
    }
    if (!options.dryRun && !surroundings.environment["IMPRINT_TOKEN"]) {
      throw new LocalFailure("set IMPRINT_TOKEN to a token of somebody who may import");
    }
    found = await findFiles(options.folder);
  } catch (thrown) {
    if (!(thrown instanceof LocalFailure)) throw thrown;
    say(thrown);
    return 2;
  }
  if (found.files.length === 0 && found.failures.length === 0) {
    say(new LocalFailure(`there is no Markdown in ${options.folder}`));
    return 1;
  }
  try {
    return options.dryRun
      ? await check(options, found, surroundings)
      : await importAll(options, found, surroundings);
  } catch (thrown) {
    if (!(thrown instanceof LocalFailure)) throw thrown;
    say(thrown);
    return 1;
  }
}

/** Reads everything as the server would and tells what it would refuse. */
async function check(options: ImportOptions, found: Found, { out }: Surroundings): Promise<number> {
  const counts = { posts: 0, pages: 0, drafts: 0 };
  const failures = [...found.failures];
  for (const file of found.files) {
    const read = await readDocument(options.folder, file);
    const outcome = read.ok ? toImportedPost(read.document) : null;
    if (!read.ok) failures.push(read.failure);
    else if (outcome?.ok === false) {
      failures.push({ path: read.document.path, code: outcome.code, reason: outcome.reason });
    } else if (outcome?.ok === true) {
      counts[outcome.post.type === "page" ? "pages" : "posts"] += 1;
      if (outcome.post.status === "draft") counts.drafts += 1;
    }
  }
  writeFailures(out, failures, failures.length);
  out.write(toTable([...Object.entries(counts), ["failed", failures.length]]));
  return failures.length === 0 ? 0 : 1;
}

async function importAll(
  options: ImportOptions,
  found: Found,
  surroundings: Surroundings,
): Promise<number> {
  const started = performance.now();
  const { out, environment, pause } = surroundings;
  const { files, failures } = found;
  const target: Target = {
    url: options.url,
    token: environment["IMPRINT_TOKEN"] ?? "",
    ...(pause && { pause }),
  };
  const tally: Tally = {
    created: 0,
    updated: 0,
    unchanged: 0,
    failed: failures.length,
    failures: [...failures],
    broken: [],
  };
  const run = randomBytes(8).toString("hex");
  const bar = createBar(out);
  let done = 0;
  try {
    const tell = (fraction: number): void => bar.show(fraction, "uploading pictures");
    const pictures = options.pictures
      ? await uploadPictures(target, options.folder, files, tell)
      : null;
    for (const failure of pictures?.failures ?? []) {
      tally.failed += 1;
      tally.failures.push(failure);
    }
    const source = { folder: options.folder, files, addresses: pictures?.addresses ?? new Map() };
    for await (const batch of readBatches(source, tally)) {
      const share = batch.lines.length / files.length;
      const show = (progress: number): void =>
        bar.show(done / files.length + share * progress, `importing ${files.length} files`);
      add(tally, await importBatch({ target, batch, run, pictures: options.pictures, show }));
      done += batch.lines.length;
    }
  } finally {
    bar.stop();
  }
  writeSummary(out, tally, (performance.now() - started) / 1000);
  return tally.failed === 0 && tally.broken.length === 0 ? 0 : 1;
}

/** The documents of the files as NDJSON, in pieces of a size that can be sent; what fails goes to the tally. */
async function* readBatches(
  { folder, files, addresses }: { folder: string; files: readonly string[]; addresses: Addresses },
  tally: Tally,
): AsyncGenerator<Batch> {
  let batch: Batch = { lines: [], size: 0 };
  for (const file of files) {
    const read = await readDocument(folder, file);
    if (!read.ok) {
      tally.failed += 1;
      tally.failures.push(read.failure);
      continue;
    }
    const line = toLine(withAddresses(read.document, folder, addresses));
    const size = Buffer.byteLength(line);
    if (batch.size + size > maxBatchBytes && batch.size > 0) {
      yield batch;
      batch = { lines: [], size: 0 };
    }
    batch.lines.push(line);
    batch.size += size;
  }
  if (batch.size > 0) yield batch;
}

const toLine = (document: ImportedDocument): string => `${JSON.stringify(document)}\n`;

interface BatchImport {
  readonly target: Target;
  readonly batch: Batch;
  readonly run: string;
  readonly pictures: boolean;
  readonly show: (progress: number) => void;
}

/**
 * The key is the content's and this run's: sent again after a lost answer it is the same import, while the
 * same command tomorrow is a new one.
 */
async function importBatch(order: BatchImport): Promise<ImportProgress> {
  const { target, batch, run, pictures, show } = order;
  const digest = createHash("sha256");
  for (const line of batch.lines) digest.update(line);
  show(0);
  const key = `import-${digest.digest("hex")}-${run}`;
  const started = await startImport(target, new Blob(batch.lines), key, pictures);
  return finishImport(target, started, ({ progress }) => show(progress));
}

function add(tally: Tally, { id, status, error, result, failures }: ImportProgress): void {
  tally.created += result?.created ?? 0;
  tally.updated += result?.updated ?? 0;
  tally.unchanged += result?.unchanged ?? 0;
  tally.failed += result?.failed ?? 0;
  tally.failures.push(...failures);
  if (status === "failed") tally.broken.push(`import ${id} failed: ${error ?? "no reason given"}`);
  if (status === "cancelled") tally.broken.push(`import ${id} was cancelled`);
}

function writeFailures(out: Output, failures: readonly Failure[], count: number): void {
  for (const { path, code, reason } of failures) {
    out.write(`  ${`${path}  ${code}  ${reason}`.replace(/\p{Cc}+/gu, " ")}\n`);
  }
  if (count > failures.length) out.write(`  and ${count - failures.length} more\n`);
  if (count > 0) out.write("\n");
}

function writeSummary(out: Output, tally: Tally, seconds: number): void {
  writeFailures(out, tally.failures, tally.failed);
  for (const line of tally.broken) out.write(`  ${line}\n\n`);
  const { created, updated, unchanged, failed } = tally;
  out.write(
    toTable([
      ...Object.entries({ created, updated, unchanged, failed }),
      ["seconds", seconds.toFixed(1)],
    ]),
  );
}

if (import.meta.main) {
  process.exitCode = await runImport(process.argv.slice(2), {
    out: process.stdout,
    err: process.stderr,
    environment: process.env,
  });
}
