import { newId, now } from "#core/ids";
import { sha256 } from "#core/tokens";
import type { ImportRecord } from "#repository/imports";
import type { ImportDocument, Named } from "#repository/imports/batch";
import type { NamedTag } from "#repository/imports/tags";

import { type ImportedPost, toImportedPost } from "./front-matter";
import type { ImportedLabel } from "./front-matter/names";
import { type WorkState, workStateOf } from "./job-states";
import { renderMarkdown } from "./markdown";
import { markSlug, slugify } from "./slugs";
import { tagNameKey, tagSlug } from "./tags";

/** An import, with how it stands. */
export type Import = ImportRecord & WorkState;

export const toImport = (record: ImportRecord): Import => ({ ...record, ...workStateOf(record) });

/** An import that was ordered just now. */
export const newImport = (
  row: Pick<ImportRecord, "id" | "createdAt" | "jobId" | "createdBy" | "objectKey" | "size">,
): Import =>
  toImport({
    ...row,
    createdCount: 0,
    updatedCount: 0,
    unchangedCount: 0,
    failedCount: 0,
    failures: [],
    state: "ready",
    doneCount: 0,
    totalCount: null,
    errorCode: null,
    lastError: null,
    finishedAt: null,
  });

export interface ImportFailure {
  readonly path: string;
  readonly code: string;
  readonly reason: string;
}

/** Lines of an import, read: what can be written, whom and what it names, and what cannot be taken. */
export interface PreparedBatch {
  readonly documents: readonly ImportDocument[];
  readonly authors: readonly Named[];
  readonly tags: readonly NamedTag[];
  readonly failures: readonly ImportFailure[];
  /** How many are as they were when they came last. */
  readonly unchanged: number;
}

/**
 * Prepares the lines of an import for one statement. Of a path that comes twice the last counts and the
 * others fail; a slug that comes twice gets a mark made from the path, the same each time.
 *
 * @param known digests of what has been imported: such a document is left alone.
 */
export async function prepareBatch(
  lines: readonly { readonly text: string; readonly number: number }[],
  known: ReadonlySet<string>,
): Promise<PreparedBatch> {
  const failures: ImportFailure[] = [];
  const posts = new Map<string, ImportedPost>();
  for (const line of lines) {
    const read = readLine(line);
    if (!read.ok) failures.push(read.failure);
    else if (posts.has(read.post.path)) failures.push(repeatedFailure(read.post.path));
    if (read.ok) posts.set(read.post.path, read.post);
  }
  const authors = new Map<string, Named>();
  const tags = new Map<string, NamedTag>();
  const slugs = new Set<string>();
  const documents: ImportDocument[] = [];
  for (const post of posts.values()) {
    const digest = await digestOf(post);
    // Rendering is most of the work, and nothing would come of it.
    if (known.has(digest)) continue;
    const address = {
      slug: post.slug,
      slug_given: post.isSlugGiven,
      slug_repeated: slugs.has(post.slug),
      marked_slug: markSlug(post.slug, (await sha256(post.path)).slice(0, 6)),
    };
    slugs.add(post.slug);
    const named = {
      authors: noteAuthors(authors, post.authors.length > 0 ? post.authors : ["Unknown author"]),
      tags: await noteTags(tags, post.tags),
    };
    documents.push({ ...toDocument(post), ...named, ...address, digest });
  }
  const unchanged = posts.size - documents.length;
  return {
    documents,
    authors: [...authors.values()],
    tags: [...tags.values()],
    failures,
    unchanged,
  };
}

/** What a document may say since documents have digests; one that does not say it keeps the digest it had. */
const later: ReadonlySet<string> = new Set<keyof ImportedPost>([
  "visibility",
  "featured",
  "ogTitle",
  "ogDescription",
  "ogImage",
]);

const digestOf = (post: ImportedPost): Promise<string> =>
  sha256(
    JSON.stringify(post, (name, value: unknown) =>
      value === null && later.has(name) ? undefined : value,
    ),
  );

