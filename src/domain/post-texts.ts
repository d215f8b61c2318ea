import { readText } from "./markdown/plaintext";
import type { Post } from "./posts";
import { postAddress } from "./site-addresses";

/** What a post says, apart from its text. */
type Described = Pick<
  Post,
  | "title"
  | "slug"
  | "status"
  | "authors"
  | "tags"
  | "publishedAt"
  | "updatedAt"
  | "excerpt"
  | "canonicalUrl"
>;

/**
 * A post as a file of Markdown: the source as it was written, behind front matter that programs for static
 * sites read, and our own import. Every value stands as JSON, which YAML 1.2 has in it, so nothing that
 * somebody wrote can be taken for another field.
 *
 * @param siteUrl the base of the publication's own addresses.
 * @see https://yaml.org/spec/1.2.2/#12-overview
 */
export function markdownFileOf(post: Described & Pick<Post, "content">, siteUrl: string): string {
  const fields = Object.entries(fieldsOf(post, siteUrl)).filter(([, value]) => value !== null);
  const lines = fields.map(([name, value]) => `${name}: ${scalarOf(value)}`);
  return ["---", ...lines, "---", "", post.content.trimEnd(), ""].join("\n");
}

const fieldsOf = (post: Described, siteUrl: string) => ({
  title: post.title,
  slug: post.slug,
  url: postAddress(siteUrl, post.slug),
  canonical_url: post.canonicalUrl,
  status: post.status === "published" ? null : post.status,
  authors: post.authors.map(({ name }) => name),
  tags: post.tags.map(({ name }) => name),
  published_at: post.publishedAt,
  updated_at: post.updatedAt,
  description: post.excerpt === "" ? null : post.excerpt,
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
