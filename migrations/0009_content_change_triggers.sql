-- Notes that published things may have changed in this transaction. Nobody waits for anybody: rows that another
-- transaction is about to replace are left to it, and a thing may then have two rows until its next change.
CREATE FUNCTION note_content(kind content_entity, ids uuid[], is_told boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF cardinality(ids) = 0 THEN RETURN; END IF;
  WITH noted AS MATERIALIZED (
    SELECT DISTINCT named.id FROM unnest(ids) AS named (id)
    WHERE NOT EXISTS (
      SELECT FROM content_changes mine
      WHERE mine.entity = kind AND mine.entity_id = named.id AND mine.changed_in = pg_current_xact_id()
        AND mine.is_known >= is_told)
  ), replaced AS (
    DELETE FROM content_changes WHERE id IN (
      SELECT older.id FROM noted JOIN content_changes older ON older.entity = kind AND older.entity_id = noted.id
      FOR UPDATE OF older SKIP LOCKED)
    RETURNING entity_id, is_known
  )
  INSERT INTO content_changes (entity, entity_id, changed_in, is_known)
  SELECT kind, noted.id, pg_current_xact_id(), is_told OR coalesce(bool_or(replaced.is_known), false)
  FROM noted LEFT JOIN replaced ON replaced.entity_id = noted.id GROUP BY noted.id;
END
$$;
--> statement-breakpoint
-- Posts that are published, or were until now. What goes out or comes back may bring or take its authors too.
CREATE FUNCTION note_posts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed uuid[];
  turned uuid[] := '{}';
BEGIN
  IF TG_OP = 'INSERT' THEN
    changed := ARRAY(SELECT id FROM new_rows WHERE status = 'published' AND deleted_at IS NULL);
  ELSIF TG_OP = 'DELETE' THEN
    changed := ARRAY(SELECT id FROM old_rows WHERE status = 'published' AND deleted_at IS NULL);
  ELSE
    WITH states AS MATERIALIZED (
      SELECT id, before.status = 'published' AND before.deleted_at IS NULL AS was_shown,
        after.status = 'published' AND after.deleted_at IS NULL AS is_shown
      FROM old_rows AS before JOIN new_rows AS after USING (id)
    )
    SELECT ARRAY(SELECT id FROM states WHERE was_shown OR is_shown),
      ARRAY(SELECT id FROM states WHERE was_shown <> is_shown)
    INTO changed, turned;
  END IF;
  PERFORM note_content('post', changed, true);
  IF cardinality(turned) > 0 THEN
    PERFORM note_content('author',
      ARRAY(SELECT DISTINCT user_id FROM post_authors WHERE post_id = ANY (turned)), true);
  END IF;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER posts_noted_new AFTER INSERT ON posts
REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_posts();
--> statement-breakpoint
CREATE TRIGGER posts_noted_changed AFTER UPDATE ON posts
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_posts();
--> statement-breakpoint
CREATE TRIGGER posts_noted_gone AFTER DELETE ON posts
REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION note_posts();
--> statement-breakpoint
-- Which of these posts are published, and which may be by the time this commits, though they look like drafts:
-- of a draft that this transaction has not written itself, another one may just be publishing it. Those are noted
-- as well, and mean nothing to whoever finds them still unpublished.
CREATE FUNCTION sort_linked_posts(linked uuid[], OUT shown uuid[], OUT uncertain uuid[])
LANGUAGE sql STABLE AS $$
  SELECT coalesce(array_agg(id) FILTER (WHERE status = 'published' AND deleted_at IS NULL), '{}'),
    coalesce(array_agg(id) FILTER (WHERE (status <> 'published' OR deleted_at IS NOT NULL)
      AND xmin <> pg_current_xact_id()::xid), '{}')
  FROM posts WHERE id = ANY (linked)
$$;
--> statement-breakpoint
CREATE FUNCTION note_post_tags() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  linked uuid[];
  sorted record;
BEGIN
  IF TG_OP = 'INSERT' THEN
    linked := ARRAY(SELECT DISTINCT post_id FROM new_rows);
  ELSIF TG_OP = 'DELETE' THEN
    linked := ARRAY(SELECT DISTINCT post_id FROM old_rows);
  ELSE
    linked := ARRAY(SELECT post_id FROM old_rows UNION SELECT post_id FROM new_rows);
  END IF;
  IF cardinality(linked) = 0 THEN RETURN NULL; END IF;
  SELECT * INTO sorted FROM sort_linked_posts(linked);
  PERFORM note_content('post', sorted.shown, true);
  PERFORM note_content('post', sorted.uncertain, false);
  RETURN NULL;
END
$$;
--> statement-breakpoint
-- Whoever gets a place on a byline may be an author by that, and whoever loses one no longer. When the post itself
-- is gone, it is not known here whether it was published; its authors are known then, if it was.
CREATE FUNCTION note_post_authors() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  linked uuid[];
  people uuid[];
  sorted record;
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(post_id), array_agg(user_id) INTO linked, people FROM new_rows;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(post_id), array_agg(user_id) INTO linked, people FROM old_rows;
  ELSE
    SELECT array_agg(post_id), array_agg(user_id) INTO linked, people FROM (
      SELECT post_id, user_id FROM old_rows UNION ALL SELECT post_id, user_id FROM new_rows) AS links;
  END IF;
  IF linked IS NULL THEN RETURN NULL; END IF;
  SELECT * INTO sorted FROM sort_linked_posts(linked);
  PERFORM note_content('post', sorted.shown, true);
  PERFORM note_content('post', sorted.uncertain, false);
  PERFORM note_content('author', ARRAY(
    SELECT user_id FROM unnest(linked, people) AS links (post_id, user_id)
    WHERE post_id = ANY (sorted.shown)), true);
  PERFORM note_content('author', ARRAY(
    SELECT user_id FROM unnest(linked, people) AS links (post_id, user_id)
    WHERE post_id = ANY (sorted.uncertain) OR NOT EXISTS (SELECT FROM posts WHERE posts.id = post_id)), false);
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER post_tags_noted_new AFTER INSERT ON post_tags
REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_post_tags();
--> statement-breakpoint
CREATE TRIGGER post_tags_noted_changed AFTER UPDATE ON post_tags
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_post_tags();
--> statement-breakpoint
CREATE TRIGGER post_tags_noted_gone AFTER DELETE ON post_tags
REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION note_post_tags();
--> statement-breakpoint
CREATE TRIGGER post_authors_noted_new AFTER INSERT ON post_authors
REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_post_authors();
--> statement-breakpoint
CREATE TRIGGER post_authors_noted_changed AFTER UPDATE ON post_authors
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_post_authors();
--> statement-breakpoint
CREATE TRIGGER post_authors_noted_gone AFTER DELETE ON post_authors
REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION note_post_authors();
--> statement-breakpoint
-- All tags are published.
CREATE FUNCTION note_tags() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM note_content('tag', ARRAY(SELECT id FROM old_rows), true);
  ELSE
    PERFORM note_content('tag', ARRAY(SELECT id FROM new_rows), true);
  END IF;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER tags_noted_new AFTER INSERT ON tags
REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_tags();
--> statement-breakpoint
CREATE TRIGGER tags_noted_changed AFTER UPDATE ON tags
REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_tags();
--> statement-breakpoint
CREATE TRIGGER tags_noted_gone AFTER DELETE ON tags
REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION note_tags();
--> statement-breakpoint
-- Whether somebody is an author may be changing at this moment, in another transaction: so everybody is noted, and
-- nobody is told of those who have published nothing.
CREATE FUNCTION note_author() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM note_content('author', ARRAY[NEW.id], false);
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER users_noted_changed AFTER UPDATE ON users
FOR EACH ROW WHEN (
  (OLD.name, OLD.slug, OLD.bio, OLD.website, OLD.avatar_url)
  IS DISTINCT FROM (NEW.name, NEW.slug, NEW.bio, NEW.website, NEW.avatar_url)
) EXECUTE FUNCTION note_author();
--> statement-breakpoint
-- What was published before anybody could ask for changes.
INSERT INTO content_changes (entity, entity_id, changed_in, is_known)
SELECT published.entity::content_entity, published.id, pg_current_xact_id(), true FROM (
  SELECT 'post' AS entity, id FROM posts WHERE status = 'published' AND deleted_at IS NULL UNION ALL
  SELECT 'tag', id FROM tags UNION ALL
  SELECT 'author', id FROM users WHERE EXISTS (
    SELECT FROM post_authors JOIN posts ON posts.id = post_authors.post_id
    WHERE post_authors.user_id = users.id AND posts.status = 'published' AND posts.deleted_at IS NULL)) AS published;
