import { desc, eq, type SQL, sql } from "drizzle-orm";

import type { Database, Statement } from "#core/db";
import type { PageRequest } from "#core/pages";

import { jobs, subscriberImports } from "./models";
import { takeTurnsOnSuppressions } from "./suppressions";

const columns = {
  id: subscriberImports.id,
  createdAt: subscriberImports.createdAt,
  createdBy: subscriberImports.createdBy,
  jobId: subscriberImports.jobId,
  objectKey: subscriberImports.objectKey,
  size: subscriberImports.size,
  attestation: subscriberImports.attestation,
  newsletterIds: subscriberImports.newsletterIds,
  labels: subscriberImports.labels,
  createdCount: subscriberImports.createdCount,
  updatedCount: subscriberImports.updatedCount,
  unchangedCount: subscriberImports.unchangedCount,
  skippedCount: subscriberImports.skippedCount,
  failedCount: subscriberImports.failedCount,
  failures: subscriberImports.failures,
  state: jobs.state,
  doneCount: jobs.doneCount,
  totalCount: jobs.totalCount,
  errorCode: jobs.errorCode,
  lastError: jobs.lastError,
  finishedAt: jobs.finishedAt,
};

/** An import with the state of its job. */
export const selectSubscriberImport = (db: Database, id: string) =>
  db
    .select(columns)
    .from(subscriberImports)
    .innerJoin(jobs, eq(jobs.id, subscriberImports.jobId))
    .where(eq(subscriberImports.id, id));

export type SubscriberImportRecord = Awaited<ReturnType<typeof selectSubscriberImport>>[number];
export type LineFailure = SubscriberImportRecord["failures"][number];

/** A page of imports, newest first. */
export const selectSubscriberImports = (db: Database, { limit, after }: PageRequest) =>
  db
    .select(columns)
    .from(subscriberImports)
    .innerJoin(jobs, eq(jobs.id, subscriberImports.jobId))
    .where(
      after === null
        ? undefined
        : sql`(${subscriberImports.createdAt}, ${subscriberImports.id}) < (${after[0]}::timestamptz, ${after[1]}::uuid)`,
    )
    .orderBy(desc(subscriberImports.createdAt), desc(subscriberImports.id))
    .limit(limit + 1);

export const insertSubscriberImport = (
  db: Database,
  row: typeof subscriberImports.$inferInsert,
): Statement => db.insert(subscriberImports).values(row);

/** An address of a list, in the shape that `importSubscribers` sends to PostgreSQL. */
export interface ImportedSubscriber {
  readonly id: string;
  readonly email: string;
  readonly address_hash: string;
  readonly name: string | null;
  readonly labels: readonly string[];
  /** Ids. */
  readonly newsletters: readonly string[];
  readonly created_at: string | null;
  /** How many lines it stands for. */
  readonly lines: number;
  /** How many of those behind the first said something new. */
  readonly again_updated: number;
}

export interface SubscriberBatch {
  readonly importId: string;
  readonly requestId: string;
  readonly importedBy: string | null;
  readonly moment: string;
  readonly subscribers: readonly ImportedSubscriber[];
  readonly failures: readonly LineFailure[];
  /** Lines that are not even among `subscribers`, because they say that no mail is wanted. */
  readonly skipped: number;
}

/** How many failures an import shows. All are counted. */
const SHOWN_FAILURES = 1000;

/**
 * Writes a batch, to be sent as one transaction. Who is suppressed or has left stays that way; whoever has
 * left one newsletter does not get that one. The rest get what the list says on top of what they have.
 */
export const importSubscribers = (db: Database, batch: SubscriberBatch): Statement[] => [
  takeTurnsOnSuppressions(db),
  db.execute(
    sql`with ${known(batch)}, ${written(batch)}, ${noted(batch)}, ${counted} ${summed(batch)}`,
  ),
];

