import { clip } from "#domain/markdown/plaintext";

import { readDate } from "./dates.ts";
import { type Fields, toRelativeAddress, toText, toWebAddress } from "./fields.ts";
import { readAuthors, readTags } from "./names.ts";
import { isJekyll } from "./paths.ts";

const maxMetadataBytes = 8 * 1024;

const coverNames = [
  "featureImage", "featuredImage", "heroImage", "image", "cover", "coverImage", "thumbnail", "banner",
]; // prettier-ignore
const pictureNames = [...coverNames, "ogImage", "images", "header", "hero"];

const toClipped = (value: unknown, limit: number): string | null => {
  const text = toText(value);
  return text === undefined ? null : clip(text, limit);
};

/** Everything that cannot be wrong and has a place of its own. */
export function readDetails(fields: Fields, path: string) {
  const hasCover = fields.find(...coverNames) !== undefined;
  const networksPicture = fields.find("ogImage");
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
    ogTitle: toClipped(fields.find("ogTitle"), 300),
    ogDescription: toClipped(fields.find("ogDescription"), 1000),
    ogImage: hasCover ? toWebAddress(networksPicture) : null,
  };
}

/** What nobody asked for until now. */
export function readMetadata(fields: Fields): Record<string, unknown> {
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
