/** Every background task there is. `core/jobs.ts` is the mechanism; `domain/work/` does what is heavy. */
import { max } from "d3-array";
import { z } from "zod";

import type { TaskContext } from "#core/context";
import { now } from "#core/ids";
import { defineTask, discard, done, newJob, type Outcome, retryAfter, type Task } from "#core/jobs";
import { sha256 } from "#core/tokens";
import { insertEvent } from "#repository/events";
import { deleteFiles } from "#repository/files";
import {
  importDocuments as writeDocuments,
  type ImportRecord,
  selectImport,
  selectImportDigests,
} from "#repository/imports";
import { selectMailToken } from "#repository/mail-tokens";
import { selectPost } from "#repository/posts";
import {
  finishReport,
  type ReportRecord,
  selectPostsForReport,
  selectReport,
} from "#repository/reports";
import { forgetWhatIsOver, selectOldSources } from "#repository/upkeep";

import { prepareBatch } from "./imports";
import { mailTokenOf } from "./mail-tokens";
import { outboundRulesOf } from "./outbound";
import { purgeAll } from "./purges";
import { filesOf, reportFinished, toPrintablePost, toReportPost } from "./report-orders";
import {
  announceEventKind,
  deleteFilesKind,
  drawReportKind,
  fetchPicturesKind,
  importDocumentsKind,
  mailInviteKind,
  mailPasswordResetKind,
  mailReportKind,
  tidyUpKind,
} from "./task-kinds";
import { fetchImportedPictures } from "./tasks/imported-pictures";
import { processMedia } from "./tasks/media";
import { findOrphans, removeMedia } from "./tasks/media-removal";
import { mailTestSend, prepareSend, sendPart } from "./tasks/newsletters";
import { purgeEdge } from "./tasks/purges";
import { mailReport, runReportSchedule } from "./tasks/report-schedules";
import { publishPost, unpublishPost } from "./tasks/schedules";
import { importSubscribers, mailConfirmation, mailSubscribed } from "./tasks/subscribers";
import { announceEvent, deliverWebhook, mailWebhookDisabled } from "./tasks/webhooks";
import { deliverMail } from "./work/delivery";
import { fontsIn } from "./work/font-files";
import { readBatches } from "./work/import-source";
import { composeInvite, composePasswordReset, type Mail } from "./work/mail";
import { drawPostReport } from "./work/post-report";
import type { Drawing, Progress } from "./work/press";
import { drawPublicationReport } from "./work/publication-report";
import { fetchPictures } from "./work/remote-pictures";

/** Sends an invitation. A second run sends the same mail under the same key, and none once it is accepted. */
export const mailInvite = defineTask({
  ...mailInviteKind,
  run: (context, { tokenId }, { jobId }) =>
    mailToken(context, tokenId, jobId, (letter, { role, inviterName }) =>
      composeInvite({ ...letter, role: role ?? "contributor", inviterName }),
    ),
});

/** Sends the link to a new password. A second run sends the same mail under the same key, and none once it is used. */
export const mailPasswordReset = defineTask({
  ...mailPasswordResetKind,
  run: (context, { tokenId }, { jobId }) =>
    mailToken(context, tokenId, jobId, (letter, { userName: name }) =>
      composePasswordReset({ ...letter, name }),
    ),
});

type TokenRow = Awaited<ReturnType<typeof selectMailToken>>[number];
type Letter = Omit<Parameters<typeof composeInvite>[0], "role" | "inviterName">;

async function mailToken(
  context: TaskContext,
  tokenId: string,
  jobId: string,
  compose: (letter: Letter, row: TokenRow) => Mail,
): Promise<Outcome> {
  const { APP_SECRET, SITE_TITLE: siteTitle, SITE_URL: siteUrl } = context.settings;
  const [row] = await selectMailToken(context.db, tokenId);
  if (!row?.isOpen) {
    return discard({
      code: "token_void",
      message: "The token was used, withdrawn or has expired.",
    });
  }
  const token = await mailTokenOf(APP_SECRET, row);
  if ((await sha256(token)) !== row.tokenHash) {
    return discard({ code: "secret_changed", message: "APP_SECRET is not what it was." });
  }
  const { email: to, expiresAt } = row;
  const mail = compose({ to, siteTitle, siteUrl, token, expiresAt }, row);
  const delivery = await deliverMail(context, mail, jobId);
  if (delivery.kind === "later") return retryAfter(delivery.afterSeconds);
  if (delivery.kind === "sent") return done();
  return discard({ code: delivery.code, message: "The mail was refused for good." });
}

/** Takes documents in, a batch a round trip. What a batch wrote it does not write again: digests tell. */
export const importDocuments = defineTask({
  ...importDocumentsKind,
  async run(context, { importId, pictures = false }, run) {
    const [record] = await selectImport(context.db, importId);
    if (!record) return discard({ code: "import_gone", message: "The import was deleted." });
    const start = SourceCursor.parse(run.cursor ?? { offset: 0, lines: 0 });
    if (start.offset >= record.size) return imported(context, record, pictures);
    const source = await context.files.get(record.objectKey, { range: { offset: start.offset } });
    if (!source) return discard({ code: "source_gone", message: "The documents are not there." });
    const digests = await selectImportDigests(context.db);
    const known = new Set(digests.map(({ digest }) => digest ?? ""));
    for await (const { lines, end } of readBatches(source.body, start)) {
      const batch = {
        ...(await prepareBatch(lines, known)),
        importId,
        requestId: context.requestId,
        importedBy: record.createdBy,
        moment: now(),
      };
      const signal = await run.checkpoint({
        cursor: end,
        done: end.offset,
        total: record.size,
        effects: writeDocuments(context.db, batch),
      });
      if (signal === "stop" || run.deadline()) return retryAfter(0);
    }
    return imported(context, record, pictures);
  },
});