const repeatedFailure = (path: string): ImportFailure => ({
  path,
  code: "path_repeated",
  reason: "Another document behind this one has the same path and was taken in instead.",
});

type Line = { ok: true; post: ImportedPost } | { ok: false; failure: ImportFailure };

function readLine({ text, number }: { text: string; number: number }): Line {
  const document = parseDocument(text);
  if (!document) {
    const reason = "This line is not a JSON object with path, front_matter and markdown.";
    return { ok: false, failure: { path: `line ${number}`, code: "line_invalid", reason } };
  }
  const read = toImportedPost(document);
  if (read.ok) return read;
  return { ok: false, failure: { path: document.path, code: read.code, reason: read.reason } };
}

function parseDocument(text: string): Parameters<typeof toImportedPost>[0] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isDocument(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isDocument = (value: unknown): value is Parameters<typeof toImportedPost>[0] =>
  typeof value === "object" &&
  value !== null &&
  "path" in value &&
  typeof value.path === "string" &&
  value.path !== "" &&
  "markdown" in value &&
  typeof value.markdown === "string" &&
  "front_matter" in value &&
  typeof value.front_matter === "object" &&
  value.front_matter !== null;

/** Adds authors to what the batch makes, each under its slug; answers with the slugs, each once. */
function noteAuthors(named: Map<string, Named>, labels: readonly ImportedLabel[]): string[] {
  const slugs = labels.map((label) => {
    const { name, slug } =
      typeof label === "string" ? { name: label, slug: slugify(label) } : label;
    if (!named.has(slug)) named.set(slug, { id: newId(), slug, name });
    return slug;
  });
  return [...new Set(slugs)];
}

/** The same for tags, each once for all spellings of its name; answers with the ids that they have in the batch. */
async function noteTags(
  named: Map<string, NamedTag>,
  labels: readonly ImportedLabel[],
): Promise<string[]> {
  const ids = new Set<string>();
  for (const label of labels) {
    const [name, given] = typeof label === "string" ? [label, null] : [label.name, label.slug];
    const words = tagNameKey(name.replace(/[_-]+/g, " "));
    // No words begin with a space.
    const key = given === null ? words : ` ${given}`;
    const slug = given ?? tagSlug(name);
    const marked = markSlug(slug, (await sha256(words)).slice(0, 6));
    const known = named.get(key);
    const tag = known ?? { id: newId(), name, slug, given_slug: given, marked_slug: marked };
    named.set(key, tag);
    ids.add(tag.id);
  }
  return [...ids];
}

type Address = "slug" | "slug_given" | "slug_repeated" | "marked_slug";

function toDocument(
  post: ImportedPost,
): Omit<ImportDocument, "authors" | "tags" | "digest" | Address> {
  const { html, excerpt, wordCount, readingTime } = renderMarkdown(post.content);
  const fields = {
    type: post.type,
    customExcerpt: post.excerpt,
    featureImage: post.featureImage,
    metaTitle: post.metaTitle,
    metaDescription: post.metaDescription,
    canonicalUrl: post.canonicalUrl,
    metadata: post.metadata,
  };
  return {
    id: newId(),
    path: post.path,
    type: post.type,
    // What is to come out later is not to be seen now.
    status: (post.publishedAt ?? "") > now() ? "draft" : post.status,
    visibility: post.visibility,
    featured: post.featured,
    title: post.title,
    content: post.content,
    html,
    excerpt: post.excerpt ?? excerpt,
    custom_excerpt: post.excerpt,
    word_count: wordCount,
    reading_time: readingTime,
    feature_image: post.featureImage,
    published_at: post.publishedAt,
    meta_title: post.metaTitle,
    meta_description: post.metaDescription,
    canonical_url: post.canonicalUrl,
    og_title: post.ogTitle,
    og_description: post.ogDescription,
    og_image: post.ogImage,
    metadata: post.metadata,
    fields,
  };
}
