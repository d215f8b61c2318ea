import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  smallint,
  text,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";

import { base, edited, instant } from "./columns";

// --- People --------------------------------------------------------------------------------------

export const userRole = pgEnum("user_role", ["owner", "admin", "editor", "author", "contributor"]);
export const userStatus = pgEnum("user_status", ["active", "suspended"]);

/** Everyone who writes. Imported authors have neither address nor password: they cannot sign in. */
export const users = pgTable(
  "users",
  {
    ...base,
    ...edited,
    name: text().notNull(),
    slug: text().notNull(),
    email: text(),
    passwordHash: text(),
    role: userRole().notNull(),
    status: userStatus().notNull().default("active"),
    bio: text(),
    website: text(),
    avatarUrl: text(),
  },
  (t) => [
    unique("users_email_key").on(t.email),
    unique("users_slug_key").on(t.slug),
    index("users_name_index").on(t.name, t.id),
  ],
);

/** A sign-in that lasts. Only the SHA-256 of its token is kept. */
export const sessions = pgTable(
  "sessions",
  {
    ...base,
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    tokenHash: text().notNull(),
    expiresAt: instant().notNull(),
    seenAt: instant()
      .notNull()
      .default(sql`now()`),
    userAgent: text(),
    network: text(),
  },
  (t) => [
    unique("sessions_token_hash_key").on(t.tokenHash),
    index("sessions_user_id_index").on(t.userId),
  ],
);

export const keyKind = pgEnum("key_kind", ["publishable", "secret"]);

/** Keys for programs. Only the SHA-256 is kept; `hint` is the part that may be shown again. */
export const apiKeys = pgTable(
  "api_keys",
  {
    ...base,
    name: text().notNull(),
    kind: keyKind().notNull(),
    keyHash: text().notNull(),
    hint: text().notNull(),
    scopes: text().array().notNull(),
    expiresAt: instant(),
    createdBy: uuid()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
  },
  (t) => [
    unique("api_keys_key_hash_key").on(t.keyHash),
    index("api_keys_created_by_index").on(t.createdBy),
  ],
);

export const mailTokenPurpose = pgEnum("mail_token_purpose", ["invite", "password_reset"]);

/** A token that was mailed: single use, one purpose, kept as its SHA-256. */
export const mailTokens = pgTable(
  "mail_tokens",
  {
    ...base,
    purpose: mailTokenPurpose().notNull(),
    tokenHash: text().notNull(),
    email: text().notNull(),
    expiresAt: instant().notNull(),
    usedAt: instant(),
    /** Whose password it resets. */
    userId: uuid().references(() => users.id, { onDelete: "cascade" }),
    /** What an invite makes of its reader, and who sent it. */
    role: userRole(),
    invitedBy: uuid().references(() => users.id, { onDelete: "cascade" }),
  },
  (t) => [
    unique("mail_tokens_token_hash_key").on(t.tokenHash),
    index("mail_tokens_user_id_index").on(t.userId),
    index("mail_tokens_invited_by_index").on(t.invitedBy),
    uniqueIndex("mail_tokens_open_invite_key")
      .on(t.email)
      .where(sql`purpose = 'invite' and used_at is null`),
  ],
);

/** Exact counters behind "too many attempts". One row per subject: its window begins with the first attempt. */
export const throttles = pgTable(
  "throttles",
  {
    ...base,
    subject: text().notNull(),
    windowStart: instant().notNull(),
    attempts: integer().notNull().default(1),
  },
  (t) => [
    unique("throttles_subject_key").on(t.subject),
    index("throttles_window_start_index").on(t.windowStart),
  ],
);

// --- Posts ---------------------------------------------------------------------------------------

export const postStatus = pgEnum("post_status", ["draft", "scheduled", "published"]);
export const postType = pgEnum("post_type", ["post", "page"]);
export const postVisibility = pgEnum("post_visibility", ["public", "members", "paid"]);

