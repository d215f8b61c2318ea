import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";

import { createContext } from "#core/context";
import { newId, now } from "#core/ids";
import { newJob, type NewJob } from "#core/jobs";
import { randomHex, sha256 } from "#core/tokens";
import { mailTokenOf, newMailToken } from "#domain/mail-tokens";
import { hashPassword } from "#domain/passwords";
import { draftPost, fieldsOf } from "#domain/posts";
import {
  drawReportKind,
  importDocumentsKind,
  processMediaKind,
  tidyUpKind,
} from "#domain/task-kinds";
import { insertImport } from "#repository/imports";
import { insertJob } from "#repository/jobs";
import { insertMailToken } from "#repository/mail-tokens";
import {
  jobs,
  mailTokens,
  media,
  mediaUses,
  posts,
  postTags,
  reports,
  tags,
} from "#repository/models";
import { insertPost } from "#repository/posts";
import { insertReport } from "#repository/reports";
import { givenUser, type Person } from "#test/support/people";

/** What the tables mint: straight in the database, because most of it nobody could ask for over HTTP. */
const { db, files, settings } = createContext(env, { waitUntil: () => undefined }, "tables");
export { db, files, settings };
export const appSecret = settings.APP_SECRET;

// Thousands of requests: only what goes wrong is worth a line. Settings are read once and for all.
Object.assign(settings, { LOG_LEVEL: "error" });

/** What a mail provider signs its reports with. */
export const RESEND_SECRET = "whsec_dGhlIHNlY3JldCBvZiB0aGUgdGVzdHMgb2YgbWFpbCBldmVudHM=";
Object.assign(settings, { RESEND_WEBHOOK_SECRET: RESEND_SECRET });

/** Everybody's password here: hashed once, because hashing is what takes time. */
export const PASSWORD = "seven quiet otters at noon";
export const passwordHash = await hashPassword(PASSWORD);

export const newEmail = (): string => `${randomHex(16)}@example.com`;

type PostState = Parameters<typeof draftPost>[0]["status"];

export async function givenPostOf(
  { id, slug, name }: Pick<Person, "id" | "slug" | "name">,
  { status = "draft", trashed = false }: { status?: PostState; trashed?: boolean } = {},
): Promise<{ id: string; slug: string }> {
  const mark = randomHex(12);
  const post = draftPost({
    fields: { title: `Post ${mark}`, content: "Some *words*." },
    slug: `post-${mark}`,
    status,
    authors: [{ id, slug, name, avatarUrl: null, avatar: null }],
    tags: [],
    createdBy: id,
  });
  const deletion = trashed
    ? [db.update(posts).set({ deletedAt: now() }).where(eq(posts.id, post.id))]
    : [];
  const [first, ...others] = insertPost(db, post, { by: id, fields: fieldsOf(post) });
  if (first) await db.batch([first, ...others, ...deletion]);
  return { id: post.id, slug: post.slug };
}

export async function givenTag(): Promise<{ id: string; slug: string }> {
  const mark = randomHex(12);
  const id = newId();
  await db.insert(tags).values({ id, name: `Tag ${mark}`, slug: `tag-${mark}` });
  return { id, slug: `tag-${mark}` };
}

/** A tag that something published bears. */
export async function givenBorneTag(): Promise<{ id: string; slug: string }> {
  const tag = await givenTag();
  const { id } = await givenPostOf(await givenUser(), { status: "published" });
  await db.insert(postTags).values({ postId: id, tagId: tag.id, position: 0 });
  return tag;
}

/** An invitation by somebody who may still send it. */
export async function givenInviteOf(inviter: { id: string }) {
  const email = newEmail();
  const holder = { purpose: "invite", email, role: "author", invitedBy: inviter.id } as const;
  const row = await newMailToken(settings.APP_SECRET, holder);
  await insertMailToken(db, row);
  return { id: row.id, email, token: await mailTokenOf(settings.APP_SECRET, row) };
}

/** A password reset of somebody: open, or used up. */
export async function givenReset({ id, email }: Person, { used = false } = {}) {
  const holder = { purpose: "password_reset", email, userId: id } as const;
  const row = await newMailToken(settings.APP_SECRET, holder);
  await db.insert(mailTokens).values({ ...row, usedAt: used ? now() : null });
  return { id: row.id, token: await mailTokenOf(settings.APP_SECRET, row) };
}

export type JobState = "ready" | "dead" | "done";

const ended = (state: JobState) =>
  state === "ready" ? { state } : { state, finishedAt: now(), doneCount: 1, totalCount: 1 };

/** A job that is in a state, and that nobody rings for. */
async function saveJob(job: NewJob, state: JobState): Promise<void> {
  await db.batch([
    insertJob(db, job),
    db.update(jobs).set(ended(state)).where(eq(jobs.id, job.id)),
  ]);
}

export async function givenJobOf(createdBy: string | null, state: JobState): Promise<string> {
  const job = newJob(tidyUpKind, {}, { createdBy });
  await saveJob(job, state);
  return job.id;
}

export async function givenImportOf({ id: createdBy }: { id: string }): Promise<string> {
  const id = newId();
  const job = newJob(importDocumentsKind, { importId: id }, { createdBy });
  await saveJob(job, "ready");
  const row = { id, jobId: job.id, createdBy, objectKey: `imports/${id}`, size: 9 };
  await db.batch([insertImport(db, row)]);
  return id;
}

/** A report that is drawn, with a few bytes for a file, or one that still waits. */
export async function givenReportOf(
  { id: createdBy }: { id: string },
  state: JobState = "done",
): Promise<string> {
  const id = newId();
  const job = newJob(drawReportKind, { reportId: id }, { createdBy });
  await saveJob(job, state);
  const row = { id, jobId: job.id, createdBy, kind: "publication", parameters: {} } as const;
  await db.batch([insertReport(db, { ...row, fileName: "a-report.pdf" })]);
  if (state !== "done") return id;
  const bytes = new TextEncoder().encode("%PDF-1.7 as far as the tables care");
  const objectKey = `reports/${id}/${await sha256(bytes)}.pdf`;
  await files.put(objectKey, bytes);
  const file = { objectKey, size: bytes.byteLength, sha256: await sha256(bytes), pageCount: 1 };
  await db.update(reports).set(file).where(eq(reports.id, id));
  return id;
}

/** A drawing that was taken in, with its file, or one that still waits; shown by somebody, perhaps. */
export async function givenMediaOf(
  { id: createdBy }: { id: string },
  { status = "ready", shown = false }: { status?: "ready" | "processing"; shown?: boolean } = {},
): Promise<{ id: string; key: string }> {
  const id = newId();
  const bytes = new TextEncoder().encode(`<svg><desc>${id}</desc></svg>`);
  const digest = await sha256(bytes);
  const key = `${digest}.svg`;
  const job = newJob(processMediaKind, { mediaId: id }, { createdBy });
  await saveJob(job, status === "ready" ? "done" : "ready");
  const about = { fileName: "a-drawing.svg", contentType: "image/svg+xml", size: bytes.byteLength };
  const place = status === "ready" ? { objectKey: `media/${key}` } : { uploadKey: `uploads/${id}` };
  await files.put(`media/${key}`, bytes);
  await db
    .insert(media)
    .values({ id, jobId: job.id, createdBy, status, sha256: digest, ...about, ...place });
  if (shown) await db.insert(mediaUses).values({ mediaId: id, userId: createdBy });
  return { id, key };
}

export const givenOwner = (): Promise<Person> => givenUser({ role: "owner", passwordHash });
