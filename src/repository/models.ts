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
  real,
  smallint,
  text,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";

import { base, edited, instant, tsvector, xid8 } from "./columns";

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
    index("users_name_index").on(sql`sort_key(name)`, t.id),
    index("users_words_index").using("gin", sql`search_vector(name)`),
    index("users_similar_index").using("gin", sql`search_fold(name) gin_trgm_ops`),
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
    /** When it is to go out, the one job that may do that, and what is to be mailed of it then. */
    publishAt: instant(),
    publishJobId: uuid(),
    publishSend: jsonb().$type<SendWish>(),
    /** When it is to be taken back, and the one job that may do that. */
    unpublishAt: instant(),
    unpublishJobId: uuid(),
    /** How late it went out, in milliseconds; null for what was published by hand. */
    publishLag: integer(),
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
    index("posts_type_published_index")
      .on(t.type, t.publishedAt, t.id)
      .where(sql`status = 'published' and deleted_at is null`),
    index("posts_updated_index")
      .on(t.updatedAt, t.id)
      .where(sql`deleted_at is null`),
    index("posts_created_index")
      .on(t.createdAt, t.id)
      .where(sql`deleted_at is null`),
    index("posts_title_index")
      .on(sql`sort_key(title)`, t.id)
      .where(sql`deleted_at is null`),
    index("posts_deleted_index")
      .on(t.deletedAt)
      .where(sql`deleted_at is not null`),
    index("posts_created_by_index").on(t.createdBy),
    index("posts_publish_at_index")
      .on(t.publishAt)
      .where(sql`publish_at is not null`),
    index("posts_unpublish_at_index")
      .on(t.unpublishAt)
      .where(sql`unpublish_at is not null`),
    check("posts_published_has_date", sql`status <> 'published' or published_at is not null`),
    check("posts_scheduled_has_date", sql`(status = 'scheduled') = (publish_at is not null)`),
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
  (t) => [
    unique("tags_slug_key").on(t.slug),
    index("tags_name_index").on(sql`sort_key(name)`, t.id),
    index("tags_words_index").using("gin", sql`search_vector(name)`),
    index("tags_similar_index").using("gin", sql`search_fold(name) gin_trgm_ops`),
  ],
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
    /** Users who get it by mail when it is drawn. */
    mailTo: uuid()
      .array()
      .notNull()
      .default(sql`'{}'::uuid[]`),
    deletedAt: instant(),
  },
  (t) => [
    unique("reports_job_id_key").on(t.jobId),
    index("reports_created_index").on(t.createdAt, t.id),
    index("reports_created_by_index").on(t.createdBy),
  ],
);

export const reportFrequency = pgEnum("report_frequency", ["weekly", "monthly"]);

/** A publication report that is drawn again and again and mailed to whoever reads it. */
export const reportSchedules = pgTable(
  "report_schedules",
  {
    ...base,
    ...edited,
    createdBy: uuid().references(() => users.id, { onDelete: "set null" }),
    frequency: reportFrequency().notNull(),
    recipients: uuid().array().notNull(),
    nextAt: instant().notNull(),
    /** The one job that may draw the next one. */
    jobId: uuid().notNull(),
    lastReportId: uuid().references(() => reports.id, { onDelete: "set null" }),
  },
  (t) => [
    index("report_schedules_created_index").on(t.createdAt, t.id),
    index("report_schedules_created_by_index").on(t.createdBy),
    index("report_schedules_last_report_id_index").on(t.lastReportId),
  ],
);

// --- Media -----------------------------------------------------------------------------------------

export const mediaStatus = pgEnum("media_status", ["processing", "ready", "failed"]);

/** A smaller copy of a picture. `objectKey` says what it was made from and how. */
export interface MediaVariant {
  readonly objectKey: string;
  readonly contentType: string;
  readonly width: number;
  readonly height: number;
  /** In bytes. */
  readonly size: number;
}

