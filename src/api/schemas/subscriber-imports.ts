import { z } from "@hono/zod-openapi";

import { page } from "#api/openapi";
import type { SubscriberImport } from "#domain/subscriber-imports";
import type { Terms } from "#service/subscribers/imports";

import { Id, Moment, Text } from "./fields";
import { Label } from "./subscribers";
import { workFields } from "./work";

export const SubscriberImportBody = z
  .object({
    id: Id,
    job_id: Id,
    ...workFields,
    size: z.int().openapi({ description: "Bytes that were sent." }),
    attestation: z.string(),
    result: z
      .object({
        created: z.int(),
        updated: z.int(),
        unchanged: z.int(),
        skipped: z.int(),
        failed: z.int(),
      })
      .openapi({
        description:
          "Lines; together all that were not empty. `skipped` are those who have left, whose address is suppressed, or whose line says that they want no mail.",
      }),
    failures: z
      .array(z.object({ line: z.int(), code: z.string(), reason: z.string() }))
      .openapi({ description: "The first of the lines that could not be taken in." }),
    created_by: Id.nullable(),
    created_at: Moment,
    finished_at: Moment.nullable(),
  })
  .openapi("SubscriberImport");

export const SubscriberImportPage = page(SubscriberImportBody, "SubscriberImportPage");

export const toSubscriberImportBody = (
  entity: SubscriberImport,
): z.infer<typeof SubscriberImportBody> => ({
  id: entity.id,
  job_id: entity.jobId,
  status: entity.status,
  progress: entity.progress,
  error: entity.error,
  size: entity.size,
  attestation: entity.attestation,
  result: {
    created: entity.createdCount,
    updated: entity.updatedCount,
    unchanged: entity.unchangedCount,
    skipped: entity.skippedCount,
    failed: entity.failedCount,
  },
  failures: [...entity.failures],
  created_by: entity.createdBy,
  created_at: entity.createdAt,
  finished_at: entity.finishedAt,
});

/** Words between commas, each once. */
const List = (limit: number, each: z.ZodType<string, string>) =>
  z
    .string()
    .max(limit)
    .transform((text) => [...new Set(text.split(",").map((word) => word.trim()))])
    .pipe(z.array(each).max(20))
    .openapi({ type: "string" });

export const TermsQuery = z.strictObject({
  attestation: Text(1000).openapi({
    description: "How you know that all of them want mail, for the record.",
    example: "Members of the old list, who had all confirmed it.",
  }),
  newsletters: List(1000, z.string().min(1)).optional().openapi({
    description:
      "Slugs or ids with commas between: what all of them get, unless a column says what each gets. Left out: those that everybody gets.",
  }),
  labels: List(1000, Label)
    .optional()
    .openapi({ description: "With commas between: what all of them get on top of their own." }),
});

export const toTerms = ({
  attestation,
  newsletters,
  labels,
}: z.infer<typeof TermsQuery>): Terms => ({
  attestation,
  newsletters: newsletters ?? null,
  labels: labels ?? [],
});
