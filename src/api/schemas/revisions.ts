import { z } from "@hono/zod-openapi";

import { page } from "#api/openapi";
import type { Revision, RevisionSummary } from "#service/revisions";

import { Id, IdPath, Moment } from "./fields";

export const RevisionPath = IdPath.extend({
  number: z
    .string()
    .regex(/^[1-9]\d{0,8}$/u)
    .transform(Number)
    .openapi({ type: "integer", example: 1 }),
});

export const RevisionSummaryBody = z
  .object({
    number: z.int().openapi({ description: "The version that the post had." }),
    title: z.string(),
    created_at: Moment,
    changed_by: Id.nullable(),
  })
  .openapi("RevisionSummary");

export const RevisionBody = RevisionSummaryBody.extend({
  content: z.string(),
  fields: z.record(z.string(), z.unknown()).openapi({ description: "All that can be edited." }),
}).openapi("Revision");

export const RevisionPage = page(RevisionSummaryBody, "RevisionPage");

export const toRevisionSummaryBody = (
  revision: RevisionSummary,
): z.infer<typeof RevisionSummaryBody> => ({
  number: revision.number,
  title: revision.title,
  created_at: revision.createdAt,
  changed_by: revision.changedBy,
});

export const toRevisionBody = (revision: Revision): z.infer<typeof RevisionBody> => ({
  ...toRevisionSummaryBody(revision),
  content: revision.content,
  fields: Object.fromEntries(
    Object.entries(revision.fields).map(([name, value]) => [
      name.replaceAll(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  ),
});