/** What was uploaded. Keys of what is served follow from its bytes, so equal files share their objects. */
export const media = pgTable(
  "media",
  {
    ...base,
    ...edited,
    status: mediaStatus().notNull().default("processing"),
    fileName: text().notNull(),
    contentType: text().notNull(),
    /** Of what was uploaded, in bytes; of what is served, once it is ready. */
    size: bigint({ mode: "number" }).notNull(),
    /** Of what was uploaded. */
    sha256: text().notNull(),
    /** Where the upload waits, as it came, until it has been looked at. */
    uploadKey: text(),
    /** Where the file is served from, without what it told about who made it where; null until it is ready. */
    objectKey: text(),
    /** As it is shown: after its orientation. */
    width: integer(),
    height: integer(),
    altText: text(),
    caption: text(),
    /** What must stay in sight when the picture is cropped: from 0 at the left or top to 1. */
    focalX: real(),
    focalY: real(),
    /** A tiny WebP as a data URL. */
    placeholder: text(),
    /** `#rrggbb` */
    dominantColor: text(),
    variants: jsonb().$type<readonly MediaVariant[]>().notNull().default([]),
    errorCode: text(),
    /** Where an import found it. */
    sourceUrl: text(),
    jobId: uuid().references(() => jobs.id, { onDelete: "set null" }),
    createdBy: uuid().references(() => users.id, { onDelete: "set null" }),
  },
  (t) => [
    unique("media_source_url_key").on(t.sourceUrl),
    index("media_created_index").on(t.createdAt, t.id),
    index("media_object_key_index").on(t.objectKey),
    index("media_job_id_index").on(t.jobId),
    index("media_created_by_index").on(t.createdBy),
  ],
);

/** Who shows what: either a post or a user. What is shown is not deleted. */
export const mediaUses = pgTable(
  "media_uses",
  {
    ...base,
    mediaId: uuid()
      .notNull()
      .references(() => media.id, { onDelete: "restrict" }),
    postId: uuid().references(() => posts.id, { onDelete: "cascade" }),
    userId: uuid().references(() => users.id, { onDelete: "cascade" }),
  },
  (t) => [
    unique("media_uses_key").on(t.mediaId, t.postId, t.userId).nullsNotDistinct(),
    index("media_uses_post_id_index").on(t.postId),
    index("media_uses_user_id_index").on(t.userId),
    check("media_uses_by_one", sql`num_nonnulls(post_id, user_id) = 1`),
  ],
);

// --- Readers who get mail --------------------------------------------------------------------------

export const newsletterStatus = pgEnum("newsletter_status", ["active", "archived"]);

export const newsletters = pgTable(
  "newsletters",
  {
    ...base,
    ...edited,
    slug: text().notNull(),
    name: text().notNull(),
    description: text(),
    status: newsletterStatus().notNull().default("active"),
    /** Whether who signs up without choosing gets it. */
    isDefault: boolean().notNull().default(false),
    senderName: text(),
    senderEmail: text(),
    replyTo: text(),
    /** Who sends it from where, as the law of many countries wants it in each mail. */
    postalAddress: text(),
    /** `#rrggbb` */
    accentColor: text(),
  },
  (t) => [
    unique("newsletters_slug_key").on(t.slug),
    index("newsletters_created_index").on(t.createdAt, t.id),
  ],
);

export const subscriberStatus = pgEnum("subscriber_status", [
  "pending",
  "active",
  "unsubscribed",
  "suppressed",
]);

/** Somebody who asked for mail. Only who is `active` gets any. */
export const subscribers = pgTable(
  "subscribers",
  {
    ...base,
    ...edited,
    email: text().notNull(),
    name: text(),
    status: subscriberStatus().notNull().default("pending"),
    /** What staff sort them by; segments are made of these. */
    labels: text()
      .array()
      .notNull()
      .default(sql`'{}'::text[]`),
    /** How they came: `form`, `import`, `staff`. */
    source: text().notNull(),
    /** The open question whether the address is theirs: its token follows from this id. */
    confirmationId: uuid(),
    confirmationExpiresAt: instant(),
    confirmedAt: instant(),
    unsubscribedAt: instant(),
    /** Temporary failures since the last mail that arrived. */
    softBounces: integer().notNull().default(0),
  },
  (t) => [
    unique("subscribers_email_key").on(t.email),
    index("subscribers_created_index").on(t.createdAt, t.id),
    index("subscribers_confirmation_expires_at_index")
      .on(t.confirmationExpiresAt)
      .where(sql`status = 'pending'`),
  ],
);

/** Who wants which newsletter. */
export const subscriptions = pgTable(
  "subscriptions",
  {
    ...base,
    subscriberId: uuid()
      .notNull()
      .references(() => subscribers.id, { onDelete: "cascade" }),
    newsletterId: uuid()
      .notNull()
      .references(() => newsletters.id, { onDelete: "cascade" }),
  },
  (t) => [
    unique("subscriptions_key").on(t.newsletterId, t.subscriberId),
    index("subscriptions_subscriber_id_index").on(t.subscriberId),
  ],
);

