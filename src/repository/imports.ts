import { desc, eq, isNotNull, type SQL, sql } from "drizzle-orm";

import type { Database, Statement } from "#core/db";
import type { PageRequest } from "#core/pages";

import type { ImportBatch, ImportDocument, Named } from "./imports/batch";
import { insertImportedTags, linkImportedTags } from "./imports/tags";
import { imports, jobs, posts } from "./models";
import { keepPostPictures } from "./pictures";

const columns = {
  id: imports.id,
  createdAt: imports.createdAt,
  createdBy: imports.createdBy,
  jobId: imports.jobId,
  size: imports.size,
  createdCount: imports.createdCount,
  updatedCount: imports.updatedCount,
  unchangedCount: imports.unchangedCount,
  failedCount: imports.failedCount,
  failures: imports.failures,
  objectKey: imports.objectKey,
  state: jobs.state,
  doneCount: jobs.doneCount,
  totalCount: jobs.totalCount,
  errorCode: jobs.errorCode,
  lastError: jobs.lastError,
  finishedAt: jobs.finishedAt,
};

/** An import with the state of its job. */
export const selectImport = (db: Database, id: string) =>
  db
    .select(columns)
    .from(imports)
    .innerJoin(jobs, eq(jobs.id, imports.jobId))
    .where(eq(imports.id, id));

export type ImportRecord = Awaited<ReturnType<typeof selectImport>>[number];

/** A page of imports, newest first. */
export const selectImports = (db: Database, { limit, after }: PageRequest) =>
  db
    .select(columns)
    .from(imports)
    .innerJoin(jobs, eq(jobs.id, imports.jobId))
    .where(
      after === null
        ? undefined
        : sql`(${imports.createdAt}, ${imports.id}) < (${after[0]}::timestamptz, ${after[1]}::uuid)`,
    )
    .orderBy(desc(imports.createdAt), desc(imports.id))
    .limit(limit + 1);

export const insertImport = (db: Database, row: typeof imports.$inferInsert): Statement =>
  db.insert(imports).values(row);

/** The digest of every document that was imported, as the post stands that came of it. */
export const selectImportDigests = (db: Database) =>
  db.select({ digest: posts.importDigest }).from(posts).where(isNotNull(posts.importDigest));

/** How many failures an import shows. All are counted. */
const SHOWN_FAILURES = 1000;

const IN_TRASH = "Its post is in the trash: restore it, then import again.";

/**
 * Writes a batch of documents: to be sent as one transaction. A document whose digest is known changes
 * nothing, so writing a batch again changes nothing. What the batch changed has its `moment` as
 * `updated_at`, which is how the statements after the first know it.
 */
export function importDocuments(db: Database, batch: ImportBatch): Statement[] {
  // The texts travel once: they are most of the bytes.
  const documents = sql`jsonb_to_recordset(${JSON.stringify(batch.documents.map(toColumns))}::jsonb) as d(
    id uuid, path text, digest text, slug text, slug_given boolean, slug_repeated boolean, marked_slug text,
    type post_type, status post_status, visibility post_visibility, featured boolean, title text, content text,
    html text, excerpt text, custom_excerpt text, word_count int, reading_time int, feature_image text,
    published_at timestamptz, meta_title text, meta_description text, canonical_url text, og_title text,
    og_description text, og_image text, metadata jsonb)`;
  const notes = sql`jsonb_to_recordset(${JSON.stringify(batch.documents.map(toNote))}::jsonb) as d(
    path text, fields jsonb, authors jsonb, tags jsonb)`;
  const paths = sql`(select jsonb_array_elements_text(${JSON.stringify(batch.documents.map(({ path }) => path))}::jsonb))`;
  const isTrashed = sql`import_path in ${paths} and deleted_at is not null`;
  const changed = sql`import_path in ${paths} and updated_at = ${batch.moment}::timestamptz`;
  return [
    insertAuthors(db, batch.authors, batch.moment),
    ...insertImportedTags(db, batch.tags, batch.moment),
    upsertPosts(db, documents, paths, batch),
    db.execute(
      sql`delete from post_authors where post_id in (select id from posts where ${changed})`,
    ),
    db.execute(sql`delete from post_tags where post_id in (select id from posts where ${changed})`),
    linkAuthors(db, notes, batch.moment),
    linkImportedTags(db, notes, batch),
    ...keepPostPictures(db, changed),
    keepRevisions(db, notes, batch),
    keepAudit(db, changed, batch),
    countOutcome(db, { changed, isTrashed }, batch),
  ];
}

