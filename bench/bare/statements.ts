/** What a worker that knows nothing but its own table would send. */
export const write = `insert into posts (id, slug, title, content, html, excerpt, word_count, reading_time)
  values (gen_random_uuid(), gen_random_uuid()::text, $1, $2, $2, '', 0, 0) returning *`;
