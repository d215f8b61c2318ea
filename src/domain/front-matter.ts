import { CONTENT_LIMIT, TITLE_LIMIT } from "#core/texts";

import { readDate } from "./front-matter/dates.ts";
import {
  type Fields,
  isRecord,
  toFields,
  toFlag,
  toRelativeAddress,
  toText,
  toWebAddress,
} from "./front-matter/fields.ts";
import { readAuthors, readTags } from "./front-matter/names.ts";
import {
  dateOfPath,
  isInDrafts,
  isJekyll,
  isSection,
  slugOfAddress,
  slugOfPath,
} from "./front-matter/paths.ts";
import { parser } from "./markdown/parser.ts";
import { clip } from "./markdown/plaintext.ts";
import { inlineText } from "./markdown/structure.ts";
import { slugify } from "./slugs.ts";

const maxPathLength = 1024;
const maxDepth = 20;
const maxMetadataBytes = 8 * 1024;

/** Why a document cannot be taken in, and what its author can do about it. */
export const importFailures = {
  path_invalid: "The path is empty or longer than 1,024 characters.",
  front_matter_invalid:
    "The front matter is not a list of fields, or it nests deeper than 20 levels.",
  text_invalid: "There is a NUL or half a character (a lone surrogate) in it.",
  content_too_large: `The text is longer than ${CONTENT_LIMIT.toLocaleString("en")} characters.`,
  title_missing: "There is no title, neither in the front matter nor as a first-level heading.",
  title_too_long: `The title is longer than ${TITLE_LIMIT} characters.`,
  date_missing: "There is no date. Add one, or mark the document as a draft.",
  date_invalid: "The date cannot be read, or there is no such day.",
} as const;

export type ImportFailureCode = keyof typeof importFailures;

/** A document as it comes: the front matter in JSON values, the Markdown behind it. */
export interface ImportedDocument {
  path: string;
  front_matter: Record<string, unknown>;
  markdown: string;
}

/** A post as a static site generator's file describes it. Timestamps are ISO strings in UTC. */
export interface ImportedPost {
  path: string;
  title: string;
  slug: string;
  /** Whether the front matter says so, and not only the path or the title. */
  isSlugGiven: boolean;
  content: string;
  status: "published" | "draft";
  type: "post" | "page";
  /** Never null for what is published. */
  publishedAt: string | null;
  excerpt: string | null;
  /** Names, in order, each once; possibly none. */
  authors: string[];
  /** Names of the category and the tags, in that order, each once. */
  tags: string[];
  featureImage: string | null;
  canonicalUrl: string | null;
  metaTitle: string | null;
  metaDescription: string | null;
  /** Texts, numbers and flags of fields with no place of their own, and a picture of the site itself as `image`;
   * at most 8 KiB of JSON. */
  metadata: Record<string, unknown>;
}

type Outcome =
  | { ok: true; post: ImportedPost }
  | { ok: false; code: ImportFailureCode; reason: string };

const fail = (code: ImportFailureCode, detail?: string): Outcome => ({
  ok: false,
  code,
  reason: detail === undefined ? importFailures[code] : `${importFailures[code]} ${detail}`,
});

const isCleanText = (text: string): boolean => !text.includes("\0") && text.isWellFormed();

/** What is wrong with a value from outside, or undefined. */
function findFlaw(value: unknown, depth = 0): ImportFailureCode | undefined {
  if (typeof value === "string") return isCleanText(value) ? undefined : "text_invalid";
  if (typeof value !== "object" || value === null) return undefined;
  if (depth > maxDepth) return "front_matter_invalid";
  for (const [key, item] of Object.entries(value)) {
    const flaw = isCleanText(key) ? findFlaw(item, depth + 1) : "text_invalid";
    if (flaw) return flaw;
  }
  return undefined;
}

/** MDX's imports and exports at the top, which mean nothing here: they end at the first empty line. */
function toContent({ path, markdown }: ImportedDocument): string {
  const text = markdown.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  if (!/\.mdx$/i.test(path)) return text;
  const lines = text.split("\n");
  let start = 0;
  for (let index = 0; index < lines.length; index += 1) {
    if (lines[index]?.trim() === "") continue;
    if (!/^(?:import|export)\s/.test(lines[index] ?? "")) break;
    while (index < lines.length && lines[index]?.trim() !== "") index += 1;
    start = index;
  }
  return lines.slice(start).join("\n");
}

/** The first heading of the first level. */
function titleOfContent(content: string): string | undefined {
  const tokens = parser.parse(content, {});
  const index = tokens.findIndex(({ type, tag }) => type === "heading_open" && tag === "h1");
  return index < 0 ? undefined : toText(inlineText(tokens[index + 1]?.children ?? null));
}

const pageLayout =
  /(?:^|[-_])(?:pages?|category|categories|index|list|archives?|home|section|tags?|search|404)$/;

function readType(fields: Fields, path: string): ImportedPost["type"] {
  const kinds = [fields.find("layout", "template"), fields.find("type", "kind")].map((value) =>
    (toText(value) ?? "")
      .replace(/^.*[\\/]/, "")
      .replace(/\.\w+$/, "")
      .replace(/[-_]?layout$/i, "")
      .toLowerCase(),
  );
  return isSection(path) || kinds.some((kind) => pageLayout.test(kind)) ? "page" : "post";
}