/** What happened between a subscriber and us, consent above all: when, how, on whose word. */
export const subscriberEvents = pgTable(
  "subscriber_events",
  {
    ...base,
    subscriberId: uuid()
      .notNull()
      .references(() => subscribers.id, { onDelete: "cascade" }),
    kind: text().notNull(),
    newsletterId: uuid(),
    details: jsonb().$type<Record<string, unknown>>().notNull().default({}),
  },
  (t) => [index("subscriber_events_subscriber_id_index").on(t.subscriberId, t.createdAt)],
);

export const suppressionReason = pgEnum("suppression_reason", [
  "hard_bounce",
  "complaint",
  "manual",
  "unsubscribe_all",
]);

/** Addresses that get no mail, known by an HMAC alone: they stay refused after their owner was erased. */
export const suppressions = pgTable(
  "suppressions",
  {
    ...base,
    addressHash: text().notNull(),
    reason: suppressionReason().notNull(),
  },
  (t) => [unique("suppressions_address_hash_key").on(t.addressHash)],
);

/** What mail providers reported, each report once. */
export const mailEvents = pgTable(
  "mail_events",
  {
    ...base,
    provider: text().notNull(),
    eventId: text().notNull(),
    kind: text().notNull(),
    addressHash: text().notNull(),
  },
  (t) => [
    unique("mail_events_key").on(t.provider, t.eventId),
    index("mail_events_address_hash_index").on(t.addressHash, t.createdAt),
    index("mail_events_created_at_index").on(t.createdAt),
  ],
);

/** A list of subscribers that was taken in, on somebody's word that they had agreed. */
export const subscriberImports = pgTable(
  "subscriber_imports",
  {
    ...base,
    jobId: uuid()
      .notNull()
      .references(() => jobs.id, { onDelete: "restrict" }),
    createdBy: uuid().references(() => users.id, { onDelete: "set null" }),
    objectKey: text().notNull(),
    size: bigint({ mode: "number" }).notNull(),
    /** Why all of them may be written to, in the words of whoever ordered it. */
    attestation: text().notNull(),
    /** What all of them get, where no column says what each of them gets. */
    newsletterIds: uuid().array().notNull(),
    /** What all of them get on top of their own. */
    labels: text().array().notNull(),
    createdCount: integer().notNull().default(0),
    updatedCount: integer().notNull().default(0),
    unchangedCount: integer().notNull().default(0),
    skippedCount: integer().notNull().default(0),
    failedCount: integer().notNull().default(0),
    /** The first thousand lines that could not be taken in. No addresses. */
    failures: jsonb()
      .$type<readonly { line: number; code: string; reason: string }[]>()
      .notNull()
      .default([]),
  },
  (t) => [
    unique("subscriber_imports_job_id_key").on(t.jobId),
    index("subscriber_imports_created_index").on(t.createdAt, t.id),
    index("subscriber_imports_created_by_index").on(t.createdBy),
  ],
);

// --- Newsletters that go out -----------------------------------------------------------------------

/** Which subscribers of a newsletter; all of them when both are empty. */
export interface Segment {
  /** Only who has one of these. */
  readonly labels: readonly string[];
  /** Nobody who has one of these. */
  readonly without: readonly string[];
}

/** A send that is to begin when its post goes out. */
export interface SendWish {
  readonly newsletterId: string;
  readonly segment: Segment;
}

export const sendState = pgEnum("send_state", [
  "building",
  "sending",
  "paused",
  "sent",
  "failed",
  "cancelled",
]);

/** One post on its way to the readers of one newsletter; what they get is rendered once and kept here. */
export const sends = pgTable(
  "sends",
  {
    ...base,
    newsletterId: uuid()
      .notNull()
      .references(() => newsletters.id, { onDelete: "restrict" }),
    postId: uuid().references(() => posts.id, { onDelete: "set null" }),
    postVersion: integer().notNull(),
    state: sendState().notNull().default("building"),
    segment: jsonb().$type<Segment>().notNull(),
    sender: text().notNull(),
    replyTo: text(),
    subject: text().notNull(),
    /** With places for what is personal. */
    html: text().notNull(),
    text: text().notNull(),
    /** How many recipients it froze; null before. */
    total: integer(),
    /** Why it stopped by itself. */
    pauseReason: text(),
    jobId: uuid().references(() => jobs.id, { onDelete: "set null" }),
    createdBy: uuid().references(() => users.id, { onDelete: "set null" }),
    startedAt: instant(),
    finishedAt: instant(),
  },
  (t) => [
    uniqueIndex("sends_under_way_key")
      .on(t.newsletterId, t.postId)
      .where(sql`state in ('building', 'sending', 'paused')`),
    index("sends_newsletter_id_index").on(t.newsletterId, t.createdAt, t.id),
    index("sends_post_id_index").on(t.postId),
    index("sends_job_id_index").on(t.jobId),
    index("sends_created_by_index").on(t.createdBy),
  ],
);

