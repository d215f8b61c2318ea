/** Which cached answers a change makes old, by the tags that they bear. */
import { EVERYTHING, MOST_TAGS } from "#core/cache-tags";
import { type NewJob, newJob } from "#core/jobs";
import type { Settings } from "#core/settings";

import type { NewEvent } from "./events";
import { purgeEdgeKind } from "./task-kinds";

/** What an audit entry is about. */
export interface Touched {
  readonly entity: string;
  readonly entityId: string;
}

/**
 * The job that tells the platform's cache of a change: to be saved with it, or not at all. Whatever no cache
 * shows, and a worker that keeps its answers itself, has none.
 *
 * @param touched what was changed beside what the events tell of.
 */
export function purgesOf(
  { EDGE_CACHE }: Pick<Settings, "EDGE_CACHE">,
  events: readonly NewEvent[],
  touched: readonly Touched[],
): NewJob[] {
  if (EDGE_CACHE !== "platform") return [];
  const tags = [...new Set([...events.flatMap(tagsOfEvent), ...touched.flatMap(tagsOfEntity)])];
  return tags.length === 0 ? [] : [newJob(purgeEdgeKind, { tags: [...atMost(tags)] })];
}

/** The job after so many changes that nobody counts them. */
export const purgeAll = ({ EDGE_CACHE }: Pick<Settings, "EDGE_CACHE">): NewJob[] =>
  EDGE_CACHE === "platform" ? [newJob(purgeEdgeKind, { tags: [EVERYTHING] })] : [];

/** What answers with a file, or with a copy of it, bear: the file is known by its digest. */
export const fileTag = (sha256: string): string => `file-${sha256}`;

/** The job after a file was removed: no bound would ever end what is kept of it for a year. */
export const purgeFile = ({ EDGE_CACHE }: Pick<Settings, "EDGE_CACHE">, sha256: string): NewJob[] =>
  EDGE_CACHE === "platform" ? [newJob(purgeEdgeKind, { tags: [fileTag(sha256)] })] : [];

/** More tags than one purge may name become the one that everything bears. */
export const atMost = (tags: readonly string[]): readonly string[] =>
  tags.length > MOST_TAGS ? [EVERYTHING] : tags;

function tagsOfEvent({ type, data }: NewEvent): string[] {
  if (type.startsWith("tag.")) return ["tags", "posts", `tag-${String(data["id"])}`];
  if (!type.startsWith("post.") && !type.startsWith("page.")) return [];
  const previous = isRecord(data["previous"]) ? data["previous"] : {};
  if (data["status"] !== "published" && previous["status"] !== "published") return [];
  const shown = (noun: "tag" | "author") =>
    [...idsIn(data[`${noun}s`]), ...idsIn(previous[`${noun}s`])].map((id) => `${noun}-${id}`);
  const lists = ["posts", "tags", "authors"];
  return [...lists, `post-${String(data["id"])}`, ...shown("tag"), ...shown("author")];
}

function tagsOfEntity({ entity, entityId }: Touched): string[] {
  switch (entity) {
    case "settings":
      return ["settings"];
    case "user":
      return ["authors", "posts", `author-${entityId}`];
    case "newsletter":
      return ["newsletters"];
    // Which posts show a picture is not known here.
    case "media":
      return [EVERYTHING];
    default:
      return [];
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const idsIn = (list: unknown): string[] =>
  Array.isArray(list) ? list.flatMap((item) => (isRecord(item) ? [String(item["id"])] : [])) : [];
