/**
 * The reads that Imprint is measured against, written by hand for just what they answer: PostgreSQL makes the
 * whole JSON text, byte for byte that of Imprint, and the worker hands it on. They know that the posts show no
 * pictures and that all may be read by everybody; Imprint asks.
 */
const moment = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const fields = `p.id, p.slug, p.title, p.excerpt, p.status, p.type, p.visibility, p.featured, p.feature_image,
  null as feature_image_media, a.authors -> 0 as author, a.authors, t.tags,
  ${moment("p.published_at")} as published_at, null as publish_at, null as unpublish_at, null as newsletter,
  null as publish_lag_ms, ${moment("p.created_at")} as created_at, ${moment("p.updated_at")} as updated_at,
  null as deleted_at, p.version, p.reading_time, p.word_count, p.meta_title, p.meta_description, p.canonical_url,
  p.og_title, p.og_description, p.og_image, p.metadata`;

const around = `cross join lateral (
    select array_to_json(array(
      select row_to_json(shown) from (
        select u.id, u.slug, u.name, u.avatar_url, null as avatar
        from post_authors pa join users u on u.id = pa.user_id where pa.post_id = p.id order by pa.position
      ) shown)) as authors
  ) a
  cross join lateral (
    select array_to_json(array(
      select row_to_json(shown) from (
        select g.id, g.slug, g.name
        from post_tags pt join tags g on g.id = pt.tag_id where pt.post_id = p.id order by pt.position
      ) shown)) as tags
  ) t`;

/** A page of twenty; `$1` is the text of the cursor to the next. */
const list = (texts: string): string => `
  select row_to_json(page)::text as json from (
    select array_to_json(array(
      select row_to_json(shown) from (
        select ${fields}${texts}
        from (
          select * from posts where status = 'published' and deleted_at is null
          order by published_at desc, id desc limit 20
        ) p ${around}
        order by p.published_at desc, p.id desc
      ) shown)) as data, $1::text as next_cursor
  ) page`;

export const reads = {
  list: list(""),
  listWithTexts: list(", p.html, '[]'::json as media"),
  /** `$1` is the slug. */
  post: `
    select row_to_json(shown)::text as json from (
      select ${fields}, p.content, p.html, '[]'::json as media
      from posts p ${around}
      where p.slug = $1 and p.status = 'published' and p.deleted_at is null
    ) shown`,
} as const;