export const posts = pgTable(
  "posts",
  {
    ...base,
    ...edited,
    type: postType().notNull().default("post"),
    status: postStatus().notNull().default("draft"),
    visibility: postVisibility().notNull().default("public"),
    slug: text().notNull(),
    title: text().notNull(),
    /** The Markdown as it was written. */
    content: text().notNull(),
    /** What `content` renders to: from an allow-list, safe to put on a page. */
    html: text().notNull(),
    /** What lists show; written by the author or else taken from the beginning of the text. */
    excerpt: text().notNull(),
    customExcerpt: text(),
    wordCount: integer().notNull(),
    /** Minutes. */
    readingTime: integer().notNull(),
    featured: boolean().notNull().default(false),
    featureImage: text(),
    publishedAt: instant(),
    deletedAt: instant(),
    createdBy: uuid().references(() => users.id, { onDelete: "set null" }),
    metaTitle: text(),
    metaDescription: text(),
    canonicalUrl: text(),
    ogTitle: text(),
    ogDescription: text(),
    ogImage: text(),
    metadata: jsonb().$type<Record<string, unknown>>().notNull().default({}),
    /** Where an imported post came from, and the digest of what was read there. */
    importPath: text(),
    importDigest: text(),
  },
  (t) => [
    uniqueIndex("posts_slug_key")
      .on(t.slug)
      .where(sql`deleted_at is null`),
    unique("posts_import_path_key").on(t.importPath),
    index("posts_published_index")
      .on(t.publishedAt, t.id)
      .where(sql`status = 'published' and deleted_at is null`),
    index("posts_updated_index")
      .on(t.updatedAt, t.id)
      .where(sql`deleted_at is null`),
    index("posts_created_index")
      .on(t.createdAt, t.id)
      .where(sql`deleted_at is null`),
    index("posts_title_index")
      .on(t.title, t.id)
      .where(sql`deleted_at is null`),
    index("posts_deleted_index")
      .on(t.deletedAt)
      .where(sql`deleted_at is not null`),
    index("posts_created_by_index").on(t.createdBy),
    check("posts_published_has_date", sql`status <> 'published' or published_at is not null`),
  ],
);

/** Who wrote a post, in the order of the byline. */
export const postAuthors = pgTable(
  "post_authors",
  {
    ...base,
    postId: uuid()
      .notNull()
      .references(() => posts.id, { onDelete: "cascade" }),
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: "restrict" }),
    position: smallint().notNull(),
  },
  (t) => [
    unique("post_authors_post_id_user_id_key").on(t.postId, t.userId),
    index("post_authors_user_id_index").on(t.userId, t.postId),
  ],
);

export const tags = pgTable(
  "tags",
  {
    ...base,
    ...edited,
    slug: text().notNull(),
    name: text().notNull(),
    description: text(),
  },
  (t) => [unique("tags_slug_key").on(t.slug), index("tags_name_index").on(t.name, t.id)],
);

export const postTags = pgTable(
  "post_tags",
  {
    ...base,
    postId: uuid()
      .notNull()
      .references(() => posts.id, { onDelete: "cascade" }),
    tagId: uuid()
      .notNull()
      .references(() => tags.id, { onDelete: "cascade" }),
    position: smallint().notNull(),
  },
  (t) => [
    unique("post_tags_post_id_tag_id_key").on(t.postId, t.tagId),
    index("post_tags_tag_id_index").on(t.tagId, t.postId),
  ],
);

/** A post as it was at one version: what its author could have edited, and who changed it. */
export const postRevisions = pgTable(
  "post_revisions",
  {
    ...base,
    postId: uuid()
      .notNull()
      .references(() => posts.id, { onDelete: "cascade" }),
    number: integer().notNull(),
    title: text().notNull(),
    content: text().notNull(),
    fields: jsonb().$type<Record<string, unknown>>().notNull(),
    changedBy: uuid().references(() => users.id, { onDelete: "set null" }),
  },
  (t) => [
    unique("post_revisions_post_id_number_key").on(t.postId, t.number),
    index("post_revisions_changed_by_index").on(t.changedBy),
  ],
);

/** Slugs that published posts had before: they lead to the post they named. */
export const slugRedirects = pgTable(
  "slug_redirects",
  {
    ...base,
    slug: text().notNull(),
    postId: uuid()
      .notNull()
      .references(() => posts.id, { onDelete: "cascade" }),
  },
  (t) => [
    unique("slug_redirects_slug_key").on(t.slug),
    index("slug_redirects_post_id_index").on(t.postId),
  ],
);

// --- What every change leaves behind ---------------------------------------------------------------

/**
 * Who did what, written in the transaction of the change itself. `(entity, entity_id, version)` is
 * also the fence of optimistic concurrency: two changes cannot both make the same version.
 */
export const auditEntries = pgTable(
  "audit_entries",
  {
    ...base,
    actorId: uuid(),
    keyId: uuid(),
    action: text().notNull(),
    entity: text().notNull(),
    entityId: uuid().notNull(),
    version: integer(),
    changes: jsonb().$type<Record<string, unknown>>(),
    requestId: text().notNull(),
  },
  (t) => [
    unique("audit_entries_version_key").on(t.entity, t.entityId, t.version),
    index("audit_entries_created_at_index").on(t.createdAt),
  ],
);

/** The first answer to a request that carried an Idempotency-Key. */
export const receipts = pgTable(
  "receipts",
  {
    ...base,
    principal: text().notNull(),
    route: text().notNull(),
    key: text().notNull(),
    fingerprint: text().notNull(),
    result: jsonb().$type<unknown>(),
  },
  (t) => [
    unique("receipts_key").on(t.route, t.key, t.principal),
    index("receipts_created_at_index").on(t.createdAt),
  ],
);

