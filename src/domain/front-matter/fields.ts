import { isBlank } from "#core/texts";

/** Groups whose fields count as if they stood at the top: Zola's and Hugo's habits. */
const groups = ["extra", "params", "taxonomies", "data"];

/** `pubDate`, `pub_date` and `pub-date` are one name. */
const fold = (name: string): string => name.toLowerCase().replace(/[\s_-]/g, "");

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);

const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== "";

/** The fields of a document's front matter, looked up without regard to spelling. */
export interface Fields {
  /** The first of these names that has a value. What was asked for counts as recognised. */
  find: (...names: readonly string[]) => unknown;
  /** Fields nobody asked for, under the names they were written with. */
  rest: () => [string, unknown][];
}

export function toFields(frontMatter: Record<string, unknown>): Fields {
  const fields = new Map<string, { name: string; value: unknown }>();
  const add = (record: Record<string, unknown>, prefix = ""): void => {
    for (const [name, value] of Object.entries(record)) {
      const key = fold(prefix + name);
      if (isGiven(value) && !fields.has(key)) fields.set(key, { name, value });
    }
  };
  add(frontMatter);
  for (const [name, value] of Object.entries(frontMatter)) {
    if (!isRecord(value)) continue;
    if (groups.includes(fold(name))) add(value);
    if (fold(name) === "seo") add(value, "meta");
  }
  const asked = new Set(groups);
  return {
    find: (...names) => {
      const keys = names.map(fold);
      for (const key of keys) asked.add(key);
      const key = keys.find((candidate) => fields.has(candidate));
      return key === undefined ? undefined : fields.get(key)?.value;
    },
    rest: () =>
      [...fields].filter(([key]) => !asked.has(key)).map(([, { name, value }]) => [name, value]),
  };
}

/** A text or a number as text on one line; undefined for anything else and where nothing can be seen. */
export function toText(value: unknown): string | undefined {
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  if (typeof value !== "string") return undefined;
  const text = value.replace(/\s+/g, " ").trim();
  return isBlank(text) ? undefined : text;
}

/** Yes or no as YAML 1.1, YAML 1.2 and TOML write it; undefined if it is neither. */
export function toFlag(value: unknown): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (typeof value !== "string") return undefined;
  if (/^(?:true|yes|on)$/i.test(value.trim())) return true;
  return /^(?:false|no|off)$/i.test(value.trim()) ? false : undefined;
}

/** An address on the web, from a text or from an object that holds one; null if there is none. */
export function toWebAddress(value: unknown): string | null {
  const found = toAddress(value, 0);
  return found !== undefined &&
    found.length <= 2000 &&
    URL.canParse(found) &&
    /^https?:\/\//i.test(found)
    ? found
    : null;
}

/** An address within the site, found in the same places; undefined for one that names a scheme. */
export function toRelativeAddress(value: unknown): string | undefined {
  const found = toAddress(value, 0);
  const isRelative = found !== undefined && found !== "" && !/^[a-z][a-z\d+.-]*:/i.test(found);
  return isRelative && found.length <= 2000 ? found : undefined;
}

function toAddress(value: unknown, depth: number): string | undefined {
  if (typeof value === "string") return value.trim();
  if (depth > 3) return undefined;
  if (Array.isArray(value)) return toAddress(value[0], depth + 1);
  if (!isRecord(value)) return undefined;
  const { find } = toFields(value);
  return toAddress(find("url", "src", "image", "feature", "path", "href", "teaser"), depth + 1);
}
