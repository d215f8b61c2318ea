import type { ImportedPost } from "#domain/front-matter";

import { type Fields, toFlag, toText } from "./fields.ts";
import { isInDrafts, isSection } from "./paths.ts";

const pageLayout =
  /(?:^|[-_])(?:pages?|category|categories|index|list|archives?|home|section|tags?|search|404)$/;

export function readType(fields: Fields, path: string): ImportedPost["type"] {
  const kinds = [fields.find("layout", "template"), fields.find("type", "kind")].map((value) =>
    (toText(value) ?? "")
      .replace(/^.*[\\/]/, "")
      .replace(/\.\w+$/, "")
      .replace(/[-_]?layout$/i, "")
      .toLowerCase(),
  );
  return isSection(path) || kinds.some((kind) => pageLayout.test(kind)) ? "page" : "post";
}

/** What publishing systems call that which nobody is to see on the site, or not yet. */
const hidden = new Set([
  "draft", "auto-draft", "private", "pending", "pending-review", "in-review", "review", "unpublished", "scheduled",
  "future", "queued", "sent", "inherit", "trash", "trashed", "deleted", "removed", "hidden",
]); // prettier-ignore

function isDraft(fields: Fields, path: string): boolean {
  const status = toText(fields.find("status"))?.toLowerCase().replace(/[ _]/g, "-");
  return (
    toFlag(fields.find("draft")) === true ||
    toFlag(fields.find("isDraft")) === true ||
    toFlag(fields.find("published")) === false ||
    toFlag(fields.find("publish")) === false ||
    (status !== undefined && hidden.has(status)) ||
    isInDrafts(path)
  );
}

/** Words for who may read something. `tiers` is Ghost's for those who pay in some way. */
const audiences = new Map<string, NonNullable<ImportedPost["visibility"]>>([
  ["public", "public"],
  ["everyone", "public"],
  ["everybody", "public"],
  ["anyone", "public"],
  ["all", "public"],
  ["open", "public"],
  ["visible", "public"],
  ["true", "public"],
  ["members", "members"],
  ["member", "members"],
  ["paid", "paid"],
  ["tiers", "paid"],
]);

/** Whether it is out, and for whom: for readers that are not known here, it is a draft for as few as can be. */
export function readStanding(
  fields: Fields,
  path: string,
): Pick<ImportedPost, "status" | "visibility"> {
  const status = isDraft(fields, path) ? "draft" : "published";
  const said = fields.find("visibility");
  if (said === undefined) return { status, visibility: null };
  const visibility = audiences.get((toText(said) ?? String(said === true)).toLowerCase());
  return visibility === undefined
    ? { status: "draft", visibility: "paid" }
    : { status, visibility };
}

export const readFeatured = (fields: Fields): boolean | null =>
  toFlag(fields.find("featured")) ?? null;
