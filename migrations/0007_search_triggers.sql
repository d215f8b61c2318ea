-- Vectors are read far more often than written, and hardly get smaller: uncompressed, both are faster.
ALTER TABLE post_search ALTER COLUMN words SET STORAGE EXTERNAL;
--> statement-breakpoint
-- The tags and people that a term names, as words of post_search. A post has the ids of its tags and authors among
-- its words: whoever is renamed is found under the new name at once, and no post has to be written again.
CREATE FUNCTION search_labels(term tsquery) RETURNS tsquery LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN (SELECT coalesce(string_agg('''' || label || '''', '|'), '''#''')::tsquery FROM (
  (SELECT '#' || id AS label FROM tags WHERE search_vector(name) @@ term LIMIT 20) UNION ALL
  (SELECT '@' || id FROM users WHERE search_vector(name) @@ term LIMIT 20)) AS named);
--> statement-breakpoint
-- The words and names that are most like a misspelt one, and the word itself.
CREATE FUNCTION search_like(misspelt text) RETURNS tsquery LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN (SELECT string_agg('''' || meant || '''', '|')::tsquery FROM (
  SELECT misspelt AS meant UNION ALL
  (SELECT word FROM (SELECT DISTINCT word FROM search_vocabulary WHERE word % misspelt) AS known
    ORDER BY similarity(word, misspelt) DESC, word LIMIT 3) UNION ALL
  (SELECT '#' || id FROM tags WHERE search_fold(name) %> misspelt LIMIT 20) UNION ALL
  (SELECT '@' || id FROM users WHERE search_fold(name) %> misspelt LIMIT 20)) AS candidates);
--> statement-breakpoint
-- What a misspelt term may be meant to ask for: of each longer word, one that is like it.
CREATE FUNCTION search_term_like(term text) RETURNS tsquery LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
AS $$
DECLARE
  misspelt text;
  part tsquery;
  meant tsquery;
BEGIN
  FOREACH misspelt IN ARRAY string_to_array(btrim(regexp_replace(search_words(term), ' +', ' ', 'g')), ' ') LOOP
    part := CASE WHEN length(misspelt) < 4 THEN phraseto_tsquery('simple'::regconfig, misspelt)
      ELSE search_like(misspelt) END;
    meant := coalesce(meant && part, part);
  END LOOP;
  RETURN meant;
END
$$;
--> statement-breakpoint
-- The posts that a search finds, to be ranked: the 1,000 newest, and 200 more that have it in the title. Ranking reads
-- all the words of a post, and so does making sure of a phrase: both have to end somewhere, so phrases are looked for
-- in the 3,000 newest posts that have their words. Dynamic, so that each plan knows how rare the words are; and
-- PostgreSQL does not know that to look at a row means to fetch its words from elsewhere.
CREATE FUNCTION search_posts(
  wanted tsquery, excluded tsquery, of_type post_type, since timestamptz, until timestamptz)
RETURNS TABLE (post_id uuid, published_at timestamptz, words tsvector) LANGUAGE plpgsql STABLE
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
      SELECT p.post_id, p.published_at, p.words FROM post_search p
      WHERE p.words @@ $1 AND ($3 IS NULL OR p.type = $3)
        AND ($4 IS NULL OR p.published_at >= $4) AND ($5 IS NULL OR p.published_at < $5)
      ORDER BY p.published_at DESC, p.post_id DESC LIMIT $6
    ), newest AS MATERIALIZED (
      SELECT * FROM likely WHERE NOT $7 OR likely.words @@ $2 LIMIT 1000
    ), titled AS MATERIALIZED (
      SELECT p.post_id, p.published_at, p.words FROM post_search p
      WHERE p.title_words @@ $2 AND ($3 IS NULL OR p.type = $3)
        AND ($4 IS NULL OR p.published_at >= $4) AND ($5 IS NULL OR p.published_at < $5)
        AND (SELECT count(*) FROM likely) = $6
      ORDER BY p.published_at DESC, p.post_id DESC LIMIT 500
    )
    SELECT * FROM newest UNION ALL (
      SELECT * FROM titled
      WHERE titled.post_id NOT IN (SELECT newest.post_id FROM newest) AND titled.words @@ $2 LIMIT 200)'
  USING parts, whole, of_type, since, until, CASE WHEN has_phrase THEN 3000 ELSE 1000 END, has_phrase;
END
$$;
--> statement-breakpoint
-- Writes what strangers can find of a post, or takes it away when they may not see it. Of what is for members that
-- is what its author wrote for everybody: the title, an excerpt of their own, the tags and the byline.
CREATE FUNCTION write_post_search(changed uuid) RETURNS void LANGUAGE plpgsql AS $$
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
  INSERT INTO post_search (post_id, type, published_at, body, title_words, words)
  VALUES (changed, post.type, post.published_at, body, title_words,
    title_words || lead_words || setweight(search_vector(body), 'D') || labels)
  ON CONFLICT (post_id) DO UPDATE SET type = excluded.type, published_at = excluded.published_at,
    body = excluded.body, title_words = excluded.title_words, words = excluded.words;
  -- Nobody waits for anybody here: that a word is there twice does no harm.
  INSERT INTO search_vocabulary (word)
  SELECT found.word FROM unnest(tsvector_to_array(title_words || lead_words)) AS found (word)
  WHERE length(found.word) BETWEEN 4 AND 40 AND found.word !~ '[0-9]'
    AND NOT EXISTS (SELECT FROM search_vocabulary AS known WHERE known.word = found.word);
END
$$;
--> statement-breakpoint
-- Runs when a transaction is about to end, once for each row that it changed. The first of them sees all that the
-- transaction did to the post, so the others find the row written by this very transaction and leave it.
CREATE FUNCTION refresh_post_search() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed uuid;
BEGIN
  IF TG_TABLE_NAME = 'posts' THEN
    changed := NEW.id;
  ELSIF TG_OP = 'DELETE' THEN
    changed := OLD.post_id;
    -- A tag that is gone is in nobody's name: its id among the words finds nothing.
    IF TG_TABLE_NAME = 'post_tags' THEN
      IF NOT EXISTS (SELECT FROM tags WHERE id = OLD.tag_id) THEN RETURN NULL; END IF;
    END IF;
  ELSE
    changed := NEW.post_id;
  END IF;
  IF NOT EXISTS (
    SELECT FROM post_search WHERE post_id = changed AND xmin = pg_current_xact_id()::xid
  ) THEN
    PERFORM write_post_search(changed);
  END IF;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER posts_search_new AFTER INSERT ON posts DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.status = 'published') EXECUTE FUNCTION refresh_post_search();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER posts_search_changed AFTER UPDATE ON posts DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (
  (OLD.status, OLD.type, OLD.visibility, OLD.title, OLD.excerpt, OLD.custom_excerpt, OLD.published_at, OLD.deleted_at,
    OLD.html)
  IS DISTINCT FROM
  (NEW.status, NEW.type, NEW.visibility, NEW.title, NEW.excerpt, NEW.custom_excerpt, NEW.published_at, NEW.deleted_at,
    NEW.html)
) EXECUTE FUNCTION refresh_post_search();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER post_tags_search AFTER INSERT OR UPDATE OR DELETE ON post_tags DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION refresh_post_search();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER post_authors_search AFTER INSERT OR UPDATE OR DELETE ON post_authors DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION refresh_post_search();
--> statement-breakpoint
-- What was published before there was a search.
SELECT write_post_search(id) FROM posts WHERE status = 'published' AND deleted_at IS NULL;