function readStatus(fields: Fields, path: string): ImportedPost["status"] {
  const status = toText(fields.find("status"))?.toLowerCase();
  const isDraft =
    toFlag(fields.find("draft")) === true ||
    toFlag(fields.find("isDraft")) === true ||
    toFlag(fields.find("published")) === false ||
    toFlag(fields.find("publish")) === false ||
    (status !== undefined && /^(?:draft|private|pending|unpublished)$/.test(status)) ||
    isInDrafts(path);
  return isDraft ? "draft" : "published";
}

/** Eleventy's words for dates that only its own machine knows. */
const elsewhere = /^(?:git )?(?:last modified|created)$/i;

function findDate(fields: Fields, names: readonly string[]): unknown {
  for (const name of names) {
    const value = fields.find(name);
    const isDate = value !== undefined && toFlag(value) === undefined;
    if (isDate && !(typeof value === "string" && elsewhere.test(value.trim()))) return value;
  }
  return undefined;
}

const publishedNames = [
  "date", "pubDate", "publishDate", "published", "publishedAt", "publishedOn", "publishedDate", "datePublished",
  "created", "createdAt", "createdDate",
]; // prettier-ignore

function readSlug(
  fields: Fields,
  path: string,
  title: string,
): Pick<ImportedPost, "slug" | "isSlugGiven"> {
  const address = [
    fields.find("slug"),
    fields.find("permalink"),
    fields.find("path"),
    fields.find("url"),
  ]
    .map((value) => toText(value))
    .map((text) => (text === undefined ? undefined : slugOfAddress(text)))
    .find((slug) => slug !== undefined);
  return {
    slug: address ?? slugOfPath(path) ?? slugify(title),
    isSlugGiven: address !== undefined,
  };
}

const pictureNames = [
  "featureImage", "featuredImage", "heroImage", "image", "cover", "coverImage", "thumbnail", "banner", "ogImage",
  "images", "header", "hero",
]; // prettier-ignore

function readMetadata(fields: Fields): Record<string, unknown> {
  const recognised: [string, unknown][] = [
    ["lang", toText(fields.find("lang", "language", "locale"))],
    ["image", toRelativeAddress(fields.find(...pictureNames))],
  ];
  const kept = recognised.filter(([, value]) => value !== undefined);
  let bytes = 2;
  for (const [name, value] of [...kept.splice(0), ...fields.rest()]) {
    const scalar = value instanceof Date ? readDate(value) : value;
    if (name === "__proto__" || !["string", "number", "boolean"].includes(typeof scalar)) continue;
    bytes += new TextEncoder().encode(JSON.stringify([name, scalar])).length;
    if (bytes <= maxMetadataBytes) kept.push([name, scalar]);
  }
  return Object.fromEntries(kept);
}

const toClipped = (value: unknown, limit: number): string | null => {
  const text = toText(value);
  return text === undefined ? null : clip(text, limit);
};

/** Everything but title and dates, which can be wrong. */
function readDetails(fields: Fields, path: string) {
  return {
    excerpt: toClipped(
      fields.find("excerpt", "description", "summary", "customExcerpt", "subtitle"),
      1000,
    ),
    authors: readAuthors(fields.find("authors", "author", "byline")),
    tags: readTags(
      [
        fields.find("category"),
        fields.find("categories"),
        fields.find("tags"),
        fields.find("tag", "keywords"),
      ],
      isJekyll(path),
    ),
    featureImage: toWebAddress(fields.find(...pictureNames)),
    canonicalUrl: toWebAddress(fields.find("canonicalUrl", "canonical", "canonicalLink")),
    metaTitle: toClipped(fields.find("metaTitle", "seoTitle"), 300),
    metaDescription: toClipped(fields.find("metaDescription", "seoDescription"), 1000),
  };
}

/**
 * Reads a document of a static site as Jekyll, Hugo, Zola, Astro and Eleventy write them. Spelling of field
 * names does not matter (`pubDate`, `pub_date`); what the front matter leaves out comes from the file's name
 * (`2015-01-31-name.md`, `name/index.md`) or, for the title, from the first heading. Dates without a zone
 * are UTC. A page without a date, such as a list of posts, comes in as a draft.
 *
 * Pure: the same document always gives the same post.
 */
export function toImportedPost(document: ImportedDocument): Outcome {
  const { path, front_matter: frontMatter } = document;
  if (path === "" || path.length > maxPathLength) return fail("path_invalid");
  if (!isRecord(frontMatter)) return fail("front_matter_invalid");
  const flaw = findFlaw([path, document.markdown]) ?? findFlaw(frontMatter);
  if (flaw) return fail(flaw);
  const content = toContent(document);
  if (content.length > CONTENT_LIMIT) return fail("content_too_large");

  const fields = toFields(frontMatter);
  const title = toText(fields.find("title")) ?? titleOfContent(content);
  if (title === undefined) return fail("title_missing");
  if (title.length > TITLE_LIMIT) return fail("title_too_long");

  const date = findDate(fields, publishedNames) ?? dateOfPath(path);
  const publishedAt = date === undefined ? null : readDate(date);
  if (date !== undefined && publishedAt === null)
    return fail("date_invalid", `It says ${show(date)}.`);

  const type = readType(fields, path);
  const isUndatedPage = type === "page" && publishedAt === null;
  const status = isUndatedPage ? "draft" : readStatus(fields, path);
  if (status === "published" && publishedAt === null) return fail("date_missing");
  const details = readDetails(fields, path);
  const metadata = readMetadata(fields);
  return {
    ok: true,
    post: {
      path,
      title,
      ...readSlug(fields, path, title),
      content,
      status,
      type,
      publishedAt,
      ...details,
      metadata,
    },
  };
}

const show = (value: unknown): string => clip(JSON.stringify(value) ?? "nothing", 60);
