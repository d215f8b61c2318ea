/** What a worker that knows nothing but its own table would ask; the columns are named as they are in it. */
export const statements = {
  read: "select * from posts where slug = $1 and status = 'published' and deleted_at is null limit 1",
  list: `select id, slug, title, excerpt, status, type, visibility, featured, feature_image, published_at,
    created_at, updated_at, version, reading_time, word_count, metadata
    from posts where status = 'published' and deleted_at is null
    order by published_at desc, id desc limit 20`,
  write: `insert into posts (id, slug, title, content, html, excerpt, word_count, reading_time)
    values (gen_random_uuid(), gen_random_uuid()::text, $1, $2, $2, '', 0, 0) returning *`,
} as const;
