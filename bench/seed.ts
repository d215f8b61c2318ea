import type { Pool, PoolClient } from "pg";

import { Writer } from "./texts.ts";

const PIECES = 2000;
const PEOPLE = 50;
const TAGS = 200;

const filled = [
  "posts",
  "post_authors",
  "post_tags",
  "post_search",
  "search_vocabulary",
  "content_changes",
];

/** What a publication was given. */
export interface Seeded {
  readonly seconds: number;
  /** All of the database, on disk. */
  readonly megabytes: number;
}

/**
 * Fills an empty database with published posts by SQL alone, as many as are wanted in about the time that
 * PostgreSQL takes to write them down. Triggers are off meanwhile and indexes come afterwards; what the triggers would
 * have written is written along, and compared with what they do write for some of the posts.
 *
 * A post has two of 2,000 paragraphs of invented words, a title of its own, two of 200 tags and one of 50
 * authors. The oldest is of 2010, the newest of 2025, in even steps: `post-1` to `post-<count>`.
 *
 * @throws Error when a row of the search is not what the triggers would have made of it.
 */
export async function seedPosts(pool: Pool, count: number): Promise<Seeded> {
  const start = performance.now();
  const client = await pool.connect();
  try {
    await client.query("set session_replication_role = replica");
    await client.query("set synchronous_commit = off");
    await client.query("set maintenance_work_mem = '1GB'");
    await client.query("set work_mem = '256MB'");
    await writePieces(client);
    const indexes = await dropIndexes(client);
    for (const statement of statements) await client.query(statement, [count]);
    for (const definition of indexes) await client.query(definition);
    await client.query("set session_replication_role = origin");
    await compareWithTriggers(client, count);
    // What PostgreSQL would do by and by, in the middle of a measurement.
    await client.query("vacuum (analyze)");
    await client.query("checkpoint");
    const { rows } = await client.query<{ size: string }>(
      "select pg_database_size(current_database()) as size",
    );
    return {
      seconds: (performance.now() - start) / 1000,
      megabytes: Number(rows[0]?.size) / 1e6,
    };
  } finally {
    client.release(true);
  }
}

/** Paragraphs, titles and their words, of which posts are put together; they go with the connection. */
async function writePieces(client: PoolClient): Promise<void> {
  const writer = new Writer(7);
  const sentences = (least: number, most: number): string =>
    Array.from({ length: least + writer.below(most - least + 1) }, () => {
      const text = writer.words(5 + writer.below(10));
      return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
    }).join(" ");
  const texts = Array.from({ length: PIECES }, () => sentences(3, 5));
  const titles = Array.from({ length: PIECES }, () => writer.words(4));
  await client.query(
    `create temp table pieces as
      select (number - 1)::int as number, text, '<p>' || text || E'</p>\\n' as html,
        search_text('<p>' || text || E'</p>\\n') as body, search_vector(text) as words,
        left(text, 200) as excerpt, search_vector(left(text, 200)) as excerpt_words,
        title, search_vector(title) as title_words
      from unnest($1::text[], $2::text[]) with ordinality as given (text, title, number)`,
    [texts, titles],
  );
  await client.query("create unique index on pieces (number)");
  await client.query("analyze pieces");
}

