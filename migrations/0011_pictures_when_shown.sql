-- What most reads of published posts do not need, in PL/pgSQL: it is planned only where it is called, and then
-- once for each connection, where a part of a statement is planned with every request.

-- A row of `media`, as the worker knows it. NULL is no picture.
CREATE FUNCTION picture_row(given uuid) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (
    SELECT json_build_object(
      'id', media.id, 'objectKey', media.object_key, 'contentType', media.content_type,
      'width', media.width, 'height', media.height, 'altText', media.alt_text, 'caption', media.caption,
      'focalX', media.focal_x, 'focalY', media.focal_y, 'placeholder', media.placeholder,
      'dominantColor', media.dominant_color, 'variants', media.variants)
    FROM media WHERE media.id = given AND media.status = 'ready'
  );
END $$;
--> statement-breakpoint
-- The pictures that a post shows; NULL when it shows none.
CREATE FUNCTION pictures_of_post(given uuid) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (
    SELECT json_agg(picture_row(media_id) ORDER BY media_id) FROM media_uses WHERE post_id = given
  );
END $$;
--> statement-breakpoint
CREATE FUNCTION avatar_of_user(given uuid) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN picture_row(
    (SELECT media_id FROM media_uses WHERE user_id = given ORDER BY media_id LIMIT 1)
  );
END $$;
--> statement-breakpoint
-- The post that is published under this slug, or else the one that had it.
CREATE FUNCTION post_of_slug(given text) RETURNS uuid LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN coalesce(
    (SELECT id FROM posts WHERE slug = given AND status = 'published' AND deleted_at IS NULL),
    (SELECT post_id FROM slug_redirects WHERE slug = given)
  );
END $$;
