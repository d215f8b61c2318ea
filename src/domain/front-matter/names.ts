import { isRecord, toFields, toText } from "./fields.ts";

const maxLength = 100;
const maxTags = 50;
const maxAuthors = 20;

/** What belongs to the name before the comma: `Acme, Inc.` is one author. */
const suffix = /^(?:inc|llc|ltd|gmbh|corp|co|jr|sr|ph\.?d|m\.?d|ii|iii|iv)\.?$/i;

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

function unique(names: readonly string[], limit: number): string[] {
  const found = new Map<string, string>();
  for (const name of names) {
    const key = name.normalize("NFKC").toLowerCase();
    if (name !== "" && !found.has(key)) found.set(key, name);
  }
  return [...found.values()].slice(0, limit);
}

const clean = (name: string): string =>
  name.normalize("NFC").slice(0, maxLength).toWellFormed().trim();

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
export function readAuthors(value: unknown): string[] {
  const names = listOf(value).flatMap((item) => {
    const text = toText(isRecord(item) ? toFields(item).find("name", "title", "id", "slug") : item);
    if (text === undefined) return [];
    return isRecord(item) ? [text] : splitAuthors(text);
  });
  return unique(names.map(toAuthor), maxAuthors);
}

/** Eleventy puts every post into a collection with a tag of this name. */
const collection = /^(?:posts?|all)$/i;

/**
 * Categories and tags: lists, objects with a name, or texts parted by commas.
 *
 * @param bySpaces whether a text without commas holds one tag a word, as Jekyll has it.
 */
export function readTags(values: readonly unknown[], bySpaces: boolean): string[] {
  const names = values.flatMap((value) =>
    listOf(value).flatMap((item) => {
      const text = toText(isRecord(item) ? toFields(item).find("name", "title", "slug") : item);
      if (text === undefined || Array.isArray(value)) return text ?? [];
      return text.includes(",") || !bySpaces ? text.split(",") : text.split(" ");
    }),
  );
  const tags = names.map((name) => clean(name.trim().replace(/^#(?=\S)/, "")));
  return unique(
    tags.filter((tag) => !collection.test(tag)),
    maxTags,
  );
}
