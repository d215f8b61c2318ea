import { CONTENT_LIMIT, TITLE_LIMIT } from "#core/texts";

import { readDate } from "./front-matter/dates.ts";
import { readDetails, readMetadata } from "./front-matter/details.ts";
import { type Fields, isRecord, toFields, toFlag, toText } from "./front-matter/fields.ts";
import type { ImportedLabel } from "./front-matter/names.ts";
import { dateOfPath, slugOfAddress, slugOfPath } from "./front-matter/paths.ts";
import { readFeatured, readStanding, readType } from "./front-matter/standing.ts";
import { parser } from "./markdown/parser.ts";
import { clip } from "./markdown/plaintext.ts";
import { inlineText } from "./markdown/structure.ts";
import { slugify } from "./slugs.ts";

const maxPathLength = 1024;
const maxDepth = 20;

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
  /** Null where the document does not say who may read it, which leaves that as it is. */
  visibility: "public" | "members" | "paid" | null;
  /** Null where the document does not say it. */
  featured: boolean | null;
  excerpt: string | null;
  /** In order, each once; possibly none. */
  authors: ImportedLabel[];
  /** The category and the tags, in that order, each once. */
  tags: ImportedLabel[];
  featureImage: string | null;
  canonicalUrl: string | null;
  metaTitle: string | null;
  metaDescription: string | null;
  ogTitle: string | null;
  ogDescription: string | null;
  /** Null also where it is the document's only picture, and so the post's. */
  ogImage: string | null;
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

/**
 * Reads a document of a static site as Jekyll, Hugo, Zola, Astro and Eleventy write them. Spelling of field
 * names does not matter (`pubDate`, `pub_date`); what the front matter leaves out comes from the file's name
 * (`2015-01-31-name.md`, `name/index.md`) or, for the title, from the first heading. Dates without a zone
 * are UTC. A page without a date, such as a list of posts, comes in as a draft; so does what is for readers that
 * are not known here.
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
  const standing = readStanding(fields, path);
  const status = isUndatedPage ? "draft" : standing.status;
  if (status === "published" && publishedAt === null) return fail("date_missing");
  const details = { featured: readFeatured(fields), ...readDetails(fields, path) };
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
      visibility: standing.visibility,
      publishedAt,
      ...details,
      metadata,
    },
  };
}

const show = (value: unknown): string => clip(JSON.stringify(value) ?? "nothing", 60);
