import { slugify } from "#domain/slugs";

const extension = /\.(?:md|mdx|markdown|html?)$/i;
const dated = /(?:^|\/)(\d{4})[-_/](\d{1,2})[-_/](\d{1,2})[-_/]/;

const segmentsOf = (path: string): string[] =>
  path
    .replaceAll("\\", "/")
    .split("/")
    .filter((segment) => segment !== "" && segment !== "." && segment !== "..");

/** The day in a file's name or folders, as Jekyll has it: `2015-01-31-name.md`, `2015/01/31/name.md`. */
export function dateOfPath(path: string): string | undefined {
  const match = dated.exec(segmentsOf(path).join("/"));
  return match
    ? match
        .slice(1)
        .map((part) => part.padStart(2, "0"))
        .join("-")
    : undefined;
}

/** Whether posts of this folder follow Jekyll's customs. */
export const isJekyll = (path: string): boolean =>
  segmentsOf(path).some(
    (segment) =>
      segment === "_posts" || segment === "_drafts" || /^\d{4}-\d{2}-\d{2}-./.test(segment),
  );

export const isInDrafts = (path: string): boolean =>
  segmentsOf(path)
    .slice(0, -1)
    .some((segment) => /^_?drafts$/i.test(segment));

/** Whether a file stands for its whole folder as a list: Hugo's and Zola's `_index.md`. */
export const isSection = (path: string): boolean => /(?:^|[\\/])_index\.\w+$/i.test(path);

/** A slug from an address or a slug field: its last part that says anything. Patterns say nothing. */
export function slugOfAddress(address: string): string | undefined {
  if (/[{}:*]/.test(address.replace(/^https?:\/\//i, ""))) return undefined;
  const segments = segmentsOf(address.replace(/^https?:\/\/[^/]*/i, "").replace(/[?#].*$/, ""));
  const last = segments.at(-1)?.replace(extension, "");
  const name = last === "index" ? segments.at(-2) : last;
  return name === undefined ? undefined : slugify(name);
}

/** A slug from the file's name, or from its folder's if it is an index. */
export function slugOfPath(path: string): string | undefined {
  const segments = segmentsOf(path);
  const file = segments
    .at(-1)
    ?.replace(extension, "")
    .replace(/^\d{4}-\d{1,2}-\d{1,2}-(?=.)/, "");
  const name = file === undefined || /^_?index$/i.test(file) ? segments.at(-2) : file;
  return name === undefined ? undefined : slugify(name);
}