const toColumns = ({ fields: _fields, authors: _authors, tags: _tags, ...row }: ImportDocument) =>
  row;

const toNote = ({ path, fields, authors, tags }: ImportDocument) => ({
  path,
  fields,
  authors,
  tags,
});

/** Authors that are not there yet; they cannot sign in. */
function insertAuthors(db: Database, authors: readonly Named[], moment: string): Statement {
  const at = sql`${moment}::timestamptz`;
  return db.execute(sql`insert into users (id, created_at, updated_at, slug, name, role)
    select n.id, ${at}, ${at}, n.slug, n.name, 'author'
    from jsonb_to_recordset(${JSON.stringify(authors)}::jsonb) as n(id uuid, slug text, name text)
    on conflict (slug) do nothing`);
}

const isWaiting = sql`posts.status = 'scheduled' and excluded.status = 'draft'`;
const isSame = sql`(${isWaiting}) or posts.status = excluded.status`;

/** As when somebody edits it: what waits to go out goes on waiting while its document is a draft. */
const keptPlans = sql`
  status = case when ${isWaiting} then posts.status else excluded.status end,
  publish_at = case when ${isWaiting} then posts.publish_at end,
  publish_job_id = case when ${isWaiting} then posts.publish_job_id end,
  publish_send = case when ${isWaiting} then posts.publish_send end,
  unpublish_at = case when ${isSame} then posts.unpublish_at end,
  unpublish_job_id = case when ${isSame} then posts.unpublish_job_id end`;

/** What is as the document has it, also where that has nothing. */
const replaced = sql`
  type = excluded.type, slug = excluded.slug, title = excluded.title, content = excluded.content,
  html = excluded.html, excerpt = excluded.excerpt, custom_excerpt = excluded.custom_excerpt,
  word_count = excluded.word_count, reading_time = excluded.reading_time, feature_image = excluded.feature_image,
  published_at = excluded.published_at, meta_title = excluded.meta_title,
  meta_description = excluded.meta_description, canonical_url = excluded.canonical_url,
  metadata = excluded.metadata, import_digest = excluded.import_digest`;

/** What a document may leave open. Read from `d`, because of what is `excluded` nobody knows whether it was said. */
const keptWishes = sql`
  (visibility, featured, og_title, og_description, og_image) = (
    select coalesce(d.visibility, posts.visibility), coalesce(d.featured, posts.featured),
      coalesce(d.og_title, posts.og_title), coalesce(d.og_description, posts.og_description),
      coalesce(d.og_image, posts.og_image)
    from d where d.path = posts.import_path)`;

/**
 * A post whose document names another slug than it has, marked or not, gets that one; from the slug that a
 * published post had, a redirect leads to it, as when somebody changes it by hand.
 */
