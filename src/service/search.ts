import { ValidationFailed } from "#api/exceptions";
import type { Context } from "#core/context";
import { type Page, type PageRequest, toPage } from "#core/pages";
import { SEARCH_TERM_LIMIT } from "#core/texts";
import type { Caller } from "#domain/actors";
import { highlight, highlightPassage } from "#domain/search/highlights";
import {
  placesOf,
  type SearchTerm,
  termsOf,
  wantedOf,
  wholeWords,
  withoutFirstLetter,
} from "#domain/search/terms";
import {
  type HitRow,
  type SearchFilter,
  type SearchRow,
  selectHits,
  selectSuggestions,
  type SuggestionRow,
} from "#repository/search";

import { look } from "./perform";

/** A post that was found; the highlights are HTML that is safe on any page. */
export type Hit = Omit<HitRow, "passage" | "isCutBefore" | "isCutAfter"> & {
  readonly highlights: { readonly title: string; readonly text: string };
};

export type Finding = Page<Hit> &
  Pick<SearchRow, "isExact" | "total" | "isCapped" | "tags" | "years">;

const nothing: Finding = {
  items: [],
  next: null,
  isExact: false,
  total: 0,
  isCapped: false,
  tags: [],
  years: [],
};

export type Suggestion = SuggestionRow & { readonly highlight: string };

/**
 * What is published and has what is looked for, best first. At most the 800 newest posts that have it, and
 * 200 more that have it in their title unless ten of those do, are ranked, counted and paged through. A search
 * that names no word finds nothing.
 *
 * @throws {ValidationFailed} 42200 for a search with too many words.
 */
export async function searchPosts(
  context: Context,
  caller: Caller,
  { text, filter }: { text: string; filter: SearchFilter },
  page: PageRequest,
): Promise<Finding> {
  const terms = readTerms(text);
  if (wantedOf(terms).length === 0) {
    await look(context, { ...caller, repeat: null }, []);
    return nothing;
  }
  const looserTerms = withoutFirstLetter(terms);
  const request = { terms, looserTerms, filter, places: placesOf(terms) };
  const { loaded } = await look(context, { ...caller, repeat: null }, [
    selectHits(context.db, request, page),
  ]);
  const [found] = loaded[0].rows;
  if (!found) throw new Error("The statement answers with one row, always.");
  const { hits, likeWords, ...others } = found;
  const marked = [...terms, ...wholeWords(likeWords)];
  const shown = hits.map((hit) => toHit(hit, marked));
  return {
    ...others,
    ...toPage(shown, page, ({ score, publishedAt, id }) => [score, publishedAt, id]),
  };
}

/**
 * What a search that is being typed may be meant for: tags, authors, then the newest posts, by their names.
 *
 * @throws {ValidationFailed} 42200 for a search with too many words.
 */
export async function suggest(
  context: Context,
  caller: Caller,
  text: string,
  limit: number,
): Promise<Suggestion[]> {
  const terms = withoutFirstLetter(readTerms(text));
  const asked = wantedOf(terms).length > 0 ? [selectSuggestions(context.db, terms, limit)] : [];
  const { loaded } = await look(context, { ...caller, repeat: null }, asked);
  return loaded.flatMap(({ rows }) =>
    rows.map((row) => ({ ...row, highlight: highlight(row.name, terms) })),
  );
}

function readTerms(text: string): SearchTerm[] {
  const terms = termsOf(text);
  if (terms.length > SEARCH_TERM_LIMIT) {
    const message = `At most ${SEARCH_TERM_LIMIT} words and phrases.`;
    throw new ValidationFailed([{ pointer: "q", code: "too_many_terms", message }]);
  }
  return terms;
}

/** Where the text itself has none of the words, the excerpt stands in for it. */
function toHit(
  { passage, isCutBefore, isCutAfter, ...hit }: HitRow,
  terms: readonly SearchTerm[],
): Hit {
  const text =
    passage === null
      ? highlight(hit.excerpt, terms)
      : highlightPassage({ text: passage, isCutBefore, isCutAfter }, terms);
  return {
    ...hit,
    highlights: { title: highlight(hit.title, terms), text },
  };
}
