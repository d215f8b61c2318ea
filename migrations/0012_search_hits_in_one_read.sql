ALTER TABLE "post_search" ADD COLUMN "tag_ids" uuid[] DEFAULT '{}' NOT NULL;
--> statement-breakpoint
-- A search reads the words of all that it found, each from a place of its own: kept in their row they are one read, beside
-- it they were three. Rows of up to a page stay whole; of longer ones the text goes first, and the words last.
ALTER TABLE post_search ALTER COLUMN words SET STORAGE MAIN;
--> statement-breakpoint
ALTER TABLE post_search SET (toast_tuple_target = 8160);
--> statement-breakpoint
UPDATE post_search
SET tag_ids = ARRAY(SELECT tag_id FROM post_tags WHERE post_tags.post_id = post_search.post_id ORDER BY position);
--> statement-breakpoint
-- The posts that a search finds, ranked: the 800 newest, and 200 more that have it in the title, unless ten of the newest
-- have it there: what many titles say makes no old post better. Ranking reads all the words of a post, and so does making
-- sure of a phrase: both have to end somewhere, so phrases are looked for in the 3,000 newest posts that have their words.
-- Which posts those are is found out first, by their places alone: rows are long, and sorting them moves them about.
-- With a limit much lower PostgreSQL, which takes rare words to be less rare, would go through all posts by their date.
-- Dynamic, so that each plan knows how rare the words are; and PostgreSQL does not know what it costs to look at the words
-- of a row. search_posts is what came before, for workers that do not know this one yet.
CREATE FUNCTION search_hits(
  wanted tsquery, excluded tsquery, of_type post_type, since timestamptz, until timestamptz)
RETURNS TABLE (post_id uuid, published_at timestamptz, tag_ids uuid[], score int) LANGUAGE plpgsql STABLE
SET enable_seqscan = off
AS $$
DECLARE
  whole tsquery := CASE WHEN excluded IS NULL THEN wanted ELSE wanted && !!excluded END;
  parts tsquery := replace(wanted::text, '<->', '&')::tsquery;
  has_phrase boolean := whole::text LIKE '%<->%';
BEGIN
  IF excluded::text NOT LIKE '%<->%' THEN parts := parts && !!excluded; END IF;
  RETURN QUERY EXECUTE '
    WITH likely AS MATERIALIZED (
      SELECT p.ctid AS place FROM post_search p
      WHERE p.words @@ $1 AND ($3 IS NULL OR p.type = $3)
        AND ($4 IS NULL OR p.published_at >= $4) AND ($5 IS NULL OR p.published_at < $5)
      ORDER BY p.published_at DESC, p.post_id DESC LIMIT $6
    ), newest AS MATERIALIZED (
      SELECT p.post_id, p.published_at, p.tag_ids, p.title_words @@ $2 AS is_titled, ts_rank($9, p.words, $8, 1) AS rank
      FROM likely JOIN post_search p ON p.ctid = likely.place
      WHERE NOT $7 OR p.words @@ $2
      ORDER BY p.published_at DESC, p.post_id DESC LIMIT 800
    ), titled AS MATERIALIZED (
      SELECT p.ctid AS place, p.post_id FROM post_search p
      WHERE p.title_words @@ $2 AND ($3 IS NULL OR p.type = $3)
        AND ($4 IS NULL OR p.published_at >= $4) AND ($5 IS NULL OR p.published_at < $5)
        AND (SELECT count(*) FROM likely) = $6 AND (SELECT count(*) FROM newest WHERE is_titled) < 10
      ORDER BY p.published_at DESC, p.post_id DESC LIMIT 500
    ), older AS (
      SELECT p.post_id, p.published_at, p.tag_ids, ts_rank($9, p.words, $8, 1) AS rank
      FROM titled JOIN post_search p ON p.ctid = titled.place
      WHERE titled.post_id NOT IN (SELECT newest.post_id FROM newest) AND p.words @@ $2 LIMIT 200
    )
    SELECT found.post_id, found.published_at, found.tag_ids, (found.rank * 1000000)::int FROM (
      SELECT newest.post_id, newest.published_at, newest.tag_ids, newest.rank FROM newest UNION ALL SELECT * FROM older
    ) AS found'
  USING parts, whole, of_type, since, until, CASE WHEN has_phrase THEN 3000 ELSE 800 END, has_phrase, wanted,
    '{0.1, 0.3, 0.6, 1}'::float4[];
END
$$;
--> statement-breakpoint
-- Writes what strangers can find of a post, or takes it away when they may not see it. Of what is for members that
-- is what its author wrote for everybody: the title, an excerpt of their own, the tags and the byline.
CREATE OR REPLACE FUNCTION write_post_search(changed uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  post record;
  body text;
  title_words tsvector;
  lead_words tsvector;
  labels tsvector;
BEGIN
  -- The lock makes transactions that change the tags or the byline of one post see each other's work.
  SELECT * INTO post FROM posts WHERE id = changed FOR NO KEY UPDATE;
  IF NOT FOUND OR post.status <> 'published' OR post.deleted_at IS NOT NULL THEN
    DELETE FROM post_search WHERE post_id = changed;
    RETURN;
  END IF;
  title_words := setweight(search_vector(post.title), 'A');
  IF post.visibility = 'public' THEN
    body := search_text(post.html);
    lead_words := setweight(search_vector(post.excerpt), 'C');
  ELSE
    body := '';
    lead_words := setweight(search_vector(coalesce(post.custom_excerpt, '')), 'C');
  END IF;
  SELECT coalesce(string_agg('''' || label || ''':1B', ' '), '')::tsvector INTO labels FROM (
    SELECT '#' || tag_id AS label FROM post_tags WHERE post_id = changed UNION ALL
    SELECT '@' || user_id FROM post_authors WHERE post_id = changed) AS named;
  INSERT INTO post_search (post_id, type, published_at, body, title_words, words, tag_ids)
  VALUES (changed, post.type, post.published_at, body, title_words,
    title_words || lead_words || setweight(search_vector(body), 'D') || labels,
    ARRAY(SELECT tag_id FROM post_tags WHERE post_id = changed ORDER BY position))
  ON CONFLICT (post_id) DO UPDATE SET type = excluded.type, published_at = excluded.published_at,
    body = excluded.body, title_words = excluded.title_words, words = excluded.words, tag_ids = excluded.tag_ids;
  -- Nobody waits for anybody here: that a word is there twice does no harm.
  INSERT INTO search_vocabulary (word)
  SELECT found.word FROM unnest(tsvector_to_array(title_words || lead_words)) AS found (word)
  WHERE length(found.word) BETWEEN 4 AND 40 AND found.word !~ '[0-9]'
    AND NOT EXISTS (SELECT FROM search_vocabulary AS known WHERE known.word = found.word);
END
$$;