function upsertPosts(
  db: Database,
  documents: SQL,
  paths: SQL,
  { moment, importedBy }: ImportBatch,
): Statement {
  const at = sql`${moment}::timestamptz`;
  const isTaken = sql`d.slug_repeated or exists (
    select 1 from posts other
    where other.slug = d.slug and other.deleted_at is null and other.import_path is distinct from d.path)`;
  return db.execute(sql`
    with before as (select id, slug, status, import_path from posts where import_path in ${paths}),
    d as (
      select d.*, case
        when before.slug in (d.slug, d.marked_slug) or not d.slug_given then coalesce(before.slug, free.slug)
        else free.slug end as free_slug
      from ${documents}
      left join before on before.import_path = d.path
      cross join lateral (select case when ${isTaken} then d.marked_slug else d.slug end as slug) free
    ),
    written as (
      insert into posts (id, created_at, updated_at, type, status, visibility, featured, slug, title, content,
        html, excerpt, custom_excerpt, word_count, reading_time, feature_image, published_at, meta_title,
        meta_description, canonical_url, og_title, og_description, og_image, metadata, import_path, import_digest,
        created_by)
      select d.id, ${at}, ${at}, d.type, d.status, coalesce(d.visibility, 'public'), coalesce(d.featured, false),
        d.free_slug, d.title, d.content, d.html, d.excerpt, d.custom_excerpt, d.word_count, d.reading_time,
        d.feature_image, d.published_at, d.meta_title, d.meta_description, d.canonical_url, d.og_title,
        d.og_description, d.og_image, d.metadata, d.path, d.digest, ${importedBy}::uuid
      from d
      on conflict (import_path) do update set
        updated_at = ${at}, version = posts.version + 1, ${keptPlans}, ${keptWishes}, ${replaced}
      where posts.import_digest is distinct from excluded.import_digest and posts.deleted_at is null
      returning id, slug
    ),
    moved as (
      select before.id, before.slug as old, written.slug as new from written
      join before on before.id = written.id
      where before.slug <> written.slug and before.status = 'published'
    ),
    overtaken as (
      delete from slug_redirects where slug in (select new from moved) and slug not in (select old from moved)
    )
    insert into slug_redirects (slug, post_id) select old, id from moved
    on conflict (slug) do update set post_id = excluded.post_id`);
}

const linkAuthors = (db: Database, notes: SQL, moment: string): Statement =>
  db.execute(sql`
    insert into post_authors (post_id, user_id, position)
    select posts.id, users.id, list.position - 1 from ${notes}
    join posts on posts.import_path = d.path and posts.updated_at = ${moment}::timestamptz
    cross join lateral jsonb_array_elements_text(d.authors) with ordinality as list(slug, position)
    join users on users.slug = list.slug`);

const keepRevisions = (db: Database, notes: SQL, { moment, importedBy }: ImportBatch): Statement =>
  db.execute(sql`
    insert into post_revisions (post_id, number, title, content, fields, changed_by)
    select posts.id, posts.version, posts.title, posts.content,
      d.fields || jsonb_build_object('title', posts.title, 'content', posts.content, 'visibility', posts.visibility,
        'featured', posts.featured, 'ogTitle', posts.og_title, 'ogDescription', posts.og_description,
        'ogImage', posts.og_image), ${importedBy}::uuid
    from ${notes}
    join posts on posts.import_path = d.path and posts.updated_at = ${moment}::timestamptz`);

const keepAudit = (db: Database, changed: SQL, { importedBy, requestId }: ImportBatch): Statement =>
  db.execute(sql`
    insert into audit_entries (actor_id, action, entity, entity_id, version, request_id)
    select ${importedBy}::uuid, 'post.import', 'post', id, version, ${requestId} from posts where ${changed}`);

/** A changed document whose post is in the trash is left alone, and its author is told. */
function countOutcome(
  db: Database,
  { changed, isTrashed }: { changed: SQL; isTrashed: SQL },
  batch: ImportBatch,
): Statement {
  const { importId, documents, failures, unchanged } = batch;
  return db.execute(sql`
    update imports set
      created_count = created_count + counted.made,
      updated_count = updated_count + counted.edited,
      unchanged_count = unchanged_count + ${unchanged + documents.length}::int
        - counted.made - counted.edited - trashed.left_alone,
      failed_count = failed_count + ${failures.length}::int + trashed.left_alone,
      failures = case when jsonb_array_length(failures) < ${SHOWN_FAILURES}
        then failures || ${JSON.stringify(failures)}::jsonb || trashed.told else failures end
    from (
      select count(*) filter (where version = 1)::int as made, count(*) filter (where version > 1)::int as edited
      from posts where ${changed}
    ) counted, (
      select count(*)::int as left_alone, coalesce(jsonb_agg(jsonb_build_object(
        'path', import_path, 'code', 'post_in_trash', 'reason', ${IN_TRASH}::text) order by import_path
      ), '[]') as told
      from posts where ${isTrashed}
    ) trashed
    where imports.id = ${importId}::uuid`);
}
