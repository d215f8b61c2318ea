import { and, eq, inArray, isNotNull, lt, notExists, or, sql } from "drizzle-orm";

import type { Database, Statement } from "#core/db";

import { renumberForeignChanges } from "./content-changes";
import {
  events,
  imports,
  jobs,
  mailEvents,
  mailTokens,
  media,
  posts,
  receipts,
  sessions,
  subscriberImports,
  subscribers,
  throttles,
  webhookDeliveries,
} from "./models";
import { isDead } from "./sessions";
import { isForgotten } from "./subscribers";

/**
 * Deletes what has had its time: old trash, receipts, counters, sessions, mailed tokens, and events with
 * their deliveries. A delivery whose job is over has failed. Changes brought in from another database get numbers.
 */
export const forgetWhatIsOver = (db: Database): Statement[] => [
  db.delete(posts).where(lt(posts.deletedAt, sql`now() - interval '30 days'`)),
  db.delete(receipts).where(lt(receipts.createdAt, sql`now() - interval '24 hours'`)),
  db.delete(throttles).where(lt(throttles.windowStart, sql`now() - interval '1 day'`)),
  db.delete(sessions).where(isDead),
  db
    .delete(mailTokens)
    .where(
      or(
        lt(mailTokens.expiresAt, sql`now() - interval '30 days'`),
        and(isNotNull(mailTokens.usedAt), lt(mailTokens.usedAt, sql`now() - interval '30 days'`)),
      ),
    ),
  db.delete(subscribers).where(isForgotten),
  db.delete(mailEvents).where(lt(mailEvents.createdAt, sql`now() - interval '90 days'`)),
  db.delete(events).where(lt(events.createdAt, sql`now() - interval '30 days'`)),
  endStrandedDeliveries(db),
  renumberForeignChanges(db),
];

/** A job can be cancelled, or die, before its delivery has ended. */
const endStrandedDeliveries = (db: Database): Statement =>
  db
    .update(webhookDeliveries)
    .set({ state: "failed", nextAt: null, finishedAt: sql`now()` })
    .where(
      and(
        eq(webhookDeliveries.state, "pending"),
        notExists(
          db
            .select({ id: jobs.id })
            .from(jobs)
            .where(
              and(eq(jobs.id, webhookDeliveries.jobId), inArray(jobs.state, ["ready", "running"])),
            ),
        ),
      ),
    );

/** Of these files, those that wait for their work or for somebody who tries again: uploads and sources of imports. */
export const selectNamedSources = (db: Database, objectKeys: readonly string[]) => {
  const keys = [...objectKeys];
  const uploads = db
    .select({ key: sql<string | null>`${media.uploadKey}` })
    .from(media)
    .where(inArray(media.uploadKey, keys));
  const documents = db
    .select({ key: sql<string | null>`${imports.objectKey}` })
    .from(imports)
    .where(inArray(imports.objectKey, keys));
  const lists = db
    .select({ key: sql<string | null>`${subscriberImports.objectKey}` })
    .from(subscriberImports)
    .where(inArray(subscriberImports.objectKey, keys));
  return uploads.unionAll(documents).unionAll(lists);
};

/**
 * Of these files, those that belong to imports which ended a week ago or earlier: one that failed or was
 * cancelled can be tried again until then.
 */
export const selectOldSources = (db: Database, objectKeys: readonly string[]) => {
  const keys = [...objectKeys];
  const isOld = and(
    inArray(jobs.state, ["done", "dead", "cancelled"]),
    lt(jobs.finishedAt, sql`now() - interval '7 days'`),
  );
  return db
    .select({ objectKey: imports.objectKey })
    .from(imports)
    .innerJoin(jobs, eq(jobs.id, imports.jobId))
    .where(and(inArray(imports.objectKey, keys), isOld))
    .unionAll(
      db
        .select({ objectKey: subscriberImports.objectKey })
        .from(subscriberImports)
        .innerJoin(jobs, eq(jobs.id, subscriberImports.jobId))
        .where(and(inArray(subscriberImports.objectKey, keys), isOld)),
    );
};