export const batchState = pgEnum("batch_state", [
  "pending",
  "sending",
  "sent",
  "failed",
  "uncertain",
]);

/** Recipients who are handed to the provider in one request. Whom it holds never changes once it is sealed. */
export const sendBatches = pgTable(
  "send_batches",
  {
    ...base,
    sendId: uuid()
      .notNull()
      .references(() => sends.id, { onDelete: "cascade" }),
    number: integer().notNull(),
    state: batchState().notNull().default("pending"),
    claims: integer().notNull().default(0),
    leaseToken: uuid(),
    leaseUntil: instant(),
    nextAt: instant()
      .notNull()
      .default(sql`now()`),
    sealedAt: instant(),
    firstTryAt: instant(),
    errorCode: text(),
  },
  (t) => [
    unique("send_batches_key").on(t.sendId, t.number),
    check("send_batches_sending_has_lease", sql`(state = 'sending') = (lease_token is not null)`),
  ],
);

export const recipientState = pgEnum("recipient_state", [
  "pending",
  "sent",
  "skipped",
  "failed",
  "uncertain",
]);

/** The ledger: one row for each subscriber of a send, whatever becomes of it. */
export const sendRecipients = pgTable(
  "send_recipients",
  {
    ...base,
    sendId: uuid()
      .notNull()
      .references(() => sends.id, { onDelete: "cascade" }),
    /** No foreign key: the ledger outlives who was erased. */
    subscriberId: uuid().notNull(),
    batch: integer().notNull(),
    state: recipientState().notNull().default("pending"),
    /** As the batch was sealed with, so that a repeated request is the same; forgotten when it has ended. */
    email: text(),
    name: text(),
    reason: text(),
  },
  (t) => [
    unique("send_recipients_key").on(t.sendId, t.subscriberId),
    index("send_recipients_batch_index").on(t.sendId, t.batch),
    index("send_recipients_subscriber_id_index").on(t.subscriberId),
  ],
);

// --- What others are told --------------------------------------------------------------------------

/** Something happened. Written in the transaction of the change itself. */
export const events = pgTable(
  "events",
  {
    ...base,
    type: text().notNull(),
    data: jsonb().$type<Record<string, unknown>>().notNull(),
  },
  (t) => [index("events_created_index").on(t.createdAt, t.id)],
);

export const webhookFormat = pgEnum("webhook_format", ["standard", "ghost"]);
export const webhookStatus = pgEnum("webhook_status", ["enabled", "disabled"]);

export const webhooks = pgTable(
  "webhooks",
  {
    ...base,
    ...edited,
    url: text().notNull(),
    description: text(),
    events: text().array().notNull(),
    format: webhookFormat().notNull().default("standard"),
    /** Encrypted, as is the one before, which signs as well until it has had its time. */
    secret: text().notNull(),
    previousSecret: text(),
    previousSecretExpiresAt: instant(),
    status: webhookStatus().notNull().default("enabled"),
    disabledReason: text(),
    /** Since when nothing arrived. */
    failingSince: instant(),
    createdBy: uuid().references(() => users.id, { onDelete: "set null" }),
  },
  (t) => [
    index("webhooks_created_index").on(t.createdAt, t.id),
    index("webhooks_created_by_index").on(t.createdBy),
  ],
);

export const deliveryState = pgEnum("delivery_state", ["pending", "delivered", "failed"]);

/** One request that told, or tried to. */
export interface DeliveryAttempt {
  readonly at: string;
  /** What was answered; null when nothing was. */
  readonly status: number | null;
  readonly milliseconds: number;
  readonly error: string | null;
  /** The beginning of the answer's body. */
  readonly excerpt: string | null;
}

