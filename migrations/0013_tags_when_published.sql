-- A tag is published as long as something published bears it, as an author is by what they have written. Whoever is
-- writing by the rule that all tags are has to end first.
LOCK TABLE posts, post_tags, tags IN SHARE ROW EXCLUSIVE MODE;
--> statement-breakpoint
-- Posts that are published, or were until now. What goes out or comes back may bring or take its authors and tags too.
CREATE OR REPLACE FUNCTION note_posts() RETURNS trigger LANGUAGE plpgsql AS $$
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
    PERFORM note_content('tag',
      ARRAY(SELECT DISTINCT tag_id FROM post_tags WHERE post_id = ANY (turned)), true);
  END IF;
  RETURN NULL;
END
$$;
--> statement-breakpoint
-- A tag that a post gets may be published by that, and one that it loses no longer; also when the tag itself is deleted.
-- When the post is gone, it is not known here whether it was published; its tags are known then, if it was.
CREATE OR REPLACE FUNCTION note_post_tags() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  linked uuid[];
  labels uuid[];
  sorted record;
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(post_id), array_agg(tag_id) INTO linked, labels FROM new_rows;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(post_id), array_agg(tag_id) INTO linked, labels FROM old_rows;
  ELSE
    SELECT array_agg(post_id), array_agg(tag_id) INTO linked, labels FROM (
      SELECT post_id, tag_id FROM old_rows UNION ALL SELECT post_id, tag_id FROM new_rows) AS links;
  END IF;
  IF linked IS NULL THEN RETURN NULL; END IF;
  SELECT * INTO sorted FROM sort_linked_posts(linked);
  PERFORM note_content('post', sorted.shown, true);
  PERFORM note_content('post', sorted.uncertain, false);
  PERFORM note_content('tag', ARRAY(
    SELECT tag_id FROM unnest(linked, labels) AS links (post_id, tag_id)
    WHERE post_id IN (SELECT unnest(sorted.shown))), true);
  PERFORM note_content('tag', ARRAY(
    SELECT tag_id FROM unnest(linked, labels) AS links (post_id, tag_id)
    WHERE post_id IN (SELECT unnest(sorted.uncertain))
      OR NOT EXISTS (SELECT FROM posts WHERE posts.id = post_id)), false);
  RETURN NULL;
END
$$;
--> statement-breakpoint
-- Nothing bears a new tag yet, and of one that is deleted its posts tell.
DROP TRIGGER tags_noted_new ON tags;
--> statement-breakpoint
DROP TRIGGER tags_noted_gone ON tags;
--> statement-breakpoint
-- Whether something published bears a tag may be changing at this moment, in another transaction: so all are noted, and
-- nobody is told of those that were never published.
CREATE OR REPLACE FUNCTION note_tags() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM note_content('tag', ARRAY(SELECT id FROM new_rows), false);
  RETURN NULL;
END
$$;
--> statement-breakpoint
-- Copies have heard of all tags by now: they are told to forget those that were not for them.
SELECT note_content('tag', ARRAY(
  SELECT id FROM tags WHERE NOT EXISTS (
    SELECT FROM post_tags JOIN posts ON posts.id = post_tags.post_id
    WHERE post_tags.tag_id = tags.id AND posts.status = 'published' AND posts.deleted_at IS NULL)), true);
