import { isSlug } from "#domain/slugs";

import { isRecord, toFields, toText } from "./fields.ts";

/** Whom or what a document names: by a slug where it tells that too, else by the slug that its name makes. */
export type ImportedLabel = string | { readonly name: string; readonly slug: string };

const maxLength = 100;
const maxTags = 50;
const maxAuthors = 20;

/** What belongs to the name before the comma: `Acme, Inc.` is one author. */
const suffix = /^(?:inc|llc|ltd|gmbh|corp|co|jr|sr|ph\.?d|m\.?d|ii|iii|iv)\.?$/i;

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

function unique(labels: readonly ImportedLabel[], limit: number): ImportedLabel[] {
  const found = new Map<string, ImportedLabel>();
  for (const label of labels) {
    const isName = typeof label === "string";
    // No name begins with a space.
    const key = isName ? label.normalize("NFKC").toLowerCase() : ` ${label.slug}`;
    if (label !== "" && !found.has(key)) found.set(key, label);
  }
  return [...found.values()].slice(0, limit);
}

const clean = (name: string): string =>
  name.normalize("NFC").slice(0, maxLength).toWellFormed().trim();

/** What names itself by name and by slug; of such a name nothing is taken away. */
function toLabel(item: unknown): ImportedLabel | undefined {
  if (!isRecord(item)) return undefined;
  const { find } = toFields(item);
  const [name, slug] = [toText(find("name")), find("slug")];
  const isWhole = name !== undefined && typeof slug === "string" && isSlug(slug);
  return isWhole ? { name: clean(name), slug } : undefined;
}

const letters = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

/** Without a handle or an address behind it: `Ann Lee (@ann)`, `Ann Lee (annlee)`, `Ann Lee <a@b.test>`. */
function toAuthor(text: string): string {
  const name = text.replace(/^@(?=\w)/, "").replace(/\s*<[^<>]*>$/, "");
  const match = /^(.*\S)\s*\(([^\s()]+)\)$/.exec(name);
  const [, before = "", handle = ""] = match ?? [];
  const isHandle = /[@./_\-\d]/.test(handle) || letters(handle) === letters(before);
  return clean(match && isHandle ? before : name);
}

function splitAuthors(text: string): string[] {
  const names: string[] = [];
  for (const part of text.split(/\s*[,;]\s*/)) {
    const last = names.at(-1);
    if (last !== undefined && suffix.test(part)) names[names.length - 1] = `${last}, ${part}`;
    else names.push(...part.replace(/^(?:and|&)\s+/, "").split(/\s+(?:and|&)\s+/));
  }
  return names;
}

/** Who wrote it: from a text (`A, B and C`), a list, or objects with a name. In order, each once. */
export function readAuthors(value: unknown): ImportedLabel[] {
  const labels = listOf(value).flatMap((item): ImportedLabel[] => {
    const label = toLabel(item);
    if (label !== undefined) return [label];
    const text = toText(isRecord(item) ? toFields(item).find("name", "title", "id", "slug") : item);
    if (text === undefined) return [];
    return (isRecord(item) ? [text] : splitAuthors(text)).map(toAuthor);
  });
  return unique(labels, maxAuthors);
}

/** Eleventy puts every post into a collection with a tag of this name. */
const collection = /^(?:posts?|all)$/i;

/**
 * Categories and tags: lists, objects with a name, or texts parted by commas.
 *
 * @param bySpaces whether a text without commas holds one tag a word, as Jekyll has it.
 */
export function readTags(values: readonly unknown[], bySpaces: boolean): ImportedLabel[] {
  const tags = values.flatMap((value) =>
    listOf(value).flatMap((item): ImportedLabel[] => {
      const label = toLabel(item);
      if (label !== undefined) return [label];
      const text = toText(isRecord(item) ? toFields(item).find("name", "title", "slug") : item);
      if (text === undefined) return [];
      return namesIn(text, Array.isArray(value), bySpaces)
        .map((name) => clean(name.trim().replace(/^#(?=\S)/, "")))
        .filter((name) => !collection.test(name));
    }),
  );
  return unique(tags, maxTags);
}

function namesIn(text: string, isListed: boolean, bySpaces: boolean): string[] {
  if (isListed) return [text];
  return text.split(text.includes(",") || !bySpaces ? "," : " ");
}
