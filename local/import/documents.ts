import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";

import type { ImportedDocument } from "#domain/front-matter";
import { codeOf, LocalFailure, oneLine } from "#local/failure";

import { BrokenFrontMatter, splitFrontMatter } from "./front-matter.ts";

/** A file or document that did not go in, and why. */
export interface Failure {
  readonly path: string;
  readonly code: string;
  readonly reason: string;
}

export type ReadFile =
  | { readonly ok: true; readonly document: ImportedDocument }
  | { readonly ok: false; readonly failure: Failure };

/** Far more than any text; keeps a film with the wrong name out of memory. */
const maxFileBytes = 16 * 1024 * 1024;

/** The files below a folder that are Markdown, sorted by path, and folders that cannot be read. */
export interface Found {
  readonly files: string[];
  readonly failures: Failure[];
}

/** The path of a file in a folder as it is told: with `/`, and in NFC on every system. */
export const toPath = (folder: string, file: string): string =>
  relative(folder, file).split(sep).join("/").normalize("NFC");

const outside = {
  code: "outside_folder",
  reason: "It is a link to a file outside the folder.",
} as const;

/** Whether a link leads to something outside the folder; one that leads nowhere does not. */
export async function leadsOut(folder: string, link: string): Promise<boolean> {
  const target = await realpath(link).catch(() => null);
  if (target === null) return false;
  const way = relative(await realpath(folder), target);
  return way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way);
}

/**
 * Looks for Markdown in a folder and all below it. Links to folders are not followed, and links to files only
 * within the folder.
 *
 * @throws LocalFailure if there is no such folder.
 */
export async function findFiles(folder: string): Promise<Found> {
  const found: Found = { files: [], failures: [] };
  const visit = async (directory: string): Promise<void> => {
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
      const path = join(directory, entry.name);
      if (entry.isDirectory()) {
        await visit(path).catch((thrown: unknown) => {
          const reason = oneLine(thrown);
          found.failures.push({ path: toPath(folder, path), code: "unreadable", reason });
        });
      } else if (/\.(?:md|mdx|markdown)$/i.test(entry.name)) {
        if (entry.isSymbolicLink() && (await leadsOut(folder, path))) {
          found.failures.push({ path: toPath(folder, path), ...outside });
        } else found.files.push(path);
      }
    }
  };
  await visit(folder).catch((thrown: unknown) => {
    const code = codeOf(thrown);
    if (code === "ENOENT")
      throw new LocalFailure(`there is no folder ${folder}`, { cause: thrown });
    if (code === "ENOTDIR") throw new LocalFailure(`${folder} is not a folder`, { cause: thrown });
    throw new LocalFailure(`${folder} cannot be read: ${oneLine(thrown)}`, { cause: thrown });
  });
  found.files.sort();
  return found;
}

/**
 * Reads one file into a document. Its path is relative to the folder, with `/` and in NFC on every system, so
 * that the same files are the same documents wherever they are imported from.
 */
export async function readDocument(folder: string, file: string): Promise<ReadFile> {
  const path = toPath(folder, file);
  const fail = (code: string, reason: string): ReadFile => ({
    ok: false,
    failure: { path, code, reason },
  });
  try {
    const { size } = await stat(file);
    if (size > maxFileBytes) return fail("content_too_large", "The file is larger than 16 MiB.");
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(
      await readFile(file),
    );
    const { frontMatter, markdown } = splitFrontMatter(text.replace(/\r\n?/g, "\n"));
    return { ok: true, document: { path, front_matter: frontMatter, markdown } };
  } catch (thrown) {
    if (thrown instanceof BrokenFrontMatter) return fail("front_matter_broken", thrown.message);
    if (codeOf(thrown) === "ERR_ENCODING_INVALID_ENCODED_DATA") {
      return fail("not_utf8", "The file is not UTF-8.");
    }
    return fail("unreadable", oneLine(thrown));
  }
}
