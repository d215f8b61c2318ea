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
    last_sweep_seconds_ago: z
      .int()
      .nullable()
      .openapi({ description: "Null before cron has ever run." }),
  })
  .openapi("Readiness");

const ready = createRoute({
  method: "get",
  path: "/health/ready",
  operationId: "readReadiness",
  summary: "Does everything work?",
  description:
    "Turns 503 when work is more than five minutes late or cron has been silent as long.",
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
  const { isLate, oldestDueSeconds, sweptSecondsAgo } = await readReadiness(c.var.context);
  const shown = {
    status: isLate ? ("late" as const) : ("ready" as const),
    database: "reachable" as const,
    oldest_due_job_seconds: oldestDueSeconds,
    last_sweep_seconds_ago: sweptSecondsAgo,
  };
  return c.json(shown, isLate ? 503 : 200);
});