/** @returns what makes them again. */
async function dropIndexes(client: PoolClient): Promise<string[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition
      from pg_index
      where indrelid = any ($1::text[]::regclass[])
        and not exists (select from pg_constraint where conindid = indexrelid)`,
    [`{${filled.join(",")}}`],
  );
  for (const { name } of rows) await client.query(`drop index ${name}`);
  return rows.map(({ definition }) => definition);
}

/** A UUIDv7 of a moment and a number. */
const uuidOf = (moment: string, number: string, salt: string): string => `(
  lpad(to_hex((extract(epoch from ${moment}) * 1000)::bigint), 12, '0') || '7'
  || lpad(to_hex(${number} % 4096), 3, '0') || '8' || left(md5('${salt}' || ${number}), 15))::uuid`;

const firstDay = "timestamptz '2010-01-01 00:00:00+00'";
const days = 16 * 365;

/** Each is given the number of posts as `$1`. */
const statements = [
  `insert into users (id, name, slug, role)
    select ${uuidOf(firstDay, "n", "user")}, 'Author ' || n, 'author-' || n, 'author'
    from generate_series(1, least(${PEOPLE}, $1::int)) n`,
  `insert into tags (id, name, slug)
    select ${uuidOf(firstDay, "n", "tag")}, 'Tag ' || n, 'tag-' || n
    from generate_series(1, least(${TAGS}, $1::int)) n`,
  `create temp table numbers as
    select n, ${uuidOf("moment", "n", "post")} as id, moment,
      n % ${PIECES} as first, (n / ${PIECES} * 7 + n * 31 + 1) % ${PIECES} as second,
      (n / ${PIECES} * 13 + n * 17) % ${PIECES} as title,
      1 + n % ${PEOPLE} as author, 1 + n % ${TAGS} as tag, 1 + (n * 7 + n / ${TAGS} + 3) % ${TAGS} as other_tag
    from (select n, date_trunc('milliseconds',
      ${firstDay} + n * (interval '${days} days' / $1::int)) as moment from generate_series(1, $1::int) n) series`,
  `insert into posts (id, created_at, updated_at, published_at, status, slug, title, content, html, excerpt,
      word_count, reading_time)
    select id, moment, moment, moment, 'published', 'post-' || n, title.title || ' ' || n,
      first.text || E'\\n\\n' || second.text, first.html || second.html, first.excerpt, 76, 1
    from numbers
    join pieces first on first.number = numbers.first
    join pieces second on second.number = numbers.second
    join pieces title on title.number = numbers.title
    where $1::int > 0 order by n`,
  `insert into post_authors (post_id, user_id, position)
    select numbers.id, users.id, 0 from numbers join users on users.slug = 'author-' || numbers.author
    where $1::int > 0 order by n`,
  `insert into post_tags (post_id, tag_id, position)
    select numbers.id, tags.id, position
    from numbers
    cross join lateral (values (0, tag), (1, other_tag)) as given (position, number)
    join tags on tags.slug = 'tag-' || given.number
    where $1::int > 0 and (position = 0 or tag <> other_tag) order by n`,
  `insert into post_search (post_id, type, published_at, body, title_words, words, tag_ids)
    select id, 'post', moment, body, title_words,
      title_words || setweight(excerpt_words, 'C') || setweight(body_words, 'D') || labels, tag_ids
    from (
      select n, numbers.id, moment, first.body || second.body as body,
        setweight(title.title_words || to_tsvector('simple', n::text), 'A') as title_words,
        first.excerpt_words, first.words || second.words as body_words,
        ('''#' || tag.id || ''':1B ''#' || other.id || ''':1B ''@' || users.id || ''':1B')::tsvector as labels,
        array_remove(array[tag.id, nullif(other.id, tag.id)], null) as tag_ids
      from numbers
      join pieces first on first.number = numbers.first
      join pieces second on second.number = numbers.second
      join pieces title on title.number = numbers.title
      join tags tag on tag.slug = 'tag-' || numbers.tag
      join tags other on other.slug = 'tag-' || numbers.other_tag
      join users on users.slug = 'author-' || numbers.author
    ) written
    where $1::int > 0 order by n`,
  `insert into search_vocabulary (word)
    select distinct word from pieces
    cross join lateral unnest(tsvector_to_array(title_words || excerpt_words)) as word
    where $1::int > 0 and length(word) between 4 and 40 and word !~ '[0-9]'`,
  `insert into content_changes (id, entity, entity_id, changed_in, is_known)
    select id, entity::content_entity, id, pg_current_xact_id(), true from (
      select 'post' as entity, id from numbers union all
      select 'tag', id from tags union all
      select 'author', id from users
    ) published
    where $1::int > 0`,
];

const sorted = (list: readonly unknown[]): string =>
  JSON.stringify(list.map((row) => JSON.stringify(row)).toSorted());

/** Lets the triggers' own function write some of the rows again. */
async function compareWithTriggers(client: PoolClient, count: number): Promise<void> {
  const { rows } = await client.query(
    `with chosen as (select post_id, body, title_words, words, tag_ids from post_search
        join posts on posts.id = post_search.post_id
        where posts.slug in ('post-1', 'post-' || $1::int / 2, 'post-' || $1::int)),
      written as materialized (select post_id, write_post_search(post_id) from chosen)
    select post_id, body, title_words, words, tag_ids from chosen where (select count(*) from written) > 0`,
    [count],
  );
  const again = await client.query(
    `select post_id, body, title_words, words, tag_ids from post_search where post_id = any ($1::uuid[])`,
    [`{${rows.map(({ post_id: id }) => String(id)).join(",")}}`],
  );
  if (rows.length !== 3 || sorted(rows) !== sorted(again.rows)) {
    throw new Error("the seed of the search is not what the triggers write");
  }
}