// --- Work ------------------------------------------------------------------------------------------

export const jobState = pgEnum("job_state", ["ready", "running", "done", "dead", "cancelled"]);

/** The work itself. A queue message only rings for it; see `core/jobs.ts`. */
export const jobs = pgTable(
  "jobs",
  {
    ...base,
    kind: text().notNull(),
    lane: text().notNull(),
    priority: smallint().notNull().default(100),
    state: jobState().notNull().default("ready"),
    runAt: instant()
      .notNull()
      .default(sql`now()`),
    claims: integer().notNull().default(0),
    failures: integer().notNull().default(0),
    maxClaims: integer().notNull(),
    maxFailures: integer().notNull(),
    leaseToken: uuid(),
    leaseUntil: instant(),
    dispatchedAt: instant(),
    dedupeKey: text(),
    args: jsonb().$type<unknown>().notNull(),
    cursor: jsonb().$type<unknown>(),
    doneCount: bigint({ mode: "number" }).notNull().default(0),
    totalCount: bigint({ mode: "number" }),
    result: jsonb().$type<unknown>(),
    errorCode: text(),
    lastError: text(),
    cancelRequestedAt: instant(),
    finishedAt: instant(),
    requestId: text(),
    createdBy: uuid(),
  },
  (t) => [
    uniqueIndex("jobs_dedupe_key")
      .on(t.kind, t.dedupeKey)
      .where(sql`dedupe_key is not null and state in ('ready', 'running')`),
    index("jobs_due_index")
      .on(t.runAt, t.priority)
      .where(sql`state = 'ready'`),
    index("jobs_created_index").on(t.createdAt, t.id),
    index("jobs_lease_index")
      .on(t.leaseUntil)
      .where(sql`state = 'running'`),
    index("jobs_finished_index")
      .on(t.finishedAt)
      .where(sql`finished_at is not null`),
    check("jobs_running_has_lease", sql`(state = 'running') = (lease_token is not null)`),
    check(
      "jobs_ended_has_date",
      sql`(state in ('done', 'dead', 'cancelled')) = (finished_at is not null)`,
    ),
  ],
);

/** When each piece of upkeep last ran; `/health/ready` and the opportunistic sweep read it. */
export const heartbeats = pgTable(
  "heartbeats",
  { ...base, name: text().notNull(), beatAt: instant().notNull() },
  (t) => [unique("heartbeats_name_key").on(t.name)],
);

export const imports = pgTable(
  "imports",
  {
    ...base,
    jobId: uuid()
      .notNull()
      .references(() => jobs.id, { onDelete: "restrict" }),
    createdBy: uuid().references(() => users.id, { onDelete: "set null" }),
    objectKey: text().notNull(),
    size: bigint({ mode: "number" }).notNull(),
    createdCount: integer().notNull().default(0),
    updatedCount: integer().notNull().default(0),
    unchangedCount: integer().notNull().default(0),
    failedCount: integer().notNull().default(0),
    /** The first thousand documents that could not be taken in. */
    failures: jsonb()
      .$type<readonly { path: string; code: string; reason: string }[]>()
      .notNull()
      .default([]),
  },
  (t) => [
    unique("imports_job_id_key").on(t.jobId),
    index("imports_created_index").on(t.createdAt, t.id),
    index("imports_created_by_index").on(t.createdBy),
  ],
);

export const reportKind = pgEnum("report_kind", ["publication", "post"]);

export const reports = pgTable(
  "reports",
  {
    ...base,
    jobId: uuid()
      .notNull()
      .references(() => jobs.id, { onDelete: "restrict" }),
    createdBy: uuid().references(() => users.id, { onDelete: "set null" }),
    kind: reportKind().notNull(),
    parameters: jsonb().$type<Record<string, unknown>>().notNull(),
    fileName: text().notNull(),
    objectKey: text(),
    size: bigint({ mode: "number" }),
    pageCount: integer(),
    sha256: text(),
    deletedAt: instant(),
  },
  (t) => [
    unique("reports_job_id_key").on(t.jobId),
    index("reports_created_index").on(t.createdAt, t.id),
    index("reports_created_by_index").on(t.createdBy),
  ],
);

export type UserRow = typeof users.$inferSelect;
export type SessionRow = typeof sessions.$inferSelect;
export type ApiKeyRow = typeof apiKeys.$inferSelect;
export type MailTokenRow = typeof mailTokens.$inferSelect;
export type PostRow = typeof posts.$inferSelect;
export type TagRow = typeof tags.$inferSelect;
export type PostRevisionRow = typeof postRevisions.$inferSelect;
export type JobRow = typeof jobs.$inferSelect;
export type ImportRow = typeof imports.$inferSelect;
export type ReportRow = typeof reports.$inferSelect;