/** The list beside what there is: whom it names, and which newsletters are new to them. */
const known = ({ subscribers }: SubscriberBatch): SQL => sql`
  listed as (
    select * from jsonb_to_recordset(${JSON.stringify(subscribers)}::jsonb) as l(
      id uuid, email text, address_hash text, name text, labels text[], newsletters uuid[],
      created_at timestamptz, lines int, again_updated int)
  ),
  known as (
    select l.*, s.id as subscriber_id, s.status,
      exists (select 1 from suppressions x where x.address_hash = l.address_hash) as is_suppressed
    from listed l left join subscribers s on s.email = l.email
  ),
  wanted as (
    select k.subscriber_id, n.id as newsletter_id
    from known k join newsletters n on n.id = any (k.newsletters)
    where k.subscriber_id is not null and not k.is_suppressed
      and not exists (
        select 1 from subscriptions s where s.subscriber_id = k.subscriber_id and s.newsletter_id = n.id)
      and not exists (
        select 1 from subscriber_events e where e.subscriber_id = k.subscriber_id
          and e.newsletter_id = n.id and e.kind = 'unsubscribed')
  )`;

/** Who is new, who changes, and what they get by it. */
const written = ({ moment }: SubscriberBatch): SQL => sql`
  made as (
    insert into subscribers (id, created_at, updated_at, email, name, status, labels, source)
    select id, coalesce(created_at, ${moment}::timestamptz), ${moment}::timestamptz, email, name,
      'active', labels, 'import'
    from known where subscriber_id is null and not is_suppressed
    on conflict (email) do nothing
    returning id, version
  ),
  edited as (
    update subscribers s set
      name = coalesce(k.name, s.name),
      labels = s.labels || array(select l from unnest(k.labels) l where l <> all (s.labels)),
      status = 'active', confirmation_id = null, confirmation_expires_at = null,
      updated_at = ${moment}::timestamptz, version = s.version + 1
    from known k
    where s.id = k.subscriber_id and s.status in ('active', 'pending') and not k.is_suppressed
      and (s.status = 'pending' or coalesce(k.name, s.name) is distinct from s.name
        or not s.labels @> k.labels or exists (select 1 from wanted w where w.subscriber_id = s.id))
    returning s.id, s.version
  ),
  given as (
    insert into subscriptions (subscriber_id, newsletter_id)
    select made.id, newsletters.id from made join listed l on l.id = made.id
      join newsletters on newsletters.id = any (l.newsletters)
    union all
    select w.subscriber_id, w.newsletter_id from wanted w join edited on edited.id = w.subscriber_id
    on conflict (newsletter_id, subscriber_id) do nothing
  )`;

/** What is kept of it: for them, and for the audit, whose fence it takes part in. */
const noted = ({ importId, importedBy, requestId }: SubscriberBatch): SQL => sql`
  touched as (select id, version from made union all select id, version from edited),
  evident as (
    insert into subscriber_events (subscriber_id, kind, details)
    select id, 'imported', jsonb_build_object('import_id', ${importId}::text) from touched
  ),
  audited as (
    insert into audit_entries (actor_id, action, entity, entity_id, version, request_id)
    select ${importedBy}::uuid, 'subscriber.import', 'subscriber', id, version, ${requestId} from touched
  )`;

const counted = sql`
  outcome as (
    select k.lines, k.again_updated, case
      when k.is_suppressed or k.status in ('unsubscribed', 'suppressed') then 'skipped'
      when exists (select 1 from made where made.id = k.id) then 'created'
      when exists (select 1 from edited where edited.id = k.subscriber_id) then 'updated'
      else 'unchanged' end as what
    from known k
  ),
  counted as (
    select
      coalesce(sum(lines) filter (where what = 'skipped'), 0)::int as skipped,
      count(*) filter (where what = 'created')::int as created,
      (count(*) filter (where what = 'updated')
        + coalesce(sum(again_updated) filter (where what in ('created', 'updated')), 0))::int as updated,
      coalesce(sum(lines), 0)::int as lines
    from outcome
  )`;

const summed = ({ importId, failures, skipped }: SubscriberBatch): SQL => sql`
  update subscriber_imports set
    created_count = created_count + counted.created,
    updated_count = updated_count + counted.updated,
    skipped_count = skipped_count + counted.skipped + ${skipped}::int,
    unchanged_count = unchanged_count + counted.lines - counted.created - counted.updated - counted.skipped,
    failed_count = failed_count + ${failures.length}::int,
    failures = case when jsonb_array_length(failures) < ${SHOWN_FAILURES}::int
      then failures || ${JSON.stringify(failures)}::jsonb else failures end
  from counted where subscriber_imports.id = ${importId}::uuid`;
