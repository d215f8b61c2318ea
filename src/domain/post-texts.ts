import { type ImportedLabel, readAuthors, readTags } from "./front-matter/names.ts";
import { readText } from "./markdown/plaintext";
import type { Post } from "./posts";
import { postAddress } from "./site-addresses";
import { slugify } from "./slugs";
import { tagSlug } from "./tags";

/** What a post says, apart from its text. */
type Described = Pick<
  Post,
  | "title"
  | "slug"
  | "type"
  | "status"
  | "visibility"
  | "featured"
  | "authors"
  | "tags"
  | "publishedAt"
  | "updatedAt"
  | "customExcerpt"
  | "featureImage"
  | "canonicalUrl"
  | "metaTitle"
  | "metaDescription"
  | "ogTitle"
  | "ogDescription"
  | "ogImage"
>;

/**
 * A post as a file of Markdown: the source as it was written, behind front matter that programs for static
 * sites read. Our own import makes the same post of it. Every value stands as JSON, which YAML 1.2 has in it, so
 * nothing that somebody wrote can be taken for another field; what is as with most posts is left out.
 *
 * @param siteUrl the base of the publication's own addresses.
 * @see https://yaml.org/spec/1.2.2/#12-overview
 */
export function markdownFileOf(post: Described & Pick<Post, "content">, siteUrl: string): string {
  const fields = Object.entries(fieldsOf(post, siteUrl)).filter(([, value]) => value !== null);
  const lines = fields.map(([name, value]) => `${name}: ${scalarOf(value)}`);
  return ["---", ...lines, "---", post.content].join("\n");
}

const fieldsOf = (post: Described, siteUrl: string) => ({
  title: post.title,
  slug: post.slug,
  url: postAddress(siteUrl, post.slug),
  canonical_url: post.canonicalUrl,
  type: post.type === "post" ? null : post.type,
  status: post.status === "published" ? null : post.status,
  visibility: post.visibility === "public" ? null : post.visibility,
  featured: post.featured || null,
  authors: labelsOf(post.authors, readAuthors, slugify),
  tags: labelsOf(post.tags, (names) => readTags([names], false), tagSlug),
  published_at: post.publishedAt,
  updated_at: post.updatedAt,
  description: post.customExcerpt,
  // Many sites know one picture alone, by this name or that: to have none has to be said.
  feature_image: post.featureImage ?? (post.ogImage === null ? null : false),
  meta_title: post.metaTitle,
  meta_description: post.metaDescription,
  og_title: post.ogTitle,
  og_description: post.ogDescription,
  og_image: post.ogImage,
});

/** Names, each with its slug where the name alone would be read as another, or as several. */
const labelsOf = (
  labels: readonly { readonly name: string; readonly slug: string }[],
  read: (names: readonly string[]) => readonly ImportedLabel[],
  slugOf: (name: string) => string,
): readonly ImportedLabel[] =>
  labels.map(({ name, slug }) => {
    const [found, ...others] = slugOf(name) === slug ? read([name]) : [];
    return found === name && others.length === 0 ? name : { name, slug };
  });

/** YAML reads U+0085, U+2028 and U+2029 as ends of lines in some versions, and JSON does not escape them. */
const scalarOf = (value: unknown): string =>
  JSON.stringify(value).replaceAll(
    /[\u007F-\u009F\u2028\u2029\uFEFF]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** A post as plain text: its title, and what a reader of its page reads. */
export const plainFileOf = ({ title, html }: Pick<Post, "title" | "html">): string =>
  `${[title, readText(html).plaintext].filter((part) => part !== "").join("\n\n")}\n`;
