import { type SQL, sql } from "drizzle-orm";

import type { Database } from "#core/db";
import type { PageRequest } from "#core/pages";

import type { TagLabelRow } from "./posts";
import { isInternal } from "./tags";

/** One word or phrase that is looked for. */
export interface TermRow {
  readonly text: string;
  readonly isExcluded: boolean;
  /** Whether its last word may go on. */
  readonly isBegun: boolean;
  /** Whether something like it will do when nothing has it. */
  readonly isForgiven: boolean;
}

export interface SearchFilter {
  readonly type: "post" | "page" | null;
  /** A slug. */
  readonly tag: string | null;
  /** Publication: from this moment on, and before that one. */
  readonly from: string | null;
  readonly to: string | null;
}

export interface SearchRequest {
  /** At least one of them is wanted. */
  readonly terms: readonly TermRow[];
  /** What is looked for when nothing has those, and what is like them. At least one of them is wanted, too. */
  readonly looserTerms: readonly TermRow[];
  readonly filter: SearchFilter;
  /** A regular expression for where the text of a hit becomes interesting. */
  readonly places: string;
}

/** A post that was found, as strangers see it. */
export interface HitRow {
  readonly id: string;
  readonly type: "post" | "page";
  readonly slug: string;
  readonly title: string;
  readonly excerpt: string;
  readonly visibility: "public" | "members" | "paid";
  readonly featureImage: string | null;
  readonly readingTime: number;
  readonly publishedAt: string;
  readonly authors: readonly TagLabelRow[];
  readonly tags: readonly TagLabelRow[];
  /** In millionths. */
  readonly score: number;
  /** What stands around the first of the terms; null when the text has none of them. */
  readonly passage: string | null;
  readonly isCutBefore: boolean;
  readonly isCutAfter: boolean;
}

export interface SearchRow extends Record<string, unknown> {
  /** False when nothing had the words and these are merely like them. */
  readonly isExact: boolean;
  /** Of what is merely like them, the words, folded. */
  readonly likeWords: readonly string[];
  /** How many were ranked: at most 1,000. */
  readonly total: number;
  /** Whether there may be more than were looked at. */
  readonly isCapped: boolean;
  readonly tags: readonly (TagLabelRow & { readonly count: number })[];
  readonly years: readonly { readonly year: number; readonly count: number }[];
  readonly hits: readonly HitRow[];
}

/** Characters of a passage, and how many of them stand before what was found. */
const PASSAGE = 320;
const LEAD = 100;

const and = (queries: readonly SQL[]): SQL => sql.join([...queries], sql` && `);

const termOf = ({ text, isBegun }: TermRow): SQL => sql`search_term(${text}, ${isBegun})`;
const labelledTermOf = (term: TermRow): SQL =>
  sql`(${termOf(term)} || search_labels(${termOf(term)}))`;

/** Posts that have the tag, if there is one, and all of these terms; each as `toQuery` asks for it. */
function queryOf(
  terms: readonly TermRow[],
  tag: string | null,
  toQuery: (term: TermRow) => SQL,
): SQL {
  const wanted = terms.filter(({ isExcluded }) => !isExcluded).map(toQuery);
  if (tag === null) return and(wanted);
  return and([
    ...wanted,
    sql`coalesce((select '''#' || id || '''' from tags where slug = ${tag}), '''#''')::tsquery`,
  ]);
}

const withinOf = ({ type, from, to }: SearchFilter): SQL =>
  sql`${type}::post_type, ${from}::timestamptz, ${to}::timestamptz`;

/**
 * The posts that were found with their scores, as `hits`. What is merely alike is asked for when nothing else is
 * there: `likes` has it, a forgiven term each.
 */
function hitsOf({ terms, looserTerms, filter }: SearchRequest): SQL {
  const within = withinOf(filter);
  const forgiven = looserTerms.filter(({ isForgiven }) => isForgiven);
  const likes = forgiven.map(({ text }) => sql`search_term_like(${text})`);
  const likeOf = (term: TermRow): SQL =>
    term.isForgiven ? sql`likes.queries[${forgiven.indexOf(term) + 1}::int]` : labelledTermOf(term);
  const excluded = terms.filter(({ isExcluded }) => isExcluded).map(labelledTermOf);
  const rest = excluded.length === 0 ? sql`null::tsquery` : sql.join(excluded, sql` || `);
  return sql`
    asked as materialized (select ${queryOf(terms, filter.tag, labelledTermOf)} as query, ${rest} as rest),
    exact as materialized (
      select found.* from asked, search_hits(asked.query, asked.rest, ${within}) as found
    ),
    likes as materialized (
      select array[${sql.join(likes, sql`, `)}]::tsquery[] as queries where not exists (select from exact)
    ),
    meant as materialized (select ${queryOf(looserTerms, filter.tag, likeOf)} as query, asked.rest from asked, likes),
    alike as materialized (
      select found.* from meant, search_hits(meant.query, meant.rest, ${within}) as found
    ),
    hits as materialized (select * from exact union all select * from alike)`;
}

// Names of tags and authors stand among the words as ids behind a sign. Whatever else had one could not be looked for.
const likeWords = sql`
  like_words as materialized (
    select coalesce(array_agg(distinct lexeme[1]), '{}') as words
    from likes, unnest(likes.queries) as query, regexp_matches(query::text, '''([^'']+)''', 'g') as lexeme
    where lexeme[1] !~ '[[:punct:][:space:]]'
  )`;

