import { createRoute, z } from "@hono/zod-openapi";

import { DatabaseUnavailable } from "#api/exceptions";
import { anything, json, raises } from "#api/openapi";
import { createRouter } from "#api/router";
import { readReadiness } from "#service/health";

export const health = createRouter();

const Alive = z.object({ status: z.literal("ok") }).openapi("Alive");

const alive = createRoute({
  method: "get",
  path: "/health",
  operationId: "readHealth",
  summary: "Is the worker there?",
  description: "Asks nothing else, so it says nothing about anything else.",
  tags: ["health"],
  responses: { 200: json(Alive, "It is"), ...raises(...anything) },
});

health.openapi(alive, (c) => c.json({ status: "ok" as const }, 200));

const Readiness = z
  .object({
    status: z.enum(["ready", "late"]),
    database: z.literal("reachable"),
    oldest_due_job_seconds: z
      .int()
      .nullable()
      .openapi({ description: "For how long the oldest job that could run has waited." }),
    oldest_overdue_seconds: z.int().nullable().openapi({
      description:
        "For how long what was planned has been due: posts to publish or to unpublish, recurring reports. Null when nothing is.",
    }),
    last_sweep_seconds_ago: z
      .int()
      .nullable()
      .openapi({ description: "When somebody last looked for jobs that are due." }),
    last_cron_seconds_ago: z
      .int()
      .nullable()
      .openapi({ description: "Null before cron has ever called." }),
    publish_lag_ms: z.object({ median: z.int(), worst: z.int() }).nullable().openapi({
      description: "How late scheduled posts went out in the last 24 hours; null when none was to.",
    }),
  })
  .openapi("Readiness");

const ready = createRoute({
  method: "get",
  path: "/health/ready",
  operationId: "readReadiness",
  summary: "Does everything work?",
  description:
    "Turns 503 when a job, a scheduled post or a recurring report is more than two minutes late, or cron has been silent as long: or for a quarter of an hour since the first account, when it has never called.",
  tags: ["health"],
  responses: {
    200: json(Readiness, "It does"),
    503: {
      ...raises(DatabaseUnavailable)[503],
      content: {
        ...raises(DatabaseUnavailable)[503]?.content,
        "application/json": { schema: Readiness },
      },
      description: "Work is late, or 50300 Database unavailable",
    },
    ...raises(...anything.filter(({ status }) => status !== 503)),
  },
});

health.openapi(ready, async (c) => {
  const readiness = await readReadiness(c.var.context);
  const { isLate } = readiness;
  const shown = {
    status: isLate ? ("late" as const) : ("ready" as const),
    database: "reachable" as const,
    oldest_due_job_seconds: readiness.oldestDueSeconds,
    oldest_overdue_seconds: readiness.overdueSeconds,
    last_sweep_seconds_ago: readiness.sweptSecondsAgo,
    last_cron_seconds_ago: readiness.tickedSecondsAgo,
    publish_lag_ms: readiness.publishLag && { ...readiness.publishLag },
  };
  return c.json(shown, isLate ? 503 : 200);
});