/** The cursor is at the end, so a run after this one does not look for the source. */
async function imported(
  { files, requestId, settings }: TaskContext,
  { id: importId, objectKey, createdBy }: ImportRecord,
  pictures: boolean,
): Promise<Outcome> {
  await files.delete(objectKey);
  const options = { createdBy, requestId };
  const next = pictures ? [newJob(fetchPicturesKind, { importId }, options)] : [];
  return done({ jobs: [...purgeAll(settings), ...next] });
}

/** Draws a report. The same posts give the same bytes under the same name, so twice is once. */
export const drawReport = defineTask({
  ...drawReportKind,
  async run(context, { reportId }, run) {
    const [report] = await selectReport(context.db, reportId);
    if (!report) {
      // What an earlier run may have stored of it goes too.
      await deleteFiles(context.files, filesOf(reportId));
      return done();
    }
    const drawing = await draw(context, report, async (fraction) => {
      const percent = Math.round(fraction * 100);
      const signal = await run.checkpoint({ cursor: null, done: percent, total: 100 });
      if (signal === "stop") throw new Stopped();
    }).catch(unlessStopped);
    if (drawing === "stopped") return retryAfter(0);
    if (!drawing) return discard({ code: "post_deleted", message: "The post was deleted." });
    const digest = await sha256(drawing.bytes);
    const objectKey = `${filesOf(reportId)}${digest}.pdf`;
    await context.files.put(objectKey, drawing.bytes, { sha256: digest });
    const file = {
      objectKey,
      size: drawing.bytes.byteLength,
      sha256: digest,
      pageCount: drawing.pages,
    };
    const event = reportFinished(report, file, run.jobId);
    return done({
      effects: [...finishReport(context.db, reportId, file), insertEvent(context.db, event)],
      jobs: [newJob(announceEventKind, { eventId: event.id }), ...mailsOf(report)],
    });
  },
});

/** One for each who gets it: a mail that is refused is then nobody else's affair. */
const mailsOf = ({ id: reportId, mailTo, createdBy }: ReportRecord) =>
  mailTo.map((userId) => newJob(mailReportKind, { reportId, userId }, { createdBy }));

/** Thrown through a drawing to end it where it is. */
class Stopped extends Error {}

function unlessStopped(error: unknown): "stopped" {
  if (error instanceof Stopped) return "stopped";
  throw error;
}

/** @returns undefined when what the report is about is gone. */
async function draw(
  context: TaskContext,
  report: ReportRecord,
  onProgress: Progress,
): Promise<Drawing | undefined> {
  const { SITE_TITLE: title, SITE_URL: siteUrl } = context.settings;
  const fonts = fontsIn(context.assets);
  const parameters = ReportParameters.parse(report.parameters);
  if (parameters.postId === undefined) {
    const { from = null, to = null } = parameters;
    const rows = await selectPostsForReport(context.db, from, to);
    const posts = rows.map((row) => toReportPost(row, siteUrl));
    const asOf = max(rows, ({ updatedAt }) => updatedAt) ?? null;
    return drawPublicationReport(
      { title, siteUrl, language: "en", asOf, from, to, posts },
      fonts,
      onProgress,
    );
  }
  const [post] = await selectPost(context.db, parameters.postId);
  if (!post) return undefined;
  const rules = outboundRulesOf(context.settings);
  const images = await fetchPictures(post.content, rules, () => onProgress(0));
  const printable = { ...toPrintablePost(post, title, siteUrl), images };
  return drawPostReport(printable, fonts, onProgress);
}

const ReportParameters = z.object({
  from: z.string().nullable().optional(),
  to: z.string().nullable().optional(),
  postId: z.uuid().optional(),
});

const SourceCursor = z.object({ offset: z.int(), lines: z.int() });

/** Deletes files that nothing refers to any more. What is gone is as good. */
export const removeFiles = defineTask({
  ...deleteFilesKind,
  async run(context, { prefix }) {
    await deleteFiles(context.files, prefix);
    return done();
  },
});

/** Deletes what has had its time. Harmless at any time and any number of times. */
export const tidyUp = defineTask({
  ...tidyUpKind,
  async run(context) {
    await forgetOldSources(context);
    return done({ effects: forgetWhatIsOver(context.db) });
  },
});

async function forgetOldSources({ db, files }: TaskContext): Promise<void> {
  let cursor: string | undefined;
  do {
    const page = await files.list({ prefix: "imports/", ...(cursor ? { cursor } : {}) });
    const old = await selectOldSources(
      db,
      page.objects.map(({ key }) => key),
    );
    if (old.length > 0) await files.delete(old.map(({ objectKey }) => objectKey));
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
}

export const tasks: readonly Task[] = [
  mailInvite,
  mailPasswordReset,
  importDocuments,
  drawReport,
  removeFiles,
  tidyUp,
  processMedia,
  fetchImportedPictures,
  removeMedia,
  findOrphans,
  publishPost,
  unpublishPost,
  runReportSchedule,
  mailReport,
  announceEvent,
  purgeEdge,
  deliverWebhook,
  mailWebhookDisabled,
  mailConfirmation,
  mailSubscribed,
  importSubscribers,
  prepareSend,
  sendPart,
  mailTestSend,
];