// Fewer than 800 posts with the words have all been looked at. Of phrases search_hits goes through more, and does not tell.
const isCappedOf = (within: SQL): SQL => sql`(
  select case
    when (select count(*) from hits) >= 800 then true
    when concat(query, rest) like '%<->%' then (
      select count(*) >= 800 from search_hits(replace(query::text, '<->', '&')::tsquery, null, ${within})
    )
    else false end
  from (select * from meant union all select * from asked limit 1) as looked_for)`;

// Readers are offered none of the internal tags.
const isPublic = sql`not ${isInternal}`;

// Asked for one at a time, by index: a join would read all tags for each hit while they are few.
const label = sql`jsonb_build_object('id', named.id, 'slug', named.slug, 'name', named.name)`;

// A hit with all that is shown of it. Only what is on the page is looked at.
const shown = (places: string): SQL => sql`
  select jsonb_build_object(
    'id', posts.id, 'type', posts.type, 'slug', posts.slug, 'title', posts.title, 'visibility', posts.visibility,
    'excerpt', case when posts.visibility = 'public' then posts.excerpt else coalesce(posts.custom_excerpt, '') end,
    'featureImage', posts.feature_image, 'readingTime', posts.reading_time, 'publishedAt', to_char(page.published_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'authors', (
      select coalesce(jsonb_agg((select ${label} from users as named where named.id = link.user_id) order by link.position), '[]')
      from post_authors as link where link.post_id = posts.id),
    'tags', (
      select coalesce(jsonb_agg((select ${label} from tags as named where named.id = link.tag_id) order by link.position), '[]')
      from post_tags as link where link.post_id = posts.id),
    'score', page.score,
    'passage', case when place.at > 0 then substr(post_search.body, place.begins, ${PASSAGE}::int) end,
    'isCutBefore', place.begins > 1,
    'isCutAfter', place.begins + ${PASSAGE}::int <= length(post_search.body)
  ) as hit, page.score, page.published_at, page.post_id
  from page
  join posts on posts.id = page.post_id
  join post_search on post_search.post_id = page.post_id
  cross join lateral (
    select found.at, greatest(found.at - ${LEAD}::int, 1) as begins
    from (
      select regexp_instr(lower(unaccent(post_search.body)), ${places} || (
        select coalesce('|\\m(?:' || nullif(array_to_string(words, '|'), '') || ')\\M', '') from like_words
      )) as at offset 0
    ) as found
  ) as place`;

/** What is published and has all of the wanted terms and none of the excluded, best first: one statement. */
export function selectHits(db: Database, request: SearchRequest, { limit, after }: PageRequest) {
  const beyond = after
    ? sql`where (score, published_at, post_id) < (${after[0]}::int, ${after[1]}::timestamptz, ${after[2]}::uuid)`
    : sql``;
  return db.execute<SearchRow>(sql`
    with ${hitsOf(request)},
    page as materialized (
      select * from hits ${beyond} order by score desc, published_at desc, post_id desc limit ${limit + 1}::int
    ),
    ${likeWords},
    shown as (${shown(request.places)})
    select
      (select exists (select from exact)) as "isExact",
      (select to_jsonb(words) from like_words) as "likeWords",
      (select count(*)::int from hits) as total,
      ${isCappedOf(withinOf(request.filter))} as "isCapped",
      (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'slug', slug, 'name', name, 'count', count)
        order by count desc, name), '[]') from (
        select tags.id, tags.slug, tags.name, counted.count
        from (
          select tag_id, count(*) from (select unnest(tag_ids) as tag_id from hits) as given group by tag_id
        ) as counted
        join tags on tags.id = counted.tag_id and ${isPublic}
        order by counted.count desc, tags.name limit 20
      ) as facets) as tags,
      (select coalesce(jsonb_agg(jsonb_build_object('year', year, 'count', count) order by year desc), '[]') from (
        select date_part('year', published_at at time zone 'UTC')::int as year, count(*) as count from hits group by 1
      ) as facets) as years,
      (select coalesce(jsonb_agg(hit order by score desc, published_at desc, post_id desc), '[]') from shown) as hits`);
}

/** Something that a search may be meant for. */
export interface SuggestionRow extends Record<string, unknown> {
  readonly kind: "post" | "page" | "tag" | "author";
  readonly id: string;
  readonly slug: string;
  readonly name: string;
}

/** How many tags, and how many authors, stand before the posts. */
const LABELS = 3;

/** Tags, authors and the newest posts whose names have these words, of which something is published. */
export function selectSuggestions(db: Database, terms: readonly TermRow[], limit: number) {
  const query = and(terms.map((term) => (term.isExcluded ? sql`!!${termOf(term)}` : termOf(term))));
  const isPublished = sql`join posts on posts.id = link.post_id
    where posts.status = 'published' and posts.deleted_at is null`;
  return db.execute<SuggestionRow>(sql`
    select kind, id, slug, name from (
      (select 1 as place, 'tag' as kind, id, slug, name, null::timestamptz as published_at from tags
        where search_vector(name) @@ (${query}) and ${isPublic}
          and exists (select from post_tags link ${isPublished} and link.tag_id = tags.id)
        order by length(name), name, id limit ${LABELS})
      union all
      (select 2, 'author', id, slug, name, null from users
        where search_vector(name) @@ (${query})
          and exists (select from post_authors link ${isPublished} and link.user_id = users.id)
        order by length(name), name, id limit ${LABELS})
      union all
      (select 3, posts.type::text, posts.id, posts.slug, posts.title, post_search.published_at
        from post_search join posts on posts.id = post_search.post_id
        where post_search.title_words @@ (${query})
        order by post_search.published_at desc, post_search.post_id desc limit ${limit}::int)
    ) as suggestions
    order by place, published_at desc, length(name), name, id limit ${limit}::int`);
}