/** One event on its way to one endpoint. */
export const webhookDeliveries = pgTable(
  "webhook_deliveries",
  {
    ...base,
    webhookId: uuid()
      .notNull()
      .references(() => webhooks.id, { onDelete: "cascade" }),
    eventId: uuid()
      .notNull()
      .references(() => events.id, { onDelete: "cascade" }),
    state: deliveryState().notNull().default("pending"),
    attempts: jsonb().$type<readonly DeliveryAttempt[]>().notNull().default([]),
    nextAt: instant(),
    finishedAt: instant(),
    /** The one job that may make the next attempt. */
    jobId: uuid().notNull(),
  },
  (t) => [
    unique("webhook_deliveries_key").on(t.webhookId, t.eventId),
    index("webhook_deliveries_event_id_index").on(t.eventId),
    index("webhook_deliveries_created_index").on(t.webhookId, t.createdAt, t.id),
  ],
);

// --- The site --------------------------------------------------------------------------------------

/** Where a menu leads. */
export interface NavigationItem {
  readonly label: string;
  readonly url: string;
}

/** Where else the publication is found. */
export interface SocialAccount {
  readonly network: string;
  readonly url: string;
}

/** What the publication says about itself: one row, or none as long as nobody has decided anything. */
export const siteSettings = pgTable(
  "site_settings",
  {
    ...base,
    ...edited,
    /** Null: what the operator calls it. */
    title: text(),
    description: text(),
    logo: text(),
    icon: text(),
    coverImage: text(),
    /** `#rrggbb` */
    accentColor: text(),
    /** BCP 47. */
    locale: text().notNull(),
    /** As the IANA database names it. */
    timezone: text().notNull(),
    navigation: jsonb().$type<readonly NavigationItem[]>().notNull(),
    secondaryNavigation: jsonb().$type<readonly NavigationItem[]>().notNull(),
    social: jsonb().$type<readonly SocialAccount[]>().notNull(),
    metaTitle: text(),
    metaDescription: text(),
    ogTitle: text(),
    ogDescription: text(),
    ogImage: text(),
    twitterTitle: text(),
    twitterDescription: text(),
    twitterImage: text(),
  },
  () => [check("site_settings_one_row", sql`id = '00000000-0000-7000-8000-000000000001'`)],
);

// --- Search ----------------------------------------------------------------------------------------

/**
 * What strangers can find, one row for each post that is published. Only triggers write it: at the end of
 * every transaction that changed a post, its tags or its byline.
 */
export const postSearch = pgTable(
  "post_search",
  {
    ...base,
    postId: uuid()
      .notNull()
      .references(() => posts.id, { onDelete: "cascade" }),
    type: postType().notNull(),
    publishedAt: instant().notNull(),
    /** The text, for what is shown around a hit; empty for what is not for everybody. */
    body: text().notNull(),
    titleWords: tsvector().notNull(),
    /** The words of title (A), excerpt (C) and body (D), and `#id` of each tag and `@id` of each author (B). */
    words: tsvector().notNull(),
    /** For the facets, which count them in every hit; one whose tag is gone counts for nothing. */
    tagIds: uuid()
      .array()
      .notNull()
      .default(sql`'{}'`),
  },
  (t) => [
    unique("post_search_post_id_key").on(t.postId),
    index("post_search_words_index").using("gin", t.words),
    index("post_search_title_words_index").using("gin", t.titleWords),
    index("post_search_published_index").on(t.publishedAt, t.postId),
  ],
);

/** The words of titles and excerpts that were ever published: what misspelt ones are compared with. */
export const searchVocabulary = pgTable(
  "search_vocabulary",
  { ...base, word: text().notNull() },
  (t) => [
    index("search_vocabulary_word_index").on(t.word),
    index("search_vocabulary_similar_index").using("gin", t.word.op("gin_trgm_ops")),
  ],
);

// --- What others keep copies of --------------------------------------------------------------------

export const contentEntity = pgEnum("content_entity", ["post", "tag", "author"]);

/**
 * That something published may have changed, and in which transaction: usually one row for each thing there ever
 * was. Only triggers write it, and never wait for each other: a newer row takes the place of the older ones that
 * nobody else is about to replace. What became of the thing is looked up by whoever reads.
 */
export const contentChanges = pgTable(
  "content_changes",
  {
    ...base,
    entity: contentEntity().notNull(),
    entityId: uuid().notNull(),
    changedIn: xid8().notNull(),
    /** Whether somebody may have been told of the thing: then they must be told that it is gone. */
    isKnown: boolean().notNull(),
  },
  (t) => [
    index("content_changes_changed_index").on(t.changedIn, t.id),
    index("content_changes_entity_index").on(t.entity, t.entityId),
  ],
);

export type UserRow = typeof users.$inferSelect;
export type PostRow = typeof posts.$inferSelect;
export type TagRow = typeof tags.$inferSelect;
export type JobRow = typeof jobs.$inferSelect;
