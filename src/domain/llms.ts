import type { FullTextRow, NewestRow } from "#repository/llms";

import { clip } from "./markdown/plaintext";
import { postAddress } from "./site-addresses";
import type { SiteSettings } from "./site-settings";

/** How many of each kind are named: a file that a program reads whole. */
export const mostLinks = { post: 100, page: 50 } as const;

/** How much is on one page of everything. */
export const fullPage = { limit: 50, bytes: 500_000 } as const;

const EXCERPT_LENGTH = 300;

const oneLine = (text: string): string => text.replaceAll(/\s+/gu, " ").trim();

/** Text inside the brackets of a link, without what would end it or binds tighter: code, tags, addresses. */
const labelOf = (text: string): string => oneLine(text).replaceAll(/[\\[\]<`]/gu, "\\$&");

const headOf = ({ title, description }: Pick<SiteSettings, "title" | "description">): string[] => [
  `# ${oneLine(title)}`,
  ...(description === null ? [] : [`> ${oneLine(description)}`]),
];

/**
 * What a program that reads should know of the publication: what it is, and what is new, as Markdown.
 *
 * @param apiUrl the base of the addresses that are linked to.
 * @see https://llmstxt.org/
 */
export function llmsIndexOf({
  site,
  apiUrl,
  posts,
  pages,
}: {
  readonly site: Pick<SiteSettings, "title" | "description">;
  readonly apiUrl: string;
  readonly posts: readonly NewestRow[];
  readonly pages: readonly NewestRow[];
}): string {
  const linkTo = ({ slug, title, excerpt }: NewestRow): string => {
    const about = clip(oneLine(excerpt), EXCERPT_LENGTH);
    const link = `- [${labelOf(title)}](${apiUrl}/v1/posts/${slug}.md)`;
    return about === "" ? link : `${link}: ${about}`;
  };
  const section = (name: string, rows: readonly NewestRow[]): string[] =>
    rows.length === 0 ? [] : [`## ${name}`, rows.map(linkTo).join("\n")];
  const others = [
    `- [Everything in full](${apiUrl}/llms-full.txt): all texts, newest first, some on each page`,
    `- [Feed](${apiUrl}/feed.json): what is new, as JSON`,
    `- [Sitemap](${apiUrl}/sitemap.xml): the addresses of everything`,
    `- [Search](${apiUrl}/v1/search?q=): answers JSON; what is looked for goes behind \`q=\``,
  ];
  return `${[
    ...headOf(site),
    ...section("Posts", posts),
    ...section("Pages", pages),
    "## Optional",
    others.join("\n"),
  ].join("\n\n")}\n`;
}

/**
 * One page of everything there is to read: each text as it was written, below its title and where it is
 * found.
 *
 * @param nextUrl where it goes on; null on the last page.
 */
export function llmsFullOf({
  site,
  texts,
  nextUrl,
}: {
  readonly site: Pick<SiteSettings, "title" | "description" | "url">;
  readonly texts: readonly FullTextRow[];
  readonly nextUrl: string | null;
}): string {
  const parts = [
    headOf(site).join("\n\n"),
    ...texts.map((text) => partOf(text, site.url)),
    ...(nextUrl === null ? [] : [`[Next page](${nextUrl})`]),
  ];
  return `${parts.join("\n\n---\n\n")}\n`;
}

function partOf({ slug, title, content, ...about }: FullTextRow, siteUrl: string): string {
  const names = (things: readonly { readonly name: string }[]): string =>
    things.map(({ name }) => oneLine(name)).join(", ");
  const facts = [
    ["Source", postAddress(siteUrl, slug)],
    ["Published", about.publishedAt],
    ["Authors", names(about.authors)],
    ["Tags", names(about.tags)],
  ].filter(([, value]) => value !== "");
  return [
    `# ${oneLine(title)}`,
    facts.map(([name, value]) => `- ${name}: ${value}`).join("\n"),
    content.trim(),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}
