import { BodyTooLarge, ImportNotFound } from "#api/exceptions";
import type { Context } from "#core/context";
import { newId, now } from "#core/ids";
import { newJob } from "#core/jobs";
import { type Page, type PageRequest, toPage } from "#core/pages";
import { sha256Stream } from "#core/tokens";
import type { Caller } from "#domain/actors";
import { type Import, newImport, toImport } from "#domain/imports";
import { importDocumentsKind } from "#domain/task-kinds";
import { storeStream } from "#repository/files";
import { insertImport, selectImport, selectImports } from "#repository/imports";

import { ask, perform } from "./perform";

/** The most that one import may hold, in bytes: what Cloudflare takes in one request. */
export const IMPORT_LIMIT = 100_000_000;

/**
 * Stores the documents as they come and orders their import.
 *
 * @param stream NDJSON: a document a line.
 * @param pictures whether those that the documents show from elsewhere are brought in too, once they are in.
 * @throws {BodyTooLarge} 41300
 */
export async function startImport(
  context: Context,
  caller: Caller,
  stream: ReadableStream<Uint8Array>,
  pictures: boolean,
): Promise<Import> {
  const id = newId();
  const objectKey = `imports/${id}.ndjson`;
  // A stream can be read once, and a decision may have to be taken again.
  let storing: ReturnType<typeof storeStream> | undefined;
  const started = await perform(context, caller, {
    permission: "imports:write",
    digest: async () => {
      const stored = await storing;
      if (stored && "sha256" in stored) return stored.sha256;
      const { stream: hash, digest } = sha256Stream();
      await stream.pipeTo(hash);
      return digest;
    },
    load: () => [],
    decide: async (actor) => {
      storing ??= storeStream(context.files, objectKey, stream, IMPORT_LIMIT);
      const stored = await storing;
      if ("tooLarge" in stored) throw new BodyTooLarge(IMPORT_LIMIT);
      const options = { createdBy: actor.userId, requestId: context.requestId };
      const job = newJob(importDocumentsKind, { importId: id, pictures }, options);
      const row = {
        id,
        createdAt: now(),
        jobId: job.id,
        createdBy: actor.userId,
        objectKey,
        size: stored.size,
      };
      return {
        result: newImport(row),
        statements: [insertImport(context.db, row)],
        jobs: [job],
        audit: [{ action: "import.start", entity: "import", entityId: id, version: null }],
      };
    },
  });
  // The same request came twice at once, and the other was faster.
  if (storing && started.id !== id) await context.files.delete(objectKey);
  return started;
}

/** A page of imports, newest first. */
export async function listImports(
  context: Context,
  caller: Caller,
  page: PageRequest,
): Promise<Page<Import>> {
  const { loaded } = await ask(context, caller, "imports:write", [selectImports(context.db, page)]);
  return toPage(loaded[0].map(toImport), page, ({ createdAt, id }) => [createdAt, id]);
}

/** @throws {ImportNotFound} 40410 */
export async function readImport(context: Context, caller: Caller, id: string): Promise<Import> {
  const { loaded } = await ask(context, caller, "imports:write", [selectImport(context.db, id)]);
  const [found] = loaded[0];
  if (!found) throw new ImportNotFound();
  return toImport(found);
}
