/** What is mailed to subscribers one by one, and lists of them that are taken in. */
import { z } from "zod";

import type { TaskContext } from "#core/context";
import { now } from "#core/ids";
import { defineTask, discard, done, type Outcome, retryAfter } from "#core/jobs";
import { apiUrlOf } from "#core/settings";
import { type Column, columnsOf, type ImportTerms } from "#domain/subscriber-csv";
import { prepareLines } from "#domain/subscriber-imports";
import { subscriberTokenOf } from "#domain/subscriber-tokens";
import { addressHashOf } from "#domain/suppressions";
import {
  importSubscribersKind,
  mailConfirmationKind,
  mailSubscribedKind,
} from "#domain/task-kinds";
import { type CsvBatch, readCsv, readHead } from "#domain/work/csv-source";
import { deliverMail } from "#domain/work/delivery";
import type { Mail } from "#domain/work/mail";
import { composeConfirmation, composeReminder } from "#domain/work/subscriber-mail";
import {
  importSubscribers as writeSubscribers,
  selectSubscriberImport,
  type SubscriberImportRecord,
} from "#repository/subscriber-imports";
import {
  selectConfirmation,
  selectOpenConfirmation,
  selectSubscriber,
} from "#repository/subscribers";
import { selectAllNewsletters } from "#repository/subscriptions";

/** Asks whether an address wants mail. A second run sends the same mail under the same key, and none once it is answered. */
export const mailConfirmation = defineTask({
  ...mailConfirmationKind,
  async run(context, { confirmationId }, { jobId }) {
    const { APP_SECRET, SITE_TITLE: siteTitle } = context.settings;
    const [asked] = await selectOpenConfirmation(context.db, confirmationId);
    if (!asked?.expiresAt) {
      const message = "The question was answered, replaced, or has expired.";
      return discard({ code: "confirmation_void", message });
    }
    const { id, email: to, expiresAt } = asked;
    const [question] = await selectConfirmation(context.db, id, confirmationId);
    const token = await subscriberTokenOf(APP_SECRET, "confirm", id, confirmationId);
    const link = `${apiUrlOf(context.settings)}/subscribe/confirm?token=${token}`;
    const newsletters = question?.wanted.map(({ name }) => name) ?? [];
    const mail = composeConfirmation({ to, siteTitle, link, expiresAt, newsletters });
    return mailed(context, mail, jobId);
  },
});

/** A reminder that waited longer reminds nobody of anything. */
const STALE_MILLISECONDS = 24 * 3600 * 1000;

/** Tells a subscriber that they are one. A second run sends the same mail under the same key. */
export const mailSubscribed = defineTask({
  ...mailSubscribedKind,
  async run(context, { subscriberId }, { jobId, createdAt }) {
    const { APP_SECRET, SITE_TITLE: siteTitle } = context.settings;
    const [subscriber] = await selectSubscriber(context.db, subscriberId);
    if (
      subscriber?.status !== "active" ||
      Date.now() - Date.parse(createdAt) > STALE_MILLISECONDS
    ) {
      return discard({ code: "reminder_void", message: "They have left, or it is too late." });
    }
    const token = await subscriberTokenOf(APP_SECRET, "preferences", subscriberId);
    const link = `${apiUrlOf(context.settings)}/preferences?token=${token}`;
    return mailed(context, composeReminder({ to: subscriber.email, siteTitle, link }), jobId);
  },
});

async function mailed(context: TaskContext, mail: Mail, key: string): Promise<Outcome> {
  const delivery = await deliverMail(context, mail, key);
  if (delivery.kind === "later") return retryAfter(delivery.afterSeconds);
  if (delivery.kind === "sent") return done();
  return discard({ code: delivery.code, message: "The mail was refused for good." });
}

const COLUMNS = [
  "email",
  "name",
  "labels",
  "newsletters",
  "status",
  "subscribed",
  "created_at",
] as const;

/** How far a list has been taken in, with what its first line said. */
const Cursor = z.object({
  offset: z.int(),
  lines: z.int(),
  isInsideBroken: z.boolean(),
  dialect: z.object({ delimiter: z.string(), newline: z.enum(["\n", "\r"]) }),
  columns: z.array(z.enum(COLUMNS).nullable()),
});
type Cursor = z.infer<typeof Cursor>;

/**
 * Takes a list of subscribers in, a batch a round trip. A batch is saved together with how far the list
 * has been read, so none is counted twice, and what is written already says nothing new.
 */
export const importSubscribers = defineTask({
  ...importSubscribersKind,
  async run(context, { importId }, run) {
    const [record] = await selectSubscriberImport(context.db, importId);
    if (!record) return discard({ code: "import_gone", message: "The import was deleted." });
    const cursor =
      run.cursor === null ? await beginning(context, record) : Cursor.parse(run.cursor);
    if (cursor === "source gone") {
      return discard({ code: "source_gone", message: "The list is not there any more." });
    }
    if (cursor === "no column") {
      const message = "The first line names no column `email`.";
      return discard({ code: "columns_unknown", message });
    }
    if (cursor.offset >= record.size) return imported(context, record);
    const source = await context.files.get(record.objectKey, { range: { offset: cursor.offset } });
    if (!source)
      return discard({ code: "source_gone", message: "The list is not there any more." });
    const newsletters = await selectAllNewsletters(context.db);
    const terms = {
      labels: record.labels,
      newsletterIds: record.newsletterIds,
      newsletterBySlug: new Map(newsletters.map(({ slug, id }) => [slug, id])),
    };
    for await (const batch of readCsv(source.body, cursor, cursor.dialect)) {
      const signal = await run.checkpoint({
        cursor: { ...cursor, ...batch.end },
        done: batch.end.offset,
        total: record.size,
        effects: await effectsOf(context, record, { batch, columns: cursor.columns, terms }),
      });
      if (signal === "stop" || run.deadline()) return retryAfter(0);
    }
    return imported(context, record);
  },
});

const HEAD_BYTES = 64 * 1024;

async function beginning(
  { files }: TaskContext,
  { objectKey, size }: SubscriberImportRecord,
): Promise<Cursor | "source gone" | "no column"> {
  if (size === 0) return "no column";
  const range = { offset: 0, length: Math.min(size, HEAD_BYTES) };
  const source = await files.get(objectKey, { range });
  if (!source) return "source gone";
  const bytes = new Uint8Array(await source.arrayBuffer());
  const head = readHead(bytes, (cells) => columnsOf(cells).includes("email"));
  const [first] = head?.records ?? [];
  return head && first
    ? { ...head.end, dialect: head.dialect, columns: columnsOf(first.cells) }
    : "no column";
}

async function effectsOf(
  { db, settings, requestId }: TaskContext,
  { id: importId, createdBy: importedBy }: SubscriberImportRecord,
  { batch, columns, terms }: { batch: CsvBatch; columns: (Column | null)[]; terms: ImportTerms },
) {
  const { subscribers, failures, skipped } = prepareLines(batch.records, columns, terms);
  const hashed = await Promise.all(
    subscribers.map(async (subscriber) => ({
      ...subscriber,
      address_hash: await addressHashOf(settings.APP_SECRET, subscriber.email),
    })),
  );
  const whole = { importId, requestId, importedBy, moment: now(), failures, skipped };
  return writeSubscribers(db, { ...whole, subscribers: hashed });
}

/** The cursor is at the end, so a run after this one does not look for the source. */
async function imported(
  { files }: TaskContext,
  { objectKey }: SubscriberImportRecord,
): Promise<Outcome> {
  await files.delete(objectKey);
  return done();
}
