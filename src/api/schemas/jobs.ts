import { z } from "@hono/zod-openapi";

import type { Told } from "#api/event-stream";
import { page } from "#api/openapi";
import { PageQuery } from "#api/pages";
import type { Job } from "#domain/jobs";
import type { JobQuery } from "#service/jobs";

import { Id, Moment } from "./fields";
import { workFields } from "./work";

export const JobBody = z
  .object({
    id: Id,
    kind: z.string().openapi({ example: "import-documents" }),
    ...workFields,
    attempts: z.int().openapi({
      description: "How often it was begun, without the times it was put down in good order.",
    }),
    failures: z.int(),
    max_failures: z.int().openapi({ description: "So many failures are the end of it." }),
    result: z.unknown().openapi({ description: "What came of it, by kind; null before." }),
    run_at: Moment.openapi({ description: "Not before this moment." }),
    created_at: Moment,
    finished_at: Moment.nullable(),
  })
  .openapi("Job");

export const JobPage = page(JobBody, "JobPage");

export const toJobBody = (job: Job): z.infer<typeof JobBody> => ({
  id: job.id,
  kind: job.kind,
  status: job.status,
  progress: job.progress,
  error: job.error,
  attempts: job.attempts,
  failures: job.failures,
  max_failures: job.maxFailures,
  result: job.result,
  run_at: job.runAt,
  created_at: job.createdAt,
  finished_at: job.finishedAt,
});

export const JobListQuery = PageQuery.extend({
  status: workFields.status.optional(),
  kind: z.string().min(1).max(100).optional().openapi({ example: "draw-report" }),
});

export const toJobQuery = ({ status, kind }: z.infer<typeof JobListQuery>): JobQuery => ({
  status: status ?? null,
  kind: kind ?? null,
});

export const JobEvents = z.string().openapi({
  description:
    "Each `data` is a JSON object: `status`, `progress` and `error` as of the job, and `done` of `total` (null while nobody knows) in whatever its kind counts.",
  example:
    'retry: 2000\n\nevent: progress\ndata: {"status":"running","progress":0.42,"done":42,"total":100,"error":null}\nid: running.42.100\n\n',
});

/** How a job stands, as one event. */
export const toTold = (job: Job): Told => ({
  id: [job.status, job.done, job.total ?? ""].join("."),
  data: {
    status: job.status,
    progress: job.progress,
    done: job.done,
    total: job.total,
    error: job.error,
  },
  isLast: job.finishedAt !== null,
});
