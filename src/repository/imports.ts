import { desc, eq, isNotNull, type SQL, sql } from "drizzle-orm";

import type { Database, Statement } from "#core/db";
import type { PageRequest } from "#core/pages";

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

/** A document ready to be written, in the shape that `importDocuments` sends to PostgreSQL. */
export interface ImportDocument {
  readonly id: string;
  readonly path: string;
  readonly digest: string;
  readonly slug: string;
  /** Whether the document says so: only then does a post that is there already get another. */
  readonly slug_given: boolean;
  /** Whether a document before it in the batch has the same. */
  readonly slug_repeated: boolean;
  /** What it is called when another post has its slug. */
  readonly marked_slug: string;
  readonly type: string;
  readonly status: string;
  readonly title: string;
  readonly content: string;
  readonly html: string;
  readonly excerpt: string;
  readonly custom_excerpt: string | null;
  readonly word_count: number;
  readonly reading_time: number;
  readonly feature_image: string | null;
  readonly published_at: string | null;
  readonly meta_title: string | null;
  readonly meta_description: string | null;
  readonly canonical_url: string | null;
  readonly metadata: Record<string, unknown>;
  /** What the revision keeps, without title and content. */
  readonly fields: Record<string, unknown>;
  /** Slugs of users and of tags; each is among the batch's. */
  readonly authors: readonly string[];
  readonly tags: readonly string[];
}

export interface Named {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
}

export interface ImportBatch {
  readonly importId: string;
  readonly requestId: string;
  readonly importedBy: string | null;
  readonly moment: string;
  readonly documents: readonly ImportDocument[];
  readonly authors: readonly Named[];
  readonly tags: readonly Named[];
  readonly failures: readonly { path: string; code: string; reason: string }[];
  /** Documents that are not even among `documents`, because nothing about them is new. */
  readonly unchanged: number;
}

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
    type post_type, status post_status, title text, content text, html text, excerpt text, custom_excerpt text, word_count int, reading_time int, feature_image text,
    published_at timestamptz, meta_title text, meta_description text, canonical_url text, metadata jsonb)`;
  const notes = sql`jsonb_to_recordset(${JSON.stringify(batch.documents.map(toNote))}::jsonb) as d(
    path text, fields jsonb, authors jsonb, tags jsonb)`;
  const paths = sql`(select jsonb_array_elements_text(${JSON.stringify(batch.documents.map(({ path }) => path))}::jsonb))`;
  const isTrashed = sql`import_path in ${paths} and deleted_at is not null`;
  const changed = sql`import_path in ${paths} and updated_at = ${batch.moment}::timestamptz`;
  return [
    insertNamed(db, "users", batch.authors, batch.moment),
    insertNamed(db, "tags", batch.tags, batch.moment),
    upsertPosts(db, documents, paths, batch),
    db.execute(
      sql`delete from post_authors where post_id in (select id from posts where ${changed})`,
    ),
    db.execute(sql`delete from post_tags where post_id in (select id from posts where ${changed})`),
    link(db, "authors", notes, batch.moment),
    link(db, "tags", notes, batch.moment),
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

/** Authors and tags that are not there yet; imported authors cannot sign in. */
function insertNamed(
  db: Database,
  table: "users" | "tags",
  rows: readonly Named[],
  moment: string,
): Statement {
  const named = sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as n(id uuid, slug text, name text)`;
  const at = sql`${moment}::timestamptz`;
  return table === "users"
    ? db.execute(sql`insert into users (id, created_at, updated_at, slug, name, role)
        select n.id, ${at}, ${at}, n.slug, n.name, 'author' from ${named} on conflict (slug) do nothing`)
    : db.execute(sql`insert into tags (id, created_at, updated_at, slug, name)
        select n.id, ${at}, ${at}, n.slug, n.name from ${named} on conflict (slug) do nothing`);
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
      insert into posts (id, created_at, updated_at, type, status, slug, title, content, html, excerpt,
        custom_excerpt, word_count, reading_time, feature_image, published_at, meta_title, meta_description,
        canonical_url, metadata, import_path, import_digest, created_by)
      select d.id, ${at}, ${at}, d.type, d.status, d.free_slug, d.title, d.content, d.html, d.excerpt,
        d.custom_excerpt, d.word_count, d.reading_time, d.feature_image, d.published_at, d.meta_title,
        d.meta_description, d.canonical_url, d.metadata, d.path, d.digest, ${importedBy}::uuid
      from d
      on conflict (import_path) do update set
        updated_at = ${at}, version = posts.version + 1, type = excluded.type,
        ${keptPlans}, slug = excluded.slug, title = excluded.title, content = excluded.content, html = excluded.html,
        excerpt = excluded.excerpt, custom_excerpt = excluded.custom_excerpt, word_count = excluded.word_count,
        reading_time = excluded.reading_time, feature_image = excluded.feature_image,
        published_at = excluded.published_at, meta_title = excluded.meta_title,
        meta_description = excluded.meta_description, canonical_url = excluded.canonical_url,
        metadata = excluded.metadata, import_digest = excluded.import_digest
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

function link(db: Database, what: "authors" | "tags", notes: SQL, moment: string): Statement {
  const target =
    what === "authors"
      ? sql`post_authors (post_id, user_id, position)`
      : sql`post_tags (post_id, tag_id, position)`;
  const source = what === "authors" ? sql`users` : sql`tags`;
  const slugs = what === "authors" ? sql`d.authors` : sql`d.tags`;
  return db.execute(sql`
    insert into ${target}
    select posts.id, named.id, list.position - 1 from ${notes}
    join posts on posts.import_path = d.path and posts.updated_at = ${moment}::timestamptz
    cross join lateral jsonb_array_elements_text(${slugs}) with ordinality as list(slug, position)
    join ${source} named on named.slug = list.slug`);
}

const keepRevisions = (db: Database, notes: SQL, { moment, importedBy }: ImportBatch): Statement =>
  db.execute(sql`
    insert into post_revisions (post_id, number, title, content, fields, changed_by)
    select posts.id, posts.version, posts.title, posts.content,
      d.fields || jsonb_build_object('title', posts.title, 'content', posts.content), ${importedBy}::uuid
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
