/**
 * The kinds of background work, as services order them: `newJob(kind, payload)`. What each does stands in
 * `tasks.ts`, which no request can reach: so none can draw a PDF or send a mail while somebody waits.
 */
import { z } from "zod";

import { defineKind, paces } from "#core/jobs";

const MailTokenPayload = z.object({ tokenId: z.uuid() });

export const mailInviteKind = defineKind({
  ...paces.mail,
  name: "mail-invite",
  payload: MailTokenPayload,
});

export const mailPasswordResetKind = defineKind({
  ...paces.mail,
  name: "mail-password-reset",
  payload: MailTokenPayload,
});

export const importDocumentsKind = defineKind({
  ...paces.heavy,
  // A batch takes a second or two, and each renews the lease: a worker that died is soon replaced.
  leaseSeconds: 60,
  budgetSeconds: 45,
  name: "import-documents",
  payload: z.object({ importId: z.uuid() }),
});

export const drawReportKind = defineKind({
  ...paces.heavy,
  name: "draw-report",
  payload: z.object({ reportId: z.uuid() }),
});

export const deleteFilesKind = defineKind({
  ...paces.quick,
  name: "delete-files",
  payload: z.object({ prefix: z.string().min(10) }),
});

export const tidyUpKind = defineKind({ ...paces.quick, name: "tidy-up", payload: z.object({}) });
