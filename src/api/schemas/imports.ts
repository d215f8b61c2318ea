import { z } from "@hono/zod-openapi";

import { page } from "#api/openapi";
import type { Import } from "#domain/imports";

import { Id, Moment } from "./fields";
import { workFields } from "./work";

export const ImportBody = z
  .object({
    id: Id,
    job_id: Id,
    ...workFields,
    size: z.int().openapi({ description: "Bytes that were sent." }),
    result: z.object({
      created: z.int(),
      updated: z.int(),
      unchanged: z.int(),
      failed: z.int(),
    }),
    failures: z
      .array(z.object({ path: z.string(), code: z.string(), reason: z.string() }))
      .openapi({ description: "The first of the documents that could not be taken in." }),
    created_by: Id.nullable(),
    created_at: Moment,
    finished_at: Moment.nullable(),
  })
  .openapi("Import");

export const ImportPage = page(ImportBody, "ImportPage");

export const toImportBody = (entity: Import): z.infer<typeof ImportBody> => ({
  id: entity.id,
  job_id: entity.jobId,
  status: entity.status,
  progress: entity.progress,
  error: entity.error,
  size: entity.size,
  result: {
    created: entity.createdCount,
    updated: entity.updatedCount,
    unchanged: entity.unchangedCount,
    failed: entity.failedCount,
  },
  failures: [...entity.failures],
  created_by: entity.createdBy,
  created_at: entity.createdAt,
  finished_at: entity.finishedAt,
});
