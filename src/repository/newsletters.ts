import { and, asc, desc, eq, getTableColumns, sql } from "drizzle-orm";

import type { Database, Statement } from "#core/db";
import type { PageRequest } from "#core/pages";

import { abortUnless } from "./guards";
import { newsletters } from "./models";

export type NewsletterRow = typeof newsletters.$inferSelect;

/** A page of all newsletters, newest first. */
export const selectNewsletters = (
  db: Database,
  status: NewsletterRow["status"] | null,
  { limit, after }: PageRequest,
) =>
  db
    .select()
    .from(newsletters)
    .where(
      and(
        status === null ? undefined : eq(newsletters.status, status),
        after === null
          ? undefined
          : sql`(${newsletters.createdAt}, ${newsletters.id}) < (${after[0]}::timestamptz, ${after[1]}::uuid)`,
      ),
    )
    .orderBy(desc(newsletters.createdAt), desc(newsletters.id))
    .limit(limit + 1);

export const selectNewsletter = (db: Database, id: string) =>
  db.select().from(newsletters).where(eq(newsletters.id, id));

export const selectNewsletterBySlug = (db: Database, slug: string) =>
  db.select().from(newsletters).where(eq(newsletters.slug, slug));

/** What who signs up without choosing gets. */
export const selectDefaultNewsletters = (db: Database) =>
  db
    .select(getTableColumns(newsletters))
    .from(newsletters)
    .where(and(eq(newsletters.status, "active"), eq(newsletters.isDefault, true)))
    .orderBy(asc(newsletters.createdAt), asc(newsletters.id));

/** A second newsletter with a slug runs into `newsletters_slug_key`. */
export const insertNewsletter = (db: Database, row: NewsletterRow): Statement =>
  db.insert(newsletters).values(row);

export const updateNewsletter = (
  db: Database,
  { id, createdAt: _createdAt, ...columns }: NewsletterRow,
): Statement =>
  db
    .update(newsletters)
    .set(columns)
    .where(and(eq(newsletters.id, id), eq(newsletters.version, columns.version - 1)));

export const NEWSLETTER_HAS_SENDS = "newsletter_has_sends";

/** Deletes a newsletter with its subscriptions. Undoes the batch when anything was ever sent through it. */
export const deleteNewsletter = (db: Database, id: string): Statement[] => [
  // A send that is being saved holds the row; whoever waits for it here sees it in the next statement.
  db.select({ id: newsletters.id }).from(newsletters).where(eq(newsletters.id, id)).for("update"),
  abortUnless(
    db,
    sql`not exists (select 1 from sends where newsletter_id = ${id}::uuid)`,
    NEWSLETTER_HAS_SENDS,
  ),
  db.delete(newsletters).where(eq(newsletters.id, id)),
];
