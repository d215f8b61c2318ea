import { type SQL, sql } from "drizzle-orm";

import type { Database, Statement } from "#core/db";

/** A tag as documents name it: by its name, which may be the slug of one that is there, or by a slug. */
export interface NamedTag {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  /** Set where the document tells it: then the tag with that slug is meant, whatever its name. */
  readonly given_slug: string | null;
  /** What it is called when another tag has its slug. */
  readonly marked_slug: string;
}

const named = (tags: readonly NamedTag[]): SQL =>
  sql`jsonb_to_recordset(${JSON.stringify(tags)}::jsonb) as n(id uuid, name text, slug text, given_slug text, marked_slug text)`;

/** What is left of a name when case, white space and hyphens do not count. */
const wordsOf = (name: SQL): SQL =>
  sql`upper(btrim(regexp_replace(normalize(${name}, NFC), '[[:space:]_-]+', ' ', 'g')))`;

/** Which tags are meant, as rows of the ids of both: the oldest of that very name, of those words, or of that slug. */
const meant = (tags: readonly NamedTag[]): SQL => sql`(
  select distinct on (id) id, tag_id from (
    select n.id, tags.id as tag_id, case when tags.name = n.name then 1 else 2 end as place
    from ${named(tags)}
    join tags on n.given_slug is null and ${wordsOf(sql`tags.name`)} = ${wordsOf(sql`n.name`)}
    union all
    select n.id, tags.id, 3 from ${named(tags)} join tags on tags.slug = coalesce(n.given_slug, n.name)
  ) found order by id, place, tag_id)`;

/** Makes the tags that are not there yet. The second statement is for those whose slug another has, or got just now. */
export const insertImportedTags = (
  db: Database,
  tags: readonly NamedTag[],
  moment: string,
): Statement[] =>
  [sql`n.slug`, sql`n.marked_slug`].map((slug) =>
    db.execute(sql`
      insert into tags (id, created_at, updated_at, slug, name)
      select n.id, ${moment}::timestamptz, ${moment}::timestamptz, ${slug}, n.name from ${named(tags)}
      where n.id not in (select id from ${meant(tags)} meant)
      on conflict (slug) do nothing`),
  );

/**
 * Gives the posts that were written at this moment the tags that their documents name.
 *
 * @param notes rows `d` with the path of a document and the ids of the named tags.
 */
export const linkImportedTags = (
  db: Database,
  notes: SQL,
  { tags, moment }: { readonly tags: readonly NamedTag[]; readonly moment: string },
): Statement =>
  db.execute(sql`
    insert into post_tags (post_id, tag_id, position)
    select posts.id, meant.tag_id, list.position - 1 from ${notes}
    join posts on posts.import_path = d.path and posts.updated_at = ${moment}::timestamptz
    cross join lateral jsonb_array_elements_text(d.tags) with ordinality as list(id, position)
    join ${meant(tags)} meant on meant.id = list.id::uuid
    order by list.position
    on conflict (post_id, tag_id) do nothing`);
