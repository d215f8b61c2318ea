import { MediaNotFound } from "#api/exceptions";
import type { Context } from "#core/context";
import { digestIn } from "#domain/media/addresses";
import { kindOfExtension } from "#domain/media/kinds";
import { fileTag } from "#domain/purges";

/** A file that is served, and how to fetch all or part of it. */
export interface PublicFile {
  readonly size: number;
  /** Strong, with its quotes. */
  readonly etag: string;
  readonly contentType: string;
  /** By which caches forget the file when it is gone. */
  readonly cacheTag: string;
  /** Whether a browser shows or plays it in a page. */
  readonly isShown: boolean;
  /** @param range in bytes; all of them without it. */
  readonly open: (range?: { offset: number; length: number }) => Promise<ReadableStream>;
}

/**
 * Opens what stands at a public address. Nobody is asked who they are, and the database is not asked at all.
 *
 * @throws {MediaNotFound} 40412
 */
export async function openMediaFile({ files }: Context, name: string): Promise<PublicFile> {
  const key = `media/${name}`;
  const kind = kindOfExtension(/\.([a-z0-9]+)$/u.exec(name)?.[1] ?? "");
  const digest = digestIn(key);
  if (!kind || digest === undefined) throw new MediaNotFound();
  const found = await files.head(key);
  if (!found) throw new MediaNotFound();
  return {
    size: found.size,
    etag: found.httpEtag,
    contentType: kind.contentType,
    cacheTag: fileTag(digest),
    isShown: kind.family !== "document",
    async open(range) {
      const object = await files.get(key, range ? { range } : {});
      if (!object) throw new MediaNotFound();
      return object.body;
    },
  };
}
