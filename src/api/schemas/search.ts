import { z } from "@hono/zod-openapi";

import { page } from "#api/openapi";
import { PageQuery } from "#api/pages";
import { SEARCH_LIMIT, SEARCH_TERM_LIMIT } from "#core/texts";
import type { Finding, Hit, Suggestion } from "#service/search";

import { Id, Moment } from "./fields";
import { TagLabel } from "./posts";

const SafeHtml = z.string().openapi({
  description:
    "HTML that is safe to put on a page as it is: text, with what was found in `<mark>` and nothing else.",
  example: "<mark>Hello</mark>, world",
});

const AuthorLabel = z.object({ id: Id, slug: z.string(), name: z.string() }).openapi("AuthorLabel");

export const HitBody = z
  .object({
    id: Id,
    type: z.enum(["post", "page"]),
    slug: z.string().openapi({ example: "hello-world" }),
    title: z.string().openapi({ example: "Hello, world" }),
    excerpt: z.string(),
    visibility: z.enum(["public", "members", "paid"]),
    feature_image: z.string().nullable(),
    authors: z.array(AuthorLabel),
    tags: z.array(TagLabel),
    published_at: Moment,
    reading_time: z.int().openapi({ description: "Minutes." }),
    score: z.int().openapi({ description: "How well it fits: only to be compared with others." }),
    highlights: z.object({
      title: SafeHtml,
      text: SafeHtml.openapi({
        description:
          "A part of the text around what was found, or the excerpt; safe as the title is.",
      }),
    }),
  })
  .openapi("SearchHit");

const count = z.int().openapi({ description: "Of the hits that `total` counts." });

export const FindingPage = page(HitBody, "HitPage")
  .extend({
    match: z.enum(["words", "similar"]).openapi({
      description: "`similar` when nothing has the words and these only have something like them.",
    }),
    total: z.int().openapi({
      description:
        "Hits, of all pages: of the 800 newest posts that have the words, and up to 200 older ones that have them in the title.",
    }),
    is_capped: z.boolean().openapi({
      description:
        "Whether there may be more hits than `total` and the facets count; with a filter, more of them may be.",
    }),
    facets: z.object({
      tags: z
        .array(z.object({ id: Id, slug: z.string(), name: z.string(), count }))
        .openapi({ description: "The 20 most frequent; internal ones (`#name`) are left out." }),
      years: z.array(z.object({ year: z.int(), count })).openapi({ description: "In UTC." }),
    }),
  })
  .openapi("SearchPage");

const Search = z
  .string()
  .min(1)
  .max(SEARCH_LIMIT)
  .openapi({
    description: `Words that all have to be there, "phrases in quotes", and a minus sign in front of what must not be there; ${SEARCH_TERM_LIMIT} of them at most. The last word may be only begun. Case and accents make no difference. What has no word finds nothing.`,
    example: "hello",
  });

const YEAR = /^[1-9]\d{3}$/u;

const startOf = (year: number): string => `${year}-01-01T00:00:00.000Z`;

export const SearchQuery = PageQuery.extend({
  q: Search,
  type: z.enum(["post", "page"]).optional(),
  tag: z.string().max(100).optional().openapi({ description: "A slug." }),
  year: z
    .string()
    .regex(YEAR)
    .transform(Number)
    .optional()
    .openapi({ type: "integer", example: 2026, description: "Of publication, in UTC." }),
});

export function toSearch({ q, type, tag, year }: z.infer<typeof SearchQuery>) {
  return {
    text: q,
    filter: {
      type: type ?? null,
      tag: tag ?? null,
      from: year === undefined ? null : startOf(year),
      to: year === undefined || year === 9999 ? null : startOf(year + 1),
    },
  };
}

export const toHitBody = (hit: Hit): z.infer<typeof HitBody> => ({
  id: hit.id,
  type: hit.type,
  slug: hit.slug,
  title: hit.title,
  excerpt: hit.excerpt,
  visibility: hit.visibility,
  feature_image: hit.featureImage,
  authors: hit.authors.map(({ id, slug, name }) => ({ id, slug, name })),
  tags: hit.tags.map(({ id, slug, name }) => ({ id, slug, name })),
  published_at: hit.publishedAt,
  reading_time: hit.readingTime,
  score: hit.score,
  highlights: { title: hit.highlights.title, text: hit.highlights.text },
});

export const toFacetsBody = (
  finding: Finding,
): Omit<z.infer<typeof FindingPage>, "data" | "next_cursor"> => ({
  match: finding.isExact ? "words" : "similar",
  total: finding.total,
  is_capped: finding.isCapped,
  facets: {
    tags: finding.tags.map(({ id, slug, name, count: hits }) => ({ id, slug, name, count: hits })),
    years: finding.years.map(({ year, count: hits }) => ({ year, count: hits })),
  },
});

export const SuggestionBody = z
  .object({
    type: z.enum(["post", "page", "tag", "author"]),
    id: Id,
    slug: z.string().openapi({ example: "hello-world" }),
    name: z.string().openapi({ description: "Or title.", example: "Hello, world" }),
    highlight: SafeHtml,
  })
  .openapi("Suggestion");

export const SuggestionList = z.object({ data: z.array(SuggestionBody) }).openapi("SuggestionList");

export const SUGGESTIONS = 8;

export const SuggestionQuery = z.strictObject({
  q: Search,
  limit: z
    .string()
    .regex(/^\d{1,2}$/u)
    .transform(Number)
    .pipe(z.int().min(1).max(20))
    .optional()
    .openapi({ type: "integer", minimum: 1, maximum: 20, default: SUGGESTIONS }),
});

export const toSuggestionBody = (suggestion: Suggestion): z.infer<typeof SuggestionBody> => ({
  type: suggestion.kind,
  id: suggestion.id,
  slug: suggestion.slug,
  name: suggestion.name,
  highlight: suggestion.highlight,
});
