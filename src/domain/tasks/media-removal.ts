import type { TaskContext } from "#core/context";
import { sendTogether } from "#core/db";
import { defineTask, done, newJob } from "#core/jobs";
import { digestIn, objectKeyOf, objectPrefixOf } from "#domain/media/addresses";
import { extensions } from "#domain/media/kinds";
import { purgeFile } from "#domain/purges";
import { findOrphansKind, removeMediaKind } from "#domain/task-kinds";
import { deleteFiles } from "#repository/files";
import { selectHoldersOf, selectNamedDigests } from "#repository/media";
import { selectNamedSources } from "#repository/upkeep";

/** Deletes a file with its copies, unless somebody has it. Whoever is about to store it waits meanwhile. */
export const removeMedia = defineTask({
  ...removeMediaKind,
  async run({ db, files, settings }, { sha256 }) {
    const keys = extensions.map((extension) => objectKeyOf(sha256, extension));
    const { turn, holders } = selectHoldersOf(db, sha256, keys);
    const [, found] = await sendTogether(db, [turn, holders]);
    if (!Array.isArray(found) || found.length > 0) return done();
    await deleteFiles(files, objectPrefixOf(sha256));
    return done({ jobs: purgeFile(settings, sha256) });
  },
});

const DAY_MS = 24 * 3600 * 1000;
/** More than that wait for the next hour. */
const MOST_REMOVALS = 200;

/**
 * Looks for files that no row names: of a worker that died between storing and saving, say. Only what is a day
 * old counts, because what is younger may be on its way to a row.
 */
export const findOrphans = defineTask({
  ...findOrphansKind,
  async run(context) {
    const { db, files } = context;
    await removeUnnamed(context, "uploads/");
    await removeUnnamed(context, "imports/");
    const removals = new Set<string>();
    for await (const keys of oldFiles(files, "media/")) {
      const digests = [...new Set(keys.flatMap((key) => digestIn(key) ?? []))];
      const named = await selectNamedDigests(db, digests);
      const held = new Set(named.map(({ sha256 }) => sha256));
      for (const digest of digests) if (!held.has(digest)) removals.add(digest);
      if (removals.size >= MOST_REMOVALS) break;
    }
    const { requestId } = context;
    const jobs = [...removals].map((sha256) =>
      newJob(removeMediaKind, { sha256 }, { requestId, dedupeKey: sha256 }),
    );
    return done({ jobs });
  },
});

async function removeUnnamed({ db, files }: TaskContext, prefix: string): Promise<void> {
  for await (const keys of oldFiles(files, prefix)) {
    const named = await selectNamedSources(db, keys);
    const held = new Set(named.map(({ key }) => key));
    const orphans = keys.filter((key) => !held.has(key));
    if (orphans.length > 0) await files.delete(orphans);
  }
}

async function* oldFiles(files: R2Bucket, prefix: string): AsyncGenerator<string[]> {
  const before = Date.now() - DAY_MS;
  let cursor: string | undefined;
  do {
    const page = await files.list({ prefix, ...(cursor ? { cursor } : {}) });
    const old = page.objects.filter(({ uploaded }) => uploaded.getTime() < before);
    if (old.length > 0) yield old.map(({ key }) => key);
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
}
