import { z } from "@hono/zod-openapi";

/** What every resource says that takes its time. */
export const workFields = {
  status: z.enum(["queued", "running", "done", "failed", "cancelled"]),
  progress: z.number().min(0).max(1).openapi({ description: "1 only when everything is done." }),
  error: z
    .object({ code: z.string(), message: z.string() })
    .nullable()
    .openapi({ description: "Why it failed." }),
};
